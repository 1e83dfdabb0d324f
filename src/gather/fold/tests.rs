use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::gather::Line;
use crate::ids::{ContextName, PodRef, PodUid};

fn answer(name: &str, ending: Ending, text: &str) -> Answer {
    let pod = PodRef {
        context: ContextName::new("c"),
        namespace: "shop".into(),
        name: name.into(),
    };
    let target = ContainerRef {
        pod,
        uid: PodUid::new(name),
        container: "app".into(),
    };
    Answer {
        target,
        ending,
        text: text.into(),
        facts: Fact::of("node", &format!("image:{text}"), []),
    }
}

fn shape(gathered: &Gathered) -> Vec<(Kind, String, Vec<String>)> {
    let names = |group: &Group| {
        group
            .targets
            .iter()
            .map(|target| target.pod.name.to_string())
            .collect()
    };
    gathered
        .groups
        .iter()
        .map(|group| (group.kind, group.text.to_string(), names(group)))
        .collect()
}

fn expect(rows: &[(Kind, &str, &[&str])]) -> Vec<(Kind, String, Vec<String>)> {
    rows.iter()
        .map(|(kind, text, names)| {
            (
                *kind,
                (*text).to_owned(),
                names.iter().map(|name| (*name).to_owned()).collect(),
            )
        })
        .collect()
}

#[test]
fn the_majority_comes_first_then_the_different_then_the_failed_then_the_running() {
    let gathered = fold(&[
        answer("e", Ending::Running, "7"),
        answer("d", Ending::Exited(1), "no such file"),
        answer("c", Ending::Exited(0), "5\n"),
        answer("b", Ending::Exited(0), "7\n"),
        answer("a", Ending::Exited(0), "7"),
        answer("f", Ending::TimedOut, ""),
    ]);
    let expected = expect(&[
        (Kind::Same, "7", &["a", "b"]),
        (Kind::Differ, "5", &["c"]),
        (Kind::Failed, "no such file", &["d"]),
        (Kind::Failed, "", &["f"]),
        (Kind::Running, "", &["e"]),
    ]);
    assert_eq!(shape(&gathered), expected);
    assert_eq!(
        gathered.summary(),
        "2 same · 1 differ · 2 failed · 1 running"
    );
}

#[test]
fn a_different_answer_is_compared_with_the_majority() {
    let gathered = fold(&[
        answer("a", Ending::Exited(0), "7"),
        answer("b", Ending::Exited(0), "7"),
        answer("c", Ending::Exited(0), "5"),
    ]);
    let different = &gathered.groups[1];
    let lines = vec![Line::Removed("7".into()), Line::Added("5".into())];
    assert_eq!(
        different.difference,
        Some(Difference {
            lines,
            not_compared: 0
        })
    );
    assert_eq!(
        different.common.as_deref(),
        Some("it has image image:5; none of the 2 others has")
    );
    assert_eq!(
        (&gathered.groups[0].difference, &gathered.groups[0].common),
        (&None, &None)
    );
}

#[test]
fn the_same_text_with_another_exit_code_is_another_group() {
    let gathered = fold(&[
        answer("a", Ending::Exited(0), "x"),
        answer("b", Ending::Exited(2), "x"),
        answer("c", Ending::Exited(3), "x"),
    ]);
    assert_eq!(gathered.summary(), "1 same · 2 failed");
    assert_eq!(gathered.groups.len(), 3);
}

#[test]
fn failures_are_never_the_majority() {
    let failed = ["a", "b", "c"].map(|name| answer(name, Ending::Exited(1), "broken"));
    assert_eq!(fold(&failed).summary(), "3 failed");
    let gathered = fold(
        &[
            failed.to_vec(),
            vec![answer("d", Ending::Exited(0), "fine")],
        ]
        .concat(),
    );
    assert_eq!(gathered.summary(), "1 same · 3 failed");
}

#[test]
fn where_all_answers_differ_nobody_is_the_odd_one_out() {
    let gathered = fold(&["a", "b", "c"].map(|name| answer(name, Ending::Exited(0), name)));
    assert_eq!(gathered.summary(), "3 differ");
    assert!(
        gathered
            .groups
            .iter()
            .all(|group| group.difference.is_none())
    );
}

#[test]
fn of_equally_many_the_answer_of_the_first_name_counts_as_usual() {
    let pair = |text: &'static str, names: [&str; 2]| {
        names.map(|name| answer(name, Ending::Exited(0), text))
    };
    let gathered = fold(&[pair("z", ["a", "d"]), pair("y", ["b", "c"])].concat());
    assert_eq!(
        shape(&gathered),
        expect(&[
            (Kind::Same, "z", &["a", "d"]),
            (Kind::Differ, "y", &["b", "c"])
        ])
    );
}

#[test]
fn blanks_at_line_ends_make_no_difference() {
    let gathered = fold(&[
        answer("a", Ending::Exited(0), "x  \r\ny\n\n"),
        answer("b", Ending::Exited(0), "x\ny"),
    ]);
    assert_eq!(gathered.summary(), "2 same");
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        4 => Just(Ending::Exited(0)),
        1 => (1..3).prop_map(Ending::Exited),
        1 => Just(Ending::Running),
        1 => Just(Ending::TimedOut),
        1 => "[ab]".prop_map(|why| Ending::Lost(Arc::from(why))),
    ]
}

proptest! {
    #[test]
    fn every_target_is_in_one_group_whatever_the_order(
        answers in proptest::collection::vec((ending(), "[ab\n]{0,3}"), 0..30).prop_map(|rows| {
            rows.into_iter().enumerate().map(|(n, (ending, text))| answer(&format!("pod-{n}"), ending, &text)).collect::<Vec<_>>()
        }).prop_flat_map(|answers| (Just(answers.clone()), Just(answers).prop_shuffle()))
    ) {
        let (ordered, shuffled) = answers;
        let gathered = fold(&ordered);
        let mut grouped: Vec<&ContainerRef> = gathered.groups.iter().flat_map(|group| &group.targets).collect();
        let mut given: Vec<&ContainerRef> = ordered.iter().map(|answer| &answer.target).collect();
        grouped.sort();
        given.sort();
        prop_assert_eq!(grouped, given);
        prop_assert_eq!(gathered.len(), ordered.len());
        prop_assert_eq!(&gathered, &fold(&shuffled));
        let largest = gathered.groups.iter().filter(|group| group.ending == Ending::Exited(0)).map(|group| group.targets.len()).max();
        let same = gathered.groups.iter().find(|group| group.kind == Kind::Same);
        prop_assert!(same.is_none_or(|same| Some(same.targets.len()) == largest));
    }
}
