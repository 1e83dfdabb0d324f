//! The files that users copy from are what podmux does by default.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use podmux::config::{Config, Theme};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn example() -> String {
    read(&root().join("config.example.toml"))
}

/// `section.key` of every line that sets something, commented out or not.
fn written(text: &str) -> BTreeSet<String> {
    let mut section = String::new();
    let mut keys = BTreeSet::new();
    for line in text.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            name.clone_into(&mut section);
        } else if let Some((key, _)) = line
            .split_once(" = ")
            .filter(|(key, _)| !key.starts_with('#'))
        {
            keys.insert(format!("{section}.{key}"));
        }
    }
    keys
}

#[test]
fn the_example_is_the_defaults() {
    let config = Config::parse(&example(), "config.example.toml")
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config, Config::default());
}

#[test]
fn the_example_holds_every_setting_and_nothing_else() {
    let defaults = serde_json::to_value(Config::default()).expect("json");
    let sections = defaults.as_object().expect("sections");
    let keys = |(section, keys): (&String, &serde_json::Value)| {
        let keys = keys.as_object().expect("keys");
        keys.keys()
            .map(|key| format!("{section}.{key}"))
            .collect::<Vec<_>>()
    };
    let all: BTreeSet<String> = sections.iter().flat_map(keys).collect();
    assert_eq!(written(&example()), all);
}

#[test]
fn every_setting_of_the_example_has_a_comment() {
    let text = example();
    let lines: Vec<&str> = text.lines().collect();
    for pair in lines.windows(2) {
        let sets = !pair[1].starts_with('#') && pair[1].contains(" = ");
        assert!(!sets || pair[0].starts_with("# "), "{}", pair[1]);
    }
}

#[test]
fn the_commented_context_of_the_example_is_valid() {
    let text = example();
    let (_, context) = text.split_once("# [contexts.").expect("a context");
    let context = format!("# [contexts.{context}")
        .replace("# [", "[")
        .replace("\n# ", "\n");
    let config =
        Config::parse(&context, "config.example.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let prod = &config.contexts["prod-eu"];
    assert!(prod.alias.is_some() && prod.color.is_some() && prod.protected.is_some());
}

#[test]
fn every_theme_of_the_folder_is_built_in_and_can_be_read() {
    let entries = std::fs::read_dir(root().join("themes")).expect("themes");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    for file in &files {
        if let Err(errors) = Theme::parse(&read(file), &file.display().to_string()) {
            panic!("{errors}");
        }
    }
    let names: Vec<&str> = files
        .iter()
        .filter_map(|file| file.file_stem()?.to_str())
        .collect();
    let mut built_in: Vec<&str> = Theme::built_in_names().collect();
    built_in.sort_unstable();
    assert_eq!(names, built_in);
}

#[test]
fn an_error_in_the_settings_is_said_once_with_the_right_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "[ui]\nthme = \"dark\"\n").expect("written");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_podmux"))
        .args(["config", "check"])
        .arg(&file)
        .output()
        .expect("podmux runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("unknown key `thme`").count(), 1, "{said}");
    assert!(
        said.contains("config.toml:2:1") && said.contains("did you mean `theme`?"),
        "{said}"
    );
}
