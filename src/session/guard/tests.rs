//! The attack on the guard rails: every path times every rule, the expected answer of each cell written out from design section 3.

use super::*;
use proptest::prelude::*;

/// What a cell of the table says: `ok`, `name`, `number`, `twice`, or the rule that refuses.
fn judged(rules: &Rules, action: Action<'_>, targets: &[Target], presence: Presence) -> String {
    match rules.judge(action, targets, presence) {
        Verdict::Allowed => "ok".to_owned(),
        Verdict::Ask(questions) => {
            let word = |question: &Question| match question {
                Question::TypeNames(names) => names.join("+"),
                Question::TypeNumber(number) => number.to_string(),
                Question::PressTwice => "twice".to_owned(),
            };
            questions.iter().map(word).collect::<Vec<_>>().join(" ")
        }
        Verdict::Refused(rule) => match rule {
            Rule::ReadOnly(_) => "read_only",
            Rule::MaxTargets { .. } => "max_targets",
            Rule::Deny { .. } => "deny",
            Rule::ProtectedWithoutYes { .. } => "--yes",
        }
        .to_owned(),
    }
}

fn targets(context: &str, namespace: &str, count: usize) -> Vec<Target> {
    let target = Target {
        context: ContextName::new(context),
        namespace: namespace.to_owned(),
    };
    vec![target; count]
}

fn rules() -> Rules {
    Rules {
        protected_contexts: vec![Pattern::new("*prod*")],
        protected_namespaces: vec![Pattern::new("pay*")],
        confirm_over: 3,
        max_targets: 5,
        deny: vec![Deny {
            regex: Regex::new(r"^rm\b").unwrap(),
            origin: Origin("config.toml:7".to_owned()),
        }],
        read_only_at: Origin("config.toml:2".to_owned()),
        max_targets_at: Origin("config.toml:4".to_owned()),
        ..Rules::default()
    }
}

/// The paths, in the order of the columns below.
fn paths(text: &str) -> [(&'static str, Action<'_>, Presence); 15] {
    let (console, no, yes) = (
        Presence::Console,
        Presence::Headless { yes: Yes::NotGiven },
        Presence::Headless { yes: Yes::Given },
    );
    let all = |focus| Action::CancelAll { focus };
    [
        ("shells", Action::OpenShells, console),
        ("live key or paste to one pane", Action::KeysToOne, console),
        ("port-forward", Action::PortForward, console),
        ("cancel of one pane", Action::Cancel, console),
        ("cleanup, leaks, reap", Action::Cleanup, no),
        ("cleanup at the screen", Action::Cleanup, console),
        ("cancel-all", all(FocusedPane::Included), console),
        (
            "cancel-all under HERE ONLY",
            all(FocusedPane::Excluded),
            console,
        ),
        ("live keys to all", Action::Broadcast, console),
        ("paste of lines to all", Action::BroadcastPaste, console),
        ("compose", Action::Compose { text }, console),
        ("run", Action::Run { text }, console),
        ("console -- COMMAND", Action::Run { text }, console),
        ("podmux run", Action::Run { text }, no),
        ("podmux run --yes", Action::Run { text }, yes),
    ]
}

/// One row of the table: a situation and the fifteen answers.
#[track_caller]
fn row(what: &str, rules: &Rules, targets: &[Target], text: &str, expected: [&str; 15]) {
    for ((path, action, presence), expected) in paths(text).into_iter().zip(expected) {
        let said = judged(rules, action, targets, presence);
        assert_eq!(said, expected, "{path}, {what}");
    }
}

#[test]
fn nothing_asks_for_few_unprotected_targets_but_a_paste_and_here_only() {
    #[rustfmt::skip]
    row("plain", &rules(), &targets("dev", "shop", 2), "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "ok", "twice",
        "ok", "2", "ok", "ok", "ok", "ok", "ok",
    ]);
}

#[test]
fn a_paste_of_lines_to_the_last_receiver_asks_too() {
    #[rustfmt::skip]
    row("one target", &rules(), &targets("dev", "shop", 1), "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "ok", "twice",
        "ok", "1", "ok", "ok", "ok", "ok", "ok",
    ]);
}

#[test]
fn read_only_refuses_what_starts_or_sends_and_never_what_ends() {
    let rules = Rules {
        read_only: true,
        ..rules()
    };
    #[rustfmt::skip]
    row("read-only", &rules, &targets("dev", "shop", 2), "date", [
        "read_only", "ok", "read_only", "ok", "ok", "ok", "ok", "twice",
        "read_only", "read_only", "read_only", "read_only", "read_only", "read_only", "read_only",
    ]);
}

#[test]
fn a_protected_context_wants_its_name() {
    #[rustfmt::skip]
    row("protected context", &rules(), &targets("prod-eu", "shop", 2), "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "ok", "twice",
        "prod-eu", "prod-eu", "prod-eu", "prod-eu", "prod-eu", "--yes", "ok",
    ]);
}

#[test]
fn a_protected_namespace_wants_its_name() {
    #[rustfmt::skip]
    row("protected namespace", &rules(), &targets("dev", "payments", 2), "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "ok", "twice",
        "payments", "payments", "payments", "payments", "payments", "--yes", "ok",
    ]);
}

#[test]
fn each_protected_name_is_wanted_once() {
    let mut both = targets("prod-eu", "shop", 1);
    both.extend(targets("dev", "payments", 1));
    both.extend(targets("prod-us", "payments", 1));
    both.extend(targets("prod-eu", "cart", 1));
    let all = "payments+prod-eu+prod-us";
    #[rustfmt::skip]
    row("several names", &rules(), &both, "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "twice", "twice",
        all, all, all, all, all, "--yes", "ok",
    ]);
}

