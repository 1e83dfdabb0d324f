//! Programs that people use in pods, each run in a pane and in tmux at the same size, with the same keys: the text seen must be equal.
//!
//! Where they run is an argument: on this machine, or in a pod.

use std::process::{Command, Stdio};
use std::time::Duration;

use podmux::geometry::GridSize;
use podmux::screen::{CellStyle, HistoryLimits, Screen};

use crate::engine::{Engine, Nothing, command, now, rows};
use crate::tmux::Tmux;

const SIZE: (u16, u16) = (24, 80);
/// A program has this long to show what a step waits for.
const STEP: Duration = Duration::from_secs(20);
/// Between two looks at tmux, which does not tell when it has something new.
const LOOK: Duration = Duration::from_millis(50);

/// A size that comes after the start, as that of an exec does, makes less and nano forget the words of their first screen.
const SIZED: &str = r#"until [ "$(stty size)" = "24 80" ]; do sleep 0.1; done"#;

/// Keys, and what is seen when they have worked.
struct Step(&'static str, &'static str);

/// How the two are fed.
enum Feed {
    /// The program runs twice.
    Twice,
    /// It shows something else each time, so what it wrote in the pane is played to tmux.
    Played,
}

struct Case {
    name: &'static str,
    /// Must be there.
    program: &'static str,
    script: &'static str,
    feed: Feed,
    steps: &'static [Step],
}

/// What the programs look at.
const FILES: &str = r#"
for n in $(seq 1 200); do echo "line $n: the quick brown fox jumps over the lazy dog"; done >text
printf 'int main(void) {\n\treturn 0; /* done */\n}\n' >main.c
printf '日本語のテキスト。漢字と仮名\n한국어 텍스트\n中文文本,全角符号\nПривет, κόσμε, héllo, naïve\ne\314\201 o\314\210 n\314\203 marks\n😀 😎 🚀 ✨ 🐳 emoji\n| 表 | wide |\n| ab | cell |\n─┼─ ├──┤ ░▒▓ ✓ ✗\n' >wide
printf '0123456789012345678901234567890123456789012345678901234567890123456789012345678日本語 wraps\n' >>wide
mkdir -p folder/inner; : >folder/plain; : >folder/run; chmod +x folder/run; ln -sf plain folder/link; ln -sf none folder/broken; : >folder/a.tar.gz; : >folder/p.png
"#;

const CASES: &[Case] = &[
    Case {
        name: "vim",
        program: "vi",
        script: "exec vi -u NONE -i NONE -n --cmd 'set shortmess+=F' text",
        feed: Feed::Twice,
        steps: &[
            Step("", "line 1:"),
            Step("50G", "line 50:"),
            Step("ohello there\x1b", "hello there"),
            Step("\x06", "line 70:"),
            Step("3dd", "3 fewer lines"),
            Step(":set number\r", " 65 "),
            Step("u", "3 more lines"),
            Step("/line 120\r", "line 120:"),
            Step(":e main.c\r", "No write since last change"),
            Step(":e! wide\r", "日本語"),
        ],
    },
    Case {
        name: "less",
        program: "less",
        script: "exec less -S text",
        feed: Feed::Twice,
        steps: &[
            Step("", "line 1:"),
            Step(" ", "line 46:"),
            Step("/line 77\r", "line 77:"),
            Step("k", "line 76:"),
            Step("G", "line 200:"),
            Step("g", "line 1:"),
            Step("h", "SUMMARY OF LESS COMMANDS"),
        ],
    },
    Case {
        name: "nano",
        program: "nano",
        script: "exec nano --ignorercfiles text",
        feed: Feed::Twice,
        steps: &[
            Step("", "line 1:"),
            Step("typed \x0b", "line 2:"),
            Step("\x16", "line 30:"),
            Step("\x17fox\r", "fox"),
            Step("\x18", "Save modified buffer"),
        ],
    },
    Case {
        name: "dialog, a menu",
        program: "dialog",
        script: "exec dialog --title 'A menu' --menu 'Choose one of these' 14 50 5 1 first 2 second 3 third",
        feed: Feed::Twice,
        steps: &[Step("", "third"), Step("2", "second"), Step("\t", "Cancel")],
    },
    Case {
        name: "dialog, a question",
        program: "dialog",
        script: "exec dialog --colors --title Question --yesno 'Is \\Zb\\Z1this\\Zn equal?' 10 40",
        feed: Feed::Twice,
        steps: &[Step("", "equal?"), Step("\t", "No")],
    },
    Case {
        name: "tmux",
        program: "tmux",
        script: "unset TMUX; PS1='$ ' exec tmux -u -f /dev/null -L inner-$$ new-session -s 0 -n w 'cat text; exec cat' ';' set -g status-right '' ';' set -g exit-unattached on ';' split-window -h 'cat wide; exec cat' ';' split-window -v 'exec cat'",
        feed: Feed::Twice,
        steps: &[
            Step("", "日本語"),
            Step("typed here\r", "typed here"),
            Step("\x02%", "[0] 0:"),
            Step("\x02x", "kill-pane"),
        ],
    },
    Case {
        name: "ls --color",
        program: "ls",
        script: "ls --color=always -C folder / /usr; ls --color=always -lA --time-style=+ folder; echo done; exec cat",
        feed: Feed::Twice,
        steps: &[Step("", "done")],
    },
    Case {
        name: "CJK and emoji",
        program: "cat",
        script: "cat wide; exec cat",
        feed: Feed::Twice,
        steps: &[Step("", "wraps")],
    },
    Case {
        name: "top",
        program: "top",
        script: "exec top -d 60",
        feed: Feed::Played,
        steps: &[
            Step("", "load average"),
            Step("1", "Cpu0"),
            Step("V", "load average"),
            Step("h", "Help for Interactive Commands"),
        ],
    },
    Case {
        name: "htop",
        program: "htop",
        script: "exec htop -d 100",
        feed: Feed::Played,
        steps: &[
            Step("", "Quit"),
            Step("\x1bOB\x1bOB", "Quit"),
            Step("t", "List"),
            Step("\x1bOP", "htop"),
        ],
    },
];

