use super::*;
use crate::app::Effect;
use crate::app::event::{SessionNews, Silence, Timer};
use crate::app::pane::DebugWait;
use crate::session::cancel::{CleanFailure, Retry};
use crate::session::{Outcome, ProcessLine, Report, ReportExit};

#[test]
fn six_panes_beside_the_list() {
    let mut desk = desk_with_shop();
    desk.keys("w a enter");
    desk.allow("shop");
    let sessions: Vec<_> = desk.app.panes.values().map(|pane| pane.session).collect();
    for session in sessions.iter().skip(1) {
        desk.event(Event::Session(*session, SessionNews::Opened));
    }
    desk.keys("ctrl-g l");
    desk.output(1, "$ cat /etc/app/rev\r\n7f3c9e1\r\n$ ");
    desk.pass(Duration::from_secs(2));
    desk.event(Event::Tick);
    quiet_notices(&mut desk);
    same("panes_120x40", &desk);
}

/// Without the passing of time, which would age what opens.
fn quiet_notices(desk: &mut Desk) {
    desk.app.notices = crate::app::Notices::default();
}

#[test]
fn six_panes_and_a_drawer() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 24, 80);
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Exited(1)),
    ));
    desk.event(Event::Counted {
        session,
        result: Ok(report(0)),
    });
    desk.keys("ctrl-g l");
    quiet(&mut desk);
    same("panes_80x24", &desk);
    desk.keys("ctrl-g g");
    same("drawer_80x24", &desk);
}

fn report(left: u32) -> Report {
    let process = ProcessLine {
        pid: 4711,
        start: 1,
        sid: 4711,
        state: 'D',
        comm: "import.sh".into(),
    };
    let many = |count: u32| (0..count).map(|_| process.clone()).collect::<Vec<_>>();
    Report {
        found: many(2),
        signalled: 2,
        left: many(left),
        zombies: Vec::new(),
        not_attributable: Vec::new(),
        exit: if left == 0 {
            ReportExit::Clean
        } else {
            ReportExit::Survivors
        },
    }
}

fn broadcasting() -> Desk {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g b");
    pass_guard(&mut desk);
    desk.keys("ctrl-g down ctrl-g o ctrl-g up");
    quiet(&mut desk);
    desk
}

#[test]
fn a_broadcast_with_one_pane_out() {
    let mut desk = broadcasting();
    same("broadcast_120x40", &desk);
    sized(&mut desk, 24, 80);
    same("broadcast_80x24", &desk);
    sized(&mut desk, 16, 80);
    same("broadcast_two_pages_80x16", &desk);
    desk.keys("ctrl-g z");
    same("broadcast_zoomed_80x16", &desk);
    desk.keys("ctrl-g z ctrl-g down");
    same("broadcast_here_only_80x16", &desk);
    desk.keys("ctrl-g g");
    same("broadcast_waits_80x16", &desk);
}

#[test]
fn an_answer_that_differs_is_marked() {
    let mut desk = broadcasting();
    desk.keys("d enter");
    for pane in 0..desk.app.panes.len() {
        let answer = if pane == 5 { "5ab1120" } else { "7f3c9e1" };
        desk.output(pane, &format!("d\r\n{answer}\r\n$ "));
    }
    desk.typed("df");
    (0..desk.app.panes.len()).for_each(|pane| desk.output(pane, "df"));
    quiet(&mut desk);
    same("differs_120x40", &desk);
}

#[test]
fn nothing_differs_before_all_receivers_have_answered() {
    let mut desk = broadcasting();
    desk.keys("d enter");
    for pane in 0..desk.app.panes.len() {
        let answer = if pane == 5 { "5ab1120" } else { "7f3c9e1" };
        let prompt = if pane == 3 { "" } else { "$ " };
        desk.output(pane, &format!("d\r\n{answer}\r\n{prompt}"));
    }
    assert!(!frame(&desk).contains("differs"));
    desk.output(3, "$ ");
    assert!(frame(&desk).contains("≠ differs"));
}

#[test]
fn a_pane_that_is_out_is_marked_in_the_list_before_the_broadcast_too() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g right ctrl-g o");
    quiet(&mut desk);
    let shown = frame(&desk);
    let out = &desk.app.panes[&desk.app.tabs.active().unwrap().focus()];
    let (_, end) = out.target.pod.name.rsplit_once('-').unwrap();
    let row = shown
        .lines()
        .find(|line| line.contains(&format!("-{end} Running")));
    assert!(row.unwrap().starts_with("  × "), "{shown}");
}

