//! Owns the way of an event to the one place that takes it. Does no work itself. Called by `App::update`.

pub(super) mod act;
pub(super) mod broadcast;
mod cancel;
pub(in crate::app) mod clipboard;
mod compose;
mod copied;
mod debug_container;
pub(super) mod follow;
mod forward;
mod guard;
mod history;
mod journal;
mod keyboard;
mod leaks;
pub(super) mod list;
mod mouse;
mod open;
mod overlay;
mod palette;
mod panes;
mod prompt;
mod quit;
mod record;
mod run;
mod scroll;
mod search;
mod session;
mod settings;
mod text;
mod tick;
mod typing;
pub(super) mod usage;
mod watch;

use super::event::{Event, Timer};
use super::notice::Weight;
use super::{App, Turn};

/// Takes one event to its place.
#[expect(clippy::too_many_lines, reason = "one arm per event, no work")]
pub(super) fn dispatch(app: &mut App, event: Event, turn: &mut Turn<'_>) {
    match event {
        Event::Key(chord) => keyboard::key(app, chord, turn),
        Event::Paste(text) => typing::paste(app, &text, turn),
        Event::Mouse(event) => mouse::mouse(app, event, turn),
        Event::Resized(size) => panes::resized(app, size, turn),
        Event::Window(focus) => typing::window(app, focus, turn),
        Event::Context(name, news) => watch::context(app, &name, news, turn),
        Event::Watch(key, message) => watch::message(app, &key, message, turn),
        Event::Namespaces(name, result) => watch::namespaces(app, &name, result),
        Event::Rights(answer) => open::rights(app, answer, turn),
        Event::Session(session, news) => session::news(app, session, news, turn),
        Event::Output(session, bytes) => session::output(app, session, &bytes, turn),
        Event::Gap(session, dropped) => session::gap(app, session, dropped, turn),
        Event::Cleaned {
            session,
            attempt,
            result,
        } => {
            cancel::cleaned(app, session, attempt, result, turn);
        }
        Event::Verified {
            session,
            attempt,
            result,
        } => {
            cancel::verified(app, session, attempt, result, turn);
        }
        Event::Counted { session, result } => session::counted(app, session, result, turn),
        Event::PodSays(session, words) => session::pod_says(app, session, words),
        Event::ContainerGone(session) => cancel::container_gone(app, session, turn),
        Event::Page(page, result) => text::page(app, &page, result),
        Event::Logged(page, news) => text::logged(app, &page, news),
        Event::Answer(answer) => run::answer(app, answer, turn),
        Event::DebugContainer {
            pane,
            session,
            result,
        } => debug_container::added(app, pane, session, result, turn),
        Event::Census {
            look,
            target,
            result,
        } => leaks::answer(app, look, target, result),
        Event::ProcessEnded {
            look,
            target,
            pid,
            session,
            result,
        } => leaks::ended(app, look, (&target, pid), session, result, turn),
        Event::Ports(uid, told) => forward::ports(app, &uid, told),
        Event::Forward(id, news) => forward::news(app, id, news, turn),
        Event::RunSettled { run, target } => run::settled(app, run, target),
        Event::RecordingFailed(pane, why) => record::failed(app, pane, &why),
        Event::Timer(Timer::WhichKey(epoch)) => keyboard::which_key(app, epoch),
        Event::Timer(Timer::Cancel { session, epoch }) => cancel::timer(app, session, epoch, turn),
        Event::Timer(Timer::Screen(session)) => session::screen_timer(app, session, turn),
        Event::Journal(state) => journal::state(app, state),
        Event::Said(weight, text) => app.say(weight, text),
        Event::Copied { weight, said, text } => copied::copied(app, weight, &said, text),
        Event::Shells(note) => {
            app.say(Weight::Warning, note.clone());
            app.shells_note = Some(note);
        }
        Event::Settings(result) => settings::reloaded(app, *result, turn),
        Event::Figures(figures) => usage::figures(app, figures),
        Event::Edited(result) => compose::edited(app, result),
        Event::Terminate => quit::signalled(app, turn),
        Event::Tick => tick::tick(app, turn),
    }
}

#[cfg(test)]
mod tests;
