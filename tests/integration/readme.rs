//! The README tells what the program does: its keys are the binding table, its rights are those that refusals hand out.

use std::fmt::Write as _;
use std::path::Path;

use podmux::app::bindings::{BINDINGS, Binding, Place};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Keys as Markdown code; a bar would end the cell.
fn keys(row: &Binding) -> String {
    let quoted: Vec<String> = row.chords.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(" ")
}

/// The nine tabs are one line.
fn is_later_tab(row: &Binding) -> bool {
    row.name.starts_with("tab-") && row.name != "tab-1"
}

fn expected() -> String {
    let mut text = String::new();
    for place in Place::ALL {
        let title = place.title().replacen("in ", "In ", 1);
        write!(
            text,
            "**{title}**\n\n| key | action | name in `[keys]` |\n|---|---|---|\n"
        )
        .unwrap();
        let rows = BINDINGS.iter().filter(|row| row.place == place);
        for row in rows.filter(|row| !is_later_tab(row)) {
            let line = if row.name == "tab-1" {
                "| `1` … `9` | tab 1 … 9 | `tab-1` … `tab-9` |\n".to_owned()
            } else {
                format!("| {} | {} | `{}` |\n", keys(row), row.help, row.name)
            };
            text.push_str(&line);
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

#[test]
fn the_key_tables_are_the_binding_table() {
    let readme = readme();
    let (_, rest) = readme
        .split_once("<!-- keys -->\n")
        .expect("a mark before the keys");
    let (written, _) = rest
        .split_once("<!-- end of keys -->")
        .expect("a mark after the keys");
    assert_eq!(
        written.trim(),
        expected(),
        "README.md between <!-- keys --> and <!-- end of keys --> must be the right-hand text"
    );
}

#[test]
fn it_names_both_commands_and_every_file_that_it_points_to_exists() {
    let readme = readme();
    for command in ["cargo run --release -- demo", "cargo test"] {
        assert!(readme.contains(command), "{command}");
    }
    for link in readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        let file = link.split('#').next().unwrap_or_default();
        assert!(
            file.is_empty() || Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(),
            "{link}"
        );
    }
}