#[test]
fn a_recorded_pane_says_so_in_its_border() {
    let mut desk = desk_with_shells();
    let pane = desk.pane(1);
    desk.app.panes.get_mut(&pane).unwrap().recorded = true;
    let shown = frame(&desk);
    assert!(shown.contains(" ● rec · live ─"), "{shown}");
}

#[test]
fn a_pane_that_takes_no_keys_is_offered_what_helps() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 24, 80);
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Silent(Silence::NoAnswer),
    ));
    quiet(&mut desk);
    let last = |desk: &Desk| frame(desk).lines().last().unwrap().to_owned();
    assert!(last(&desk).contains("Ctrl-g c cancel"), "{}", last(&desk));
    let ended = desk.session(2);
    desk.event(Event::Session(
        ended,
        SessionNews::Ended(Outcome::Exited(1)),
    ));
    quiet(&mut desk);
    desk.keys("ctrl-g j");
    assert!(
        last(&desk).contains("Ctrl-g r new session"),
        "{}",
        last(&desk)
    );
    desk.keys("ctrl-g k");
    desk.keys("ctrl-g l ctrl-g c");
    quiet_notices(&mut desk);
    let grace = "Ctrl-g: c end now  u keep the shell";
    assert!(last(&desk).contains(grace), "{}", last(&desk));
}

#[test]
fn ascii_panes_keep_weights_apart() {
    let mut desk = broadcasting();
    desk.app.settings.look.ascii = true;
    let session = desk.session(1);
    desk.event(Event::Session(
        session,
        SessionNews::Silent(Silence::NoAnswer),
    ));
    quiet(&mut desk);
    same("broadcast_ascii_120x40", &desk);
}

/// Runs the last timer of each session that is in `panes`, and answers cleanups with so many left.
fn cancel_on(desk: &mut Desk, pane: usize, left: u32) {
    let wanted = desk.session(pane);
    for effect in desk.take() {
        if let Effect::Start {
            timer: Timer::Cancel { session, epoch },
            ..
        } = effect
            && session == wanted
        {
            desk.event(Event::Timer(Timer::Cancel { session, epoch }));
        } else if let Effect::Clean {
            session, attempt, ..
        } = effect
            && session == wanted
        {
            desk.event(Event::Cleaned {
                session,
                attempt,
                result: Ok(report(left)),
            });
        } else if let Effect::Verify {
            session, attempt, ..
        } = effect
            && session == wanted
        {
            desk.event(Event::Verified {
                session,
                attempt,
                result: Ok(report(left)),
            });
        }
    }
}

#[test]
fn cancels_say_how_far_they_are() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g C");
    if desk.app.overlay().is_some() {
        desk.pass(Duration::from_secs(1));
        desk.keys("ctrl-g");
    }
    let kept = desk.take();
    for pane in [1, 2] {
        desk.effects = kept.clone();
        desk.pass(Duration::from_millis(300));
        for _ in 0..24 {
            if desk.app.panes.values().nth(pane).unwrap().not_confirmed() {
                break;
            }
            cancel_on(&mut desk, pane, u32::from(pane == 2));
        }
    }
    desk.pass(Duration::from_millis(600));
    desk.event(Event::Tick);
    quiet_notices(&mut desk);
    same("cancel_120x40", &desk);
    sized(&mut desk, 24, 80);
    same("cancel_80x24", &desk);
}

#[test]
fn what_cannot_be_attributed_is_named_on_its_pane() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g c ctrl-g c");
    for _ in 0..8 {
        for effect in desk.take() {
            let mut result = report(0);
            result.not_attributable = report(1).left;
            match effect {
                Effect::Clean {
                    session, attempt, ..
                } => desk.event(Event::Cleaned {
                    session,
                    attempt,
                    result: Ok(result),
                }),
                Effect::Verify {
                    session, attempt, ..
                } => desk.event(Event::Verified {
                    session,
                    attempt,
                    result: Ok(result),
                }),
                _ => {}
            }
        }
    }
    let text = "1 not attributable, not ended";
    let shown = frame(&desk);
    assert!(shown.contains(&format!("░{text}")), "{shown}");
    let said = desk.app.notices.current(desk.app.now);
    let said = said.is_some_and(|notice| notice.text.contains(text));
    assert!(said, "a closed pane must not take the word with it");
}

#[test]
fn an_ended_pane_under_a_broadcast_is_not_offered_to_join() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g b");
    pass_guard(&mut desk);
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Exited(1)),
    ));
    quiet(&mut desk);
    let frame = frame(&desk);
    let line = frame.lines().last().unwrap();
    assert!(line.contains("HERE ONLY"), "{line}");
    assert!(!line.contains("join"), "{line}");
    assert!(line.contains("r new session"), "{line}");
}

