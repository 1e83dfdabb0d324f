//! Owns the table from action to what does it. Does no work itself.

use crate::app::open::OpenStyle;
use crate::app::overlay::prompt::Saved;
use crate::app::overlay::text_page::Way;
use crate::app::overlay::{Help, Overlay, PageKind};
use crate::app::{Action, App, Effect, MouseUse, Place, Turn};
use crate::session::CancelMode;

use super::{
    broadcast, cancel, clipboard, compose, debug_container, forward, leaks, list, open, overlay,
    palette, panes, prompt, quit, record, run, scroll, text, typing, watch,
};

/// Carries out an action that was asked for in `place`.
#[expect(clippy::too_many_lines, reason = "one line per action, no work")]
pub(in crate::app) fn act(app: &mut App, action: Action, place: Place, turn: &mut Turn<'_>) {
    app.touch();
    if !only_looks(action) {
        app.notices.acted(app.now);
        cancel::seen(app);
    }
    match action {
        Action::Move(step) => match place {
            Place::Scroll => scroll::step(app, step),
            Place::List | Place::Prefix => list::step(app, step),
            Place::Text => text::step(app, step),
            Place::Gather => run::step(app, step),
            Place::Leaks => leaks::step(app, step),
            Place::Forwards => forward::step(app, step),
        },
        Action::OpenShells => open::from_list(app, OpenStyle::Tiled, turn),
        Action::OpenShellTabs => open::from_list(app, OpenStyle::Tabs, turn),
        Action::OpenShellSplits => open::from_list(app, OpenStyle::Splits, turn),
        Action::OpenInContainer => open::in_container(app, turn),
        Action::Mark => list::mark(app),
        Action::MarkRange => list::mark_range(app),
        Action::MarkShown => list::mark_shown(app),
        Action::UnmarkAll => app.list.unmark_all(),
        Action::Filter => prompt::filter(app),
        Action::PickNamespaces => watch::pick_namespaces(app, turn),
        Action::AllNamespaces => watch::all_namespaces(app, turn),
        Action::PickContexts => watch::pick_contexts(app),
        Action::GroupByWorkload => list::toggle_group(app),
        Action::SortColumn => list::next_column(app),
        Action::SortReverse => list::reverse(app),
        Action::CopyName if place == Place::Forwards => forward::copy_address(app, turn),
        Action::CopyName => list::copy_name(app, turn),
        Action::Reconnect => watch::reconnect_now(app, turn),
        Action::OptOutFromList => broadcast::opt_out_pods(app, turn),
        Action::Logs => text::open(app, PageKind::Logs, turn),
        Action::Describe => text::open(app, PageKind::Describe, turn),
        Action::Yaml => text::open(app, PageKind::Yaml, turn),
        Action::Events => text::open(app, PageKind::Events, turn),
        Action::Leaks => leaks::open(app, turn),
        Action::Forward => forward::asked(app, place, turn),
        Action::Forwards => forward::open_page(app, None),
        Action::StopForward => forward::stop(app, turn),
        Action::EndProcess => leaks::end(app, turn),
        Action::LookAgain => leaks::again(app, turn),
        Action::Palette => palette::open(app),
        Action::Help => {
            let query = String::new();
            app.overlays.push(Overlay::Help(Help {
                from: place,
                query,
                scroll: 0,
            }));
        }
        Action::Quit => quit::asked(app, turn),
        Action::Back => overlay::back(app, turn),
        Action::Run => prompt::run(app),
        Action::Answers => run::reopen(app),
        Action::Compose => compose::open(app),
        Action::FocusPanes => panes::focus_panes(app, turn),
        Action::FocusList => panes::focus_list(app, turn),
        Action::ToggleList => panes::toggle_list(app, turn),
        Action::Notices => text::notices(app),
        Action::LiteralPrefix => typing::literal_prefix(app, turn),
        Action::FocusPane(direction) => panes::focus_direction(app, direction, turn),
        Action::NextTab => panes::next_tab(app, turn),
        Action::PreviousTab => panes::previous_tab(app, turn),
        Action::SelectTab(number) => panes::select_tab(app, number, turn),
        Action::NextPage => panes::next_page(app, turn),
        Action::PreviousPage => panes::previous_page(app, turn),
        Action::Zoom => panes::zoom(app, turn),
        Action::EvenLayout => panes::even(app, turn),
        Action::ResizePane(direction) => panes::resize_split(app, direction, turn),
        Action::ScrollMode => scroll::enter(app),
        Action::Search if place == Place::Text => text::ask_search(app),
        Action::Search => prompt::search(app),
        Action::FindPane => palette::find_pane(app),
        Action::Cancel => cancel::focused(app, CancelMode::Session, turn),
        Action::KeepShell => cancel::keep_shell(app, turn),
        Action::InterruptOnly => cancel::focused(app, CancelMode::InterruptOnly, turn),
        Action::ClosePane => cancel::close_focused(app, turn),
        Action::CancelAll => cancel::all(app, CancelMode::Session, turn),
        Action::InterruptAll => cancel::all(app, CancelMode::InterruptOnly, turn),
        Action::Broadcast => broadcast::toggle(app, turn),
        Action::OptOut => broadcast::toggle_focused(app, turn),
        Action::NewSession => open::again(app, turn),
        Action::RestartLost => open::again_lost(app, turn),
        Action::DebugContainer => debug_container::asked(app, turn),
        Action::Record => record::toggle(app, turn),
        Action::Clipboard => clipboard::show(app),
        Action::Links => palette::links(app),
        Action::ReleaseMouse => {
            app.mouse = match app.mouse {
                MouseUse::Ours => MouseUse::Released,
                MouseUse::Released => MouseUse::Ours,
            };
            turn.push(Effect::Mouse(app.mouse));
        }
        Action::LeavePrefix => {}
        Action::ScrollLeft => scroll::left(app),
        Action::ScrollRight => scroll::right(app),
        Action::WordForward => scroll::word_forward(app),
        Action::WordBack => scroll::word_back(app),
        Action::LineStart => scroll::line_start(app),
        Action::LineEnd => scroll::line_end(app),
        Action::SelectCells => scroll::select(app, crate::screen::SelectionShape::Stream),
        Action::SelectLines => scroll::select(app, crate::screen::SelectionShape::Line),
        Action::SelectBlock => scroll::select(app, crate::screen::SelectionShape::Block),
        Action::Copy => scroll::copy(app, turn),
        Action::SearchNext if place == Place::Text => text::next_match(app, Way::Down),
        Action::SearchNext => scroll::next_match(app),
        Action::SearchPrevious if place == Place::Text => text::next_match(app, Way::Up),
        Action::SearchPrevious => scroll::previous_match(app),
        Action::Follow => text::toggle_follow(app, turn),
        Action::LogContainer => text::pick_container(app),
        Action::LeaveScroll => scroll::leave(app),
        Action::Unfold => run::unfold(app),
        Action::ShowDiff => run::diff(app),
        Action::MarkTargets => run::mark(app),
        Action::ShellsInTargets => run::shells(app, turn),
        Action::RunAgain => run::again(app, turn),
        Action::SaveAnswers => prompt::save(app, Saved::Answers),
        Action::SaveCopy => prompt::save(app, Saved::Copied),
        Action::CancelRun => run::cancel(app, turn),
    }
}

/// Whether an action only looks around.
fn only_looks(action: Action) -> bool {
    matches!(
        action,
        Action::Move(_)
            | Action::FocusPane(_)
            | Action::FocusPanes
            | Action::FocusList
            | Action::NextTab
            | Action::PreviousTab
            | Action::SelectTab(_)
            | Action::NextPage
            | Action::PreviousPage
            | Action::Zoom
            | Action::FindPane
            | Action::ScrollMode
            | Action::Search
            | Action::Notices
            | Action::Forwards
            | Action::Help
            | Action::Palette
    )
}
