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

/// What `podmux config check` says of these settings, and its exit code; `own.toml` is a theme of the user.
fn checked(settings: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let home = tempfile::tempdir().expect("a folder");
    let themes = home.path().join("podmux/themes");
    std::fs::create_dir_all(&themes).expect("a folder");
    std::fs::write(themes.join("own.toml"), "inherits = \"dark\"\n").expect("written");
    std::fs::write(home.path().join("podmux/config.toml"), settings).expect("written");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_podmux"))
        .args(["config", "check"])
        .env("XDG_CONFIG_HOME", home.path())
        .env_remove("NO_COLOR")
        .envs(environment.iter().copied())
        .output()
        .expect("podmux runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

/// Settings that are wrong, and what is said of them: where, what is allowed, and what was meant.
const WRONG: [(&str, &[&str]); 19] = [
    (
        "[keys]\nback = []\n",
        &["config.toml:2:1: back is the only way out of a page and needs a key"],
    ),
    (
        "[keys]\nprefix = [\"ctrl-b\", \"ctrl-b\"]\n",
        &["config.toml:2:21: ctrl-b stands here twice"],
    ),
    (
        "[ui]\nthme = \"dark\"\n",
        &[
            "config.toml:2:1: unknown key `thme` in [ui]",
            "did you mean `theme`?",
        ],
    ),
    (
        "[ui]\nfps = 30\n",
        &[
            "config.toml:2:1: unknown key `fps`",
            "known here: theme, ascii, mouse, max_fps",
        ],
    ),
    (
        "[ui]\ntheme = \"drak\"\n",
        &[
            "config.toml:2:9: there is no theme drak",
            "2 | theme = \"drak\"",
            "did you mean `dark`?",
            "dark, light, sixteen, auto, own",
        ],
    ),
    (
        "[ui]\ntheme = \"onw\"\n",
        &["config.toml:2:9: ", "did you mean `own`?"],
    ),
    (
        "[list]\nnamespaces = [\"shop\", \"A B\"]\n",
        &["config.toml:2:23: "],
    ),
    (
        "[list]\ncolumns = [\"pod\", \"node\", \"pod\"]\n",
        &["config.toml:2:27: `pod` is named twice"],
    ),
    (
        "[shell]\nreconnect = \"atuo\"\nterm = \"a b\"\n",
        &[
            "config.toml:2:13: `atuo` is none of ask, auto; did you mean `auto`?",
            "config.toml:3:8: a terminal's name",
        ],
    ),
    (
        "[shell]\ndebug_image = \"busy box\"\n",
        &["config.toml:2:15: an image"],
    ),
    (
        "[keys]\n\ncancel = \"u\"\n",
        &[
            "config.toml:3:1: u is given to cancel and was the only key of keep-shell",
            "3 | cancel = \"u\"",
        ],
    ),
    (
        "[keys]\nhelp = \"j\"\nquit = \"j\"\n",
        &["config.toml:3:1: j is given to both help and quit in the list"],
    ),
    (
        "[keys]\nquit = [\"Q\", \"Q\"]\n",
        &["config.toml:2:1: Q is given to quit twice"],
    ),
    (
        "[keys]\nprfix = \"ctrl-a\"\nwhich_key_aftr = \"1s\"\ncancle = \"gg\"\n",
        &[
            "config.toml:2:1: `prfix` in [keys] is no action",
            "did you mean `prefix`?",
            "config.toml:3:1: `which_key_aftr` in [keys] is no action",
            "did you mean `which_key_after`?",
            "config.toml:4:1: `cancle` in [keys] is no action",
        ],
    ),
    (
        "[keys]\ncancel = [\"gg\", \"ctrl-x ctrl-y\"]\n",
        &[
            "config.toml:2:11: `gg` is no key: write one such as \"c\", \"G\", \"ctrl-g\"",
            "config.toml:2:17: one key belongs here",
        ],
    ),
    (
        "[keys]\nzoom = \"ctrl-i\"\neven = \"ctrl-shift-x\"\nfind = \"super-x\"\n",
        &[
            "config.toml:2:8: no terminal tells ctrl-i from tab",
            "config.toml:3:8: no terminal tells ctrl-shift-x from ctrl-x",
            "config.toml:4:8: no terminal sends super-x",
        ],
    ),
    (
        "[keys]\nprefix = [\"f12\", \"ctrl-d\"]\nhelp = \"f12\"\n",
        &["config.toml:3:1: f12 is a prefix and would never reach help in the list"],
    ),
    (
        "[keys]\nprefix = \"b\"\n",
        &["config.toml:2:10: b is given to literal and was the only key of broadcast"],
    ),
    (
        "[keys]\nquit = [\"Q\", \"Q\"]\n[ui]\ntheme = \"drak\"\n",
        &[
            "config.toml:2:1: Q is given to quit twice",
            "config.toml:4:9: there is no theme drak",
        ],
    ),
];

#[test]
fn whatever_is_wrong_in_the_settings_is_told_with_its_place_and_what_is_right() {
    for (settings, parts) in WRONG {
        let (code, said) = checked(settings, &[]);
        assert_eq!(code, Some(2), "{settings}{said}");
        for part in parts {
            assert_eq!(said.matches(part).count(), 1, "{part} in\n{settings}{said}");
        }
    }
}

#[test]
fn a_theme_is_looked_for_where_no_colour_is_shown_too() {
    let (code, said) = checked("[ui]\ntheme = \"nosuch\"\n", &[("NO_COLOR", "1")]);
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(
        checked("[ui]\ntheme = \"own\"\n", &[("NO_COLOR", "1")]).0,
        Some(0)
    );
}

#[test]
fn without_a_folder_for_settings_the_defaults_hold() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_podmux"))
        .args(["config", "check"])
        .env("XDG_CONFIG_HOME", "/dev/null")
        .output()
        .expect("podmux runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
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
