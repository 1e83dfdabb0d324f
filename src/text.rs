//! Owns text that must fit: cut at the start or the end, never wider than its place. Knows nothing of what it says. Called by `app`
//! and all of `ui`.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Stands for what was cut.
pub const CUT: &str = "…";

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `1 pod`, `2 pods`.
pub fn pods(count: usize) -> String {
    match count {
        1 => "1 pod".to_owned(),
        count => format!("{count} pods"),
    }
}

/// Keeps the end: `web-6d9c8-4kq2p` in 6 columns is `…4kq2p`. What fits is kept whole.
pub fn keep_end(text: &str, columns: usize, cut: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(cut));
    let mut kept: Vec<&str> = Vec::new();
    let mut used = 0;
    for cluster in text.graphemes(true).rev() {
        used += width(cluster);
        if used > room {
            break;
        }
        kept.push(cluster);
    }
    kept.reverse();
    clip(&format!("{cut}{}", kept.concat()), columns)
}

/// A name in at most so many columns: its end stays, and no stump of a part is left at the cut, as `…b-58b7f-zz81k` would have.
pub fn name(name: &str, columns: usize, cut: &str) -> String {
    let kept = keep_end(name, columns, cut);
    let whole_parts = kept
        .strip_prefix(cut)
        .filter(|_| kept != name)
        .and_then(|kept| {
            let (stump, parts) = kept.split_once('-')?;
            (stump.len() <= 3 && parts.len() >= 5).then(|| format!("{cut}{parts}"))
        });
    whole_parts.unwrap_or(kept)
}

/// Keeps the start: `CrashLoopBackOff` in 10 columns is `CrashLoop…`.
pub fn keep_start(text: &str, columns: usize, cut: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(cut));
    clip(&format!("{}{cut}", clip(text, room)), columns)
}

/// Keeps the start up to the end of a word: `this pane out of, into` in 17 columns is `this pane out of …`.
pub fn keep_words(text: &str, columns: usize, cut: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(cut) + 1);
    let mut kept = clip(text, room);
    let rest = text.get(kept.len()..).unwrap_or_default();
    if !rest.starts_with(' ') {
        let words = kept.rsplit_once(' ').map_or(0, |(words, _)| words.len());
        kept.truncate(words);
    }
    let words = kept.trim_end_matches([' ', ',', ';', ':']);
    if words.is_empty() {
        return keep_start(text, columns, cut);
    }
    format!("{words} {cut}")
}

/// Column heads as far as they fit: none of them loses letters.
pub fn whole_head(heads: &str, columns: usize) -> &str {
    let mut kept = heads;
    while width(kept) > columns {
        kept = kept
            .rsplit_once(' ')
            .map_or("", |(before, _)| before.trim_end());
    }
    kept
}

/// The longest start that fits, without a sign that something was cut.
pub fn clip(text: &str, columns: usize) -> String {
    let mut used = 0;
    let kept = text.graphemes(true).take_while(|cluster| {
        used += width(cluster);
        used <= columns
    });
    kept.collect()
}

/// Words in lines of at most so many columns; a longer word goes on in the next line.
pub fn wrapped(sentence: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let pieces = |word| pieces(word, columns);
    for word in sentence.split_whitespace().flat_map(pieces) {
        let fits = width(&line) + 1 + width(word) <= columns;
        if line.is_empty() {
            word.clone_into(&mut line);
        } else if fits {
            line = format!("{line} {word}");
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A word as it goes on from line to line.
fn pieces(word: &str, columns: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, cluster) in word.grapheme_indices(true) {
        if used + width(cluster) > columns && at > start {
            pieces.push(word.get(start..at).unwrap_or_default());
            (start, used) = (at, 0);
        }
        used += width(cluster);
    }
    pieces.push(word.get(start..).unwrap_or_default());
    pieces
}

/// Fills with blanks on the right.
pub fn pad_right(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// Fills with blanks on the left.
pub fn pad_left(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{}{text}", " ".repeat(blanks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_keeps_its_end() {
        assert_eq!(keep_end("web-6d9c8-4kq2p", 6, CUT), "…4kq2p");
        assert_eq!(keep_end("web", 3, CUT), "web");
        assert_eq!(keep_end("web", 0, CUT), "");
    }

    #[test]
    fn a_name_keeps_whole_parts() {
        assert_eq!(name("web-58b7f-zz81k", 14, CUT), "…58b7f-zz81k");
        assert_eq!(name("web-6d9c8-4kq2p", 8, CUT), "…4kq2p");
        assert_eq!(name("elasticsearch", 6, CUT), "…earch");
    }

    #[test]
    fn a_status_keeps_its_start() {
        assert_eq!(keep_start("CrashLoopBackOff", 10, CUT), "CrashLoop…");
    }

    #[test]
    fn a_sentence_keeps_whole_words() {
        let cut = |columns| keep_words("this pane out of, into broadcast", columns, CUT);
        assert_eq!(cut(32), "this pane out of, into broadcast");
        assert_eq!(cut(31), "this pane out of, into …");
        assert_eq!(cut(23), "this pane out of …");
        assert_eq!(cut(16), "this pane out …");
        assert_eq!(cut(3), "th…");
    }

    #[test]
    fn no_head_of_a_column_is_cut() {
        let heads = "   POD  CLIENT   COMMAND";
        assert_eq!(whole_head(heads, 24), heads);
        assert_eq!(whole_head(heads, 23), "   POD  CLIENT");
        assert_eq!(whole_head(heads, 2), "");
    }

    #[test]
    fn a_wide_character_is_never_halved() {
        assert_eq!(clip("日本", 3), "日");
        assert_eq!(keep_end("日本語", 4, CUT), "…語");
    }

    #[test]
    fn sentences_break_between_words() {
        assert_eq!(
            wrapped("no pod matches web", 10),
            ["no pod", "matches", "web"]
        );
    }

    #[test]
    fn a_word_longer_than_the_line_goes_on_in_the_next() {
        assert_eq!(
            wrapped("in /var/state/audit.jsonl: no room", 12),
            ["in", "/var/state/a", "udit.jsonl:", "no room"]
        );
    }

    proptest! {
        #[test]
        fn no_wrapped_line_is_wider_than_its_place(sentence in "[a-z ]{0,80}", columns in 1usize..40) {
            let whole = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(whole(&wrapped(&sentence, columns).concat()), whole(&sentence));
            for line in wrapped(&sentence, columns) {
                prop_assert!(width(&line) <= columns);
            }
        }

        #[test]
        fn nothing_is_wider_than_its_place(text in ".{0,40}", columns in 0usize..30) {
            let text: String = text.chars().filter(|c| !c.is_control()).collect();
            for cut in [keep_end(&text, columns, CUT), keep_start(&text, columns, CUT), keep_words(&text, columns, CUT), clip(&text, columns)] {
                prop_assert!(width(&cut) <= columns, "{cut:?}");
            }
        }
    }
}
