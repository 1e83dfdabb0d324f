//! The filter grammar: words, `!not`, `~fuzzy`, `ns:` `label:` `status:` `node:` `owner:`, all of which must hold.
//! Knows nothing of the list it narrows. Used by the view, the target picker and the command line.

use std::ops::Range;

use memchr::memchr2_iter;
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::pod::PodRow;
use super::workload::{Workload, WorkloadKind, workload};

/// A parsed filter; the empty one shows everything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    text: Box<str>,
    terms: Vec<Term>,
}

/// Working memory of the fuzzy matcher, reused from row to row.
#[derive(Default)]
pub struct Scratch {
    matcher: Option<Box<Matcher>>,
    text: String,
    chars: Vec<char>,
    found: Vec<u32>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Term {
    wanted: Wanted,
    test: Test,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    Present,
    Absent,
}

/// Text within is lower-case, except labels.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Test {
    Word(Box<str>),
    Fuzzy(Box<Atom>),
    Namespace(Box<str>),
    Label(Box<str>, Option<Box<str>>),
    Status(Box<str>),
    Node(Box<str>),
    Owner(Box<str>),
}

impl Filter {
    /// Reads a filter; every text is one, and terms still being typed (`!`, `ns:`) count as absent.
    pub fn parse(text: &str) -> Self {
        Self {
            text: text.into(),
            terms: text.split_whitespace().filter_map(Term::parse).collect(),
        }
    }

    /// The text as it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether the pod passes every term.
    pub fn matches(&self, row: &PodRow, scratch: &mut Scratch) -> bool {
        self.terms
            .iter()
            .all(|term| term.test.holds(row, scratch) == (term.wanted == Wanted::Present))
    }

    /// Character ranges of the pod name that the positive terms matched: sorted, apart from each other.
    pub fn highlights(&self, name: &str, scratch: &mut Scratch) -> Vec<Range<usize>> {
        let present = self
            .terms
            .iter()
            .filter(|term| term.wanted == Wanted::Present);
        merged(
            present
                .flat_map(|term| term.test.found_in(name, scratch))
                .collect(),
        )
    }
}

impl Term {
    fn parse(word: &str) -> Option<Self> {
        let (wanted, rest) = word
            .strip_prefix('!')
            .map_or((Wanted::Present, word), |rest| (Wanted::Absent, rest));
        Test::parse(rest).map(|test| Self { wanted, test })
    }
}

impl Test {
    fn parse(word: &str) -> Option<Self> {
        type Make = fn(Box<str>) -> Test;
        const FIELDS: [(&str, Make); 5] = [
            ("~", |word| Test::Fuzzy(Box::new(fuzzy_pattern(&word)))),
            ("ns:", Test::Namespace),
            ("status:", Test::Status),
            ("node:", Test::Node),
            ("owner:", Test::Owner),
        ];
        if let Some(label) = word.strip_prefix("label:") {
            return Self::parse_label(label);
        }
        let field = FIELDS
            .iter()
            .find_map(|(prefix, make)| word.strip_prefix(prefix).map(|rest| (rest, *make)));
        let (text, make) = field.unwrap_or((word, Test::Word));
        (!text.is_empty()).then(|| make(text.to_lowercase().into()))
    }

    fn parse_label(text: &str) -> Option<Self> {
        let (key, value) = text
            .split_once('=')
            .map_or((text, None), |(key, value)| (key, Some(value.into())));
        (!key.is_empty()).then(|| Self::Label(key.into(), value))
    }

    fn holds(&self, row: &PodRow, scratch: &mut Scratch) -> bool {
        match self {
            Self::Word(word) => name_contains(row, word) || owner_contains(row, word),
            Self::Fuzzy(word) => {
                scratch.fuzzy(&row.pod.name, word) || scratch.fuzzy_joined(row, word)
            }
            Self::Namespace(word) => contains(&row.pod.namespace, word),
            Self::Label(key, value) => row
                .label(key)
                .is_some_and(|found| value.as_ref().is_none_or(|value| **value == *found)),
            Self::Status(word) => contains(&row.status.word, word),
            Self::Node(word) => contains(&row.node, word),
            Self::Owner(word) => owner_contains(row, word),
        }
    }

    fn found_in(&self, name: &str, scratch: &mut Scratch) -> Vec<Range<usize>> {
        match self {
            Self::Word(word) => occurrences(name, word),
            Self::Fuzzy(pattern) => scratch.fuzzy_positions(name, pattern),
            Self::Namespace(_)
            | Self::Label(..)
            | Self::Status(_)
            | Self::Node(_)
            | Self::Owner(_) => Vec::new(),
        }
    }
}

