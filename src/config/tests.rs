use std::time::Duration;

use proptest::prelude::*;
use ratatui::style::Color;

use super::*;

mod schema;

fn errors(text: &str) -> Vec<(usize, usize, String, Option<String>)> {
    let errors = Config::parse(text, "config.toml").expect_err(text);
    let row = |e: &ConfigError| {
        (
            e.place.line,
            e.place.column,
            e.message.clone(),
            e.help.clone(),
        )
    };
    errors.errors().iter().map(row).collect()
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(
        Config::parse("", "config.toml").expect("valid"),
        Config::default()
    );
}

const WRONG_VALUES: [(&str, &str); 25] = [
    (
        "[timeouts]\ngrace = 2",
        "a text in quotes belongs here, not a whole number",
    ),
    (
        "[timeouts]\ngrace = \"2\"",
        "`2` is no duration: write a number with a unit, such as \"400ms\", \"2s\", \"10m\" or \"1h\"",
    ),
    (
        "[timeouts]\ngrace = \"\"",
        "`` is no duration: write a number with a unit, such as \"400ms\", \"2s\", \"10m\" or \"1h\"",
    ),
    (
        "[timeouts]\ngrace = \"2h\"",
        "the duration must be from 100ms to 1m",
    ),
    (
        "[history]\nbytes_total = \"8MB\"",
        "`8MB` is no size: write a whole number with a unit, such as \"64KiB\", \"8MiB\" or \"1GiB\"",
    ),
    (
        "[history]\nbytes_total = \"1B\"",
        "the size must be at least 64KiB",
    ),
    (
        "[history]\nlines = -1",
        "the number must be from 0 to 1000000",
    ),
    (
        "[history]\nlines = \"many\"",
        "a whole number belongs here, not a text",
    ),
    (
        "[broadcast]\nmax_targets = 0",
        "the number must be from 1 to 10000",
    ),
    ("[shell]\ncommand = []", "the list must not be empty"),
    (
        "[shell]\ncommand = \"bash\"",
        "a list in [ ] belongs here, not a text",
    ),
    (
        "[shell]\nreconnect = \"aut\"",
        "`aut` is none of ask, auto; did you mean `auto`?",
    ),
    (
        "[shell]\nreconnect = \"never\"",
        "`never` is none of ask, auto",
    ),
    (
        "[shell]\nterm = \"\"",
        "a terminal's name belongs here, such as \"xterm-256color\": letters, digits and + - . _",
    ),
    (
        "[guard]\nread_only = \"yes\"",
        "true or false belongs here, not a text",
    ),
    (
        "[guard]\ndeny = [\"(\"]",
        "this is no regular expression: unclosed group",
    ),
    (
        "[list]\nsort = \"-restart\"",
        "`restart` is none of context, namespace, pod, ready, status, restarts, age, node, ip, owner, cpu, mem, containers; did you mean `restarts`?",
    ),
    (
        "[ui]\nascii = \"on\"",
        "true, false or \"auto\" belongs here",
    ),
    (
        "[keys]\nprefix = []",
        "podmux needs at least one prefix key",
    ),
    (
        "[keys]\nprefix = \"crtl-g\"",
        "`crtl` is no modifier, did you mean `ctrl`?",
    ),
    (
        "[keys]\ncancel = \"retrun\"",
        "`retrun` is no key, did you mean `enter`?",
    ),
    (
        "[contexts.a]\ncolor = \"rde\"",
        "`rde` is no colour: write a name such as \"red\" or \"bright-red\", \"#rrggbb\", \"0\" to \"255\", or \"default\"; did you mean `red`?",
    ),
    (
        "[contexts.a]\ncolor = \"#12\"",
        "`#12` is no colour: write six hex digits, such as \"#ffb000\"",
    ),
    ("shell = 3", "[shell] is a section, not a whole number"),
    (
        "[contexts]\na = 1",
        "[contexts.a] is a section, not a whole number",
    ),
];

#[test]
fn every_wrong_value_says_what_is_right() {
    for (text, message) in WRONG_VALUES {
        let found = errors(text);
        let messages: Vec<&str> = found
            .iter()
            .map(|(_, _, message, _)| message.as_str())
            .collect();
        assert_eq!(messages, [message], "{text}");
    }
}

