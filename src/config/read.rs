//! Owns the walk over a parsed file: each known key is taken out with its reader, what is left over is unknown, and every error is kept.
//! Knows nothing of which keys there are. Called by `sections` and `theme`.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};
use super::pattern::{At, Stand};
use crate::keys::nearest::nearest;

/// A value of the file with its place.
pub(super) type Value<'d> = Spanned<DeValue<'d>>;

/// What a reader found wrong, and where.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) span: Range<usize>,
    pub(super) message: String,
}

/// A value, or everything that is wrong with it.
pub(super) type Read<T> = Result<T, Vec<Wrong>>;

/// A parsed file.
pub(super) struct Document<'d> {
    text: &'d str,
    root: DeTable<'d>,
    errors: Vec<ConfigError>,
}

impl<'d> Document<'d> {
    /// Parses the text. Of a text that is not TOML only that is told: the rest would be guesses.
    pub(super) fn parse(text: &'d str) -> Self {
        let (root, broken) = DeTable::parse_recoverable(text);
        let place = |span: Option<Range<usize>>| Place::of(text, &span.unwrap_or(0..0));
        let error = |e: &toml::de::Error| ConfigError {
            place: place(e.span()),
            message: e.message().to_owned(),
            help: None,
        };
        let errors: Vec<ConfigError> = broken.iter().map(error).collect();
        let root = if errors.is_empty() {
            root.into_inner()
        } else {
            DeTable::new()
        };
        Self { text, root, errors }
    }

    /// The whole file as a section; what it finds wrong goes to `errors`, which [`Document::report`] takes back.
    pub(super) fn root(&self) -> Section<'_, 'd> {
        Section::new(self.text, String::new(), Some(&self.root))
    }

    /// Keeps what a section found wrong.
    pub(super) fn report(&mut self, errors: Vec<ConfigError>) {
        self.errors.extend(errors);
    }

    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        self.errors
    }
}

/// One table of the file, absent or present, while its keys are taken out.
pub(super) struct Section<'t, 'd> {
    text: &'d str,
    name: String,
    table: Option<&'t DeTable<'d>>,
    known: Vec<&'static str>,
    errors: Vec<ConfigError>,
}

impl<'t, 'd> Section<'t, 'd> {
    fn new(text: &'d str, name: String, table: Option<&'t DeTable<'d>>) -> Self {
        Self {
            text,
            name,
            table,
            known: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The value of a key, or its default where it is absent or wrong.
    pub(super) fn get<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&Value<'d>) -> Read<T>,
    ) -> T {
        self.known.push(key);
        let Some(value) = self.table.and_then(|table| table.get(key)) else {
            return default;
        };
        read(value).unwrap_or_else(|wrong| {
            self.wrong(wrong);
            default
        })
    }

    /// Where a key was set.
    pub(super) fn stand(&self, key: &str) -> Stand {
        let value = self.table.and_then(|table| table.get(key));
        value.map_or(Stand::Default, |value| Stand::Line(self.lines().of(value)))
    }

    /// The place of a key's value.
    pub(super) fn at(&self, key: &str) -> At {
        let value = self.table.and_then(|table| table.get(key));
        At(value.map(|value| Place::of(self.text, &value.span())))
    }

    /// A table below this one; absent where it is not written.
    pub(super) fn section(&mut self, key: &'static str) -> Section<'t, 'd> {
        self.known.push(key);
        let value = self.table.and_then(|table| table.get(key));
        self.below(key, value)
    }

    /// Every key that was not taken out, in the order of the file.
    pub(super) fn rest(&self) -> Vec<(&'t str, Place, &'t Value<'d>)> {
        let entries = self
            .table
            .into_iter()
            .flatten()
            .filter(|(name, _)| !self.known.contains(&name.get_ref().as_ref()));
        let mut rest: Vec<_> = entries
            .map(|(name, value)| {
                (
                    name.get_ref().as_ref(),
                    Place::of(self.text, &name.span()),
                    value,
                )
            })
            .collect();
        rest.sort_by_key(|(_, place, _)| *place);
        rest
    }

    /// A table among the keys that were not taken out.
    pub(super) fn below(&mut self, key: &str, value: Option<&'t Value<'d>>) -> Section<'t, 'd> {
        let name = if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        };
        let table = value.and_then(|value| value.get_ref().as_table());
        if let Some(value) = value.filter(|_| table.is_none()) {
            let message = format!("[{name}] is a section, not {}", kind(value));
            self.wrong(vec![Wrong {
                span: value.span(),
                message,
            }]);
        }
        Section::new(self.text, name, table)
    }

    /// Keeps what is wrong with a value of this section.
    pub(super) fn wrong(&mut self, wrong: Vec<Wrong>) {
        let text = self.text;
        let error = |wrong: Wrong| ConfigError {
            place: Place::of(text, &wrong.span),
            message: wrong.message,
            help: None,
        };
        self.errors.extend(wrong.into_iter().map(error));
    }

