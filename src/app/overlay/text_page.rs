//! Owns a page of text about a pod, or of notices: its lines, the rows that they take, where the reader is and what is searched for.

use regex::Regex;

use crate::ids::PodRef;
use crate::inventory::printable;

pub mod rows;

use rows::{Break, Row};

/// What the page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageKind {
    Logs,
    Describe,
    Yaml,
    Events,
    Notices,
}

impl PageKind {
    /// The word in the page's title.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Describe => "describe",
            Self::Yaml => "yaml",
            Self::Events => "events",
            Self::Notices => "notices",
        }
    }

    const fn breaks(self) -> Break {
        match self {
            Self::Logs | Self::Yaml => Break::Anywhere,
            Self::Describe | Self::Events | Self::Notices => Break::Words,
        }
    }
}

/// Names a page: what it shows, and of which container.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageRef {
    pub kind: PageKind,
    pub pod: PodRef,
    pub container: Option<Box<str>>,
}

/// The text of a page, as it was fetched.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageText {
    pub lines: Vec<String>,
    /// Containers whose log there is.
    pub containers: Vec<String>,
}

/// A page of text.
#[derive(Clone, Debug)]
pub struct TextPage {
    pub kind: PageKind,
    pub pod: Option<PodRef>,
    /// Whose log it is.
    pub container: Option<Box<str>>,
    /// Whose log it could be.
    pub containers: Vec<String>,
    pub state: PageState,
    pub follow: Follow,
    /// What is searched for; all of it is lit.
    pub pattern: Option<Regex>,
    /// Rows scrolled away at the top.
    pub scroll: usize,
    lines: Vec<String>,
    rows: Vec<Row>,
    columns: usize,
    /// The line of the match that the reader went to last.
    found: Option<usize>,
}

/// Where the text comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PageState {
    Asked,
    Shown,
    Failed(String),
}

/// Whether a log goes on as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    Off,
    On,
}

/// Lines of a followed log that are kept; when there are more, a fifth of them goes at once.
const KEPT: usize = 5000;

impl TextPage {
    /// A page that was asked for, to be laid out in rows of so many columns.
    pub fn asked(
        kind: PageKind,
        pod: Option<PodRef>,
        container: Option<Box<str>>,
        columns: usize,
    ) -> Self {
        let mut page = Self {
            kind,
            pod,
            container,
            containers: Vec::new(),
            state: PageState::Asked,
            follow: Follow::Off,
            pattern: None,
            scroll: 0,
            lines: Vec::new(),
            rows: Vec::new(),
            columns,
            found: None,
        };
        page.set(PageState::Asked, Vec::new());
        page
    }

    /// Whether the page is the one of that name.
    pub fn is(&self, page: &PageRef) -> bool {
        self.kind == page.kind
            && self.pod.as_ref() == Some(&page.pod)
            && self.container == page.container
    }

    /// Takes a text, or why there is none.
    pub fn take(&mut self, text: Result<PageText, String>) {
        match text {
            Ok(text) => {
                if !text.containers.is_empty() {
                    self.containers = text.containers;
                }
                self.set(PageState::Shown, text.lines);
            }
            Err(why) => self.set(PageState::Failed(why), Vec::new()),
        }
    }

    /// Starts over in another state, with these lines; a sentence stands where there are none.
    pub fn set(&mut self, state: PageState, lines: Vec<String>) {
        let mut lines = lines;
        if lines.is_empty() {
            lines.push(match &state {
                PageState::Asked => "asking the API server …".to_owned(),
                PageState::Shown => "nothing there".to_owned(),
                PageState::Failed(why) => why.clone(),
            });
        }
        self.state = state;
        self.lines = lines.iter().map(|line| clean(line)).collect();
        self.found = None;
        self.lay_out(self.columns);
    }

