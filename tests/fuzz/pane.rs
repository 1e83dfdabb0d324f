//! Grammar fuzz of the pane engine, on stable Rust: sessions of sequences, cuts, resizes and reads. Part of it is compared with
//! another terminal. `tests/fuzz/run SECONDS` runs it for long; a short run is part of the tests.

use std::time::{Duration, Instant};

use podmux::geometry::GridSize;
use podmux::screen::{CellStyle, HistoryLimits, Point, Screen, Selection, SelectionShape};

use crate::byte_table::{now, rows};
use crate::oracle;

const LIMITS: HistoryLimits = HistoryLimits {
    lines: 200,
    bytes: 64 << 10,
};

/// xorshift64*: the same seed gives the same session everywhere.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % sides.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }

    fn size(&mut self) -> GridSize {
        let mut side = |most| u16::try_from(1 + self.roll(most)).unwrap();
        GridSize::new(side(12), side(24))
    }
}

const TEXT: &[&str] = &[
    "a",
    "bc",
    "hello",
    "0123456789",
    "x y",
    "\r\n",
    "\r\n",
    "\n",
    "\r",
    "long text that wraps somewhere ",
];
const ODD_TEXT: &[&str] = &[
    "日",
    "本語",
    "é",
    "e\u{301}",
    "😀",
    "\u{200d}",
    "\u{fe0f}",
    "\u{202e}",
    "\u{1f1e9}\u{1f1ea}",
    "\u{17d8}",
    "\u{ad}",
];
const CONTROLS: &[&str] = &[
    "\x08", "\t", "\x0b", "\x0c", "\x0e", "\x0f", "\x07", "\x00", "\x18", "\x1a", "\x05", "\x7f",
];
const ESCAPES: &[&str] = &[
    "7", "8", "D", "E", "M", "H", "c", "=", ">", "Z", "(0", "(B", ")0", ")B", "#8", "%G", "n", "l",
    "\\",
];
const FINALS: &[u8] = b"@ABCDEFGHIJKLMPSTXZ`abcdefghlmnqrstux";
const MODES: &[u16] = &[
    1, 3, 5, 6, 7, 9, 12, 25, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1047, 1048,
    1049, 2004, 2026,
];
const STRINGS: &[&str] = &[
    "]0;t;t",
    "]2;x",
    "]4;1;?",
    "]10;?",
    "]52;c;QUFB",
    "]8;;http://x",
    "P$qm",
    "P$qr",
    "P+q54",
    "_G",
    "^x",
    "Xs",
];

fn number(dice: &mut Dice) -> String {
    match dice.roll(12) {
        0 => String::new(),
        1 => "0".to_owned(),
        2 => "65535".to_owned(),
        3 => "99999".to_owned(),
        _ => (1 + dice.roll(14)).to_string(),
    }
}

/// Anything that a program may print.
fn any_piece(dice: &mut Dice, out: &mut Vec<u8>) {
    match dice.roll(20) {
        0..=5 => out.extend(dice.pick(TEXT).bytes()),
        6 | 7 => out.extend(dice.pick(ODD_TEXT).bytes()),
        8 => out.extend(dice.pick(CONTROLS).bytes()),
        9 => out.extend(format!("\x1b{}", dice.pick(ESCAPES)).bytes()),
        10..=12 => {
            let (a, b) = (number(dice), number(dice));
            let last = char::from(dice.pick(FINALS));
            out.extend(
                dice.pick(&[
                    format!("\x1b[{a}{last}").as_str(),
                    &format!("\x1b[{a};{b}{last}"),
                ])
                .bytes(),
            );
        }
        13 => out.extend(format!("\x1b[{};{}H", number(dice), number(dice)).bytes()),
        14 => out.extend(
            format!(
                "\x1b[?{}{}",
                dice.pick(MODES),
                dice.pick(&["h", "l", "h", "l", "$p", "s", "r"])
            )
            .bytes(),
        ),
        15 => out.extend(format!("\x1b[{}{}", dice.pick(&[4, 20]), dice.pick(&["h", "l"])).bytes()),
        16 => out.extend(style(dice).bytes()),
        17 => {
            let prefix = dice.pick(&[">", "<", "=", "?", "!", ""]);
            let between = dice.pick(&["", "", " ", "$", "!", "*"]);
            out.extend(
                format!(
                    "\x1b[{prefix}{}{between}{}",
                    number(dice),
                    char::from(dice.pick(FINALS))
                )
                .bytes(),
            );
        }
        18 => {
            out.extend(format!("\x1b{}", dice.pick(STRINGS)).bytes());
            out.extend(dice.pick(&["\x07", "\x1b\\", ""]).bytes());
        }
        _ => out.extend((0..=dice.roll(5)).map(|_| u8::try_from(dice.roll(256)).unwrap())),
    }
}

