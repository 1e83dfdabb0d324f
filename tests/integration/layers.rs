//! The layer map of `src/lib.rs`, enforced: who may name whom, and how long a file may be.

#![expect(
    clippy::string_slice,
    reason = "positions come from searches in the same text, and a panic is a failed test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layer of every module of the crate root, 0 at the bottom. `ui` and `cluster` share a layer and may not name each other.
const LAYERS: [(&str, u8); 20] = [
    ("ids", 0),
    ("geometry", 0),
    ("text", 0),
    ("inventory", 1),
    ("keys", 1),
    ("screen", 1),
    ("workspace", 1),
    ("session", 1),
    ("gather", 1),
    ("journal", 1),
    ("config", 1),
    ("app", 2),
    ("ui", 3),
    ("cluster", 3),
    ("runtime", 4),
    ("headless", 4),
    ("demo", 4),
    ("cli", 5),
    ("main", 5),
    ("commands", 5),
];

/// The edges between modules of one layer that are allowed.
const SIDEWAYS: [(&str, &str); 4] = [
    ("screen", "keys"),
    ("config", "keys"),
    ("journal", "session"),
    ("headless", "runtime"),
];

/// Modules that may not use a lower layer although it is lower.
const FORBIDDEN: [(&str, &str); 1] = [("cluster", "app")];

/// Crates that the pure layers, 0 to 2, must not name: they wait, or talk to the world.
const IMPURE: [&str; 7] = [
    "tokio",
    "kube",
    "hyper",
    "tower",
    "notify",
    "tempfile",
    "futures_util",
];

const PURE_LAYERS: u8 = 2;
const MAX_LINES: usize = 400;

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.retain(|path| !only_for_tests(path));
    found.sort();
    found
}

/// Whether the file, or a module that it lies in, is declared under `#[cfg(test)]`.
fn only_for_tests(path: &Path) -> bool {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut file = path.with_extension("");
    while file != src {
        let (Some(folder), Some(name)) = (file.parent(), file.file_stem()) else {
            return false;
        };
        let parent = if folder == src {
            src.join("lib.rs")
        } else {
            folder.with_extension("rs")
        };
        let declared = |text: String| declares_for_tests(&code(&text), &name.to_string_lossy());
        if fs::read_to_string(parent).is_ok_and(declared) {
            return true;
        }
        file = folder.to_path_buf();
    }
    false
}

fn declares_for_tests(code: &str, name: &str) -> bool {
    let declaration = format!("mod {name};");
    code.split("#[cfg(test)]").skip(1).any(|after| {
        let item = after
            .split_inclusive(';')
            .next()
            .unwrap_or_default()
            .trim_start();
        item.ends_with(&declaration) && (item.starts_with("mod ") || item.starts_with("pub"))
    })
}

fn inside(path: &Path) -> &Path {
    path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .expect("a file of src")
}

/// The module of the crate root that a file belongs to.
fn module(path: &Path) -> String {
    let first = inside(path).components().next().expect("a component");
    Path::new(&first).with_extension("").display().to_string()
}

fn layer(module: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, layer)| *layer)
}

/// The text without comments and the contents of strings, lines kept. Knows line comments, strings, raw strings and characters.
fn code(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = string_length(rest) {
            length
        } else {
            kept.push(c);
            // The rest of a word: the `r` of a raw string never stands inside of one.
            let word = c.is_alphanumeric() || c == '_';
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            let length = if word { end } else { c.len_utf8() };
            kept.push_str(&rest[c.len_utf8()..length]);
            rest = &rest[length..];
            continue;
        };
        kept.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
        rest = &rest[skipped..];
    }
    kept
}

