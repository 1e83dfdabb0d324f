use std::sync::Arc;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::inventory::pod::{Labels, Owner};
use crate::inventory::store::tests::row;

fn web() -> PodRow {
    let labels: Labels = Arc::from([
        ("app".into(), "web".into()),
        ("pod-template-hash".into(), "6d9c8".into()),
    ]);
    PodRow {
        owner: Some(Owner {
            kind: "ReplicaSet".into(),
            name: "web-6d9c8".into(),
        }),
        labels,
        status: crate::inventory::PodStatus {
            word: "CrashLoopBackOff".into(),
            kind: crate::inventory::StatusKind::Trouble,
        },
        node: "ip-10-0-4-7".into(),
        ..row("shop", "web-6d9c8-m2v8d")
    }
}

#[rstest]
#[case("", true)]
#[case("web", true)]
#[case("WEB", true)]
#[case("shop", true)]
#[case("shop/web", true)]
#[case("op/we", true)]
#[case("shop/cart", false)]
#[case("web m2v", true)]
#[case("web cart", false)]
#[case("!web", false)]
#[case("!cart", true)]
#[case("web !cart", true)]
#[case("~wbm2", true)]
#[case("~shweb", true)]
#[case("~zzz", false)]
#[case("!~zzz", true)]
#[case("ns:shop", true)]
#[case("ns:cart", false)]
#[case("!ns:sho", false)]
#[case("label:app=web", true)]
#[case("label:app=we", false)]
#[case("label:app=WEB", false)]
#[case("label:app", true)]
#[case("label:tier", false)]
#[case("!label:app=web", false)]
#[case("status:crash", true)]
#[case("status:running", false)]
#[case("node:4-7", true)]
#[case("node:4-8", false)]
#[case("owner:web", true)]
#[case("owner:deploy/web", true)]
#[case("owner:deployment/web", true)]
#[case("owner:sts/web", false)]
#[case("owner:replicaset/web", true)]
#[case("deploy/web", true)]
#[case("!", true)]
#[case("~", true)]
#[case("ns:", true)]
#[case("label:", true)]
#[case("foo:bar", false)]
fn terms_are_read_as_the_grammar_says(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(
        Filter::parse(text).matches(&web(), &mut Scratch::default()),
        expected
    );
}

#[test]
fn a_bare_pod_has_no_owner_to_match() {
    let bare = row("shop", "one");
    let mut scratch = Scratch::default();
    assert!(!Filter::parse("owner:one").matches(&bare, &mut scratch));
    assert!(Filter::parse("!owner:one").matches(&bare, &mut scratch));
}

#[rstest]
#[case("web", "web-6d9c8-m2v8d", vec![0..3])]
#[case("8", "web-6d9c8-m2v8d", vec![8..9, 13..14])]
#[case("web eb-6", "web-6d9c8-m2v8d", vec![0..5])]
#[case("~wm2", "web-6d9c8-m2v8d", vec![0..1, 10..12])]
#[case("!web", "web-6d9c8-m2v8d", vec![])]
#[case("ns:web", "web-6d9c8-m2v8d", vec![])]
#[case("ß", "größe", vec![3..4])]
fn highlights_are_counted_in_characters(
    #[case] text: &str,
    #[case] name: &str,
    #[case] expected: Vec<Range<usize>>,
) {
    assert_eq!(
        Filter::parse(text).highlights(name, &mut Scratch::default()),
        expected
    );
}

proptest! {
    #[test]
    fn a_word_matches_where_the_joined_name_holds_it(namespace in "[a-c]{1,4}", name in "[a-c-]{1,8}", word in "[a-c/]{1,4}") {
        let expected = format!("{namespace}/{name}").contains(&word);
        let pod = row(&namespace, &name);
        prop_assert_eq!(Filter::parse(&word).matches(&pod, &mut Scratch::default()), expected);
    }

    #[test]
    fn a_negated_term_is_the_opposite(word in "[a-z0-9~:=/]{1,8}") {
        let mut scratch = Scratch::default();
        let plain = Filter::parse(&word);
        prop_assume!(!plain.is_empty());
        let negated = Filter::parse(&format!("!{word}"));
        prop_assert_ne!(plain.matches(&web(), &mut scratch), negated.matches(&web(), &mut scratch));
    }

    #[test]
    fn highlights_are_sorted_apart_and_within_the_name(text in "\\PC{0,12}", name in "\\PC{0,20}") {
        let ranges = Filter::parse(&text).highlights(&name, &mut Scratch::default());
        let mut end = None;
        for range in ranges {
            prop_assert!(range.start < range.end && range.end <= name.chars().count());
            prop_assert!(end.is_none_or(|end| end < range.start));
            end = Some(range.end);
        }
    }
}
