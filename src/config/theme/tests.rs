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

/// Red, green and blue of a colour that a theme file names by them.
fn values(colour: Option<Color>) -> Option<[u8; 3]> {
    match colour {
        Some(Color::Rgb(r, g, b)) => Some([r, g, b]),
        _ => None,
    }
}

/// WCAG 2.2: relative luminance.
fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|value| {
        let part = f64::from(value) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG asks for 4.5 for text. The lines of panes that receive nothing are meant to stand back.
#[test]
fn every_role_can_be_read_on_its_ground() {
    const GROUNDS: [(&str, [[u8; 3]; 3]); 2] = [
        ("dark", [[0; 3], [0x1e; 3], [0x28, 0x2c, 0x34]]),
        ("light", [[255; 3], [0xfa; 3], [0xfd, 0xf6, 0xe3]]),
    ];
    for (name, grounds) in GROUNDS {
        let theme = Theme::built_in(name).expect("built in");
        let roles = Role::ALL.map(|role| (format!("{role:?}"), theme.style(role)));
        let contexts =
            (0..theme.contexts.len()).map(|at| (format!("context {at}"), theme.context(at)));
        for (what, style) in roles.into_iter().chain(contexts) {
            let least = if what == "Line" { 2.3 } else { 4.5 };
            let Some(text) = values(style.fg) else {
                continue;
            };
            for ground in values(style.bg).map_or(grounds.to_vec(), |own| vec![own]) {
                let ratio = contrast(text, ground);
                assert!(
                    ratio >= least,
                    "{name}: {what} on {ground:02x?} has {ratio:.2}"
                );
            }
        }
    }
}

/// The angle of a colour on the wheel; none for greys.
fn hue(colour: [u8; 3]) -> Option<i32> {
    let [r, g, b] = colour.map(i32::from);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let spread = most - least;
    if spread * 4 <= most {
        return None;
    }
    let angle = match most {
        _ if most == r => (g - b) * 60 / spread,
        _ if most == g => 120 + (b - r) * 60 / spread,
        _ => 240 + (r - g) * 60 / spread,
    };
    Some(angle.rem_euclid(360))
}

/// Amber is for what receives the broadcast, red for trouble, green for proof, and for nothing else.
fn belongs_to(hue: i32) -> Option<Role> {
    match hue {
        340.. | ..=18 => Some(Role::Bad),
        19..=50 => Some(Role::Broadcast),
        75..=165 => Some(Role::Ok),
        _ => None,
    }
}

#[test]
fn amber_red_and_green_have_one_meaning_each() {
    for name in ["dark", "light"] {
        let theme = Theme::built_in(name).expect("built in");
        let roles = Role::ALL.map(|role| (Some(role), theme.style(role)));
        let contexts = theme.contexts.iter().map(|style| (None, *style));
        for (role, style) in roles.into_iter().chain(contexts) {
            for colour in [style.fg, style.bg].into_iter().filter_map(values) {
                let owner = hue(colour).and_then(belongs_to);
                let own = matches!(role, Some(Role::Broadcast | Role::Bad | Role::Ok));
                let expected = role.filter(|_| own);
                assert_eq!(owner, expected, "{name}: {role:?} is {colour:02x?}");
            }
        }
    }
    let theme = Theme::built_in("sixteen").expect("built in");
    let owners = [
        (Role::Broadcast, [Color::Yellow, Color::LightYellow]),
        (Role::Bad, [Color::Red, Color::LightRed]),
        (Role::Ok, [Color::Green, Color::LightGreen]),
    ];
    for (owner, colours) in owners {
        let has = |style: Style| {
            [style.fg, style.bg]
                .into_iter()
                .flatten()
                .any(|c| colours.contains(&c))
        };
        let roles = Role::ALL.into_iter().filter(|role| has(theme.style(*role)));
        assert_eq!(roles.collect::<Vec<_>>(), [owner]);
        assert!(!theme.contexts.iter().any(|style| has(*style)), "{owner:?}");
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
            "t.toml:2:7: `rde` is no colour: write a name such as \"red\" or \"bright-red\", \"#rrggbb\", \"0\" to \"255\", or \"default\"; did you mean `red`?\n    2 | bad = \"rde\"\n      |       ^^^^^",
        ),
        (
            "inherits = \"dark\"\nbad = \"red bodl\"",
            "t.toml:2:7: `bodl` is no colour and none of bold, dim, italic, underline, reversed; did you mean `bold`?\n    2 | bad = \"red bodl\"\n      |       ^^^^^^^^^^",
        ),
        (
            "inherits = \"dark\"\nbad = \"red on\"",
            "t.toml:2:7: a colour belongs after `on`\n    2 | bad = \"red on\"\n      |       ^^^^^^^^",
        ),
        (
            "inherits = \"drak\"",
            "t.toml:1:12: `drak` is no built-in theme; those are dark, light, sixteen; did you mean `dark`?\n    1 | inherits = \"drak\"\n      |            ^^^^^^",
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