const LONG_REASON: &str = "the container runtime could not start a shell: exec format error in /usr/local/bin/with/a/long/path/entrypoint, and the last attempt said ENDOFREASON";

/// The focused pane did not start, in a terminal of that size.
fn not_started(why: &str, (rows, columns): (u16, u16)) -> Desk {
    let mut desk = desk_with_shells();
    sized(&mut desk, rows, columns);
    let (pane, session) = (desk.pane(0), desk.session(0));
    desk.app.panes.get_mut(&pane).unwrap().handshake = None;
    let failed = Outcome::StartFailed(why.to_owned());
    desk.event(Event::Session(session, SessionNews::Ended(failed)));
    quiet(&mut desk);
    desk
}

#[test]
fn a_slip_has_four_lines_at_most_and_the_notices_hold_what_it_cuts() {
    for size in [(24, 80), (40, 120), (60, 200), (100, 300)] {
        let mut desk = not_started(LONG_REASON, size);
        let slip: Vec<String> = (frame(&desk).lines())
            .filter(|line| line.contains('░'))
            .map(str::to_owned)
            .collect();
        assert!((2..=4).contains(&slip.len()), "{size:?}: {slip:#?}");
        assert!(slip[0].contains("░not started "), "{slip:#?}");
        let keys = slip.last().unwrap();
        assert!(keys.contains("░r new session · x close"), "{slip:#?}");
        let whole = slip.iter().any(|line| line.contains("ENDOFREASON"));
        assert_ne!(whole, keys.contains(" · N why"), "{slip:#?}");
        desk.keys("ctrl-g N");
        assert!(frame(&desk).contains("ENDOFREASON"), "{}", frame(&desk));
    }
}

#[test]
fn a_zoomed_pane_that_did_not_start_has_a_slip_at_its_foot_too() {
    let mut desk = not_started(LONG_REASON, (24, 80));
    desk.keys("ctrl-g z");
    let shown = frame(&desk);
    let slip: Vec<usize> = (shown.lines().enumerate())
        .filter(|(_, line)| line.starts_with('░'))
        .map(|(row, _)| row)
        .collect();
    assert_eq!(slip, [19, 20, 21, 22], "{shown}");
}

#[test]
fn a_pane_of_seven_rows_has_no_slip_and_the_status_line_says_the_next_step() {
    let no_shell = "exec: \"bash\": executable file not found in $PATH";
    for (why, word, step) in [
        (no_shell, "start failed: no shell", "d debug container"),
        (LONG_REASON, "start failed", "r new session"),
    ] {
        let mut desk = not_started(why, (23, 80));
        let shown = frame(&desk);
        assert_eq!(desk.app.layout.panes[0].outer.height, 7, "{shown}");
        assert!(!shown.contains('░'), "{shown}");
        assert!(shown.contains(&format!(" {word} ═")), "{shown}");
        let status = shown.lines().last().unwrap();
        for said in ["not started", step, "x close", "N why"] {
            assert!(status.contains(said), "{said}: {status}");
        }
        desk.keys("ctrl-g f");
        let found = frame(&desk);
        assert!(found.contains(&format!(" · {word}")), "{found}");
        desk.keys("esc");
        desk.typed("l");
        let status = frame(&desk).lines().last().unwrap().to_owned();
        let keys = format!("Ctrl-g: {step}  x close");
        assert!(status.contains(&keys), "{status}");
    }
}

#[test]
fn a_pane_without_a_slip_says_that_its_debug_container_starts() {
    let mut desk = not_started("exec: \"bash\": no such file or directory", (23, 80));
    let (pane, since) = (desk.pane(0), desk.app.now);
    desk.app.panes.get_mut(&pane).unwrap().debug = DebugWait::Starting { since };
    let shown = frame(&desk);
    assert!(shown.contains(" opening 0 s ─"), "{shown}");
    let status = shown.lines().last().unwrap();
    assert!(status.contains("debug container starts"), "{status}");
    assert!(!status.contains("d debug container"), "{status}");
}

#[test]
fn a_lost_pane_says_why_in_the_rows_of_its_slip() {
    let mut desk = desk_with_shells();
    let session = desk.session(1);
    let lost = Outcome::Lost(
        "the connection to the API server was reset by its peer while data was on its way"
            .to_owned(),
    );
    desk.event(Event::Session(session, SessionNews::Ended(lost)));
    desk.pass(Duration::from_secs(70));
    let frame = frame(&desk);
    assert!(
        frame.contains("on its way") || frame.contains("its way"),
        "{frame}"
    );
}