impl Scratch {
    fn fuzzy(&mut self, text: &str, pattern: &Atom) -> bool {
        self.chars.clear();
        let haystack = Utf32Str::new(text, &mut self.chars);
        let matcher = self
            .matcher
            .get_or_insert_with(|| Box::new(Matcher::new(Config::DEFAULT)));
        pattern.score(haystack, matcher).is_some()
    }

    /// The same over `namespace/name`, for words that reach over the slash.
    fn fuzzy_joined(&mut self, row: &PodRow, pattern: &Atom) -> bool {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        text.push_str(&row.pod.namespace);
        text.push('/');
        text.push_str(&row.pod.name);
        let found = self.fuzzy(&text, pattern);
        self.text = text;
        found
    }

    fn fuzzy_positions(&mut self, text: &str, pattern: &Atom) -> Vec<Range<usize>> {
        self.chars.clear();
        self.found.clear();
        let haystack = Utf32Str::new(text, &mut self.chars);
        let matcher = self
            .matcher
            .get_or_insert_with(|| Box::new(Matcher::new(Config::DEFAULT)));
        if pattern
            .indices(haystack, matcher, &mut self.found)
            .is_none()
        {
            return Vec::new();
        }
        self.found
            .iter()
            .map(|index| *index as usize..*index as usize + 1)
            .collect()
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch")
            .field("warm", &self.matcher.is_some())
            .finish_non_exhaustive()
    }
}

fn fuzzy_pattern(word: &str) -> Atom {
    Atom::new(
        word,
        CaseMatching::Ignore,
        Normalization::Never,
        AtomKind::Fuzzy,
        false,
    )
}

/// Whether `namespace/pod` holds the word, without building that text.
fn name_contains(row: &PodRow, word: &str) -> bool {
    let (namespace, name) = (&row.pod.namespace, &row.pod.name);
    contains(name, word)
        || contains(namespace, word)
        || word
            .split_once('/')
            .is_some_and(|(end, start)| ends_with(namespace, end) && starts_with(name, start))
}

/// Whether the workload (`deploy/web`) or the owner as named (`ReplicaSet/web-6d9c8`) holds the word.
fn owner_contains(row: &PodRow, word: &str) -> bool {
    let Some(owner) = &row.owner else {
        return false;
    };
    let workload = workload(row);
    contains(&owner.name, word)
        || contains(workload.kind.word(), word)
        || word.split_once('/').is_some_and(|(kind, name)| {
            named_so(workload, kind, name)
                || (ends_with(&owner.kind, kind) && starts_with(&owner.name, name))
        })
}

/// Takes every spelling of the kind that the command line takes.
fn named_so(workload: Workload<'_>, kind: &str, name: &str) -> bool {
    let same_kind = if let WorkloadKind::Other(kind) = WorkloadKind::parse(kind) {
        ends_with(workload.kind.word(), kind)
    } else {
        WorkloadKind::parse(kind) == workload.kind
    };
    same_kind && starts_with(workload.name, name)
}

fn starts_with(text: &str, lower: &str) -> bool {
    text.as_bytes()
        .get(..lower.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(lower.as_bytes()))
}

fn ends_with(text: &str, lower: &str) -> bool {
    let from = text.len().checked_sub(lower.len());
    from.and_then(|from| text.as_bytes().get(from..))
        .is_some_and(|end| end.eq_ignore_ascii_case(lower.as_bytes()))
}

fn contains(text: &str, lower: &str) -> bool {
    occurs_at(text.as_bytes(), lower.as_bytes())
        .next()
        .is_some()
}

/// Where the word begins, in bytes; letters of either case are equal.
fn occurs_at<'a>(text: &'a [u8], lower: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = lower.first().copied().unwrap_or_default();
    memchr2_iter(first, first.to_ascii_uppercase(), text).filter(move |at| {
        text.get(*at..at + lower.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(lower))
    })
}

/// Counts in characters, whatever the text.
fn occurrences(text: &str, lower: &str) -> Vec<Range<usize>> {
    let chars_before = |byte: usize| text.char_indices().take_while(|(at, _)| *at < byte).count();
    let at = occurs_at(text.as_bytes(), lower.as_bytes());
    at.map(|at| chars_before(at)..chars_before(at + lower.len()))
        .collect()
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => apart.push(range),
        }
    }
    apart
}

#[cfg(test)]
mod tests;