fn style(dice: &mut Dice) -> String {
    let codes = [
        "",
        "0",
        "1",
        "2",
        "3",
        "4",
        "7",
        "22",
        "24",
        "27",
        "31",
        "44",
        "49",
        "39",
        "97",
        "105",
        "38;5;9",
        "48;5;200",
        "48;2;1;2;3",
        "38:2::1:2:3",
        "58;2;1;1;1",
        "4:3",
        "21",
        "5",
        "9",
    ];
    format!("\x1b[{}m", dice.pick(&codes))
}

/// What both terminals are meant to treat alike.
fn common_piece(dice: &mut Dice, size: GridSize, out: &mut Vec<u8>) {
    let row = 1 + dice.roll(usize::from(size.rows()));
    let col = 1 + dice.roll(usize::from(size.cols()));
    let few = 1 + dice.roll(4);
    let piece = match dice.roll(34) {
        0..=9 => dice.pick(TEXT).to_owned(),
        10..=13 => format!("\x1b[{row};{col}H"),
        14 => {
            let last = dice.pick(&["A", "B", "E", "F"]);
            format!("\x1b[r\x1b[{row};{col}H\x1b[{few}{last}")
        }
        15 => format!("\x1b[{col}G"),
        16 => format!("\x1b[{row}d\r"),
        17 => format!("\r\x1b[{few}{}", dice.pick(&["L", "M"])),
        18 => {
            let few = few.min(usize::from(size.cols()) + 1 - col);
            format!(
                "\x1b[{col}G\x1b[{few}{}",
                dice.pick(&["@", "P", "X", "C", "D"])
            )
        }
        19 => format!("\x1b[{few}{}", dice.pick(&["S", "T"])),
        20 => format!(
            "\x1b[{col}G\x1b[{}",
            dice.pick(&["K", "1K", "2K", "J", "2J"])
        ),
        21 if row + few <= usize::from(size.rows()) => format!("\x1b[{row};{}r", row + few),
        22 => "\x1b[r".to_owned(),
        23 => format!("\r\x1b{}", dice.pick(&["D", "E", "M"])),
        24 => "\r\t".to_owned(),
        25 => "\r\x1b7".to_owned(),
        26 => "\x1b8".to_owned(),
        27 => style(dice),
        28 => dice.pick(&["\x1b(0", "\x1b(B"]).to_owned(),
        29 => dice.pick(&["\x1b[?7l", "\x1b[?7h"]).to_owned(),
        30 => "\r\x1b[4hins\x1b[4l".to_owned(),
        31 => "\r\x1b[?1049hfull\x1b[?1049l".to_owned(),
        32 => "\x1b[?6h\x1b[2;1Ho\x1b[?6l\x1b[H".to_owned(),
        _ => "é✓\r\n".to_owned(),
    };
    out.extend(piece.bytes());
}

fn check(screen: &Screen) {
    let size = screen.size();
    if let Some(cursor) = screen.cursor() {
        assert!(
            cursor.row < size.rows() && cursor.col < size.cols(),
            "cursor out of the grid"
        );
    }
    assert!(
        screen.history_bytes() <= 2 * LIMITS.bytes,
        "{} bytes of history",
        screen.history_bytes()
    );
}

/// The cells of the live grid, by row.
fn cells(screen: &Screen) -> Vec<Vec<(String, CellStyle)>> {
    let (size, view) = (screen.size(), screen.view(0));
    let cell = |row, col| {
        let cell = view.cell(row, col);
        (cell.text.to_owned(), cell.style)
    };
    let row = |row| (0..size.cols()).map(|col| cell(row, col)).collect();
    (0..size.rows()).map(row).collect()
}

/// Cells that are not said to have changed since look as they did.
fn cells_stand(screen: &Screen, revision: u64, before: &[Vec<(String, CellStyle)>]) {
    for (row, (now, before)) in (0..).zip(cells(screen).iter().zip(before)) {
        let changed = screen.changed_since(revision, row);
        for (col, (now, before)) in (0..).zip(now.iter().zip(before)) {
            assert!(
                changed.contains(&col) || now == before,
                "{row},{col} changed unsaid: {before:?} to {now:?}"
            );
        }
    }
}

