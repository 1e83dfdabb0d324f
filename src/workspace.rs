//! Owns the tabs, how their panes share the screen, and which pods are marked. Knows nothing of sessions, screens or drawing. Called by `app`.

pub mod grid;
pub mod layout;
pub mod marks;
pub mod split;
pub mod tabs;

pub use layout::{Layout, Page, PaneArea};
pub use marks::Marks;
pub use split::{Axis, Direction, Split};
pub use tabs::{Closed, Tab, Tabs, Zoom};

use crate::geometry::Area;

/// The least width of a pane in cells, its rail included.
pub const MIN_WIDTH: u16 = 38;
/// The least height of a pane in cells, its title line included.
pub const MIN_HEIGHT: u16 = 7;

/// Whether a pane of this size can be worked in.
pub const fn roomy(area: Area) -> bool {
    area.width >= MIN_WIDTH && area.height >= MIN_HEIGHT
}

/// What is left of a pane's area inside of its title line and rail.
pub const fn inner(area: Area) -> Area {
    Area::new(
        area.x.saturating_add(1),
        area.y.saturating_add(1),
        area.width.saturating_sub(1),
        area.height.saturating_sub(1),
    )
}

/// What is left of a zoomed pane's area inside of its title line; it has no rail.
pub const fn inner_zoomed(area: Area) -> Area {
    Area::new(
        area.x,
        area.y.saturating_add(1),
        area.width,
        area.height.saturating_sub(1),
    )
}
