//! Owns how durations and sizes are written: `400ms`, `1m30s`, `8MiB`. Knows nothing of sections. Called by the readers of `config` and by `cli`.

use std::fmt::Display;
use std::time::Duration;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::settings::Switch;

const DURATION_UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
const SIZE_UNITS: [(&str, u64); 4] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];
const LONGEST_SECONDS: f64 = 366.0 * 86_400.0;

/// Reads a duration: numbers with the units `ms`, `s`, `m`, `h`, up to a year.
///
/// # Errors
/// A sentence that says what a duration looks like.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "`{text}` is no duration: write a number with a unit, such as \"400ms\", \"2s\", \"10m\" or \"1h\""
        )
    };
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() || text.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(wrong)?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let number: f64 = number.parse().map_err(|_wrong_number| wrong())?;
        let (_, factor) = DURATION_UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wrong)?;
        seconds += number * factor;
        rest = tail;
    }
    if seconds > LONGEST_SECONDS {
        return Err(format!("`{text}` is longer than a year"));
    }
    Duration::try_from_secs_f64(seconds)
        .map(round_to_millis)
        .map_err(|_out_of_range| wrong())
}

fn round_to_millis(exact: Duration) -> Duration {
    let micros = exact.as_micros() + 500;
    u64::try_from(micros / 1000).map_or(exact, Duration::from_millis)
}

/// Writes a duration so that [`duration`] reads it back: whole hours, minutes, seconds or milliseconds.
pub fn duration_text(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => "0s".to_owned(),
        ms if ms % 3_600_000 == 0 => format!("{}h", ms / 3_600_000),
        ms if ms % 60_000 == 0 => format!("{}m", ms / 60_000),
        ms if ms % 1_000 == 0 => format!("{}s", ms / 1_000),
        ms => format!("{ms}ms"),
    }
}

/// Reads a size: a whole number with the unit `B`, `KiB`, `MiB` or `GiB`.
///
/// # Errors
/// A sentence that says what a size looks like.
pub fn size(text: &str) -> Result<u64, String> {
    let wrong = || {
        format!(
            "`{text}` is no size: write a whole number with a unit, such as \"64KiB\", \"8MiB\" or \"1GiB\""
        )
    };
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_wrong_number| wrong())?;
    let (_, factor) = SIZE_UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(wrong)?;
    number
        .checked_mul(*factor)
        .ok_or_else(|| format!("`{text}` is too large"))
}

/// Writes a size so that [`size`] reads it back, in the largest unit that fits exactly.
pub fn size_text(bytes: u64) -> String {
    let exact = SIZE_UNITS
        .iter()
        .find(|(_, factor)| bytes != 0 && bytes.is_multiple_of(*factor));
    exact.map_or_else(
        || format!("{bytes}B"),
        |(unit, factor)| format!("{}{unit}", bytes / factor),
    )
}

/// What a duration looks like, for the schema.
#[cfg(test)]
pub(super) const DURATION: &str = "^(([0-9]+[.]?[0-9]*|[.][0-9]+)(ms|s|m|h))+$";
#[cfg(test)]
pub(super) const NO_DURATION_OR_ONE: &str = "^(([0-9]+[.]?[0-9]*|[.][0-9]+)(ms|s|m|h))*$";
#[cfg(test)]
pub(super) const SIZE: &str = "^[0-9]+(B|KiB|MiB|GiB)$";

/// The shape of a setting that is switched, or left to podmux.
#[cfg(test)]
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum OnOffOrAuto {
    OnOff(bool),
    Auto(Auto),
}

#[cfg(test)]
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum Auto {
    Auto,
}

/// The shape of a setting that takes one text or several.
#[cfg(test)]
#[derive(JsonSchema)]
#[cfg_attr(test, schemars(untagged))]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum OneOrMany {
    One(String),
    Many(#[schemars(length(min = 1))] Vec<String>),
}

pub(super) fn print_duration<S: Serializer>(
    value: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&duration_text(*value))
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
pub(super) fn print_optional_duration<S: Serializer>(
    value: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.map(duration_text).unwrap_or_default())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
pub(super) fn print_size<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&size_text(*value))
}

pub(super) fn print_all<T: Display, S: Serializer>(
    values: &[T],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}

pub(super) fn print_one<T: Display, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
pub(super) fn print_switch<S: Serializer>(
    value: &Switch,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Switch::Auto => "auto".serialize(serializer),
        Switch::On => true.serialize(serializer),
        Switch::Off => false.serialize(serializer),
    }
}
