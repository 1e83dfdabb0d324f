//! Owns the filter between text of the cluster and the outer terminal. Knows nothing of where the text goes. Called by `cluster` for
//! pages and by all of `ui`.

use std::iter::Peekable;
use std::str::Chars;

/// Columns from one tab stop to the next.
const TAB: usize = 8;

/// Makes text of the cluster printable: controls become spaces; bidirectional controls, tags and
/// variation selectors, which change how neighbours look, are dropped.
pub fn printable(text: &str) -> String {
    text.chars().filter_map(shown).collect()
}

/// Makes one line of a log or a page printable: escape sequences go as a whole, so that `ESC [31m` leaves no `[31m` behind, and tabs
/// become spaces up to the next of the stops that are 8 columns apart.
pub fn printable_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut column = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_sequence(&mut rest),
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\t' => {
                let blanks = TAB - column % TAB;
                line.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            c => {
                if let Some(c) = shown(c) {
                    line.push(c);
                    column += 1;
                }
            }
        }
    }
    line
}

const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{FEFF}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

fn shown(c: char) -> Option<char> {
    if c.is_control() {
        Some(' ')
    } else {
        (!is_invisible(c)).then_some(c)
    }
}

/// Skips what follows an ESC: a control sequence, a string up to its end, or a two-character function.
fn skip_sequence(rest: &mut Peekable<Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_control_sequence(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => skip_string(rest),
        Some(' '..='/') => {
            while rest.next_if(|c| matches!(c, ' '..='/')).is_some() {}
            rest.next_if(|c| matches!(c, '0'..='~'));
        }
        Some('0'..='~') => {
            rest.next();
        }
        Some(_) | None => {}
    }
}

/// Parameters, intermediates and the final byte; stops before anything that cannot belong to it.
fn skip_control_sequence(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    rest.next_if(|c| matches!(c, '@'..='~'));
}

/// A title, a link or another string: up to BEL or ST. One without an end is text, or it would hide the rest of the line.
fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    let mut ahead = rest.clone();
    ahead.next();
    while let Some(c) = ahead.next() {
        let ended = match c {
            '\u{7}' | '\u{9c}' => true,
            '\u{1b}' => ahead.next_if_eq(&'\\').is_some(),
            _ => false,
        };
        if ended {
            *rest = ahead;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn text_of_the_cluster_carries_no_controls() {
        assert_eq!(printable("a\x1b[31mb\u{202E}c\u{E0041}\td"), "a [31mbc d");
    }

    #[rstest]
    #[case("\x1b[1;31merror\x1b[0m: x", "error: x")]
    #[case("\u{9b}31mred", "red")]
    #[case("\x1b]0;title\x07after", "after")]
    #[case("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link")]
    #[case("\x1b]0;no end", "]0;no end")]
    #[case("\x1b(Bx\x1b=y\x1b", "xy")]
    #[case("\x1b[31\u{e9}", "\u{e9}")]
    #[case("a\tb\t\tc", "a       b               c")]
    #[case("a\rb\u{8}", "a b ")]
    #[case("\u{202E}abc\u{061C}", "abc")]
    fn escape_sequences_go_as_a_whole(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(printable_line(text), expected);
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_is_left(text in "[\\x00-\\x7f\u{80}-\u{9f}\u{200e}\u{202a}-\u{202e}é]{0,40}") {
            for shown in [printable(&text), printable_line(&text)] {
                prop_assert!(!shown.chars().any(|c| c.is_control() || is_invisible(c)), "{shown:?}");
            }
        }

        #[test]
        fn plain_text_is_kept(text in "[ -~é日]{0,40}") {
            prop_assert_eq!(printable_line(&text), text);
        }
    }
}