    /// Adds lines of a followed log. A reader at the end stays there.
    pub fn add(&mut self, lines: Vec<String>, height: usize) {
        let at_end = self.scroll >= self.last_top(height);
        if self.state == PageState::Asked {
            self.state = PageState::Shown;
            self.lines.clear();
            self.rows.clear();
        }
        for line in lines {
            let line = clean(&line);
            let style = self.kind.breaks();
            let number = self.lines.len();
            self.rows
                .extend(rows::rows(number, &line, self.columns, style));
            self.lines.push(line);
        }
        if self.lines.len() > KEPT {
            self.forget(self.lines.len() - KEPT * 4 / 5);
        }
        if at_end {
            self.scroll = self.last_top(height);
        }
    }

    fn forget(&mut self, count: usize) {
        let gone = self.rows.iter().take_while(|row| row.line < count).count();
        self.lines.drain(..count);
        self.found = None;
        self.scroll = self.scroll.saturating_sub(gone);
        let scroll = self.scroll;
        self.lay_out(self.columns);
        self.scroll = scroll;
    }

    /// Lays the lines out anew; the line at the top stays there.
    pub fn lay_out(&mut self, columns: usize) {
        let top = self.rows.get(self.scroll).map_or(0, |row| row.line);
        self.columns = columns;
        let style = self.kind.breaks();
        let rows = self.lines.iter().enumerate();
        self.rows = rows
            .flat_map(|(number, line)| rows::rows(number, line, columns, style))
            .collect();
        self.scroll = self.row_of(top);
    }

    fn row_of(&self, line: usize) -> usize {
        self.rows.partition_point(|row| row.line < line)
    }

    /// The rows from the scrolled place on, each with its whole line.
    pub fn shown(&self) -> impl Iterator<Item = (&Row, &str)> {
        let line = |row: &Row| self.lines.get(row.line).map_or("", String::as_str);
        self.rows
            .iter()
            .skip(self.scroll)
            .map(move |row| (row, line(row)))
    }

    /// Numbers of the first and last line within `height` rows, from 1, and how many there are; none before there is a text.
    pub fn place(&self, height: usize) -> Option<(usize, usize, usize)> {
        let first = self.rows.get(self.scroll)?.line;
        let end = (self.scroll + height).min(self.rows.len()).checked_sub(1)?;
        let last = self.rows.get(end)?.line;
        (self.state == PageState::Shown).then_some((first + 1, last + 1, self.lines.len()))
    }

    fn last_top(&self, height: usize) -> usize {
        self.rows.len().saturating_sub(height)
    }

    /// Moves by `by` rows within what `height` rows leave to scroll.
    pub fn step(&mut self, by: isize, height: usize) {
        let last = self.last_top(height);
        self.scroll = self.scroll.saturating_add_signed(by).min(last);
    }

    /// Lines that hold what is searched for.
    pub fn matches(&self) -> Vec<usize> {
        let Some(pattern) = &self.pattern else {
            return Vec::new();
        };
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(_, line)| pattern.is_match(line))
            .map(|(number, _)| number)
            .collect()
    }

    /// Goes to the next line that holds what is searched for, or to the one before, around the ends. `false` when there is none.
    pub fn go_to_match(&mut self, way: Way, height: usize) -> bool {
        let matches = self.matches();
        let top = self.rows.get(self.scroll).map_or(0, |row| row.line);
        let from = self.found.unwrap_or(top);
        let fresh = self.found.is_none();
        let next = match way {
            Way::Down => matches
                .iter()
                .find(|line| **line > from || (fresh && **line == from))
                .or(matches.first()),
            Way::Up => matches
                .iter()
                .rev()
                .find(|line| **line < from)
                .or(matches.last()),
        };
        let Some(line) = next.copied() else {
            return false;
        };
        self.found = Some(line);
        let row = self.row_of(line);
        if row < self.scroll || row >= self.scroll + height {
            self.scroll = row.saturating_sub(height / 3).min(self.last_top(height));
        }
        true
    }

    /// Searches for something else, from what is seen on.
    pub fn search(&mut self, pattern: Option<Regex>) {
        self.pattern = pattern;
        self.found = None;
    }

    /// The line of the match that the reader is at.
    pub fn found(&self) -> Option<usize> {
        self.found
    }
}

/// Which way a search goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Down,
    Up,
}

fn clean(line: &str) -> String {
    printable(&line.replace('\t', "    "))
}
