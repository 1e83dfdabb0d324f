//! Owns the user's own editor on a text of theirs: a private file, the program, the text that comes back. Called by `console`,
//! which lends it the terminal.

use std::io::Write;

use crate::app::Event;

/// Lets the user edit `text` and gives what they left.
pub(super) async fn edit(text: String) -> Event {
    Event::Edited(
        edited(text)
            .await
            .map_err(|error| format!("the editor was of no use: {error}")),
    )
}

async fn edited(text: String) -> std::io::Result<String> {
    // Only its user can read the file; it goes when it is dropped.
    let mut file = tempfile::Builder::new()
        .prefix("podmux-")
        .suffix(".sh")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    let program = program(|name| std::env::var(name).ok());
    // As git does it: the variable may hold options.
    let status = tokio::process::Command::new("/bin/sh")
        .arg("-c")
        .arg(format!("{program} \"$1\""))
        .arg("sh")
        .arg(file.path())
        .status()
        .await?;
    if !status.success() {
        return Err(std::io::Error::other(format!("{program}: {status}")));
    }
    // By its name: many editors put a new file in place of the old one.
    tokio::fs::read_to_string(file.path()).await
}

fn program(variable: impl Fn(&str) -> Option<String>) -> String {
    ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(variable)
        .find(|program| !program.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned())
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn visual_counts_before_editor_and_vi_is_the_last_resort() {
        let set = |pairs: &'static [(&str, &str)]| {
            move |name: &str| {
                let found = pairs.iter().find(|(of, _)| *of == name);
                found.map(|(_, value)| (*value).to_owned())
            }
        };
        assert_eq!(
            program(set(&[("VISUAL", "code -w"), ("EDITOR", "ed")])),
            "code -w"
        );
        assert_eq!(program(set(&[("VISUAL", " "), ("EDITOR", "ed")])), "ed");
        assert_eq!(program(set(&[])), "vi");
    }
}
