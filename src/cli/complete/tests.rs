use super::*;

/// A kubeconfig of two contexts and a namespace of five pods.
struct Desk;

impl Names for Desk {
    fn contexts(&self, _: &About) -> Vec<String> {
        vec!["arn:aws:eks:eu".to_owned(), "demo".to_owned()]
    }

    fn namespaces(&self, about: &About) -> Vec<String> {
        match about.access.contexts.as_slice() {
            [context] => vec![format!("of-{context}")],
            _ => vec!["billing".to_owned(), "shop".to_owned()],
        }
    }

    fn folder(&self) -> Option<PathBuf> {
        None
    }

    fn themes(&self) -> Vec<String> {
        ["auto", "dark", "own"].map(str::to_owned).to_vec()
    }

    fn targets(&self, about: &About) -> Vec<Named> {
        let named = |kind, name: &str| Named {
            kind,
            name: name.to_owned(),
            aside: "Running".to_owned(),
        };
        match about.select.namespaces.as_slice() {
            [namespace] if namespace == "billing" => vec![named(WorkloadKind::Pod, "ledger-0")],
            _ => vec![
                named(WorkloadKind::Pod, "web-1"),
                named(WorkloadKind::Pod, "web-2"),
                named(WorkloadKind::Pod, "db-0"),
                named(WorkloadKind::Deployment, "web"),
                named(WorkloadKind::StatefulSet, "db"),
            ],
        }
    }
}

fn values(shell: Shell, words: &[&str]) -> Vec<String> {
    let words: Vec<OsString> = words.iter().map(Into::into).collect();
    let found = candidates(shell, &words, Arc::new(Desk));
    found.into_iter().map(|found| found.value).collect()
}

#[test]
fn every_place_gets_its_own_names() {
    let table: [(&str, &[&str]); 22] = [
        ("podmux we", &["web-1", "web-2"]),
        (
            "podmux run ",
            &["web-1", "web-2", "db-0", "pod/", "deploy/", "sts/"],
        ),
        ("podmux run web-1 d", &["db-0", "deploy/"]),
        ("podmux leaks --json d", &["db-0", "deploy/"]),
        ("podmux run deploy/", &["deploy/web"]),
        ("podmux run deployment/w", &["deployment/web"]),
        ("podmux run pods/web-2", &["pods/web-2"]),
        ("podmux svc/", &[]),
        ("podmux -n ", &["billing", "shop"]),
        ("podmux -nb", &["-nbilling"]),
        ("podmux --namespace=s", &["shop"]),
        ("podmux run --context demo -n ", &["of-demo"]),
        ("podmux -n billing ", &["ledger-0"]),
        ("podmux run -n billing led", &["ledger-0"]),
        ("podmux --context ", &["arn:aws:eks:eu", "demo"]),
        ("podmux --context d", &["demo"]),
        ("podmux --context arn:aws:e", &["eks:eu"]),
        ("podmux run web-1 -- ", &[]),
        ("podmux run --dry", &["--dry-run"]),
        ("podmux completions f", &["fish"]),
        ("podmux --theme ", &["auto", "dark", "own"]),
        ("podmux demo --theme=o", &["own"]),
    ];
    for (line, expected) in table {
        let found: Vec<String> = values(Shell::Bash, &[line])
            .into_iter()
            .filter(|value| line != "podmux -n billing " || value.starts_with("ledger"))
            .collect();
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn the_first_word_may_be_a_subcommand_or_a_target_and_options_wait_for_a_dash() {
    let found = values(Shell::Bash, &["podmux "]);
    for name in ["run", "leaks", "completions", "web-1", "deploy/"] {
        assert!(found.iter().any(|value| value == name), "{name}: {found:?}");
    }
    assert!(
        found.iter().all(|value| !value.starts_with('-')),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|value| value == "__complete"),
        "{found:?}"
    );
    let options = values(Shell::Bash, &["podmux --"]);
    assert!(
        options.iter().any(|value| value == "--read-only"),
        "{options:?}"
    );
}

#[test]
fn zsh_and_fish_hand_over_words_and_take_whole_values() {
    for shell in [Shell::Zsh, Shell::Fish] {
        assert_eq!(
            values(shell, &["podmux", "--context", "arn:aws"]),
            ["arn:aws:eks:eu"]
        );
        assert_eq!(values(shell, &["podmux", "run", "db"]), ["db-0"]);
    }
    assert_eq!(values(Shell::Zsh, &[]), Vec::<String>::new());
}

#[test]
fn bash_words_are_split_as_bash_does() {
    let table: [(&str, &[&str]); 6] = [
        ("", &[""]),
        ("a b", &["a", "b"]),
        ("a  b ", &["a", "b", ""]),
        ("a 'b c' d", &["a", "b c", "d"]),
        (r#"a "b\"c" d\ e"#, &["a", "b\"c", "d e"]),
        ("a 'open quote", &["a", "open quote"]),
    ];
    for (line, expected) in table {
        assert_eq!(bash_words::split(line), expected, "{line}");
    }
}

#[test]
fn a_broken_line_asks_about_the_default_cluster() {
    let about = about(&["podmux".into(), "--context".into()]);
    assert_eq!(about, About::default());
    let whole = super::about(&[
        "podmux".into(),
        "run".into(),
        "-n".into(),
        "shop".into(),
        "-A".into(),
    ]);
    assert_eq!(whole.select.namespaces, ["shop"]);
}
