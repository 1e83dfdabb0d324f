//! Owns how keys, names, times and counts are written. Pure text, no looks. Called by all of `ui`.

use std::time::Duration;

use crate::app::{Action, Keys, Place};
use crate::inventory::human_duration;
use crate::keys::Chord;
use crate::ui::text;

/// The prefix: the first of the keys that the settings give it.
pub(super) fn prefix(chords: &[Chord]) -> String {
    chords
        .first()
        .copied()
        .map(Chord::written)
        .unwrap_or_default()
}

/// The first key of an action in a place; none when it has none left.
pub(super) fn key_of(keys: &Keys, place: Place, action: Action) -> Option<String> {
    keys.chords(place, action)
        .first()
        .copied()
        .map(Chord::written)
}

/// The end of a pod name that tells replicas apart: `web-6d9c8-4kq2p` is `…4kq2p`. Short names stay whole.
pub(super) fn short_name(name: &str, cut: &str) -> String {
    let name = text::printable(name);
    if text::width(&name) <= 8 {
        return name;
    }
    let end = name
        .rmatch_indices('-')
        .map(|(at, _)| name.get(at + 1..).unwrap_or_default())
        .find(|end| end.len() >= 4);
    match end {
        Some(end) if text::width(end) + text::width(cut) < text::width(&name) => {
            format!("{cut}{end}")
        }
        Some(_) | None => name,
    }
}

/// Whole seconds up to two minutes, minutes after that: `12 s`, `5 min`.
pub(super) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        short @ 0..120 => format!("{short} s"),
        long => format!("{} min", long / 60),
    }
}

/// Tenths of seconds while they can be followed: `1.2 s`.
pub(super) fn tenths(time: Duration) -> String {
    if time.as_secs() >= 100 {
        return seconds(time);
    }
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

/// A limit: tenths only where it has some: `2 s`, `1.5 s`.
pub(super) fn limit(time: Duration) -> String {
    if time.subsec_millis() < 100 {
        seconds(time)
    } else {
        tenths(time)
    }
}

/// Bytes in three digits or so: `512 B`, `1.5 KiB`, `20 MiB`.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    // In tenths of the next smaller unit, rounded down.
    let mut tenths = u128::from(count) * 10 / 1024;
    let mut units = UNITS.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    for larger in units {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = larger;
    }
    if tenths < 100 {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", tenths / 10)
    }
}

/// Time of day, UTC: `02:11:40`.
pub(super) fn clock(unix: i64) -> String {
    let second = unix.rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// An age in its first unit only: `3d4h` is `3d`.
pub(super) fn coarse_age(seconds: i64) -> String {
    let full = human_duration(seconds);
    if !full.starts_with(|c: char| c.is_ascii_digit()) {
        return "?".to_owned();
    }
    let end = full
        .find(|c: char| c.is_ascii_alphabetic())
        .map_or(full.len(), |at| at + 1);
    full.get(..end).unwrap_or(&full).to_owned()
}

/// `1 pane`, `2 panes`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {one}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("web-6d9c8-4kq2p", "…4kq2p")]
    #[case("db-0", "db-0")]
    #[case("elasticsearch-data-0", "…data-0")]
    #[case("averylongname", "averylongname")]
    fn a_short_name_tells_replicas_apart(#[case] name: &str, #[case] short: &str) {
        assert_eq!(short_name(name, "…"), short);
    }

    #[rstest]
    #[case(0, "0 B")]
    #[case(1023, "1023 B")]
    #[case(1024, "1.0 KiB")]
    #[case(1536, "1.5 KiB")]
    #[case(10 * 1024, "10 KiB")]
    #[case(1024 * 1024 - 1, "1023 KiB")]
    #[case(20 << 20, "20 MiB")]
    #[case(u64::MAX, "16383 PiB")]
    fn bytes_are_short(#[case] count: u64, #[case] shown: &str) {
        assert_eq!(bytes(count), shown);
    }

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_secs(31)), "31 s");
        assert_eq!(seconds(Duration::from_secs(300)), "5 min");
        assert_eq!(tenths(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(limit(Duration::from_secs(2)), "2 s");
        assert_eq!(clock(2 * 3600 + 11 * 60 + 40), "02:11:40");
        assert_eq!(
            (coarse_age(3 * 86_400 + 4 * 3600), coarse_age(-9)),
            ("3d".into(), "?".into())
        );
    }
}
