use super::*;
use proptest::prelude::*;

fn words(script: &str) -> Vec<Vec<String>> {
    let list = parse(script).unwrap();
    let commands = list.0.iter().flat_map(|item| &item.first.commands);
    commands
        .map(|command| match command {
            Command::Simple(simple) => simple.words.iter().map(text).collect(),
            Command::While { .. }
            | Command::For { .. }
            | Command::If { .. }
            | Command::Group(_)
            | Command::Subshell(_) => Vec::new(),
        })
        .collect()
}

fn text(word: &Word) -> String {
    let part = |part: &Part| match part {
        Part::Text { text, .. } => text.clone(),
        Part::Variable { name, .. } => format!("<{name}>"),
        Part::Substitution { script, .. } => format!("<<{script}>>"),
    };
    word.0.iter().map(part).collect()
}

#[test]
fn words_keep_their_quoted_blanks() {
    assert_eq!(
        words(r#"echo 'a  b' "c $X" d\ e"#),
        [["echo", "a  b", "c <X>", "d e"]]
    );
    assert_eq!(
        words("echo $(date -u) ${A:-b}"),
        [["echo", "<<date -u>>", "<A>"]]
    );
}

#[test]
fn lists_pipes_and_places_are_told_apart() {
    let list = parse("sleep 9 & a | b && c || d; e").unwrap();
    assert_eq!(list.0.len(), 3);
    assert_eq!(list.0[0].place, Place::Background);
    assert_eq!(list.0[1].first.commands.len(), 2);
    assert_eq!(list.0[1].rest.len(), 2);
    assert_eq!(list.0[0].text, "sleep 9");
}

#[test]
fn compound_commands_nest() {
    let list = parse("while true; do for i in 1 2; do echo $i; done; sleep 1; done").unwrap();
    let Command::While { body, .. } = &list.0[0].first.commands[0] else {
        panic!("{list:?}")
    };
    assert_eq!(body.0.len(), 2);
    assert!(parse("if a; then b; elif c; then d; else e; fi").is_ok());
    assert!(parse("(a; b) | { c; d; }").is_ok());
}

#[test]
fn redirects_belong_to_their_descriptor() {
    let list = parse("a >f 2>&1 </dev/null").unwrap();
    let Command::Simple(simple) = &list.0[0].first.commands[0] else {
        panic!("{list:?}")
    };
    let descriptors: Vec<_> = simple.redirects.iter().map(|one| one.descriptor).collect();
    assert_eq!(descriptors, [1, 2, 0]);
}

#[test]
fn an_open_command_wants_another_line() {
    for script in [
        "while true",
        "echo 'a",
        "echo \"a",
        "if a; then b",
        "a &&",
        "(a",
        "a |",
    ] {
        assert_eq!(parse(script), Err(SyntaxError::Incomplete), "{script}");
    }
}

#[test]
fn nonsense_is_refused() {
    for script in ["; a", "done", "a )", "| a", "cat << EOF"] {
        assert!(
            matches!(parse(script), Err(SyntaxError::Unexpected(_))),
            "{script}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(script in "[a-z$(){}|&;<>'\" \n!`\\\\]{0,60}") {
        drop(parse(&script));
    }
}