/// The focused pane lost, and its cleanup refused once in so many words.
fn lost_and_refused(why: &str, retry: Retry) -> Desk {
    let mut desk = desk_with_shells();
    let session = desk.session(0);
    let lost = Outcome::Lost("connection reset".to_owned());
    desk.event(Event::Session(session, SessionNews::Ended(lost)));
    for effect in desk.take() {
        if let Effect::Clean {
            session, attempt, ..
        } = effect
        {
            let why = why.to_owned();
            let result = Err(CleanFailure { why, retry });
            desk.event(Event::Cleaned {
                session,
                attempt,
                result,
            });
        }
    }
    let later = desk.app.now + Duration::from_secs(1);
    desk.app.notices.opened(later);
    sized(&mut desk, 24, 80);
    desk
}

#[test]
fn a_lost_pane_that_waits_says_why_it_was_lost_when_it_tries_again_and_the_key() {
    let long = "cleanup exec lost: the server is currently unable to handle the request";
    let desk = lost_and_refused(long, Retry::Useful);
    let frame = frame(&desk);
    for said in [
        "░lost: connection reset",
        "░tries again in ",
        "░c try now · N why",
    ] {
        assert!(frame.contains(said), "{said}\n{frame}");
    }
    let line = frame.lines().last().unwrap();
    assert!(line.contains("c try now"), "{line}");
    let mut desk = desk;
    sized(&mut desk, 24, 160);
    desk.keys("ctrl-g N");
    let page = super::frame(&desk);
    for said in ["lost: connection reset", long] {
        assert!(page.contains(said), "{said}\n{page}");
    }
}

#[test]
fn a_pane_that_is_not_confirmed_is_offered_another_try() {
    let desk = lost_and_refused("no shell in the image", Retry::Useless);
    let frame = frame(&desk);
    assert!(frame.contains("not confirmed"), "{frame}");
    let line = frame.lines().last().unwrap();
    assert!(line.contains("c try again"), "{line}");
}

/// Something that changes what is drawn.
type Step<'a> = &'a dyn Fn(&mut Desk);

/// Most panes of a frame are taken from the last one.
#[test]
fn a_frame_after_others_is_the_frame_alone() {
    let mut desk = desk_with_shells();
    let (mut kept, mut outer) = (Drawn::default(), TestBackend::new(1, 1));
    let steps: [(&str, Step<'_>); 23] = [
        ("at first", &|_| {}),
        ("output", &|desk| desk.output(1, "uptime\r\n 1 day\r\n")),
        ("colours and a wide character", &|desk| {
            desk.output(2, "\x1b[41m日本\x1b[m\r\n");
        }),
        ("a row of wide characters", &|desk| {
            desk.output(2, "日本日本\x1b[6D");
        }),
        ("a letter over half of one", &|desk| desk.output(2, "x")),
        ("over both halves and one more", &|desk| {
            desk.output(2, "yz!");
        }),
        ("another size", &|desk| sized(desk, 24, 80)),
        ("letters of two rows", &|desk| desk.output(1, "ls")),
        ("the list over panes", &|desk| desk.keys("ctrl-g g")),
        ("letters under it", &|desk| desk.output(0, " -l")),
        ("a page over all", &|desk| desk.keys("?")),
        ("letters below it", &|desk| desk.output(1, " -a")),
        ("panes alone", &|desk| desk.keys("esc tab")),
        ("focus", &|desk| desk.keys("ctrl-g l")),
        ("zoom", &|desk| desk.keys("ctrl-g z")),
        ("no zoom", &|desk| desk.keys("ctrl-g z")),
        ("broadcast", &|desk| desk.keys("ctrl-g b")),
        ("scroll mode", &|desk| desk.keys("esc ctrl-g [ k k")),
        ("selected", &|desk| desk.keys("v k")),
        ("no scroll mode", &|desk| desk.keys("q q")),
        ("the end of one, and its slip", &|desk| {
            let session = desk.session(0);
            desk.event(Event::Session(
                session,
                SessionNews::Ended(Outcome::Exited(0)),
            ));
        }),
        ("a new session in its pane", &|desk| {
            desk.keys("ctrl-g h ctrl-g k ctrl-g h ctrl-g k ctrl-g r");
        }),
        ("its output", &|desk| desk.output(0, "new\r\n")),
    ];
    for (what, step) in steps {
        step(&mut desk);
        for _ in 0..2 {
            draw_after(&desk, &mut kept, &mut outer);
            assert_eq!(seen(outer.buffer()), seen(&buffer(&desk)), "{what}");
        }
    }
}
