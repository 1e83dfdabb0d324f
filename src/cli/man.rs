//! Owns the manual page: one for all subcommands, made from the definition of the command line. Called by `commands`.

use std::io;

use clap::Command;
use clap_mangen::Man;

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
Themes of your own.
.TP
~/.local/state/podmux/journal.jsonl
What was started in pods and is not proven to be gone.
.TP
~/.local/state/podmux/audit.jsonl
Who did what to which pods.
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
VISUAL, EDITOR
Editor of the composer.
.TP
PODMUX_LOG
Levels of the log, as in podmux=debug,warn.
"#;

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
    page.push_str(".SH SUBCOMMANDS\n");
    for command in subcommands {
        subcommand(&mut page, "podmux", command)?;
    }
    page.push_str(REST);
    page.push_str(&body(&man, Man::render_extra_section)?.replacen("EXTRA", "EXAMPLES", 1));
    Ok(page)
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
    Ok(lines.flat_map(|line| [line, "\n"]).collect())
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
        ] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
        for wrong in ["(1)", "__complete", "EXTRA"] {
            assert!(!page.contains(wrong), "{wrong} is in\n{page}");
        }
    }
}
