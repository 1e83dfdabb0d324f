//! Owns the patterns that protect names and the expressions that deny text, each with the line that a refusal names.
//! Knows nothing of what is refused. Read by `app` and `headless`.

use regex::Regex;
use serde::{Serialize, Serializer};

use super::error::Place;

/// A name pattern in which `*` stands for any run of characters; the case of ASCII letters is ignored, since guarding too much is the safe side.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    line: Option<usize>,
}

impl Pattern {
    /// Takes the pattern and the line of the file it stands in; none: it is a default.
    pub fn new(text: &str, line: Option<usize>) -> Self {
        Self {
            text: text.to_owned(),
            line,
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The line of the settings file; none for a default.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Where it was given.
    pub fn stand(&self) -> Stand {
        self.line.map_or(Stand::Default, Stand::Line)
    }

    /// Whether the whole name fits.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (self.text.to_ascii_lowercase(), name.to_ascii_lowercase());
        let Some((first, rest)) = pattern.split_once('*') else {
            return pattern == name;
        };
        let Some(tail) = name.strip_prefix(first) else {
            return false;
        };
        let (middle, last) = rest
            .rsplit_once('*')
            .map_or(("", rest), |(middle, last)| (middle, last));
        let Some(between) = tail.strip_suffix(last) else {
            return false;
        };
        contains_in_order(between, middle)
    }
}

fn contains_in_order(name: &str, pieces: &str) -> bool {
    let mut left = name;
    pieces.split('*').all(|piece| {
        left.split_once(piece).is_some_and(|(_, after)| {
            left = after;
            true
        })
    })
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// A regular expression that composed and run text must not match anywhere.
#[derive(Clone, Debug)]
pub struct Deny {
    expression: Regex,
    line: usize,
}

impl Deny {
    /// Takes the expression and the line of the file it stands in.
    ///
    /// # Errors
    /// What the `regex` crate says about a broken or oversized expression.
    pub fn new(text: &str, line: usize) -> Result<Self, regex::Error> {
        Regex::new(text).map(|expression| Self { expression, line })
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        self.expression.as_str()
    }

    /// The line of the settings file.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The expression itself, for the guard rails.
    pub fn regex(&self) -> &Regex {
        &self.expression
    }

    /// Whether the text must not be sent.
    pub fn matches(&self, text: &str) -> bool {
        self.expression.is_match(text)
    }
}

impl PartialEq for Deny {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for Deny {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Where a setting was given. Two settings are the same wherever they stand.
#[derive(Clone, Copy, Debug, Default)]
pub enum Stand {
    /// Nobody set it.
    #[default]
    Default,
    /// A line of the settings file.
    Line(usize),
    /// An option of the command line.
    Flag(&'static str),
}

impl PartialEq for Stand {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// Where the value of a setting stands, if it is set. Two settings are the same wherever they stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct At(pub Option<Place>);

impl PartialEq for At {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// The settings file as its user knows it; no part of what is set.
#[derive(Clone, Debug, Default)]
pub struct FileName(pub String);

impl PartialEq for FileName {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        let table = [
            ("*prod*", "eu-prod-1", true),
            ("*prod*", "prod", true),
            ("*prod*", "Production", true),
            ("*prod*", "pro-d", false),
            ("prod-*", "prod-eu", true),
            ("prod-*", "my-prod-eu", false),
            ("*-eu", "prod-eu", true),
            ("*-eu", "prod-eu-1", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "acb", false),
            ("ab*ba", "aba", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
            ("*", "", true),
            ("**", "x", true),
        ];
        for (pattern, name, expected) in table {
            assert_eq!(
                Pattern::new(pattern, None).matches(name),
                expected,
                "{pattern} on {name}"
            );
        }
    }
}
