//! Owns the steps from word to word through the rows of a pane, as vi takes them. Pure. Called by `scroll`.

/// A row and a column.
pub(super) type Place = (usize, usize);

/// Which way words are walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Forward,
    Back,
}

/// The rows that can be walked: which columns of each are blank, trailing blanks left out.
pub(super) struct Rows<F> {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) blanks: F,
}

impl<F: Fn(usize) -> Vec<bool>> Rows<F> {
    /// The next stop in a direction.
    pub(super) fn step(&self, way: Way, from: Place) -> Place {
        match way {
            Way::Forward => self.forward(from),
            Way::Back => self.back(from),
        }
    }

    /// The start of the next word; an empty row is a stop of its own.
    fn forward(&self, (row, col): Place) -> Place {
        let blanks = (self.blanks)(row);
        let rest = blanks.get(col..).unwrap_or_default();
        let word = rest.iter().take_while(|blank| !**blank).count();
        let gap = rest.iter().skip(word).take_while(|blank| **blank).count();
        if col + word + gap < blanks.len() {
            return (row, col + word + gap);
        }
        if row >= self.last {
            return (row, blanks.len().saturating_sub(1));
        }
        let next = (self.blanks)(row + 1);
        let start = next.iter().position(|blank| !blank).unwrap_or(0);
        (row + 1, start)
    }

    /// The start of this word or the one before; an empty row is a stop of its own.
    fn back(&self, (row, col): Place) -> Place {
        let blanks = (self.blanks)(row);
        if let Some(start) = word_before(&blanks, col) {
            return (row, start);
        }
        if row <= self.first {
            return (row, 0);
        }
        let above = (self.blanks)(row - 1);
        (row - 1, word_before(&above, above.len()).unwrap_or(0))
    }
}

/// The start of the last word that begins left of a column.
fn word_before(blanks: &[bool], col: usize) -> Option<usize> {
    let left = blanks.get(..col.min(blanks.len())).unwrap_or_default();
    let end = left.iter().rposition(|blank| !blank)?;
    let start = left.iter().take(end).rposition(|blank| *blank);
    Some(start.map_or(0, |blank| blank + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &'static [&'static str]) -> Rows<impl Fn(usize) -> Vec<bool>> {
        Rows {
            first: 10,
            last: 10 + text.len() - 1,
            blanks: |row: usize| text[row - 10].chars().map(|c| c == ' ').collect(),
        }
    }

    #[test]
    fn words_are_walked_over_the_ends_of_rows_and_stop_at_empty_ones() {
        let rows = rows(&["one two", "", "  three", "x"]);
        let stops = [(10, 0), (10, 4), (11, 0), (12, 2), (13, 0)];
        for pair in stops.windows(2) {
            assert_eq!(rows.forward(pair[0]), pair[1], "forward from {:?}", pair[0]);
            assert_eq!(rows.back(pair[1]), pair[0], "back from {:?}", pair[1]);
        }
        assert_eq!(rows.forward((13, 0)), (13, 0), "the last row is the end");
        assert_eq!(rows.back((10, 0)), (10, 0), "the first row is the start");
        assert_eq!(rows.back((10, 6)), (10, 4), "within a word to its start");
        assert_eq!(rows.forward((10, 99)), (11, 0), "behind the text");
    }
}
