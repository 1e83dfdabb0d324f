//! The output that is parsed: the same bytes in every run.

/// Names of the streams, and how many times as fast as tmux a pane is to be.
pub(crate) const ALL: [(&str, &str); 8] = [
    ("ascii", "1.2"),
    ("log", "1.2"),
    ("json", "1.2"),
    ("coloured", "3"),
    ("cells", "3"),
    ("cursor", "3"),
    ("unicode", "3"),
    ("repaint", "1.2"),
];

const WORDS: [&str; 12] = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "request",
    "GET",
    "/api/v1/pods",
    "200",
    "error",
    "timeout",
    "connection",
    "reset",
];
const FOREIGN: [&str; 7] = [
    "日本語",
    "héllo",
    "naïve",
    "😀 smile",
    "Привет",
    "─┼─",
    "✓ ok",
];

/// xorshift64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.roll(from.len())).copied().unwrap_or("")
    }

    fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| self.letter()).collect()
    }

    fn letter(&mut self) -> char {
        char::from(b'a' + u8::try_from(self.roll(26)).unwrap_or(0))
    }
}

/// At least `length` bytes of a stream.
pub(crate) fn stream(name: &str, length: usize) -> Vec<u8> {
    let mut dice = Dice(42);
    let mut bytes = Vec::with_capacity(length + 8192);
    while bytes.len() < length {
        bytes.extend(piece(name, &mut dice).bytes());
    }
    bytes
}

fn piece(name: &str, dice: &mut Dice) -> String {
    match name {
        "ascii" => format!("{}\r\n", dice.letters(60)),
        "log" => {
            let length = 100 + dice.roll(20);
            format!("{}\r\n", dice.letters(length))
        }
        "json" => format!(
            "{{\"ts\":\"2026-11-24T04:00:00.{:06}Z\",\"level\":\"info\",\"msg\":\"{} {} {}\",\"pod\":\"web-{:x}\",\"latency_ms\":{},\"caller\":\"server.go:{}\"}}\r\n",
            dice.roll(1_000_000),
            dice.pick(&WORDS),
            dice.pick(&WORDS),
            dice.pick(&WORDS),
            dice.roll(100_000),
            dice.roll(1000),
            dice.roll(999),
        ),
        "coloured" => {
            let word = |dice: &mut Dice| {
                format!("\x1b[{}m{}\x1b[m ", 31 + dice.roll(7), dice.pick(&WORDS))
            };
            let words: Vec<String> = (0..10).map(|_| word(dice)).collect();
            format!("{}\r\n", words.concat())
        }
        "cells" => format!(
            "\x1b[38;5;{};48;5;{}m{}",
            dice.roll(256),
            dice.roll(256),
            dice.letter()
        ),
        "cursor" => format!(
            "\x1b[{};{}H{}",
            1 + dice.roll(40),
            1 + dice.roll(120),
            dice.letter()
        ),
        "unicode" => {
            let words: Vec<&str> = (0..8).map(|_| dice.pick(&FOREIGN)).collect();
            format!("{}\r\n", words.join(" "))
        }
        _ => repaint_row(dice),
    }
}

fn repaint_row(dice: &mut Dice) -> String {
    format!(
        "\x1b[{};1H\x1b[32m{:5}\x1b[39m root \x1b[1m{:3}\x1b[m   0 {:6}M \x1b[36m/usr/bin/{}\x1b[39m\x1b[K",
        1 + dice.roll(40),
        dice.roll(99_999),
        dice.roll(99),
        dice.roll(99_999),
        dice.pick(&WORDS),
    )
}