/// Turns a script into the words of a program that runs it in a terminal, and those that run it without one.
pub(crate) struct Place<'a> {
    pub(crate) name: &'a str,
    pub(crate) in_terminal: &'a dyn Fn(&str) -> Vec<String>,
    pub(crate) without: &'a dyn Fn(&str) -> Vec<String>,
    pub(crate) environment: &'a [(&'a str, String)],
}

/// What was found out.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) equal: Vec<&'static str>,
    pub(crate) missing: Vec<&'static str>,
    pub(crate) different: Vec<String>,
}

impl Report {
    pub(crate) fn print(&self, place: &str) {
        println!(
            "{place}: equal in a pane and in tmux: {}",
            self.equal.join(", ")
        );
        if !self.missing.is_empty() {
            println!("{place}: not installed there: {}", self.missing.join(", "));
        }
        for difference in &self.different {
            println!("{place}: {difference}");
        }
    }
}

/// Runs every program that is there.
pub(crate) fn compare_all(place: &Place<'_>) -> Report {
    let folder = format!("/tmp/podmux-programs-{}", std::process::id());
    assert!(
        quietly(
            place,
            &format!("mkdir -p {folder} && cd {folder} && {FILES}")
        ),
        "{}: the files cannot be made",
        place.name
    );
    let mut report = Report::default();
    for case in CASES {
        if !quietly(place, &format!("command -v {}", case.program)) {
            report.missing.push(case.name);
            continue;
        }
        match compare(place, &folder, case) {
            Ok(()) => report.equal.push(case.name),
            Err(difference) => report
                .different
                .push(format!("{}: {difference}", case.name)),
        }
    }
    quietly(place, &format!("rm -rf {folder}"));
    report
}

fn quietly(place: &Place<'_>, script: &str) -> bool {
    let words = (place.without)(script);
    let (program, rest) = words.split_first().unwrap();
    let mut command = Command::new(program);
    command
        .args(rest)
        .envs(place.environment.iter().map(|(name, value)| (name, value)));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().unwrap().success()
}

/// Both terminals, side by side.
struct Both {
    pane: Engine<Nothing>,
    tmux: Option<Tmux>,
    size: GridSize,
}

