//! Owns the manual page: one for all subcommands, made from the definition of the command line. Called by `commands`.

use std::io;

use clap::Command;
use clap_mangen::Man;

use crate::app::bindings::{BINDINGS, Place};
use crate::keys::Chord;

/// What the definition does not know.
const REST: &str = r#".SH "EXIT STATUS"
Of the console: 0 when its user left and nothing is left in the pods; 2 wrong usage or settings; 3 when it was forced to end and
something may be left, which is named. Those of the subcommands stand with them.
.SH FILES
The folders are those of the XDG base directories.
.TP
~/.config/podmux/config.toml
Settings; \fBpodmux config path\fR names the file, \fBpodmux config schema\fR prints what may stand there.
.TP
~/.config/podmux/themes/*.toml
Themes of your own. They and the settings are read again while the console runs; a wrong one changes nothing and is told.
.TP
~/.local/state/podmux/journal.jsonl
What was started in pods and is not proven to be gone.
.TP
~/.local/state/podmux/audit.jsonl
Who did what to which pods.
.TP
~/.local/state/podmux/history.jsonl
Texts that were composed before.
.TP
~/.local/share/podmux/recordings/*.cast
Recordings of panes.
.SH ENVIRONMENT
.TP
KUBECONFIG
Kubeconfig files, merged; a missing one is skipped.
.TP
XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME
Other folders for the files above.
.TP
NO_COLOR, TERM, COLORTERM, COLORFGBG
Which colours are shown.
.TP
LC_ALL, LC_CTYPE, LANG
Lines and marks are drawn in ASCII in the C locale.
.TP
VISUAL, EDITOR
Editor of the composer.
.TP
PODMUX_LOG
Levels of the log, as in podmux=debug,warn.
"#;

const SEE_ALSO: &str = ".SH \"SEE ALSO\"\n.BR kubectl (1),\n.BR tmux (1)\n";

/// The actions that someone needs in the first minutes; their keys and words come from the binding table.
const FIRST: [(Place, &[&str]); 2] = [
    (
        Place::List,
        &[
            "filter",
            "mark",
            "mark-shown",
            "shells",
            "run",
            "namespaces",
            "contexts",
            "logs",
            "palette",
            "help",
            "quit",
        ],
    ),
    (
        Place::Prefix,
        &[
            "list",
            "broadcast",
            "opt-out",
            "compose",
            "cancel",
            "interrupt",
            "close",
            "zoom",
            "scroll",
            "palette",
            "help",
            "quit",
        ],
    ),
];

type Render = fn(&Man, &mut dyn io::Write) -> io::Result<()>;

/// The page in roff.
///
/// # Errors
/// None that writing into memory can have.
pub fn page(definition: Command) -> io::Result<String> {
    let subcommands: Vec<Command> = definition.get_subcommands().cloned().collect();
    let man = Man::new(definition);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    let sections: [Render; 4] = [
        Man::render_name_section,
        Man::render_synopsis_section,
        Man::render_description_section,
        Man::render_options_section,
    ];
    for section in sections {
        page.push_str(&body(&man, section)?);
    }
    page.push_str(&keys());
    page.push_str(".SH SUBCOMMANDS\nThe options above may follow a subcommand too, where they mean something.\n");
    for command in subcommands {
        subcommand(&mut page, "podmux", command)?;
    }
    page.push_str(REST);
    page.push_str(&body(&man, Man::render_extra_section)?.replacen("EXTRA", "EXAMPLES", 1));
    page.push_str(SEE_ALSO);
    Ok(page)
}

/// The first keys, as they are where the settings change none.
fn keys() -> String {
    let mut text = ".SH KEYS\nIn a pane every key goes to its shell, except after the prefix: \\fBCtrl\\-g\\fR or \\fBF12\\fR. \
        The page of keys (\\fB?\\fR) shows all of them, and \\fB[keys]\\fR in the settings changes them.\n"
        .to_owned();
    for (place, names) in FIRST {
        let title = place.title();
        let before = if place == Place::Prefix {
            "Ctrl-g "
        } else {
            ""
        };
        text += &[".SS \"", title, "\"\n"].concat();
        let row = |name: &&str| {
            let mut rows = BINDINGS.iter();
            rows.find(|row| row.place == place && row.name == *name)
        };
        for row in names.iter().filter_map(row) {
            let chords = row.chords.iter().filter_map(|chord| chord.parse().ok());
            let written: Vec<String> = chords
                .map(|chord: Chord| format!("{before}{}", chord.written()))
                .collect();
            let key = written.join(", ").replace('-', "\\-");
            text += &[".TP\n\\fB", &key, "\\fR\n", row.help, "\n"].concat();
        }
    }
    text
}

/// Examples keep their lines. What stands beside a command moves nearer, so that 80 columns hold both.
fn verbatim(text: &str) -> String {
    let mut inside = false;
    let mut out = String::new();
    for line in text.lines() {
        let example = line.starts_with("  ");
        if example != inside {
            out.push_str(if example { ".nf\n" } else { ".fi\n" });
            inside = example;
        }
        let line = match line.split_once("    ") {
            Some((command, beside)) if example => format!("{command:<24}{}", beside.trim_start()),
            Some(_) | None => line.to_owned(),
        };
        out += &[&line, "\n"].concat();
    }
    if inside {
        out.push_str(".fi\n");
    }
    out
}

/// A subcommand with its own options; those of all stand once, before.
fn subcommand(page: &mut String, parent: &str, command: Command) -> io::Result<()> {
    if command.is_hide_set() {
        return Ok(());
    }
    let name = format!("{parent} {}", command.get_name());
    let below: Vec<Command> = command.get_subcommands().cloned().collect();
    if !below.is_empty() {
        return below
            .into_iter()
            .try_for_each(|command| subcommand(page, &name, command));
    }
    let mut command = command.bin_name(&name).disable_help_flag(true);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace('-', "\\-");
    let start = format!(".SS \"{name}\"\n{usage}\n");
    page.push_str(&start);
    let man = Man::new(command);
    let sections: [Render; 3] = [
        Man::render_description_section,
        Man::render_options_section,
        Man::render_extra_section,
    ];
    for section in sections {
        let text = body(&man, section)?;
        // Its own headings would end the one of all subcommands.
        let lines = text.lines().filter(|line| !line.starts_with(".SH "));
        page.push_str(".PP\n");
        lines.for_each(|line| {
            page.push_str(line);
            page.push('\n');
        });
    }
    Ok(())
}

/// A section without what only the start of a page needs.
fn body(man: &Man, section: Render) -> io::Result<String> {
    let mut text = Vec::new();
    section(man, &mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines = text
        .lines()
        .filter(|line| !line.starts_with(".ie ") && !line.starts_with(".el "));
    let kept: String = lines.flat_map(|line| [line, "\n"]).collect();
    Ok(verbatim(&kept))
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;

    #[test]
    fn one_page_holds_every_option_of_every_subcommand_and_names_no_other_page() {
        let page = super::page(Cli::definition()).unwrap();
        for part in [
            ".SS \"podmux run\"\npodmux run [OPTIONS] [TARGET]... \\-\\- <COMMAND>...\n",
            "fanout",
            ".SS \"podmux config check\"",
            "older",
            "4 no target matched",
            ".SH \"EXIT STATUS\"",
            "XDG_STATE_HOME",
            ".SH EXAMPLES",
            "The options above may follow a subcommand too",
            ".SH KEYS",
            "\\fBCtrl\\-g c\\fR\ncancel: interrupt, clean up, prove; again: skip the grace\n",
            ".TP\n\\fB/\\fR\nfilter\n",
            "history.jsonl",
            "read again while",
            "LC_ALL",
            ".nf\n  podmux ",
            ".SH \"SEE ALSO\"",
        ] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
        for wrong in ["podmux-run(1)", "podmux\\-run(1)", "__complete", "EXTRA"] {
            assert!(!page.contains(wrong), "{wrong} is in\n{page}");
        }
    }
}
