//! Owns the list as its user sees it: the view, the cursor that stays on its pod, the marks. Changed by `update/list.rs`.

use crate::app::action::Step;
use crate::ids::PodUid;
use crate::inventory::{Inventory, ListLine, ListView, PodRow, ViewSpec};
use crate::workspace::Marks;

/// The list.
#[derive(Debug, Default)]
pub struct List {
    pub view: ListView,
    /// The line under the cursor.
    pub line: usize,
    /// Lines scrolled away at the top.
    pub top: usize,
    /// The pod under the cursor; none on the head of a group, and until the cursor was moved: the list fills from the top.
    pod: Option<PodUid>,
    marks: Marks,
    /// Marked pods that the filter hides; kept up to date, because every frame asks.
    hidden: usize,
}

impl List {
    /// A list that shows nothing yet.
    pub fn new(spec: ViewSpec) -> Self {
        Self {
            view: ListView::new(spec),
            ..Self::default()
        }
    }

    /// Follows the inventory: the cursor stays on its pod, marks of pods that are gone go. `true` when something changed.
    pub fn refresh(&mut self, inventory: &Inventory, height: usize) -> bool {
        if !self.view.refresh(inventory) {
            return false;
        }
        self.marks.retain(|uid| inventory.get(uid).is_some());
        self.find_cursor(inventory, height);
        self.count_hidden(inventory);
        true
    }

    /// Shows something else, the cursor stays on its pod where it can.
    pub fn show(&mut self, spec: ViewSpec, inventory: &Inventory, height: usize) {
        self.view.set_spec(spec, inventory);
        self.find_cursor(inventory, height);
        self.count_hidden(inventory);
    }

    fn find_cursor(&mut self, inventory: &Inventory, height: usize) {
        let found = self
            .pod
            .as_ref()
            .and_then(|uid| self.view.line_of(uid, inventory));
        self.put(found.unwrap_or(self.line), height);
    }

    /// Puts the cursor on a line, clamped, and scrolls so that it is seen; from now on it stays on that line's pod.
    pub fn go_to(&mut self, line: usize, inventory: &Inventory, height: usize) {
        self.put(line, height);
        self.pod = match self.view.line(self.line, inventory) {
            Some(ListLine::Pod(uid)) => Some(uid),
            Some(ListLine::Group(_)) | None => None,
        };
    }

    fn put(&mut self, line: usize, height: usize) {
        self.line = line.min(self.view.len().saturating_sub(1));
        self.keep_in_sight(height);
    }

    /// Scrolls so that the cursor is among `height` lines.
    pub fn keep_in_sight(&mut self, height: usize) {
        let height = height.max(1);
        let last_top = self.view.len().saturating_sub(height);
        self.top = self
            .top
            .min(self.line)
            .max((self.line + 1).saturating_sub(height));
        self.top = self.top.min(last_top.max(self.line.saturating_sub(height)));
    }

    /// Scrolls by so many lines; the cursor stays where it is until it would leave the `height` lines that are seen.
    pub fn scroll(&mut self, lines: isize, inventory: &Inventory, height: usize) {
        let last_top = self.view.len().saturating_sub(height);
        self.top = self.top.saturating_add_signed(lines).min(last_top);
        let last = (self.top + height.max(1)).saturating_sub(1);
        let line = self.line.clamp(self.top, last);
        if line != self.line {
            self.go_to(line, inventory, height);
        }
    }

    /// Moves the cursor; heads of groups are lines too.
    pub fn step(&mut self, step: Step, inventory: &Inventory, height: usize) {
        let half = (height / 2).max(1);
        let line = match step {
            Step::Up => self.line.saturating_sub(1),
            Step::Down => self.line + 1,
            Step::Top => 0,
            Step::Bottom => self.view.len(),
            Step::HalfUp => self.line.saturating_sub(half),
            Step::HalfDown => self.line + half,
        };
        self.go_to(line, inventory, height);
    }

    /// Puts the cursor on a pod if it is shown.
    pub fn select(&mut self, uid: &PodUid, inventory: &Inventory, height: usize) {
        if let Some(line) = self.view.line_of(uid, inventory) {
            self.go_to(line, inventory, height);
        }
    }