#[test]
fn unknown_keys_name_the_nearest_one_or_the_section_they_belong_in() {
    let table = [
        (
            "[shel]",
            1,
            2,
            "unknown key `shel`",
            Some("did you mean `shell`?"),
        ),
        (
            "[shell]\n  comand = []",
            2,
            3,
            "unknown key `comand` in [shell]",
            Some("did you mean `command`?"),
        ),
        (
            "[shell]\ngrace = \"2s\"",
            2,
            1,
            "unknown key `grace` in [shell]",
            Some("`grace` belongs in [timeouts]"),
        ),
        (
            "grace = \"2s\"",
            1,
            1,
            "unknown key `grace`",
            Some("`grace` belongs in [timeouts]"),
        ),
        (
            "[contexts.eu]\ncolour = \"red\"",
            2,
            1,
            "unknown key `colour` in [contexts.eu]",
            Some("did you mean `color`?"),
        ),
        (
            "[ui]\nxyzzy = 1",
            2,
            1,
            "unknown key `xyzzy` in [ui]",
            Some("known here: theme, ascii, mouse, max_fps, list_width, copy_command"),
        ),
        (
            "ui = { thme = \"dark\" }",
            1,
            8,
            "unknown key `thme` in [ui]",
            Some("did you mean `theme`?"),
        ),
    ];
    for (text, line, column, message, help) in table {
        assert_eq!(
            errors(text),
            [(line, column, message.to_owned(), help.map(str::to_owned))],
            "{text}"
        );
    }
}