fn string_length(text: &str) -> Option<usize> {
    let raw = text.strip_prefix("br").or_else(|| text.strip_prefix('r'));
    if let Some(raw) = raw {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = text.len() - raw.len() + hashes + 1;
            return Some(
                text[open..]
                    .find(&close)
                    .map_or(text.len(), |at| open + at + close.len()),
            );
        }
    }
    let open = text.strip_prefix('b').unwrap_or(text);
    let start = text.len() - open.len();
    if open.starts_with('"') {
        return Some(start + closed(open, '"'));
    }
    // A character, not a lifetime.
    let mut chars = open.strip_prefix('\'')?.chars();
    let first = chars.next()?;
    (first == '\\' || chars.next() == Some('\'')).then(|| start + closed(open, '\''))
}

/// The length of a text in quotes that begins here, quotes included.
fn closed(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The code without modules and items that only tests see.
fn production(text: &str) -> String {
    let code = code(text);
    let mut kept = String::new();
    let mut rest = code.as_str();
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        let item = &rest[at..];
        let body = item.find(['{', ';']).unwrap_or(item.len());
        let end = if item[body..].starts_with('{') {
            body + braces(&item[body..])
        } else {
            (body + 1).min(item.len())
        };
        rest = &item[end..];
    }
    kept.push_str(rest);
    kept
}

