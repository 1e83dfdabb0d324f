use super::*;
use proptest::prelude::*;

const ID: &str = "0123456789abcdef0123456789abcdef";
const BOOT: &str = "3f2b8c1e-0a4d-4e55-9a9b-1c2d3e4f5a6b";

fn id() -> SessionId {
    SessionId::parse(ID).unwrap()
}

fn line(session: &str, pid: u32, stat_pid: u32) -> Vec<u8> {
    let rest = "S 0 41 41 34816 41 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 3";
    let init = "S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 1234 1 2";
    format!("\x1b]7367;podmux;{session};{pid};{BOOT};;{init};{stat_pid} (sh) {rest}\x1b\\")
        .into_bytes()
}

fn handshake() -> Handshake {
    Handshake {
        pid: 41,
        sid: 41,
        start: 987_654,
        boot_id: BOOT.into(),
        init_start: Some(1234),
        file_size: None,
    }
}

fn scan(chunks: &[&[u8]]) -> (Vec<u8>, Option<Handshake>) {
    let mut scanner = HandshakeScanner::new(id());
    let (mut text, mut found) = (Vec::new(), None);
    for chunk in chunks {
        let fed = scanner.feed(chunk);
        text.extend(fed.text);
        if let Verdict::Found(handshake) = fed.verdict {
            assert_eq!(found.replace(handshake), None, "reported twice");
        }
    }
    text.extend(scanner.give_up());
    (text, found)
}

#[test]
fn the_line_is_stripped_and_all_around_it_stays() {
    let bytes = [b"banner\r\n".as_slice(), &line(ID, 41, 41), b"$ "].concat();
    assert_eq!(
        scan(&[&bytes]),
        (b"banner\r\n$ ".to_vec(), Some(handshake()))
    );
}

#[test]
fn a_line_with_another_id_is_text() {
    let forged = line("ffffffffffffffffffffffffffffffff", 41, 41);
    let bytes = [forged.as_slice(), &line(ID, 41, 41)].concat();
    assert_eq!(scan(&[&bytes]), (forged, Some(handshake())));
}

#[test]
fn only_the_first_right_line_counts() {
    let bytes = [line(ID, 41, 41), line(ID, 99, 99)].concat();
    assert_eq!(scan(&[&bytes]), (line(ID, 99, 99), Some(handshake())));
}

#[test]
fn a_line_that_contradicts_itself_is_text() {
    for bad in [line(ID, 41, 42), line(ID, 1, 1), line(ID, 0, 0)] {
        assert_eq!(scan(&[&bad]), (bad.clone(), None));
    }
}

#[test]
fn the_search_ends_after_4_kib() {
    let banner = vec![b'x'; 4096];
    let bytes = [banner.as_slice(), &line(ID, 41, 41)].concat();
    assert_eq!(scan(&[&banner, &line(ID, 41, 41)]), (bytes, None));
}

#[test]
fn an_unfinished_line_is_given_back() {
    let unfinished = format!("\x1b]7367;podmux;{ID};41;").into_bytes();
    assert_eq!(scan(&[&unfinished]), (unfinished.clone(), None));
}

#[test]
fn a_shells_name_may_hold_brackets_and_blanks() {
    let text = String::from_utf8(line(ID, 41, 41))
        .unwrap()
        .replace("(sh)", "(a) S 1 (b)");
    assert_eq!(scan(&[text.as_bytes()]), (Vec::new(), Some(handshake())));
}

#[test]
fn the_file_size_mark_is_read_back() {
    let text = String::from_utf8(line(ID, 41, 41))
        .unwrap()
        .replace(";;", ";2305843009213693953;");
    let expected = Handshake {
        file_size: Some(2_305_843_009_213_693_953),
        ..handshake()
    };
    assert_eq!(scan(&[text.as_bytes()]), (Vec::new(), Some(expected)));
    let unlimited = String::from_utf8(line(ID, 41, 41))
        .unwrap()
        .replace(";;", ";unlimited;");
    assert_eq!(
        scan(&[unlimited.as_bytes()]),
        (Vec::new(), Some(handshake()))
    );
}

proptest! {
    #[test]
    fn chunking_changes_nothing(before in proptest::collection::vec(any::<u8>(), 0..200), after in proptest::collection::vec(any::<u8>(), 0..200), cuts in proptest::collection::vec(1usize..60, 1..80)) {
        let bytes = [before.as_slice(), &line(ID, 41, 41), &after].concat();
        let mut chunks = Vec::new();
        let mut rest = bytes.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (chunk, tail) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = tail;
        }
        prop_assert_eq!(scan(&chunks), ([before, after].concat(), Some(handshake())));
    }

    #[test]
    fn no_byte_of_text_is_lost(chunks in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(0x1b), Just(b']'), Just(b'7'), any::<u8>()], 0..300), 0..30)) {
        let slices: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(scan(&slices).0, chunks.concat());
    }
}

#[test]
fn user_words_are_only_ever_arguments() {
    let words = vec!["a'b".to_string(), "$(id)".into(), "-x\n;".into()];
    let marking = Marking {
        session: id(),
        tty: Some(GridSize::new(24, 80)),
        term: "xterm-256color".into(),
        file_size: FileSizeMark::Off,
    };
    let argv = wrapped_argv("/bin/sh", &marking, &SessionCommand::Argv(words.clone()));
    assert_eq!(argv[..4], ["/bin/sh", "-c", SCRIPT, "sh"]);
    assert_eq!(argv[4..10], [ID, "24", "80", "xterm-256color", "0", "argv"]);
    assert_eq!(argv[10..], words);
}

#[test]
fn a_plain_command_is_tried_without_any_shell_last() {
    let marking = Marking {
        session: id(),
        tty: None,
        term: String::new(),
        file_size: FileSizeMark::Off,
    };
    let words = vec!["/app".to_string()];
    let tries = attempts(&marking, &SessionCommand::Argv(words.clone()));
    assert_eq!(
        tries.last(),
        Some(&Attempt {
            argv: words,
            marked: false
        })
    );
    assert!(
        attempts(&marking, &SessionCommand::Shell(vec!["sh".into()]))
            .iter()
            .all(|a| a.marked)
    );
}
