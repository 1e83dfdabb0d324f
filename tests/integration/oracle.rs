//! Another terminal to compare with: the one of the `alacritty_terminal` crate, and the recordings that come with it.

use std::path::PathBuf;
use std::process::Command;

use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::test::TermSize;
use alacritty_terminal::term::{Config, Term};
use alacritty_terminal::vte::ansi::Processor;

/// The rows that alacritty shows after some bytes, trailing blanks cut.
pub(crate) fn rows(bytes: &[u8], rows: u16, cols: u16) -> Vec<String> {
    let size = TermSize::new(usize::from(cols), usize::from(rows));
    let mut terminal = Term::new(Config::default(), &size, VoidListener);
    let mut parser: Processor = Processor::new();
    parser.advance(&mut terminal, bytes);
    let grid = terminal.grid();
    let row = |line: usize| {
        let line = Line(i32::try_from(line).unwrap());
        let mut text = String::new();
        for column in 0..grid.columns() {
            let cell = &grid[line][Column(column)];
            if cell
                .flags
                .intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER)
            {
                continue;
            }
            // It keeps tabs in cells.
            text.push(if cell.c == '\t' { ' ' } else { cell.c });
            text.extend(
                cell.zerowidth()
                    .into_iter()
                    .flatten()
                    .filter(|mark| **mark != '\u{fe0f}'),
            );
        }
        text.trim_end().to_owned()
    };
    (0..grid.screen_lines()).map(row).collect()
}

/// What `rustc` says that it builds for: only the packages of this platform are on this machine.
fn host() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc).arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let line = version.lines().find_map(|line| line.strip_prefix("host: "));
    line.expect("a host").to_owned()
}

/// What cargo resolves for this platform, without asking the network.
pub(crate) fn metadata() -> serde_json::Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let metadata = Command::new(cargo)
        .args(["metadata", "--offline", "--locked", "--format-version", "1"])
        .args(["--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        metadata.status.success(),
        "{}",
        String::from_utf8_lossy(&metadata.stderr)
    );
    serde_json::from_slice(&metadata.stdout).unwrap()
}

/// The directory of the recordings, in the source of the crate as cargo has it.
pub(crate) fn recordings() -> PathBuf {
    let metadata = metadata();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages
        .find(|package| package["name"] == "alacritty_terminal")
        .unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().join("tests/ref")
}
