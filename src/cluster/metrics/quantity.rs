//! Reads amounts as Kubernetes writes them: `250m`, `64Mi`, `1.5`, `2e3`. Pure.

/// Billionths.
pub(super) const NANO: u32 = 9;

/// Whole ones.
pub(super) const ONE: u32 = 0;

/// The amount times ten to the power of `decimals`, rounded up. `None` for what is not an amount, is negative or does not fit.
pub(super) fn scaled(text: &str, decimals: u32) -> Option<u64> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let (binary, power) = factor(suffix)?;
    let value = digits.checked_mul(binary)?;
    let power = power
        .checked_add(i32::try_from(decimals).ok()?)?
        .checked_sub(places)?;
    let ten = 10_u128.checked_pow(power.unsigned_abs())?;
    let value = if power < 0 {
        value.div_ceil(ten)
    } else {
        value.checked_mul(ten)?
    };
    u64::try_from(value).ok()
}

/// A suffix as a factor and a power of ten.
fn factor(suffix: &str) -> Option<(u128, i32)> {
    Some(match suffix {
        "" => (1, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        exponent => {
            let power = exponent.strip_prefix(['e', 'E'])?;
            (1, power.parse().ok()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0", ONE, Some(0))]
    #[case("250m", NANO, Some(250_000_000))]
    #[case("1234567n", NANO, Some(1_234_567))]
    #[case("15u", NANO, Some(15_000))]
    #[case("1.5", NANO, Some(1_500_000_000))]
    #[case(".5", NANO, Some(500_000_000))]
    #[case("64Mi", ONE, Some(64 << 20))]
    #[case("1.5Gi", ONE, Some(3 << 29))]
    #[case("128974848", ONE, Some(128_974_848))]
    #[case("129e6", ONE, Some(129_000_000))]
    #[case("129M", ONE, Some(129_000_000))]
    #[case("1E", ONE, Some(1_000_000_000_000_000_000))]
    #[case("1E2", ONE, Some(100))]
    #[case("100m", ONE, Some(1))]
    #[case("16Ei", ONE, None)]
    #[case("1e99", ONE, None)]
    #[case("1e2147483647", NANO, None)]
    #[case("-1", ONE, None)]
    #[case("", ONE, None)]
    #[case(".", ONE, None)]
    #[case("Mi", ONE, None)]
    #[case("1.2.3", ONE, None)]
    #[case("1 Mi", ONE, None)]
    fn amounts_read_as_kubernetes_means_them(
        #[case] text: &str,
        #[case] decimals: u32,
        #[case] expected: Option<u64>,
    ) {
        assert_eq!(scaled(text, decimals), expected);
    }

    proptest! {
        #[test]
        fn whole_numbers_read_back(number: u64) {
            prop_assert_eq!(scaled(&number.to_string(), ONE), Some(number));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "[0-9.eEkKMGTPinum +-]{0,30}|\\PC{0,10}") {
            let _read: Option<u64> = scaled(&text, NANO);
        }
    }
}
