//! Owns the guess at what a mistyped word meant. Knows nothing of which words there are. Called by all that read words: `keys`, `config`, `cli`.

/// The right word that comes nearest to a wrong one, case ignored; `None` when none is near.
pub fn nearest<'a>(word: &str, right: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let scored = right
        .into_iter()
        .map(|name| (likeness(&word, &name.to_lowercase()), name));
    let best = scored
        .filter(|(score, _)| *score >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, name)| name)
}

// A short word with one slip is near, which the measure for longer ones does not see.
fn likeness(word: &str, name: &str) -> f64 {
    let measured = strsim::jaro_winkler(word, name);
    let one_slip = word.chars().count() > 2 && strsim::osa_distance(word, name) <= 1;
    if one_slip {
        measured.max(0.9)
    } else {
        measured
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_understood_and_strangers_are_not() {
        let words = ["red", "green", "bright-red", "command", "grace"];
        let table = [
            ("rde", Some("red")),
            ("RED", Some("red")),
            ("comand", Some("command")),
            ("gracce", Some("grace")),
            ("brihgt-red", Some("bright-red")),
            ("xyzzy", None),
            ("x", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(nearest(word, words), expected, "{word}");
        }
    }
}
