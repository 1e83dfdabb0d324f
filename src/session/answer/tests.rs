use super::*;
use proptest::prelude::*;
use rstest::rstest;

/// The answer of the pod `web-1` to a line broadcast at the prompt `$ `.
fn answer(pod: &str, output: &str) -> Option<(u32, Digest)> {
    let mut track = AnswerTrack::default();
    track.feed(b"\x1b[?2004h$ ", pod);
    track.typing_starts();
    track.feed(b"cat rev", pod);
    track.asked(1);
    track.feed(output.as_bytes(), pod);
    track.answer()
}

const PLAIN: &str = "\r\n7f3c9e1\r\n$ ";

#[rstest]
#[case::colours("\r\n\x1b[31m7f3c9e1\x1b[0m\r\n$ ")]
#[case::title_and_bracketed_paste(
    "\r\n\x1b[?2004l\r\x1b]0;title\x077f3c9e1\r\n\x1b]0;t\x1b\\\x1b[?2004h$ "
)]
#[case::echo_after_the_enter("cat rev\r\n7f3c9e1\r\n$ ")]
#[case::progress_written_over("\r\n10%\r50%\r7f3c9e1\r\n$ ")]
#[case::backspaces("\r\n7f3c9eX\x081\r\n$ ")]
#[case::blanks_at_the_end("\r\n7f3c9e1  \r\n$ ")]
#[case::another_directory_in_the_prompt("\r\n7f3c9e1\r\n/tmp $ ")]
#[case::character_set("\r\n\x1b(B7f3c9e1\r\n\x1b(B$ ")]
#[case::zsh_marks_a_missing_line_end("\r\n7f3c9e1\r\n%       \r \r$ ")]
fn the_same_answer(#[case] output: &str) {
    assert_eq!(answer("web-1", output), answer("web-1", PLAIN));
    assert!(answer("web-1", output).is_some());
}

#[rstest]
#[case::another_line("\r\n5ab1120\r\n$ ")]
#[case::one_line_more("\r\n7f3c9e1\r\nwarning\r\n$ ")]
#[case::nothing("\r\n$ ")]
#[case::lines_joined("\r\n7f3c\r\n9e1\r\n$ ")]
fn another_answer(#[case] output: &str) {
    assert_ne!(answer("web-1", output), answer("web-1", PLAIN));
    assert!(answer("web-1", output).is_some());
}

#[rstest]
#[case::only_the_line_end("\r\n")]
#[case::no_prompt_yet("\r\n7f3c9e1\r\n")]
#[case::half_a_line("\r\n7f3c")]
#[case::half_an_escape("\r\n7f3c9e1\r\n\x1b[3")]
fn no_answer_yet(#[case] output: &str) {
    assert_eq!(answer("web-1", output), None);
}

#[test]
fn a_pods_own_name_is_no_difference() {
    let says = |pod: &str| answer(pod, &format!("\r\nI am {pod}\r\n$ "));
    assert_eq!(says("web-1"), says("web-22"));
}

#[test]
fn a_name_goes_wherever_it_stands_and_the_blanks_before_the_end_with_it() {
    let says = |pod: &str| answer(pod, &format!("\r\n{pod}: {pod} {pod}{pod} up {pod}\r\n$ "));
    assert_eq!(says("web-1"), says("web-22"));
    assert_eq!(says("web-1"), answer("web-1", "\r\n:   up\r\n$ "));
    assert_ne!(says("web-1"), answer("web-1", "\r\n:  up\r\n$ "));
}

#[test]
fn a_prompt_with_the_pods_name_is_known_again() {
    let ask = |pod: &str| {
        let mut track = AnswerTrack::default();
        track.feed(format!("root@{pod}:/# ").as_bytes(), pod);
        track.typing_starts();
        track.asked(1);
        track.feed(format!("ls\r\na b\r\nroot@{pod}:/# ").as_bytes(), pod);
        track.answer()
    };
    assert_eq!(ask("web-1"), ask("web-2"));
    assert!(ask("web-1").is_some());
}

#[test]
fn an_answer_stays_while_the_next_line_is_typed() {
    let mut track = AnswerTrack::default();
    track.asked(1);
    track.feed(b"\r\n7f3c9e1\r\n$ ", "");
    let settled = track.answer();
    track.typing_starts();
    track.feed(b"df -h", "");
    assert_eq!(track.answer(), settled);
    track.asked(1);
    assert_eq!(track.answer(), None);
}

#[test]
fn output_before_the_first_broadcast_line_is_no_answer() {
    let mut track = AnswerTrack::default();
    track.feed(b"welcome\r\n$ ", "");
    assert_eq!(track.answer(), None);
}

fn digest(text: u64) -> Digest {
    let mut digest = Digest::default();
    digest.push(&text.to_le_bytes());
    digest
}

#[rstest]
#[case::one_of_four(&[1, 1, 2, 1], &[2])]
#[case::two_of_five(&[1, 2, 1, 3, 1], &[1, 3])]
#[case::all_the_same(&[1, 1, 1], &[])]
#[case::no_majority(&[1, 2], &[])]
#[case::half_is_no_majority(&[1, 1, 2, 3], &[])]
#[case::one_alone(&[1], &[])]
#[case::none(&[], &[])]
#[case::one_has_not_answered(&[1, 1, 2, 0], &[])]
fn odd_answers_are_named_when_all_have_answered(#[case] answers: &[u64], #[case] odd: &[usize]) {
    let digests: Vec<_> = answers
        .iter()
        .map(|answer| (*answer > 0).then_some((1, digest(*answer))))
        .collect();
    assert_eq!(odd_ones(&digests), odd);
}

#[test]
fn answers_to_different_lines_are_not_compared() {
    let answers = [(1, 7), (1, 7), (2, 8)].map(|(line, text)| Some((line, digest(text))));
    assert!(odd_ones(&answers).is_empty());
}

proptest! {
    #[test]
    fn where_the_network_cuts_makes_no_difference(
        output in "[a-c\r\n\x1b\\[\\]0-9;m $\x07]{0,60}",
        cuts in proptest::collection::vec(0usize..60, 0..6),
    ) {
        let mut whole = AnswerTrack::default();
        whole.asked(1);
        whole.feed(output.as_bytes(), "a1");
        whole.feed(b"\x18\x07\x1b\\\r\nend\r\n$ ", "a1");
        let mut cut = AnswerTrack::default();
        cut.asked(1);
        let mut at = 0;
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(output.len())).collect();
        cuts.sort_unstable();
        for to in cuts.into_iter().chain([output.len()]) {
            cut.feed(&output.as_bytes()[at..to], "a1");
            at = to;
        }
        cut.feed(b"\x18\x07\x1b\\\r\nend\r\n$ ", "a1");
        prop_assert_eq!(whole.answer(), cut.answer());
    }

    #[test]
    fn memory_stays_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..20_000)) {
        let mut track = AnswerTrack::default();
        track.asked(1);
        track.feed(&bytes, "web-1");
        prop_assert!(track.line.len() <= LINE);
    }
}
