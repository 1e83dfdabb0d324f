//! Prints durations as kubectl does. Knows no clock: the caller subtracts. Used by the list and the headless tables.

/// Prints seconds the way kubectl's AGE column does: `45s`, `3m20s`, `15m`, `2h5m`, `18h`, `3d4h`, `12d`, `2y30d`, `9y`.
/// Up to two seconds in the future counts as `0s`; further gives `<invalid>`.
pub fn human_duration(seconds: i64) -> String {
    if seconds < -1 {
        return "<invalid>".to_owned();
    }
    let seconds = seconds.max(0);
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    if seconds < 120 {
        format!("{seconds}s")
    } else if minutes < 10 {
        two(minutes, 'm', seconds % 60, 's')
    } else if minutes < 180 {
        format!("{minutes}m")
    } else if hours < 8 {
        two(hours, 'h', minutes % 60, 'm')
    } else if hours < 48 {
        format!("{hours}h")
    } else if hours < 24 * 8 {
        two(hours / 24, 'd', hours % 24, 'h')
    } else if hours < 24 * 365 * 2 {
        format!("{}d", hours / 24)
    } else if hours < 24 * 365 * 8 {
        two(hours / 24 / 365, 'y', (hours / 24) % 365, 'd')
    } else {
        format!("{}y", hours / 24 / 365)
    }
}

/// The RESTARTS column: `0`, `9`, or `9 (40s ago)` in kubectl; ours leaves the `ago` out to save cells.
/// `now` and `last` are Unix seconds.
pub fn restarts_text(restarts: u32, last: Option<i64>, now: i64) -> String {
    match last {
        Some(last) if restarts > 0 => {
            format!("{restarts} ({})", human_duration(now.saturating_sub(last)))
        }
        Some(_) | None => restarts.to_string(),
    }
}

/// The smaller unit is left out when it is zero.
fn two(big: i64, big_unit: char, small: i64, small_unit: char) -> String {
    if small == 0 {
        format!("{big}{big_unit}")
    } else {
        format!("{big}{big_unit}{small}{small_unit}")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    #[rstest]
    #[case(-2, "<invalid>")]
    #[case(-1, "0s")]
    #[case(0, "0s")]
    #[case(119, "119s")]
    #[case(120, "2m")]
    #[case(121, "2m1s")]
    #[case(599, "9m59s")]
    #[case(600, "10m")]
    #[case(3 * HOUR - 1, "179m")]
    #[case(3 * HOUR, "3h")]
    #[case(3 * HOUR + 60, "3h1m")]
    #[case(8 * HOUR - 1, "7h59m")]
    #[case(8 * HOUR, "8h")]
    #[case(2 * DAY - 1, "47h")]
    #[case(2 * DAY, "2d")]
    #[case(2 * DAY + HOUR, "2d1h")]
    #[case(8 * DAY - 1, "7d23h")]
    #[case(8 * DAY, "8d")]
    #[case(730 * DAY - 1, "729d")]
    #[case(730 * DAY, "2y")]
    #[case(731 * DAY, "2y1d")]
    #[case(8 * 365 * DAY - 1, "7y364d")]
    #[case(8 * 365 * DAY, "8y")]
    #[case(i64::MAX, "292471208677y")]
    fn durations_read_as_in_kubectl(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(human_duration(seconds), expected);
    }

    #[test]
    fn restarts_say_when_the_last_one_was() {
        assert_eq!(restarts_text(0, Some(60), 100), "0");
        assert_eq!(restarts_text(9, Some(60), 100), "9 (40s)");
        assert_eq!(restarts_text(9, None, 100), "9");
    }
}