fn compare(place: &Place<'_>, folder: &str, case: &Case) -> Result<(), String> {
    let size = GridSize::new(SIZE.0, SIZE.1);
    let script = format!(
        "cd {folder}; {}; export TERM=xterm-256color LANG=C.UTF-8 HOME={folder} LESS= LESSHISTFILE=-; {}",
        SIZED, case.script
    );
    let words = (place.in_terminal)(&script);
    let (program, rest) = words.split_first().unwrap();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let mut command = command(program, &rest);
    for (name, value) in place.environment {
        command.env(name, value);
    }
    let live = matches!(case.feed, Feed::Twice);
    let mut both = Both {
        pane: Engine::start(command, size, Nothing),
        tmux: live.then(|| Tmux::start(&words, place.environment, size)),
        size,
    };
    for Step(keys, shown) in case.steps {
        both.pane.send(keys.as_bytes());
        if let (Some(tmux), false) = (&both.tmux, keys.is_empty()) {
            tmux.send(keys.as_bytes());
        }
        both.step(&case.feed, shown)
            .map_err(|difference| format!("after {keys:?}, {difference}"))?;
    }
    Ok(())
}

impl Both {
    /// Waits until both show the same, and what the step wants.
    fn step(&mut self, feed: &Feed, shown: &str) -> Result<(), String> {
        let there = |rows: &[String]| rows.iter().any(|row| row.contains(shown));
        if !self.pane.wait(STEP, there) {
            let rows = rows(&self.pane.screen).join("\n");
            return Err(format!("{shown:?} is not in the pane:\n{rows}"));
        }
        if matches!(feed, Feed::Played) {
            self.pane.settle(Duration::from_millis(500));
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &self.pane.written).unwrap();
            let play = format!(
                "stty raw -echo; cat '{}'; exec sleep 1000",
                file.path().display()
            );
            let words = ["sh".to_owned(), "-c".to_owned(), play];
            self.tmux = Some(Tmux::start(&words, &[], self.size));
            // Kept until both are equal.
            return self.wait_equal();
        }
        self.wait_equal()
    }

    fn wait_equal(&mut self) -> Result<(), String> {
        let deadline = now() + STEP;
        loop {
            self.pane.settle(LOOK);
            let ours = rows(&self.pane.screen);
            let theirs = self.theirs();
            let shown = rows(&theirs);
            if ours == shown {
                return self.same_colours(&theirs);
            }
            if now() >= deadline {
                return Err(rows_that_differ(&ours, &shown));
            }
        }
    }

    /// The screen of tmux, read from what it prints.
    fn theirs(&self) -> Screen {
        let limits = HistoryLimits {
            lines: 10,
            bytes: 1 << 16,
        };
        let mut screen = Screen::new(self.size, limits);
        let Some(tmux) = &self.tmux else {
            return screen;
        };
        screen.feed(b"\x1b)0", now());
        let capture = tmux.capture();
        for (row, line) in capture.split(|byte| *byte == b'\n').enumerate() {
            if row < usize::from(self.size.rows()) {
                screen.feed(format!("\x1b[{};1H", row + 1).as_bytes(), now());
                screen.feed(line, now());
            }
        }
        screen
    }

    /// The text is equal; its colours must be too, as far as tmux tells them.
    fn same_colours(&self, theirs: &Screen) -> Result<(), String> {
        let (ours, theirs) = (self.pane.screen.view(0), theirs.view(0));
        let cells =
            (0..self.size.rows()).flat_map(|row| (0..self.size.cols()).map(move |col| (row, col)));
        let seen = |style: CellStyle| (style.fg, style.bg, style.inverse, style.underline);
        let different: Vec<(u16, u16)> = cells
            .filter(|(row, col)| {
                let (a, b) = (ours.cell(*row, *col), theirs.cell(*row, *col));
                // tmux does not print blanks that were erased with a background.
                !a.text.trim().is_empty() && seen(a.style) != seen(b.style)
            })
            .collect();
        match different.first() {
            None => Ok(()),
            Some((row, col)) => Err(format!(
                "the text is equal, but {} cells differ in colour, the first at row {}, column {}: {:?} in the pane, {:?} in tmux",
                different.len(),
                row + 1,
                col + 1,
                ours.cell(*row, *col).style,
                theirs.cell(*row, *col).style
            )),
        }
    }
}

fn rows_that_differ(ours: &[String], theirs: &[String]) -> String {
    let pairs = ours
        .iter()
        .zip(theirs)
        .enumerate()
        .filter(|(_, (a, b))| a != b);
    let lines =
        pairs.map(|(row, (a, b))| format!("  row {:2} pane {a:?}\n         tmux {b:?}", row + 1));
    format!(
        "the text differs:\n{}",
        lines.collect::<Vec<_>>().join("\n")
    )
}