#[test]
fn all_errors_are_told_with_line_source_and_caret() {
    let text = "[timeouts]\ngrace = \"soon\"\n\n[shell]\ncommand = [\"bash\", 3, true]\ntrem = \"vt100\"\n";
    let told = Config::parse(text, "podmux/config.toml")
        .expect_err("wrong")
        .to_string();
    let expected = "\
podmux/config.toml:2:9: `soon` is no duration: write a number with a unit, such as \"400ms\", \"2s\", \"10m\" or \"1h\"
    2 | grace = \"soon\"
      |         ^^^^^^
podmux/config.toml:5:20: a text in quotes belongs here, not a whole number
    5 | command = [\"bash\", 3, true]
      |                    ^
podmux/config.toml:5:23: a text in quotes belongs here, not true or false
    5 | command = [\"bash\", 3, true]
      |                       ^^^^
podmux/config.toml:6:1: unknown key `trem` in [shell]
    6 | trem = \"vt100\"
      | ^^^^ did you mean `term`?";
    assert_eq!(told, expected);
}

#[test]
fn broken_toml_is_told_alone() {
    let found = errors("[shell\ncommand = 3\n[ui]\ntheme = \"a\"\ntheme = \"b\"\n");
    assert!(found.iter().any(|(line, ..)| *line == 1), "{found:?}");
    assert!(
        found
            .iter()
            .all(|(_, _, message, _)| !message.contains("belongs here")),
        "{found:?}"
    );
}

#[test]
fn actions_take_a_key_or_a_list_of_keys_in_the_order_of_the_file() {
    let config = Config::parse(
        "[keys]\nzoom = \"z\"\ncancel = [\"c\", \"ctrl-c\"]\nmark = []\n",
        "f",
    )
    .expect("valid");
    let actions: Vec<(&str, String, usize)> = config
        .keys
        .actions
        .iter()
        .map(|entry| {
            (
                entry.name.as_str(),
                crate::keys::keymap::print(&entry.chords),
                entry.place.line,
            )
        })
        .collect();
    assert_eq!(
        actions,
        [
            ("zoom", "z".to_owned(), 2),
            ("cancel", "c ctrl-c".to_owned(), 3),
            ("mark", String::new(), 4)
        ]
    );
    assert_eq!(config.keys.prefix, Keys::default().prefix);
}

#[test]
fn action_names_are_checked_against_the_known_ones() {
    let text = "[keys]\nzoom = \"z\"\ncancle = \"c\"\nxyzzy = \"x\"\n";
    let found = Config::parse_for(&["cancel", "zoom"], text, "f").expect_err("wrong");
    let told = found.to_string();
    let expected = "\
f:3:1: `cancle` in [keys] is no action
    3 | cancle = \"c\"
      | ^^^^^^ did you mean `cancel`?
f:4:1: `xyzzy` in [keys] is no action
    4 | xyzzy = \"x\"
      | ^^^^^ the page of keys (?) names the actions";
    assert_eq!(told, expected);
}

const CHANGED: &str = r#"
[keys]
prefix = "ctrl-b"
which_key_after = "1s"
[shell]
command = ["zsh"]
term = "xterm"
reconnect = "auto"
debug_image = "busybox"
[timeouts]
request = "1m"
open = "20s"
grace = "1500ms"
cleanup = "1m"
run = "1h"
lease = "60s"
[broadcast]
confirm_over = 3
max_targets = 7
idle_off = ""
[guard]
read_only = true
protected_contexts = []
protected_namespaces = ["kube-*"]
deny = ["rm -rf"]
clipboard = "allow"
[history]
lines = 1
bytes_per_pane = "1MiB"
bytes_total = "1GiB"
[list]
columns = ["pod", "ip"]
sort = "age"
group = "workload"
namespaces = ["shop"]
[audit]
enabled = false
text = true
[ui]
theme = "light"
ascii = true
mouse = false
max_fps = 30
list_width = 50
copy_command = ["wl-copy", "-n"]
[contexts.eu]
alias = "e"
color = "red"
protected = true
clipboard = "ask"
"#;

#[test]
fn every_setting_can_be_changed() {
    let config = Config::parse(CHANGED, "f").expect("valid");
    let (changed, default) = (
        serde_json::to_value(&config).expect("json"),
        serde_json::to_value(Config::default()).expect("json"),
    );
    for (section, keys) in default.as_object().expect("sections") {
        for (key, value) in keys.as_object().expect("keys") {
            assert_ne!(&changed[section][key], value, "{section}.{key}");
        }
    }
    assert_eq!(config.timeouts.grace, Duration::from_millis(1500));
    assert_eq!(
        (config.timeouts.lease, config.broadcast.idle_off),
        (Some(Duration::from_secs(60)), None)
    );
    assert_eq!(config.history.bytes_total, 1 << 30);
    assert_eq!(
        (
            config.guard.protected_namespaces[0].line(),
            config.guard.deny[0].line()
        ),
        (Some(24), 25)
    );
    assert!(config.guard.deny[0].matches("sudo rm -rf /"));
    let eu = Context {
        alias: Some("e".to_owned()),
        color: Some(Color::Red),
        protected: Some(true),
        clipboard: Some(ClipboardRule::Ask),
        ..Context::default()
    };
    assert_eq!(config.contexts["eu"], eu);
    assert_eq!(config.clipboard("eu"), ClipboardRule::Ask);
    assert_eq!(config.clipboard("us"), ClipboardRule::Allow);
}

#[test]
fn the_schema_is_the_one_of_the_types() {
    let made = schemars::schema_for!(Config).to_value();
    let text = format!("{made:#}\n");
    assert!(
        text == Config::schema(),
        "src/config/schema.json must be\n{text}"
    );
}

#[test]
fn the_schema_knows_every_key() {
    let schema: serde_json::Value = serde_json::from_str(Config::schema()).unwrap();
    let default = serde_json::to_value(Config::default()).expect("json");
    for (section, keys) in default.as_object().expect("sections") {
        let reference = schema["properties"][section]["$ref"]
            .as_str()
            .unwrap_or_default();
        let definition = reference.rsplit('/').next().unwrap_or_default();
        for key in keys.as_object().expect("keys").keys() {
            assert!(
                schema["$defs"][definition]["properties"][key].is_object(),
                "{section}.{key}"
            );
        }
    }
    assert_eq!(schema["$defs"]["Shell"]["additionalProperties"], false);
    assert_eq!(
        schema["$defs"]["Timeouts"]["properties"]["grace"]["default"],
        "2s"
    );
}

#[test]
fn durations_and_sizes() {
    let duration = |text| values::duration(text).ok();
    let table = [
        ("400ms", Some(400)),
        ("2s", Some(2_000)),
        ("0.5s", Some(500)),
        ("1m30s", Some(90_000)),
        ("1h", Some(3_600_000)),
        ("0s", Some(0)),
        ("", None),
        ("2", None),
        ("s", None),
        ("-1s", None),
        ("2 s", None),
        ("1d", None),
        ("1.2.3s", None),
        (".s", None),
        ("2s!", None),
        ("99999999h", None),
    ];
    for (text, millis) in table {
        assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
    }
    let table = [
        ("8MiB", Some(8 << 20)),
        ("1GiB", Some(1 << 30)),
        ("5B", Some(5)),
        ("0B", Some(0)),
        ("8", None),
        ("MiB", None),
        ("", None),
        ("1.5MiB", None),
        ("99999999999GiB", None),
    ];
    for (text, bytes) in table {
        assert_eq!(values::size(text).ok(), bytes, "{text}");
    }
}

proptest! {
    #[test]
    fn a_duration_reads_back_as_printed(millis in 0u64..3_000_000_000) {
        let duration = Duration::from_millis(millis);
        prop_assert_eq!(values::duration(&values::duration_text(duration)), Ok(duration));
    }

    #[test]
    fn a_size_reads_back_as_printed(bytes: u64) {
        prop_assert_eq!(values::size(&values::size_text(bytes)), Ok(bytes));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[\\[\\]a-z=\"'.\\n{}#, 0-9é\t-]{0,60}") {
        if let Err(errors) = Config::parse(&text, "f") {
            prop_assert!(!errors.errors().is_empty());
            prop_assert!(errors.to_string().lines().count() >= 3);
        }
    }
}

#[test]
fn in_one_line_the_guess_stands_before_what_is_wrong() {
    let table = [
        (
            "[ui]\nthme = \"dark\"\nfps = 3",
            "config.toml:2:1: did you mean `theme`? unknown key `thme` in [ui] (and 1 more)",
        ),
        (
            "theme = \"dark\"",
            "config.toml:1:1: unknown key `theme`; `theme` belongs in [ui]",
        ),
        (
            "[ui]\nmax_fps = 0",
            "config.toml:2:11: the number must be from 1 to 120",
        ),
    ];
    for (text, expected) in table {
        let errors = Config::parse(text, "/home/u/config.toml").expect_err(text);
        assert_eq!(errors.brief(), expected);
    }
}
