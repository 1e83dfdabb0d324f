use super::*;
use crate::headless::streams::{Count, Terminal};
use crate::ids::{ContainerRef, ContextName, PodRef, PodUid};
use crate::runtime::unattended::capture::Capture;

fn target(name: &str) -> ContainerRef {
    let pod = PodRef {
        context: ContextName::new("c"),
        namespace: "shop".into(),
        name: name.into(),
    };
    ContainerRef {
        pod,
        uid: PodUid::new(name),
        container: "app".into(),
    }
}

fn answer(index: usize, name: &str, outcome: Outcome, text: &[u8]) -> Answer {
    let mut capture = Capture::new(1024);
    capture.push(Source::Out, text);
    Answer {
        index,
        target: target(name),
        outcome,
        capture,
        seconds: 0.1234,
        left: Some(0),
        warning: None,
        unproven: None,
    }
}

fn printer(mode: Mode, labels: &[&str]) -> Printer {
    Printer {
        mode,
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        facts: Vec::new(),
        worst: ExitCode::Success,
        muted: false,
        refusals: Vec::new(),
    }
}

/// Prints all and gives the exit code, the standard output and the standard error.
fn print(
    mut printer: Printer,
    reports: Vec<Progress>,
    terminal: Terminal,
) -> (ExitCode, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        terminal,
        width: 60,
        count: match terminal {
            Terminal::Yes => Count::Hidden,
            Terminal::No => Count::Off,
        },
    };
    for report in reports {
        printer.take(report, &mut streams).unwrap();
    }
    let exit = printer.finish(&mut streams);
    (
        exit,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

fn ended(answer: Answer) -> Progress {
    Progress::Ended(Box::new(answer))
}

fn output(index: usize, source: Source, text: &'static [u8]) -> Progress {
    Progress::Output {
        index,
        source,
        bytes: bytes::Bytes::from_static(text),
    }
}

#[test]
fn the_worst_end_is_the_exit_code() {
    let start = || Outcome::StartFailed(String::new());
    let lost = || Outcome::Lost(String::new());
    let cancelled = || Outcome::Cancelled { left: None };
    let table = [
        (vec![], ExitCode::Success),
        (
            vec![Outcome::Exited(0), Outcome::Exited(0)],
            ExitCode::Success,
        ),
        (
            vec![Outcome::Exited(0), Outcome::Exited(137)],
            ExitCode::Failure,
        ),
        (vec![lost(), Outcome::Exited(1)], ExitCode::Unknown),
        (vec![Outcome::Exited(1), start()], ExitCode::Unknown),
        (
            vec![Outcome::TimedOut, Outcome::Exited(0)],
            ExitCode::Unknown,
        ),
        (vec![cancelled(), lost()], ExitCode::Interrupted),
    ];
    for (outcomes, expected) in table {
        let reports = outcomes
            .iter()
            .map(|outcome| ended(answer(0, "a", outcome.clone(), b"")));
        let (exit, _, _) = print(printer(Mode::Json, &["a"]), reports.collect(), Terminal::No);
        assert_eq!(exit, expected, "{outcomes:?}");
    }
}

#[test]
fn the_json_line_has_the_fields_of_the_contract() {
    let reports = vec![ended(answer(0, "web-1", Outcome::Exited(7), b"a\xff\n"))];
    let (_, out, _) = print(printer(Mode::Json, &["web-1"]), reports, Terminal::No);
    let expected = "{\"context\":\"c\",\"namespace\":\"shop\",\"pod\":\"web-1\",\"container\":\"app\",\"outcome\":\"exited\",\
        \"exit_code\":7,\"stdout\":\"a\u{fffd}\\n\",\"stderr\":\"\",\"seconds\":0.123,\"left\":0}\n";
    assert_eq!(out, expected);
}

#[test]
fn what_is_not_known_is_null_and_truncation_is_said() {
    let mut lost = answer(0, "a", Outcome::Lost("cut".into()), b"x");
    lost.left = None;
    lost.capture.gap();
    let (_, out, err) = print(printer(Mode::Json, &["a"]), vec![ended(lost)], Terminal::No);
    assert!(
        out.contains("\"outcome\":\"lost\",\"exit_code\":null"),
        "{out}"
    );
    assert!(out.contains("\"left\":null,\"truncated\":true}"), "{out}");
    assert_eq!(err, "podmux: a: lost: cut\n");
}

#[test]
fn a_stream_prints_whole_lines_each_with_its_pod() {
    let mode = Mode::Stream(vec![Lines::default(), Lines::default()]);
    let reports = vec![
        output(0, Source::Out, b"one\ntw"),
        output(1, Source::Out, b"other\n"),
        output(0, Source::Err, b"bad\n"),
        output(0, Source::Out, b"o\nlast"),
        ended(answer(0, "a", Outcome::Exited(0), b"")),
    ];
    let (_, out, err) = print(printer(mode, &["a", "b"]), reports, Terminal::No);
    assert_eq!(out, "a: one\nb: other\na: two\na: last\n");
    assert_eq!(err, "a: bad\n");
}

#[test]
fn a_terminal_gets_no_escape_sequences_and_a_pipe_gets_all_bytes() {
    let reports = || vec![output(0, Source::Out, b"\x1b[2J\n")];
    let mode = || Mode::Stream(vec![Lines::default()]);
    let (_, out, _) = print(printer(mode(), &["a"]), reports(), Terminal::Yes);
    assert_eq!(out, "a: \u{fffd}[2J\n");
    let (_, out, _) = print(printer(mode(), &["a"]), reports(), Terminal::No);
    assert_eq!(out, "a: \x1b[2J\n");
}

#[test]
fn a_line_without_an_end_is_printed_in_pieces() {
    let mut lines = Lines::default();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        terminal: Terminal::No,
        width: 60,
        count: Count::Off,
    };
    for _ in 0..3 {
        lines
            .take(Source::Out, &vec![b'x'; 40 * 1024], "a", &mut streams)
            .unwrap();
    }
    assert_eq!(String::from_utf8(out).unwrap().matches('\n').count(), 1);
}