    /// The pod under the cursor.
    pub fn current<'a>(&self, inventory: &'a Inventory) -> Option<&'a PodRow> {
        match self.view.line(self.line, inventory) {
            Some(ListLine::Pod(uid)) => inventory.get(&uid),
            Some(ListLine::Group(_)) | None => None,
        }
    }

    /// The pods of the line under the cursor: one, or all of a group.
    pub fn under_cursor(&self, inventory: &Inventory) -> Vec<PodUid> {
        match self.view.line(self.line, inventory) {
            Some(ListLine::Pod(uid)) => vec![uid],
            Some(ListLine::Group(group)) => self
                .view
                .lines(self.line + 1..self.line + 1 + group.pods, inventory)
                .filter_map(|line| match line {
                    ListLine::Pod(uid) => Some(uid),
                    ListLine::Group(_) => None,
                })
                .collect(),
            None => Vec::new(),
        }
    }

    /// Whether [`Self::targets`] are the pods of the group under the cursor.
    pub fn means_group(&self, inventory: &Inventory) -> bool {
        let line = self.view.line(self.line, inventory);
        self.marks.is_empty() && matches!(line, Some(ListLine::Group(_)))
    }

    /// The marked pods in the order shown, those that the filter hides last; without marks what the cursor is on.
    pub fn targets(&self, inventory: &Inventory) -> Vec<PodUid> {
        if self.marks.is_empty() {
            return self.under_cursor(inventory);
        }
        let shown: Vec<PodUid> = self
            .view
            .pods(inventory)
            .filter(|row| self.marks.contains(&row.uid))
            .map(|row| row.uid.clone())
            .collect();
        let hidden: Vec<PodUid> = self
            .marks
            .iter()
            .filter(|uid| !shown.contains(uid))
            .cloned()
            .collect();
        shown.into_iter().chain(hidden).collect()
    }

    pub fn is_marked(&self, uid: &PodUid) -> bool {
        self.marks.contains(uid)
    }

    pub fn marked(&self) -> usize {
        self.marks.len()
    }

    /// Marked pods that the filter hides.
    pub fn marked_hidden(&self) -> usize {
        self.hidden
    }

    fn count_hidden(&mut self, inventory: &Inventory) {
        self.hidden = if self.marks.is_empty() {
            0
        } else {
            let shown = self.view.pods(inventory).map(|row| &row.uid);
            self.marks.not_shown(shown)
        };
    }

    /// Marks what the cursor is on, or unmarks it when all of it is marked, and goes to the next line.
    pub fn toggle_mark(&mut self, inventory: &Inventory, height: usize) {
        let pods = self.under_cursor(inventory);
        let all = pods.iter().all(|uid| self.marks.contains(uid));
        for uid in &pods {
            if self.marks.contains(uid) == all {
                self.marks.toggle(uid);
            }
        }
        self.count_hidden(inventory);
        self.step(Step::Down, inventory, height);
    }

    /// Marks or unmarks one pod, wherever the cursor is.
    pub fn toggle_pod(&mut self, uid: &PodUid, inventory: &Inventory) {
        if inventory.get(uid).is_some() {
            self.marks.toggle(uid);
        }
        self.count_hidden(inventory);
    }

    /// Marks every shown pod from the last mark to the cursor.
    pub fn mark_range(&mut self, inventory: &Inventory) {
        let shown: Vec<PodUid> = self
            .view
            .pods(inventory)
            .map(|row| row.uid.clone())
            .collect();
        if let Some(to) = self.under_cursor(inventory).last() {
            self.marks.range_to(to, &shown);
        }
        self.count_hidden(inventory);
    }

    /// Marks every shown pod that could take a shell; says how many it left out.
    pub fn mark_shown(&mut self, inventory: &Inventory) -> Skipped {
        let mut skipped = 0;
        let mut wanted = Vec::new();
        for row in self.view.pods(inventory) {
            if row.accepts_sessions() {
                wanted.push(row.uid.clone());
            } else {
                skipped += 1;
            }
        }
        self.marks.mark_all(&wanted);
        self.count_hidden(inventory);
        Skipped(skipped)
    }

    /// Marks exactly these.
    pub fn mark_only(&mut self, pods: impl IntoIterator<Item = PodUid>, inventory: &Inventory) {
        self.marks.clear();
        self.marks.mark_all(&pods.into_iter().collect::<Vec<_>>());
        self.count_hidden(inventory);
    }

    pub fn unmark_all(&mut self) {
        self.marks.clear();
        self.hidden = 0;
    }
}

/// How many pods were not marked because no container of theirs runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Skipped(pub usize);