/// The length of a block in braces that begins here.
fn braces(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The modules of the crate root that a code names: `crate::a`, `crate::{a, b::c}`, and from a file of the root `super::a`.
fn named(code: &str, of_root: bool) -> Vec<String> {
    let starts: &[&str] = if of_root {
        &["crate::", "super::"]
    } else {
        &["crate::"]
    };
    let mut found = Vec::new();
    for start in starts {
        for (at, _) in code.match_indices(start) {
            let after = &code[at + start.len()..];
            match after.strip_prefix('{') {
                Some(_) => found.extend(heads(&after[..braces(after)])),
                None => found.push(word(after)),
            }
        }
    }
    found.retain(|name| layer(name).is_some());
    found.sort();
    found.dedup();
    found
}

/// The first word of each entry of `{a, b::{c, d}}`.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut entry_starts, mut found) = (0usize, true, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => entry_starts = true,
            c if depth == 1 && entry_starts && (c.is_alphabetic() || c == '_') => {
                found.push(word(&list[at..]));
                entry_starts = false;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Why one module may not name another; `None` where it may.
fn breach(from: &str, to: &str) -> Option<String> {
    let (own, other) = (layer(from)?, layer(to)?);
    if from == to || SIDEWAYS.contains(&(from, to)) {
        return None;
    }
    let refused = own < other || (own == other && own < 4) || FORBIDDEN.contains(&(from, to));
    refused.then(|| format!("{from} (layer {own}) names {to} (layer {other})"))
}

#[test]
fn no_module_names_one_that_it_must_not_know() {
    let mut breaches = Vec::new();
    for path in sources() {
        let from = module(&path);
        let text = production(&fs::read_to_string(&path).expect("text"));
        let of_root = inside(&path).components().count() == 1;
        if of_root && from == "lib" {
            continue;
        }
        breaches.extend(
            named(&text, of_root)
                .iter()
                .filter_map(|to| breach(&from, to))
                .map(|why| format!("{}: {why}", inside(&path).display())),
        );
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn the_pure_layers_name_no_crate_that_waits() {
    let mut breaches = Vec::new();
    for path in sources() {
        let Some(own) = layer(&module(&path)).filter(|own| *own <= PURE_LAYERS) else {
            continue;
        };
        let text = production(&fs::read_to_string(&path).expect("text"));
        let clocks = [
            "Instant::now",
            "SystemTime::now",
            "std::fs",
            "std::net",
            "std::thread",
            "std::env",
        ];
        let crates = IMPURE.iter().map(|name| format!("{name}::"));
        for name in crates.chain(clocks.map(str::to_owned)) {
            let whole_word =
                |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if text.match_indices(&name).any(|(at, _)| whole_word(at)) {
                breaches.push(format!(
                    "{} (layer {own}) names {name}",
                    inside(&path).display()
                ));
            }
        }
    }
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn every_module_of_the_crate_root_has_a_layer() {
    let without: Vec<String> = sources()
        .iter()
        .map(|path| module(path))
        .filter(|name| name != "lib" && layer(name).is_none())
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

/// What stands at the top of the tree, dot-files and build output aside.
const TOP: [&str; 9] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "config.example.toml",
    "src",
    "tests",
    "themes",
];

#[test]
fn the_top_of_the_tree_is_what_it_should_be() {
    let entries = fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the top of the tree");
    let mut found: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && name != "target")
        .filter(|name| name != "proptest-regressions")
        .collect();
    found.sort();
    assert_eq!(found, TOP);
}

#[test]
fn no_file_is_longer_than_the_cap() {
    let mut long = BTreeMap::new();
    for path in sources() {
        let text = fs::read_to_string(&path).expect("text");
        let tests = test_lines(&text);
        let lines = text.lines().count() - tests;
        if lines > MAX_LINES {
            long.insert(inside(&path).display().to_string(), lines);
        }
    }
    assert!(
        long.is_empty(),
        "production lines over {MAX_LINES}: {long:#?}"
    );
}

/// The lines of modules in the file that only tests see.
fn test_lines(text: &str) -> usize {
    let code = code(text);
    code.lines()
        .count()
        .saturating_sub(production(text).lines().count())
}

mod of_the_reader {
    use super::*;

    #[test]
    fn comments_strings_and_test_modules_are_not_code() {
        let text = "use crate::a; // crate::ui\n/// crate::app\nlet s = \"crate::b\"; let r = r#\"crate::\"c\"#; let q = '\"'; 'x: loop {}\n#[cfg(test)]\nmod tests {\n    use crate::ui;\n}\nuse crate::keys;\n";
        let code = production(text);
        for gone in ["ui", "app", "crate::b", "\"c", "tests"] {
            assert!(!code.contains(gone), "{gone} in {code}");
        }
        assert!(
            code.contains("use crate::a;")
                && code.contains("use crate::keys;")
                && code.contains("'x: loop"),
            "{code}"
        );
        assert_eq!(test_lines(text), 3);
    }

    #[test]
    fn only_modules_declared_for_tests_are_for_tests() {
        let code = "mod a;\n#[cfg(test)]\nmod b;\nmod c;\n#[cfg(test)]\npub(crate) mod d;\n#[cfg(test)]\nfn f() {}\nmod e;\n";
        let found = ["a", "b", "c", "d", "e"].map(|name| declares_for_tests(code, name));
        assert_eq!(found, [false, true, false, true, false]);
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert!(only_for_tests(&src.join("keys/chord/tests.rs")));
        assert!(!only_for_tests(&src.join("keys/chord.rs")));
    }

    #[test]
    fn every_way_to_name_a_module_is_seen() {
        let table: [(&str, bool, &[&str]); 6] = [
            ("use crate::ui::Frame;", false, &["ui"]),
            (
                "use crate::{app::{self, ui}, keys, cluster::exec};",
                false,
                &["app", "cluster", "keys"],
            ),
            ("fn f(x: &crate::session::Cancel) {}", false, &["session"]),
            ("pub(crate) use crate::\n    runtime;", false, &[]),
            ("use super::runtime::x;", true, &["runtime"]),
            ("use super::runtime::x;", false, &[]),
        ];
        for (code, of_root, expected) in table {
            assert_eq!(named(code, of_root), expected, "{code}");
        }
    }

    #[test]
    fn breaches_are_found_and_allowed_edges_are_not() {
        let table = [
            ("keys", "app", true),
            ("keys", "config", true),
            ("gather", "session", true),
            ("ui", "cluster", true),
            ("cluster", "ui", true),
            ("cluster", "app", true),
            ("app", "runtime", true),
            ("screen", "keys", false),
            ("config", "keys", false),
            ("ui", "app", false),
            ("cluster", "session", false),
            ("headless", "runtime", false),
            ("cli", "config", false),
            ("keys", "keys", false),
        ];
        for (from, to, refused) in table {
            assert_eq!(breach(from, to).is_some(), refused, "{from} to {to}");
        }
    }
}
