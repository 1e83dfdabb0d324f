//! Owns the list of exec processes that were found in pods. Called by `overlay`.

use crate::app::App;
use crate::app::overlay::leaks::Fate;
use crate::app::overlay::{LeakRow, LeaksPage};
use crate::config::{Mark, Role};
use crate::inventory::human_duration;
use crate::ui::paint::{Canvas, Pen, Piece};
use crate::ui::text;
use crate::ui::words;

use super::page;

/// Columns from which there is room for all that is known.
const WIDE: u16 = 100;

/// Draws the list.
pub(super) fn draw(app: &App, page: &LeaksPage, canvas: &mut Canvas<'_>) {
    let (pen, columns, rows) = (canvas.pen(), app.terminal.cols(), app.terminal.rows());
    title(app, page, canvas);
    let height = rows.saturating_sub(3);
    let widths = Widths::of(app, page);
    canvas.print(
        0,
        1,
        columns,
        text::whole_head(&widths.head(), usize::from(columns)),
        pen.style(Role::Dim),
    );
    let lines = lines(app, page, &widths, pen);
    // The process under the cursor is always seen.
    let top = (page.cursor + 1).saturating_sub(usize::from(height));
    for (row, line) in (0..height).zip(lines.iter().skip(top)) {
        canvas.pieces(0, 2 + row, columns, line);
    }
}

fn title(app: &App, page: &LeaksPage, canvas: &mut Canvas<'_>) {
    let pen = canvas.pen();
    let (all, answered) = (page.targets.len(), page.answered);
    let found = match page.rows.len() {
        1 => "1 process".to_owned(),
        many => format!("{many} processes"),
    };
    let left = [
        pen.own(" LEAKS  ", Role::Accent),
        pen.own(&found, Role::Text),
        pen.own(
            &format!(" in {}", words::count(all, "container")),
            Role::Dim,
        ),
    ];
    let right = if answered < all {
        format!("{answered} of {all} looked into")
    } else if page.blind.is_empty() {
        String::new()
    } else {
        format!("{} not looked into", page.blind.len())
    };
    page::title(app, &left, &right, canvas);
}

/// Widths of the columns before the command.
struct Widths {
    pod: usize,
    container: usize,
    whole: bool,
}

impl Widths {
    fn of(app: &App, page: &LeaksPage) -> Self {
        let whole = app.terminal.cols() >= WIDE;
        let widest = |of: &dyn Fn(&LeakRow) -> usize, least: usize, most: usize| {
            page.rows
                .iter()
                .map(of)
                .max()
                .unwrap_or(0)
                .clamp(least, most)
        };
        Self {
            pod: widest(
                &|row| text::width(&row.target.pod.name),
                3,
                if whole { 34 } else { 20 },
            ),
            container: widest(&|row| text::width(&row.target.container), 9, 16),
            whole,
        }
    }

    fn head(&self) -> String {
        let pod = text::pad_right("POD", self.pod);
        if self.whole {
            let container = text::pad_right("CONTAINER", self.container);
            format!(
                "   {pod}  {container}      PID  RUNNING    UID   MEMORY  WHOSE            CLIENT   COMMAND"
            )
        } else {
            format!("   {pod}      PID  RUNNING  CLIENT   COMMAND")
        }
    }
}

fn lines(app: &App, page: &LeaksPage, widths: &Widths, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = page
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| line(app, row, index == page.cursor, widths, pen))
        .collect();
    if page.rows.is_empty() && page.answered == page.targets.len() && page.blind.is_empty() {
        lines.push(vec![pen.own("   No exec process runs there.", Role::Dim)]);
    }
    for (target, why) in &page.blind {
        let name = pen.foreign(&target.to_string(), Role::Dim);
        let why = crate::session::outcome::brief(why);
        lines.push(vec![
            pen.own("   not looked into: ", Role::Warn),
            name,
            pen.foreign(&format!(": {why}"), Role::Dim),
        ]);
    }
    lines
}

fn line(app: &App, row: &LeakRow, current: bool, widths: &Widths, pen: Pen<'_>) -> Vec<Piece> {
    let process = &row.process;
    let age = i64::try_from(row.age(app.unix_ms).as_secs()).unwrap_or(i64::MAX);
    let age = human_duration(age);
    let pod = text::pad_right(&pen.name(&row.target.pod.name, widths.pod), widths.pod);
    let look = match row.fate {
        Fate::Ended => Role::Dim,
        Fate::Runs | Fate::Ending | Fate::Survived(_) => Role::Text,
    };
    let cursor = if current {
        pen.look.mark(Mark::Focus).to_string()
    } else {
        " ".to_owned()
    };
    let mut pieces = vec![
        pen.own(&format!("{cursor}  "), Role::Accent),
        pen.foreign(&pod, look),
    ];
    let client = row.client.word();
    let pid = process.pid;
    let known = if widths.whole {
        let container = pen.start(&row.target.container, widths.container);
        let container = text::pad_right(&text::printable(&container), widths.container);
        let (uid, memory) = (process.uid_text(), process.memory_text());
        let whose = text::pad_right(&process.whose(), 15);
        format!("  {container}  {pid:>7}  {age:>7}  {uid:>5}  {memory:>7}  {whose}  {client:<7}  ")
    } else {
        format!("  {pid:>7}  {age:>7}  {client:<7}  ")
    };
    pieces.push(pen.own(&known, look));
    let (word, role) = match &row.fate {
        Fate::Runs => (None, look),
        Fate::Ending => (Some("ending · ".to_owned()), Role::Warn),
        Fate::Ended => (Some("✓ ended, 0 left · ".to_owned()), Role::Ok),
        Fate::Survived(why) => (Some(format!("not confirmed: {why} · ")), Role::Bad),
    };
    pieces.extend(word.map(|word| pen.foreign(&word, role)));
    pieces.push(pen.foreign(&process.command, look));
    pieces
}
