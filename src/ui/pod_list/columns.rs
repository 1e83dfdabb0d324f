//! Owns which columns of the wide list fit, and how wide they are. Pure. Called by `pod_list::wide`.

use crate::config::ListColumn;

/// Blanks between columns.
pub(super) const GAP: usize = 2;

/// A column with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Placed {
    pub(super) column: ListColumn,
    pub(super) width: usize,
}

/// A column with the width that its texts want.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    pub(super) column: ListColumn,
    pub(super) width: usize,
}

/// Whether a column is figures, which stand at the right of their place.
pub(super) const fn at_right(column: ListColumn) -> bool {
    match column {
        ListColumn::Ready
        | ListColumn::Restarts
        | ListColumn::Age
        | ListColumn::Cpu
        | ListColumn::Mem => true,
        ListColumn::Context
        | ListColumn::Namespace
        | ListColumn::Pod
        | ListColumn::Status
        | ListColumn::Node
        | ListColumn::Ip
        | ListColumn::Owner
        | ListColumn::Containers => false,
    }
}

/// The heading; short where the terminal is narrow.
pub(super) const fn heading(column: ListColumn, narrow: bool) -> &'static str {
    match column {
        ListColumn::Context => "CONTEXT",
        ListColumn::Namespace => "NAMESPACE",
        ListColumn::Pod => "POD",
        ListColumn::Ready => "READY",
        ListColumn::Status => "STATUS",
        ListColumn::Restarts if narrow => "RST",
        ListColumn::Restarts => "RESTARTS",
        ListColumn::Age => "AGE",
        ListColumn::Node => "NODE",
        ListColumn::Ip => "IP",
        ListColumn::Owner => "OWNER",
        ListColumn::Cpu => "CPU",
        ListColumn::Mem => "MEM",
        ListColumn::Containers => "CONTAINERS",
    }
}

/// The least width that a column is still of use in.
const fn least(column: ListColumn) -> usize {
    match column {
        ListColumn::Pod => 12,
        ListColumn::Status => 8,
        ListColumn::Context
        | ListColumn::Namespace
        | ListColumn::Node
        | ListColumn::Owner
        | ListColumn::Containers => 6,
        ListColumn::Ready
        | ListColumn::Restarts
        | ListColumn::Age
        | ListColumn::Ip
        | ListColumn::Cpu
        | ListColumn::Mem => 0,
    }
}

/// Places columns into `room` cells. Those that do not fit fall off at the right; the pod is always among the rest and gives way
/// before a column that comes after it falls off.
pub(super) fn place(wanted: &[Wanted], room: usize) -> Vec<Placed> {
    let pod = wanted
        .iter()
        .position(|want| want.column == ListColumn::Pod)
        .unwrap_or(0);
    let mut kept = wanted.len();
    while kept > pod + 1 && least_width(wanted, kept) > room {
        kept -= 1;
    }
    let mut placed: Vec<Placed> = wanted
        .iter()
        .take(kept)
        .map(|want| Placed {
            column: want.column,
            width: want.width,
        })
        .collect();
    shrink(&mut placed, room);
    placed
}

/// Names can be cut and figures cannot.
fn least_width(wanted: &[Wanted], kept: usize) -> usize {
    let width = |want: &Wanted| match want.column {
        ListColumn::Pod => want.width.min(20),
        ListColumn::Status => want.width.min(16),
        ListColumn::Context | ListColumn::Node | ListColumn::Owner => want.width.min(12),
        ListColumn::Namespace | ListColumn::Containers => want.width.min(10),
        ListColumn::Ready
        | ListColumn::Restarts
        | ListColumn::Age
        | ListColumn::Ip
        | ListColumn::Cpu
        | ListColumn::Mem => want.width,
    };
    wanted.iter().take(kept).map(width).sum::<usize>() + GAP * kept.saturating_sub(1)
}

/// Takes cells from the widest column that can spare them until all fit.
fn shrink(placed: &mut [Placed], room: usize) {
    let total = |placed: &[Placed]| {
        placed.iter().map(|place| place.width).sum::<usize>() + GAP * placed.len().saturating_sub(1)
    };
    let mut over = total(placed).saturating_sub(room);
    // Containers are a bonus: they get what is left.
    for place in placed.iter_mut() {
        if place.column == ListColumn::Containers {
            let given = over.min(place.width.saturating_sub(10));
            place.width -= given;
            over -= given;
        }
    }
    while over > 0 {
        let spare = |place: &&mut Placed| place.width.saturating_sub(least(place.column));
        let Some(widest) = placed.iter_mut().max_by_key(spare) else {
            return;
        };
        if widest.width <= least(widest.column) {
            return;
        }
        widest.width -= 1;
        over -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted() -> Vec<Wanted> {
        [
            (ListColumn::Namespace, 9),
            (ListColumn::Pod, 26),
            (ListColumn::Ready, 5),
            (ListColumn::Status, 16),
            (ListColumn::Restarts, 8),
            (ListColumn::Age, 4),
            (ListColumn::Node, 11),
            (ListColumn::Containers, 10),
        ]
        .map(|(column, width)| Wanted { column, width })
        .to_vec()
    }

    fn names(placed: &[Placed]) -> Vec<ListColumn> {
        placed.iter().map(|place| place.column).collect()
    }

    #[test]
    fn columns_that_do_not_fit_fall_off_at_the_right() {
        assert_eq!(names(&place(&wanted(), 117)).len(), 8);
        assert_eq!(names(&place(&wanted(), 80)).last(), Some(&ListColumn::Age));
        assert_eq!(
            names(&place(&wanted(), 45)).last(),
            Some(&ListColumn::Ready)
        );
    }

    #[test]
    fn long_names_give_way_before_columns_fall_off() {
        let wanted = [
            (ListColumn::Context, 22),
            (ListColumn::Namespace, 18),
            (ListColumn::Pod, 34),
            (ListColumn::Ready, 5),
            (ListColumn::Status, 25),
            (ListColumn::Restarts, 9),
            (ListColumn::Age, 5),
            (ListColumn::Node, 40),
            (ListColumn::Cpu, 5),
            (ListColumn::Mem, 6),
            (ListColumn::Containers, 30),
        ]
        .map(|(column, width)| Wanted { column, width });
        let [_, one_cluster @ ..] = &wanted;
        let shown = names(&place(one_cluster, 116));
        assert_eq!(shown.last(), Some(&ListColumn::Containers), "{shown:?}");
        let shown = names(&place(&wanted, 96));
        assert_eq!(shown.first(), Some(&ListColumn::Context), "{shown:?}");
        assert!(shown.contains(&ListColumn::Age), "{shown:?}");
    }

    #[test]
    fn the_pod_is_always_shown() {
        for room in 0..60 {
            assert!(
                names(&place(&wanted(), room)).contains(&ListColumn::Pod),
                "{room}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_placed_fits_where_it_can(room in 30usize..200) {
            let placed = place(&wanted(), room);
            let total = placed.iter().map(|place| place.width).sum::<usize>() + GAP * (placed.len() - 1);
            prop_assert!(total <= room, "{total} in {room}");
        }
    }
}