    /// What was wrong. Keys that were not taken out are unknown; `elsewhere` may name the section that has such a key.
    pub(super) fn finish(mut self, elsewhere: impl Fn(&str) -> Option<String>) -> Vec<ConfigError> {
        for (name, place, _) in self.rest() {
            let here = || {
                nearest(name, self.known.iter().copied()).map_or_else(
                    || format!("known here: {}", self.known.join(", ")),
                    |right| format!("did you mean `{right}`?"),
                )
            };
            let sits_in =
                || elsewhere(name).map(|section| format!("`{name}` belongs in [{section}]"));
            let message = if self.name.is_empty() {
                format!("unknown key `{name}`")
            } else {
                format!("unknown key `{name}` in [{}]", self.name)
            };
            self.errors.push(ConfigError {
                place,
                message,
                help: Some(sits_in().unwrap_or_else(here)),
            });
        }
        self.errors
    }

    /// Keeps what is wrong with a key of this section.
    pub(super) fn wrong_key(&mut self, error: ConfigError) {
        self.errors.push(error);
    }

    /// What was wrong in a section that knows no wrong key.
    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        self.errors
    }

    /// Where lines begin, for values that remember theirs.
    pub(super) fn lines(&self) -> Lines<'d> {
        Lines(self.text)
    }
}

/// Tells the line of a value.
#[derive(Clone, Copy)]
pub(super) struct Lines<'d>(&'d str);

impl Lines<'_> {
    /// The line, from 1.
    pub(super) fn of(self, value: &Value<'_>) -> usize {
        Place::of(self.0, &value.span()).line
    }
}

/// One wrong value.
pub(super) fn wrong<T>(value: &Value<'_>, message: impl Into<String>) -> Read<T> {
    Err(vec![Wrong {
        span: value.span(),
        message: message.into(),
    }])
}

fn kind(value: &Value<'_>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// Reads a text.
pub(super) fn text(value: &Value<'_>) -> Read<String> {
    match value.get_ref().as_str() {
        Some(text) => Ok(text.to_owned()),
        None => wrong(
            value,
            format!("a text in quotes belongs here, not {}", kind(value)),
        ),
    }
}

/// Reads a text that says something.
pub(super) fn word(value: &Value<'_>) -> Read<String> {
    let read = text(value)?;
    if read.trim().is_empty() {
        return wrong(value, "this must not be empty");
    }
    Ok(read)
}

/// Reads a text and then what it means.
pub(super) fn parsed<T>(
    value: &Value<'_>,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Read<T> {
    let read = text(value)?;
    parse(&read).or_else(|message| wrong(value, message))
}

/// Reads `true` or `false`.
pub(super) fn switch(value: &Value<'_>) -> Read<bool> {
    match value.get_ref().as_bool() {
        Some(on) => Ok(on),
        None => wrong(
            value,
            format!("true or false belongs here, not {}", kind(value)),
        ),
    }
}

/// Reads a whole number within bounds.
pub(super) fn number<T: TryFrom<u64>>(value: &Value<'_>, bounds: RangeInclusive<u64>) -> Read<T> {
    let Some(written) = value.get_ref().as_integer() else {
        return wrong(
            value,
            format!("a whole number belongs here, not {}", kind(value)),
        );
    };
    let read = u64::from_str_radix(written.as_str(), written.radix())
        .ok()
        .filter(|n| bounds.contains(n));
    read.and_then(|n| T::try_from(n).ok()).map_or_else(
        || {
            wrong(
                value,
                format!(
                    "the number must be from {} to {}",
                    bounds.start(),
                    bounds.end()
                ),
            )
        },
        Ok,
    )
}

/// Reads a list; every wrong element is told.
pub(super) fn list<'d, T>(
    value: &Value<'d>,
    mut read: impl FnMut(&Value<'d>) -> Read<T>,
) -> Read<Vec<T>> {
    let Some(elements) = value.get_ref().as_array() else {
        return wrong(
            value,
            format!("a list in [ ] belongs here, not {}", kind(value)),
        );
    };
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for element in elements {
        match read(element) {
            Ok(element) => good.push(element),
            Err(wrong) => bad.extend(wrong),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}

/// Reads a list with at least one element.
pub(super) fn some<'d, T>(
    value: &Value<'d>,
    read: impl FnMut(&Value<'d>) -> Read<T>,
) -> Read<Vec<T>> {
    let elements = list(value, read)?;
    if elements.is_empty() {
        return wrong(value, "the list must not be empty");
    }
    Ok(elements)
}

/// Reads one element, or a list of them.
pub(super) fn one_or_many<'d, T>(
    value: &Value<'d>,
    mut read: impl FnMut(&Value<'d>) -> Read<T>,
) -> Read<Vec<T>> {
    if value.get_ref().is_array() {
        return list(value, read);
    }
    read(value).map(|one| vec![one])
}
