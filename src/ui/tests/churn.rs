//! Random keys, pastes, resizes and churn on the console's logic, with one oracle: nothing that is typed reaches a pane that the
//! screen did not show as receiving just before.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::app::event::{SessionNews, Silence};
use crate::app::overlay::{ComposeStage, Demand, Overlay};
use crate::app::{Effect, Focus};
use crate::ids::{PaneId, SessionId};
use crate::session::Outcome;

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Type(char),
    Enter,
    Interrupt,
    Prefix(&'static str),
    Paste(bool),
    /// What a dialog asks for, or something else.
    Answer(bool),
    Resize(u16, u16),
    Silent(usize),
    AnswersAgain(usize),
    Ended(usize),
    Opened,
    FullScreen(usize, bool),
    Output(usize),
    Pods(usize),
    Pass(u64),
    Shells,
    List,
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let after_prefix = proptest::sample::select(vec![
        "b", "b", "b", "o", "o", "h", "j", "k", "l", "z", "n", "p", ",", ".", "=", "g", "c", "C",
        "I", "i", "r", "a", "x", "B", "\\", "esc", "f", "[", "?",
    ]);
    prop_oneof![
        6 => proptest::char::range('a', 'z').prop_map(H::Type),
        4 => Just(H::Enter),
        1 => Just(H::Interrupt),
        8 => after_prefix.prop_map(H::Prefix),
        2 => any::<bool>().prop_map(H::Paste),
        3 => any::<bool>().prop_map(H::Answer),
        1 => (8u16..60, 30u16..220).prop_map(|(rows, cols)| H::Resize(rows, cols)),
        1 => (0usize..8).prop_map(H::Silent),
        1 => (0usize..8).prop_map(H::AnswersAgain),
        1 => (0usize..8).prop_map(H::Ended),
        2 => Just(H::Opened),
        1 => (0usize..8, any::<bool>()).prop_map(|(pane, on)| H::FullScreen(pane, on)),
        1 => (0usize..8).prop_map(H::Output),
        1 => (1usize..9).prop_map(H::Pods),
        1 => (1u64..400).prop_map(H::Pass),
        1 => Just(H::Shells),
        1 => Just(H::List),
    ]
}

/// Who the screen says gets the next key: those drawn with the mark, and how many more that are not drawn.
#[derive(Debug)]
struct Shown {
    panes: BTreeSet<PaneId>,
    hidden: usize,
}

fn shown(desk: &Desk, kept: &mut (Drawn, TestBackend)) -> Shown {
    let focused = desk.app.focused_pane().map(|pane| pane.id);
    let alone = Shown {
        panes: focused.into_iter().collect(),
        hidden: 0,
    };
    let drawn = buffer(desk);
    let (kept, outer) = kept;
    draw_after(desk, kept, outer);
    assert_eq!(seen(outer.buffer()), seen(&drawn));
    let size = desk.app.terminal;
    let status: String = (0..size.cols())
        .map(|x| drawn[(x, size.rows() - 1)].symbol())
        .collect();
    let Some(rest) = status.trim_start().strip_prefix("BROADCAST ") else {
        return alone;
    };
    let count: usize = rest.split(' ').next().unwrap().parse().unwrap();
    let marked: BTreeSet<PaneId> = desk
        .app
        .layout
        .panes
        .iter()
        .filter(|place| drawn[(place.outer.x + 1, place.outer.y)].symbol() == "»")
        .map(|place| place.pane)
        .collect();
    let hidden = count
        .checked_sub(marked.len())
        .expect("more marks than receivers");
    Shown {
        panes: marked,
        hidden,
    }
}

/// How many random stories are played; the environment may ask for more.
fn stories() -> ProptestConfig {
    let asked = std::env::var("PODMUX_CHURN").ok();
    let cases = asked.and_then(|text| text.parse().ok()).unwrap_or(12);
    ProptestConfig::with_cases(cases)
}

/// The panes of a question or a preview: what the user was shown there.
fn named(desk: &Desk) -> Option<BTreeSet<PaneId>> {
    use crate::app::overlay::Answer;
    let plan = match desk.app.overlay()? {
        Overlay::Composer(composer) => match &composer.stage {
            ComposeStage::Preview(preview) => &preview.plan,
            ComposeStage::Writing => return None,
        },
        Overlay::Question(question) => match &question.answer {
            Answer::Send(plan) | Answer::SendFirst(plan) => plan,
            _ => return None,
        },
        _ => return None,
    };
    Some(plan.to.iter().map(|to| to.pane).collect())
}

struct Run {
    desk: Desk,
    /// What the frames before left.
    kept: (Drawn, TestBackend),
    sent: usize,
}

impl Run {
    fn session(&self, pane: usize) -> Option<SessionId> {
        let panes = &self.desk.app.panes;
        panes
            .values()
            .nth(pane % panes.len().max(1))
            .map(|pane| pane.session)
    }

    fn news(&mut self, pane: usize, news: SessionNews) {
        if let Some(session) = self.session(pane) {
            self.desk.event(Event::Session(session, news));
        }
    }