/// Reads what a drawing console would.
fn read(screen: &Screen, dice: &mut Dice) {
    let size = screen.size();
    let view = screen.view(dice.roll(40));
    for row in 0..size.rows() {
        let mut half = 0;
        for col in 0..size.cols() {
            let cell = view.cell(row, col);
            assert!(
                cell.width < 3 && (cell.width > 0 || half == 2),
                "half a wide character at {row},{col}"
            );
            half = cell.width;
        }
    }
    let mut point = || {
        let row = screen.first_row() + dice.roll(40);
        Point {
            row,
            col: u16::try_from(dice.roll(24)).unwrap(),
        }
    };
    let (start, end) = (point(), point());
    let shape = dice.pick(&[
        SelectionShape::Stream,
        SelectionShape::Line,
        SelectionShape::Block,
    ]);
    let text = screen.text(Selection { start, end, shape });
    assert!(!text.contains('\x1b'), "{text:?}");
    let anchor = screen.anchor(dice.roll(50));
    assert!(screen.scrolled_back(anchor) <= screen.history_rows());
}

/// One session of anything; says how many steps it took.
fn session(seed: u64, start: Instant) -> u64 {
    let mut dice = Dice::new(seed);
    let mut screen = Screen::new(dice.size(), LIMITS);
    let steps = 20 + dice.roll(200);
    let mut held = Vec::new();
    let pattern = regex::Regex::new("[a-z]+ w").unwrap();
    for step in 0..steps {
        match dice.roll(60) {
            0 => assert!(!screen.resize(dice.size()), "resize failed"),
            1 => read(&screen, &mut dice),
            2 => screen.tick(start + Duration::from_millis(u64::try_from(step).unwrap())),
            3 if dice.roll(10) == 0 => screen.reset_after_gap(1000),
            4 => drop(screen.search(&pattern)),
            5 => {
                let lines = dice.roll(60);
                held.extend("a line of a log\r\n".bytes().cycle().take(17 * lines));
            }
            _ => any_piece(&mut dice, &mut held),
        }
        let cut = dice.roll(held.len() + 1);
        let before = (dice.roll(4) == 0).then(|| (screen.revision(), cells(&screen)));
        let fed = screen.feed(&held[..cut], start);
        if let Some((revision, before)) = before {
            cells_stand(&screen, revision, &before);
        }
        assert!(
            !fed.recovered && fed.replies.len() <= 4096,
            "the parser failed"
        );
        held.drain(..cut);
        check(&screen);
    }
    u64::try_from(steps).unwrap()
}

/// One session of what both terminals do; compares the grids.
fn comparison(seed: u64, start: Instant) -> u64 {
    let mut dice = Dice::new(seed ^ 0xa1ac);
    let mut between = |least: usize, most| u16::try_from(least + dice.roll(most)).unwrap();
    let size = GridSize::new(between(2, 8), between(4, 20));
    let steps = 5 + dice.roll(60);
    let mut bytes = Vec::new();
    for _ in 0..steps {
        common_piece(&mut dice, size, &mut bytes);
    }
    let mut screen = Screen::new(size, LIMITS);
    screen.feed(&bytes, start);
    let theirs = oracle::rows(&bytes, size.rows(), size.cols());
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(
        rows(&screen),
        theirs,
        "seed {seed}, {}x{}, {text:?}",
        size.rows(),
        size.cols()
    );
    u64::try_from(steps).unwrap()
}

#[test]
fn a_short_fuzz_finds_nothing() {
    let start = now();
    for seed in 0..150 {
        session(seed, start);
        comparison(seed, start);
    }
}

/// For `tests/fuzz/run`: as long as `FUZZ_SECONDS` says, from `FUZZ_SEED` on; prints the seed that failed last.
#[test]
#[ignore = "runs for as long as it is told"]
fn fuzz_for_a_while() {
    let number = |name: &str, otherwise| {
        std::env::var(name)
            .ok()
            .and_then(|n| n.parse().ok())
            .unwrap_or(otherwise)
    };
    let start = now();
    let end = start + Duration::from_secs(number("FUZZ_SECONDS", 60));
    let (mut seed, mut steps) = (number("FUZZ_SEED", 1), 0_u64);
    while now() < end {
        for _ in 0..100 {
            let taken = std::panic::catch_unwind(|| session(seed, start) + comparison(seed, start));
            steps += taken.unwrap_or_else(|_| panic!("seed {seed} fails"));
            seed += 1;
        }
    }
    println!("{steps} steps, seeds up to {seed}, nothing found");
}