#[test]
fn equal_answers_are_folded_with_the_names_of_their_pods() {
    let labels = ["web-a", "web-b", "web-c", "web-d"];
    let exited = |index: usize, text| ended(answer(index, labels[index], Outcome::Exited(0), text));
    let failed = ended(answer(3, "web-d", Outcome::Exited(2), b"no file\n"));
    let reports = vec![
        exited(0, b"v1\n"),
        exited(1, b"v1\n"),
        exited(2, b"v2\n"),
        failed,
    ];
    let (exit, out, _) = print(
        printer(Mode::Fold(Vec::new()), &labels),
        reports,
        Terminal::No,
    );
    let expected = "  2 same    exit 0  web-a web-b\n    v1\n  1 differ  exit 0  web-c\n  - v1\n  + v2\n  \
        1 failed  exit 2  web-d\n    no file\n2 same · 1 differ · 1 failed\n";
    assert_eq!(out, expected);
    assert_eq!(exit, ExitCode::Failure);
}

#[test]
fn on_a_terminal_long_lists_of_names_are_cut_to_its_width() {
    let labels: Vec<String> = (0..40).map(|n| format!("web-{n:03}")).collect();
    let shown: Vec<&str> = labels.iter().map(String::as_str).collect();
    let reports = (0..40).map(|n| ended(answer(n, shown[n], Outcome::Exited(0), b"")));
    let (_, out, _) = print(
        printer(Mode::Fold(Vec::new()), &shown),
        reports.collect(),
        Terminal::Yes,
    );
    let head = out.lines().next().unwrap();
    assert!(
        head.chars().count() <= 60 && head.contains("more"),
        "{head}"
    );
}

#[test]
fn what_is_left_is_warned_of_and_the_exit_code_stays() {
    let mut left = answer(0, "a", Outcome::Exited(0), b"");
    left.left = Some(1);
    left.warning = Some("1 left running: 7 sleep".into());
    let (exit, _, err) = print(printer(Mode::Json, &["a"]), vec![ended(left)], Terminal::No);
    assert_eq!(exit, ExitCode::Success);
    assert_eq!(err, "podmux: a: 1 left running: 7 sleep\n");
}

#[test]
fn a_stream_says_which_command_failed() {
    let mode = Mode::Stream(vec![Lines::default(), Lines::default()]);
    let reports = vec![
        ended(answer(0, "a", Outcome::Exited(0), b"")),
        ended(answer(1, "b", Outcome::Exited(3), b"")),
    ];
    let (exit, out, err) = print(printer(mode, &["a", "b"]), reports, Terminal::No);
    assert_eq!((exit, &*out), (ExitCode::Failure, ""));
    assert_eq!(err, "podmux: b: exited 3\n");
}

#[test]
fn who_waits_at_a_terminal_sees_how_many_have_answered() {
    let reports = || {
        vec![
            ended(answer(0, "a", Outcome::Exited(0), b"x\n")),
            ended(answer(1, "b", Outcome::TimedOut, b"x\n")),
        ]
    };
    let folded = || printer(Mode::Fold(Vec::new()), &["a", "b"]);
    let (_, _, err) = print(folded(), reports(), Terminal::Yes);
    assert_eq!(
        err,
        "\r1 of 2 answered\r\x1b[Kpodmux: b: timed out\n\r2 of 2 answered\r\x1b[K"
    );
    let (_, _, err) = print(folded(), reports(), Terminal::No);
    assert_eq!(err, "podmux: b: timed out\n");
}

/// Has this error for whatever is written.
struct Full(io::ErrorKind);

impl io::Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_answer_that_could_not_be_written_is_no_success() {
    for (kind, expected) in [
        (io::ErrorKind::StorageFull, ExitCode::Unknown),
        // Its reader has seen all that it wanted.
        (io::ErrorKind::BrokenPipe, ExitCode::Success),
    ] {
        let mut printer = printer(Mode::Json, &["a"]);
        let (mut out, mut err) = (Full(kind), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
            terminal: Terminal::No,
            width: 60,
            count: Count::Off,
        };
        let report = ended(answer(0, "a", Outcome::Exited(0), b"hi"));
        let error = printer.take(report, &mut streams).unwrap_err();
        printer.mute(&error, &mut streams);
        assert_eq!(printer.finish(&mut streams), expected, "{kind}");
    }
}
