use super::*;

#[test]
fn every_built_in_theme_can_be_read() {
    for name in Theme::built_in_names() {
        assert!(Theme::built_in(name).is_some(), "{name}");
    }
    assert_eq!(Theme::built_in("solarized"), None);
}

#[test]
fn the_sixteen_colour_theme_uses_only_the_palette() {
    let theme = Theme::built_in("sixteen").expect("built in");
    let fitted = theme.clone().at_depth(ColorDepth::Sixteen);
    for role in Role::ALL {
        assert_eq!(fitted.style(role), theme.style(role));
    }
    let colours = Role::ALL
        .map(|role| theme.style(role))
        .into_iter()
        .flat_map(|style| [style.fg, style.bg])
        .flatten();
    assert!(
        colours
            .into_iter()
            .all(|colour| !matches!(colour, Color::Rgb(..) | Color::Indexed(_)))
    );
}

#[test]
fn what_needs_attention_differs_from_plain_text_in_every_look() {
    let built_in = Theme::built_in_names().filter_map(Theme::built_in);
    let looks: Vec<Theme> = built_in
        .flat_map(|theme| {
            [
                ColorDepth::True,
                ColorDepth::Indexed,
                ColorDepth::Sixteen,
                ColorDepth::None,
            ]
            .map(|depth| theme.clone().at_depth(depth))
        })
        .collect();
    for theme in looks {
        for role in [
            Role::Accent,
            Role::Broadcast,
            Role::Warn,
            Role::Bad,
            Role::Note,
            Role::Selection,
            Role::Match,
        ] {
            assert_ne!(
                theme.style(role),
                theme.style(Role::Text),
                "{role:?} of {theme:?}"
            );
        }
        assert_ne!(theme.style(Role::Bad), theme.style(Role::Broadcast));
    }
}

#[test]
fn without_colour_only_modifiers_are_left() {
    let theme = Theme::built_in("dark")
        .expect("built in")
        .at_depth(ColorDepth::None);
    let coloured = Role::ALL
        .into_iter()
        .filter(|role| theme.style(*role).fg.is_some() || theme.style(*role).bg.is_some());
    assert_eq!(coloured.collect::<Vec<_>>(), []);
    assert_eq!(theme.context(3), Style::new());
}

#[test]
fn the_depth_follows_the_environment() {
    let table = [
        (
            (None, Some("truecolor"), Some("xterm-256color")),
            ColorDepth::True,
        ),
        ((None, Some("24bit"), Some("xterm")), ColorDepth::True),
        ((None, None, Some("xterm-direct")), ColorDepth::True),
        ((None, None, Some("xterm-256color")), ColorDepth::Indexed),
        ((None, Some(""), Some("tmux-256color")), ColorDepth::Indexed),
        ((None, None, Some("xterm")), ColorDepth::Sixteen),
        ((None, None, Some("linux")), ColorDepth::Sixteen),
        ((None, None, None), ColorDepth::Sixteen),
        ((None, None, Some("vt100")), ColorDepth::None),
        (
            (Some("1"), Some("truecolor"), Some("xterm")),
            ColorDepth::None,
        ),
        (
            (Some(""), Some("truecolor"), Some("xterm")),
            ColorDepth::True,
        ),
    ];
    for ((no_color, colorterm, term), expected) in table {
        assert_eq!(
            ColorDepth::detect(no_color, colorterm, term),
            expected,
            "{no_color:?} {colorterm:?} {term:?}"
        );
    }
}

#[test]
fn colours_become_the_nearest_that_the_terminal_has() {
    let table = [
        (
            ColorDepth::Sixteen,
            Color::Rgb(255, 95, 95),
            Color::LightRed,
        ),
        (ColorDepth::Sixteen, Color::Rgb(200, 10, 10), Color::Red),
        (ColorDepth::Sixteen, Color::Rgb(0, 0, 0), Color::Black),
        (ColorDepth::Sixteen, Color::Indexed(231), Color::White),
        (ColorDepth::Sixteen, Color::Reset, Color::Reset),
        (ColorDepth::Sixteen, Color::Cyan, Color::Cyan),
        (
            ColorDepth::Indexed,
            Color::Rgb(255, 0, 0),
            Color::Indexed(196),
        ),
        (
            ColorDepth::Indexed,
            Color::Rgb(8, 8, 8),
            Color::Indexed(232),
        ),
        (
            ColorDepth::Indexed,
            Color::Rgb(255, 175, 0),
            Color::Indexed(214),
        ),
        (ColorDepth::Indexed, Color::Indexed(99), Color::Indexed(99)),
        (ColorDepth::True, Color::Rgb(1, 2, 3), Color::Rgb(1, 2, 3)),
        (ColorDepth::None, Color::Red, Color::Reset),
    ];
    for (depth, colour, expected) in table {
        assert_eq!(depth.fit(colour), expected, "{colour:?} at {depth:?}");
    }
}

#[test]
fn a_theme_may_change_some_roles_of_a_built_in_one() {
    let theme = Theme::parse(
        "inherits = \"light\"\nbad = \"#ff0000 on white bold underline\"\n",
        "mine.toml",
    )
    .expect("valid");
    let light = Theme::built_in("light").expect("built in");
    let bad = Style::new()
        .fg(Color::Rgb(255, 0, 0))
        .bg(Color::Gray)
        .add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    assert_eq!(theme.style(Role::Bad), bad);
    assert_eq!(
        (theme.style(Role::Warn), theme.context(0)),
        (light.style(Role::Warn), light.context(0))
    );
}

#[test]
fn wrong_themes_are_told_like_wrong_settings() {
    let table = [
        (
            "inherits = \"dark\"\nbda = \"red\"",
            "t.toml:2:1: unknown key `bda`\n    2 | bda = \"red\"\n      | ^^^ did you mean `bad`?",
        ),
        (
            "inherits = \"dark\"\nbad = \"rde\"",
            "t.toml:2:7: `rde` is no colour, did you mean `red`?\n    2 | bad = \"rde\"\n      |       ^^^^^",
        ),
        (
            "inherits = \"dark\"\nbad = \"red bodl\"",
            "t.toml:2:7: `bodl` is no colour, did you mean `bold`?\n    2 | bad = \"red bodl\"\n      |       ^^^^^^^^^^",
        ),
        (
            "inherits = \"dark\"\nbad = \"red on\"",
            "t.toml:2:7: a colour belongs after `on`\n    2 | bad = \"red on\"\n      |       ^^^^^^^^",
        ),
        (
            "inherits = \"drak\"",
            "t.toml:1:12: `drak` is no built-in theme; those are dark, light, sixteen\n    1 | inherits = \"drak\"\n      |            ^^^^^^",
        ),
        (
            "inherits = \"dark\"\ncontexts = []",
            "t.toml:2:12: the list must not be empty\n    2 | contexts = []\n      |            ^^",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(
            Theme::parse(text, "t.toml").expect_err(text).to_string(),
            expected,
            "{text}"
        );
    }
    let lacking = Theme::parse("text = \"default\"", "t.toml")
        .expect_err("incomplete")
        .to_string();
    assert!(
        lacking.starts_with("t.toml:1:1: the theme lacks `dim`, `line`, "),
        "{lacking}"
    );
}
