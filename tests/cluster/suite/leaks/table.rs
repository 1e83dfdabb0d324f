//! What a row found, and the table of all rows.

use std::any::Any;
use std::fmt::Write as _;
use std::io::Write as _;

/// What one row found in one kind of pod.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) row: u8,
    pub(crate) case: String,
    /// Processes that podmux left.
    pub(crate) left: usize,
    /// Processes that it may leave, because the row says that they are listed and not killed.
    pub(crate) may_stay: usize,
    /// Bystanders that no longer live.
    pub(crate) killed: usize,
    /// From the key or signal to the proof.
    pub(crate) seconds: Option<f32>,
    /// The same with kubectl: left, of how many.
    pub(crate) kubectl: String,
    /// Of what kubectl left and must be listed, how many `podmux leaks` lists; and how many known misses there are.
    pub(crate) seen: String,
    pub(crate) note: String,
    /// Why the row is not as it must be.
    pub(crate) wrong: Option<String>,
}

impl Line {
    pub(crate) fn panicked(row: u8, case: String, panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Self {
            row,
            case,
            wrong: Some(text.unwrap_or_else(|| "panicked".to_owned())),
            ..Self::default()
        }
    }

    /// Notes what is wrong beside the counts.
    pub(crate) fn claim(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds && self.wrong.is_none() {
            self.wrong = Some(what());
        }
    }

    fn is_right(&self) -> bool {
        self.wrong.is_none() && self.left == self.may_stay && self.killed == 0
    }

    fn text(&self) -> String {
        let seconds = self
            .seconds
            .map_or_else(String::new, |seconds| format!("{seconds:.1}"));
        let mark = if self.is_right() { ' ' } else { '!' };
        format!(
            "{mark}{:>3}  {:<52} {:>4} {:>7} {:>7}  {:<8} {:<10} {}",
            self.row, self.case, self.left, self.killed, seconds, self.kubectl, self.seen, self.note
        )
        .trim_end()
        .to_owned()
    }
}

/// Prints the table, past the test's capture, and fails if a line is not right.
#[track_caller]
pub(crate) fn print(mut lines: Vec<Line>, missing: &[String]) {
    lines.sort_by(|a, b| (a.row, &a.case).cmp(&(b.row, &b.case)));
    let mut text = format!(
        "\n {:>3}  {:<52} {:>4} {:>7} {:>7}  {:<8} {:<10} {}\n",
        "row", "case", "left", "killed", "seconds", "kubectl", "leaks sees", "note"
    );
    for line in &lines {
        writeln!(text, "{}", line.text()).expect("a string takes text");
    }
    let sum = |count: fn(&Line) -> usize| lines.iter().map(count).sum::<usize>();
    let mut seconds: Vec<f32> = lines.iter().filter_map(|line| line.seconds).collect();
    seconds.sort_by(f32::total_cmp);
    let share = |part: usize| seconds.get(seconds.len().saturating_sub(1) * part / 100);
    writeln!(
        text,
        "{} lines, {} left that may not stay, {} bystanders killed, cancel p50 {:.1} s, p95 {:.1} s",
        lines.len(),
        sum(|line| line.left.saturating_sub(line.may_stay)),
        sum(|line| line.killed),
        share(50).unwrap_or(&0.0),
        share(95).unwrap_or(&0.0),
    )
    .expect("a string takes text");
    for name in missing {
        writeln!(text, "not run: {name}").expect("a string takes text");
    }
    std::io::stdout()
        .write_all(text.as_bytes())
        .expect("the table is printed");
    let wrong: Vec<String> = lines
        .iter()
        .filter(|line| !line.is_right())
        .map(|line| {
            let why = line.wrong.as_deref().unwrap_or("the counts are wrong");
            format!("{}\n{why}", line.text())
        })
        .collect();
    assert!(wrong.is_empty(), "{} lines are wrong\n{}", wrong.len(), wrong.join("\n"));
}