#[test]
fn more_than_confirm_over_wants_the_number() {
    #[rustfmt::skip]
    row("confirm_over", &rules(), &targets("dev", "shop", 4), "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "twice", "twice",
        "4", "4", "4", "4", "4", "ok", "ok",
    ]);
}

#[test]
fn confirm_over_counts_the_unprotected_ones() {
    let mut some = targets("dev", "shop", 4);
    some.extend(targets("prod-eu", "shop", 1));
    let both = "prod-eu 4";
    #[rustfmt::skip]
    row("both", &rules(), &some, "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "twice", "twice",
        both, both, both, both, both, "--yes", "ok",
    ]);
}

#[test]
fn max_targets_limits_what_is_sent_and_never_shells_or_cancel() {
    #[rustfmt::skip]
    row("max_targets", &rules(), &targets("dev", "shop", 6), "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "twice", "twice",
        "max_targets", "max_targets", "max_targets", "max_targets", "max_targets", "max_targets", "max_targets",
    ]);
}

#[test]
fn max_targets_counts_before_a_protected_name() {
    #[rustfmt::skip]
    row("max_targets, protected", &rules(), &targets("prod-eu", "shop", 6), "date", [
        "ok", "ok", "ok", "ok", "ok", "ok", "twice", "twice",
        "max_targets", "max_targets", "max_targets", "max_targets", "max_targets", "max_targets", "max_targets",
    ]);
}

#[test]
fn deny_looks_at_composed_and_run_text_only() {
    for text in ["rm -rf /data", "cd /data\nrm -rf x", "cd /data\n  rm x"] {
        #[rustfmt::skip]
        row("deny", &rules(), &targets("dev", "shop", 2), text, [
            "ok", "ok", "ok", "ok", "ok", "ok", "ok", "twice",
            "ok", "2", "deny", "deny", "deny", "deny", "deny",
        ]);
    }
}

#[test]
fn a_text_that_is_not_denied_passes() {
    #[rustfmt::skip]
    row("not denied", &rules(), &targets("dev", "shop", 2), "echo rm\nrmdir x", [
        "ok", "ok", "ok", "ok", "ok", "ok", "ok", "twice",
        "ok", "2", "ok", "ok", "ok", "ok", "ok",
    ]);
}

#[test]
fn protected_names_are_found_whatever_their_case() {
    let rules = Rules {
        protected_contexts: vec![Pattern::new("*PROD*")],
        ..rules()
    };
    let said = judged(
        &rules,
        Action::Broadcast,
        &targets("EU-Prod", "shop", 1),
        Presence::Console,
    );
    assert_eq!(said, "EU-Prod");
}

#[test]
fn a_refusal_names_the_rule_and_where_it_stands() {
    let refused = |rules: &Rules, action: Action<'_>, targets: &[Target], presence| match rules
        .judge(action, targets, presence)
    {
        Verdict::Refused(rule) => rule.to_string(),
        verdict @ (Verdict::Allowed | Verdict::Ask(_)) => panic!("{verdict:?}"),
    };
    let read_only = Rules {
        read_only: true,
        ..rules()
    };
    let few = targets("dev", "shop", 1);
    let no = Presence::Headless { yes: Yes::NotGiven };
    assert_eq!(
        refused(&read_only, Action::OpenShells, &few, Presence::Console),
        "guard.read_only is set (config.toml:2)"
    );
    assert_eq!(
        refused(&rules(), Action::Run { text: "rm x" }, &few, no),
        "the text matches guard.deny \"^rm\\\\b\" (config.toml:7)"
    );
    assert_eq!(
        refused(&rules(), Action::Broadcast, &targets("dev", "shop", 6), no),
        "6 targets are more than broadcast.max_targets = 5 (config.toml:4)"
    );
    assert_eq!(
        refused(
            &rules(),
            Action::Run { text: "ls" },
            &targets("prod", "shop", 1),
            no
        ),
        "protected: prod; give --yes to go on"
    );
}

#[test]
fn a_star_stands_for_any_run_of_characters() {
    let table = [
        ("*prod*", "eu-prod-1", true),
        ("*prod*", "pro-d", false),
        ("prod-*", "my-prod-eu", false),
        ("*-eu", "prod-eu", true),
        ("a*b*c", "a1b2c", true),
        ("a*b*c", "acb", false),
        ("exact", "exact", true),
        ("exact", "exactly", false),
        ("*", "", true),
    ];
    for (pattern, name, expected) in table {
        assert_eq!(
            Pattern::new(pattern).matches(name),
            expected,
            "{pattern} on {name}"
        );
    }
}

proptest! {
    /// What is asked for or refused never becomes less when targets are added.
    #[test]
    fn more_targets_are_never_easier(few in 0usize..8, more in 0usize..8, protected: bool) {
        let rank = |verdict: &Verdict| match verdict {
            Verdict::Allowed => 0,
            Verdict::Ask(_) => 1,
            Verdict::Refused(_) => 2,
        };
        let context = if protected { "prod" } else { "dev" };
        let start = targets(context, "shop", few);
        let mut grown = start.clone();
        grown.extend(targets("dev", "shop", more));
        for (_, action, presence) in paths("date") {
            let before = rank(&rules().judge(action, &start, presence));
            let after = rank(&rules().judge(action, &grown, presence));
            prop_assert!(after >= before);
        }
    }
}
