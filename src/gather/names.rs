//! Owns how many names are written in little room: `web-6d9c8-[4kq2p 7hhzn … 42 more]`. Knows nothing of pods. Called by `ui` and `headless`.

use unicode_width::UnicodeWidthStr;

/// Names that are equal up to their last `-`.
struct Family<'a> {
    stem: &'a str,
    ends: Vec<&'a str>,
}

/// Writes names in their order within `width` cells, as many of each family as fit and the number of the others.
/// Where not even one of each family fits, whole families are counted; the end of the first name is always written, even where that
/// overruns a very narrow width.
pub fn fold_names(names: &[&str], width: usize) -> String {
    let families = families(names);
    let most = families
        .iter()
        .map(|family| family.ends.len())
        .max()
        .unwrap_or(0);
    let fits = |shown: &usize| write(&families, *shown).width() <= width;
    // The width grows with the number shown, except where the last name replaces "1 more".
    let all = (most > 0).then_some(most).filter(fits);
    let some = || (1..most).collect::<Vec<_>>().partition_point(fits);
    let written = write(&families, all.unwrap_or_else(some).max(1));
    if written.width() <= width {
        return written;
    }
    short(&families, names.len(), width).unwrap_or(written)
}

/// `web-6d9c8-[4kq2p 7hhzn] … 1 more`, `web-6d9c8-[4kq2p … 4 more] … 1 more`, else `…4kq2p … 5 more`.
fn short(families: &[Family<'_>], all: usize, width: usize) -> Option<String> {
    let some = |(kept, shown): (usize, usize)| {
        let kept = families.get(..kept)?;
        let named: usize = kept.iter().map(|family| family.ends.len()).sum();
        Some(format!("{} … {} more", write(kept, shown), all - named))
    };
    let forms = (1..families.len())
        .rev()
        .flat_map(|kept| [(kept, all), (kept, 1)]);
    let fits = |text: &String| text.width() <= width;
    let whole = forms.filter_map(some).find(fits);
    let first = families.first()?;
    let end = first.ends.first()?;
    let cut = if first.stem.is_empty() { "" } else { "…" };
    whole.or_else(|| match all - 1 {
        0 => Some(format!("{cut}{end}")),
        more => Some(format!("{cut}{end} … {more} more")),
    })
}

fn families<'a>(names: &[&'a str]) -> Vec<Family<'a>> {
    let mut families: Vec<Family<'a>> = Vec::new();
    for name in names {
        let (stem, end) = name
            .rfind('-')
            .map_or(("", *name), |dash| name.split_at(dash + 1));
        match families
            .iter_mut()
            .find(|family| family.stem == stem && !stem.is_empty())
        {
            Some(family) => family.ends.push(end),
            None => families.push(Family {
                stem,
                ends: vec![end],
            }),
        }
    }
    families
}

fn write(families: &[Family<'_>], shown: usize) -> String {
    let written = families.iter().map(|Family { stem, ends }| {
        let left = ends.len().saturating_sub(shown);
        let first = ends
            .get(..shown.min(ends.len()))
            .unwrap_or_default()
            .join(" ");
        match (ends.len(), left) {
            (1, _) => format!("{stem}{first}"),
            (_, 0) => format!("{stem}[{first}]"),
            (_, more) => format!("{stem}[{first} … {more} more]"),
        }
    });
    written.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WEB: [&str; 6] = [
        "web-6d9c8-4kq2p",
        "web-6d9c8-7hhzn",
        "web-6d9c8-9xw4t",
        "web-6d9c8-p0c3v",
        "web-6d9c8-qqqqq",
        "web-6d9c8-rrrrr",
    ];

    #[test]
    fn names_are_folded_to_the_width() {
        let table: [(&[&str], usize, &str); 12] = [
            (&WEB, 80, "web-6d9c8-[4kq2p 7hhzn 9xw4t p0c3v qqqqq rrrrr]"),
            (&WEB, 46, "web-6d9c8-[4kq2p 7hhzn 9xw4t p0c3v … 2 more]"),
            (&WEB, 43, "web-6d9c8-[4kq2p 7hhzn 9xw4t … 3 more]"),
            (&WEB, 20, "…4kq2p … 5 more"),
            (&WEB, 3, "…4kq2p … 5 more"),
            (&["web-6d9c8-4kq2p"], 8, "…4kq2p"),
            (
                &["web-1", "web-2", "db-0", "cart-7"],
                18,
                "web-[1 2] … 2 more",
            ),
            (&["web-6d9c8-m2v8d"], 80, "web-6d9c8-m2v8d"),
            (&["db"], 80, "db"),
            (&["db", "db"], 80, "db db"),
            (&["web-1", "db-0", "web-2"], 80, "web-[1 2] db-0"),
            (&[], 80, ""),
        ];
        for (names, width, expected) in table {
            assert_eq!(fold_names(names, width), expected, "{names:?} in {width}");
        }
    }

    proptest! {
        #[test]
        fn every_name_is_written_or_counted(names in proptest::collection::vec("[a-c]{1,2}(-[a-z]{1,4})?", 0..40), width in 0usize..200) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let folded = fold_names(&names, width);
            let more: usize = folded.split('…').skip(1).filter_map(|rest| rest.split_whitespace().next()?.parse::<usize>().ok()).sum();
            let written = folded.split([' ', '[', ']']).filter(|word| !word.is_empty() && !word.ends_with('-') && !["…", "more"].contains(word));
            let written = written.filter(|word| word.parse::<usize>().is_err()).count();
            prop_assert_eq!(written + more, names.len(), "{}", folded);
        }
    }
}
