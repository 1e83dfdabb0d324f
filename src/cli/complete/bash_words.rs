//! Owns bash's idea of words: how its line is cut, and which part of a candidate it puts in. Called by `complete`.

use std::ffi::{OsStr, OsString};

use super::Candidate;

/// Splits a line up to the cursor as bash reads it; the last word is the one at the cursor, often an empty one.
pub(super) fn split(line: &str) -> Vec<OsString> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let Some(word) = words.last_mut() else { break };
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None | Some('"'), '\\') => word.extend(chars.next()),
            (None, ' ' | '\t' | '\n') if word.is_empty() => {}
            (None, ' ' | '\t' | '\n') => words.push(String::new()),
            (Some(_) | None, c) => word.push(c),
        }
    }
    words.into_iter().map(OsString::from).collect()
}

/// bash takes what stands behind the last `=` or `:` for the word that it completes.
pub(super) fn behind_the_cut(current: &OsStr, found: Vec<Candidate>) -> Vec<Candidate> {
    let typed = current.to_string_lossy();
    let cut = typed.rfind(['=', ':']).map_or(0, |at| at + 1);
    let behind = |found: Candidate| Candidate {
        value: found.value.get(cut..).unwrap_or_default().to_owned(),
        ..found
    };
    found.into_iter().map(behind).collect()
}
