//! Owns a pane's screen as the bytes that draw it on a blank terminal of its size: where a recording begins. Part of `Screen`.

use std::fmt::Write;

use super::Screen;
use super::sgr;
use super::view::CellStyle;

impl Screen {
    /// Clears a terminal and draws what the live grid shows, the cursor in its place.
    pub fn repaint(&self) -> String {
        let mut out = String::from("\x1b[0m\x1b[H\x1b[2J");
        let (view, size) = (self.view(0), self.size());
        let mut style = CellStyle::default();
        for row in 0..size.rows() {
            let used = (0..size.cols()).rfind(|col| {
                let cell = view.cell(row, *col);
                !cell.text.is_empty() || cell.style != CellStyle::default()
            });
            let Some(last) = used else { continue };
            push(&mut out, format_args!("\x1b[{}H", u32::from(row) + 1));
            for cell in (0..=last).map(|col| view.cell(row, col)) {
                if cell.width == 0 {
                    continue;
                }
                if cell.style != style {
                    style = cell.style;
                    push(&mut out, format_args!("\x1b[{}m", sgr::codes(&style)));
                }
                out.push_str(if cell.text.is_empty() { " " } else { cell.text });
            }
        }
        if let Some(cursor) = self.cursor() {
            let (row, col) = (u32::from(cursor.row) + 1, u32::from(cursor.col) + 1);
            push(&mut out, format_args!("\x1b[0m\x1b[{row};{col}H"));
        }
        out
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    out.write_fmt(text).ok();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::GridSize;
    use crate::screen::HistoryLimits;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn a_repainted_screen_looks_as_it_did() {
        let now = std::time::Instant::now();
        let mut screen = Screen::new(GridSize::new(5, 20), HistoryLimits::default());
        screen.feed(
            "one\r\n\x1b[31;44mred 日本\x1b[7m \x1b[0m\r\n\x1b[5;18Hend\x1b[3;3H".as_bytes(),
            now,
        );
        let mut other = Screen::new(GridSize::new(5, 20), HistoryLimits::default());
        other.feed(screen.repaint().as_bytes(), now);
        for (row, col) in (0..5).flat_map(|row| (0..20).map(move |col| (row, col))) {
            let (a, b) = (screen.view(0), other.view(0));
            assert_eq!(
                a.cell(row, col).style,
                b.cell(row, col).style,
                "{row} {col}"
            );
            assert_eq!(
                a.cell(row, col).text.trim(),
                b.cell(row, col).text.trim(),
                "{row} {col}"
            );
        }
        assert_eq!(screen.cursor(), other.cursor());
    }
}