    /// Does something that sends keys or text, and checks where they went.
    fn typed(&mut self, act: impl FnOnce(&mut Desk)) {
        let direct = self.desk.app.overlay().is_none();
        let shown = shown(&self.desk, &mut self.kept);
        let named = named(&self.desk);
        self.desk.take();
        act(&mut self.desk);
        let mut unseen = 0;
        for session in written(&self.desk) {
            let pane = self
                .desk
                .app
                .panes
                .values()
                .find(|pane| pane.session == session);
            let pane = pane.expect("a key went to a session that no pane shows").id;
            self.sent += 1;
            if direct {
                unseen += usize::from(!shown.panes.contains(&pane));
            } else {
                let named = named
                    .as_ref()
                    .expect("a dialog that names nobody sent something");
                assert!(named.contains(&pane), "{pane:?} was not named: {named:?}");
            }
        }
        assert!(
            unseen <= shown.hidden,
            "{unseen} panes got a key unseen, {shown:?}\n{}",
            frame(&self.desk)
        );
    }

    fn answer(&mut self, right: bool) {
        self.desk.pass(Duration::from_secs(1));
        let demand = match self.desk.app.overlay() {
            Some(Overlay::Question(question)) => Some(question.demand.clone()),
            Some(_) => None,
            None => return,
        };
        match demand {
            Some(Demand::Words(words)) if right => {
                for word in words {
                    self.typed(|desk| desk.typed(&word));
                }
            }
            Some(Demand::Press(key)) if right => self.typed(|desk| desk.event(Event::Key(key))),
            None if right => self.typed(|desk| desk.keys("enter")),
            Some(_) | None => self.desk.keys("esc"),
        }
    }

    fn happen(&mut self, what: Happening) {
        use Happening as H;
        match what {
            H::Type(c) => self.typed(|desk| desk.event(Event::Key(crate::keys::Chord::char(c)))),
            H::Enter => self.typed(|desk| desk.keys("enter")),
            H::Interrupt => self.typed(|desk| desk.keys("ctrl-c")),
            H::Prefix(key) => self.prefix(key),
            H::Paste(lines) => {
                let text = if lines { "one\ntwo\n" } else { "word" };
                self.typed(|desk| desk.event(Event::Paste(text.to_owned())));
            }
            H::Answer(right) => self.answer(right),
            H::Resize(rows, cols) => sized(&mut self.desk, rows, cols),
            H::Silent(pane) => self.news(pane, SessionNews::Silent(Silence::NoAnswer)),
            H::AnswersAgain(pane) => self.news(pane, SessionNews::Silent(Silence::AnswersAgain)),
            H::Ended(pane) => self.news(pane, SessionNews::Ended(Outcome::Exited(0))),
            H::Opened => self.desk.all_live(),
            H::FullScreen(pane, on) => {
                let bytes = if on { "\x1b[?1049h" } else { "\x1b[?1049l" };
                self.output(pane, bytes);
            }
            H::Output(pane) => self.output(pane, "\r\nword\r\n$ "),
            H::Pods(count) => self.desk.pods(count),
            H::Pass(seconds) => {
                self.desk.pass(Duration::from_secs(seconds));
                self.desk.event(Event::Tick);
            }
            H::Shells => {
                if self.desk.app.focus == Focus::List && self.desk.app.overlay().is_none() {
                    self.desk.keys("a enter");
                    self.desk.allow("shop");
                    self.desk.all_live();
                }
            }
            H::List => self.prefix("g"),
        }
    }

    fn output(&mut self, pane: usize, bytes: &str) {
        if let Some(session) = self.session(pane) {
            self.desk.event(Event::Output(
                session,
                bytes::Bytes::copy_from_slice(bytes.as_bytes()),
            ));
        }
    }

    /// The prefix itself must send nothing; the key after it only what the action sends.
    fn prefix(&mut self, key: &str) {
        if self.desk.app.overlay().is_some() || self.desk.app.focus == Focus::List {
            return;
        }
        let scrolling = self
            .desk
            .app
            .focused_pane()
            .is_some_and(|pane| pane.scroll.is_some());
        if scrolling {
            self.desk.keys("q");
        }
        self.desk.take();
        self.desk.keys(&format!("ctrl-g {key}"));
        assert!(
            written(&self.desk).is_empty(),
            "ctrl-g {key} typed something"
        );
    }
}

/// The sessions that something typed went to.
fn written(desk: &Desk) -> Vec<SessionId> {
    let session = |effect: &Effect| match effect {
        Effect::Write { session, .. } | Effect::TypedInterrupt { session, .. } => Some(*session),
        _ => None,
    };
    desk.effects.iter().filter_map(session).collect()
}

fn config() -> Config {
    let mut config = Config::default();
    config.broadcast.confirm_over = 3;
    config
}

proptest! {
    #![proptest_config(stories())]
    #[test]
    fn nothing_is_sent_to_a_pane_that_was_not_shown_as_receiving(
        happenings in proptest::collection::vec(happening(), 1..160),
    ) {
        let mut run = Run { desk: Desk::with(config()), kept: (Drawn::default(), TestBackend::new(1, 1)), sent: 0 };
        run.desk.shells(6);
        for happening in happenings {
            run.happen(happening);
        }
    }
}

#[test]
fn the_churn_really_types() {
    let mut run = Run {
        desk: Desk::with(config()),
        kept: (Drawn::default(), TestBackend::new(1, 1)),
        sent: 0,
    };
    run.desk.shells(6);
    run.happen(Happening::Prefix("b"));
    run.happen(Happening::Answer(true));
    run.happen(Happening::Type('x'));
    run.happen(Happening::Enter);
    assert_eq!(run.sent, 12);
}
