//! Owns where everything lies on the screen. Knows nothing of content. Worked out in `update` after every change, read by `ui` and the mouse.

use crate::geometry::{Area, GridSize};
use crate::ids::PaneId;

/// Terminals narrower than this show the list as a drawer over the panes.
pub const DRAWER_BELOW: u16 = 100;

/// Columns that the drawer covers.
const DRAWER: u16 = 34;

/// One pane's place: the line above and the rail to the left belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PanePlace {
    pub pane: PaneId,
    pub outer: Area,
    /// Where its grid is drawn.
    pub inner: Area,
}

/// Where everything lies.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    /// List title and tabs.
    pub top: Area,
    /// The list, none while it is hidden. A drawer lies over the panes.
    pub list: Option<Area>,
    /// Whether the list lies over the panes.
    pub drawer: bool,
    /// What is left for panes; empty without tabs.
    pub panes_area: Area,
    pub panes: Vec<PanePlace>,
    pub status: Area,
}

/// What the layout depends on besides the panes themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    pub terminal: GridSize,
    pub list_width: u16,
    pub has_tabs: bool,
    pub list_wanted: bool,
    pub list_focused: bool,
}

/// The frame around panes: list, tab line, status line.
pub fn frame(shape: Shape) -> Layout {
    let (width, height) = (shape.terminal.cols(), shape.terminal.rows());
    let top = Area::new(0, 0, width, height.min(1));
    let status = Area::new(0, height.saturating_sub(1), width, u16::from(height > 1));
    let body = Area::new(0, 1, width, height.saturating_sub(2));
    if !shape.has_tabs {
        return Layout {
            top,
            list: Some(body),
            status,
            ..Layout::default()
        };
    }
    let drawer = width < DRAWER_BELOW;
    if drawer {
        let list = shape.list_focused.then(|| Area {
            width: DRAWER.min(width),
            ..body
        });
        return Layout {
            top,
            list,
            drawer: true,
            panes_area: body,
            status,
            ..Layout::default()
        };
    }
    if !shape.list_wanted {
        return Layout {
            top,
            panes_area: body,
            status,
            ..Layout::default()
        };
    }
    let list_width = shape.list_width.min(width / 2);
    // One blank column keeps the list's text apart from the first rail.
    let rest = Area {
        x: list_width + 1,
        width: width.saturating_sub(list_width + 1),
        ..body
    };
    let list = Some(Area {
        width: list_width,
        ..body
    });
    Layout {
        top,
        list,
        panes_area: rest,
        status,
        ..Layout::default()
    }
}

/// The grid inside a pane's outer area: below its line and, unless zoomed, right of its rail.
pub fn inner(outer: Area, zoomed: bool) -> Area {
    let rail = u16::from(!zoomed);
    Area {
        x: outer.x.saturating_add(rail),
        y: outer.y.saturating_add(1),
        width: outer.width.saturating_sub(rail),
        height: outer.height.saturating_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(rows: u16, cols: u16) -> Shape {
        Shape {
            terminal: GridSize::new(rows, cols),
            list_width: 33,
            has_tabs: true,
            list_wanted: true,
            list_focused: true,
        }
    }

    #[test]
    fn panes_start_at_column_34_beside_the_list() {
        let layout = frame(shape(40, 120));
        assert_eq!(layout.list, Some(Area::new(0, 1, 33, 38)));
        assert_eq!(layout.panes_area, Area::new(34, 1, 86, 38));
    }

    #[test]
    fn below_100_columns_the_list_is_a_drawer_that_resizes_no_pane() {
        let open = frame(shape(24, 80));
        let shut = frame(Shape {
            list_focused: false,
            ..shape(24, 80)
        });
        assert_eq!(open.list, Some(Area::new(0, 1, 34, 22)));
        assert_eq!((shut.list, open.panes_area), (None, shut.panes_area));
    }

    #[test]
    fn without_tabs_the_list_has_the_whole_width() {
        let layout = frame(Shape {
            has_tabs: false,
            ..shape(24, 80)
        });
        assert_eq!(layout.list, Some(Area::new(0, 1, 80, 22)));
    }

    proptest! {
        #[test]
        fn everything_lies_inside_the_terminal(rows in 1u16..400, cols in 1u16..400, tabs: bool, wanted: bool, focused: bool, list in 0u16..200) {
            let layout = frame(Shape {
                terminal: GridSize::new(rows, cols),
                list_width: list,
                has_tabs: tabs,
                list_wanted: wanted,
                list_focused: focused,
            });
            for area in [layout.top, layout.status, layout.panes_area].into_iter().chain(layout.list) {
                prop_assert!(area.right() <= cols && area.bottom() <= rows.max(1), "{area:?}");
            }
        }
    }
}
