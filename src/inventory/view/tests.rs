use proptest::prelude::*;

use super::*;
use crate::inventory::order::Direction;
use crate::inventory::pod::{Owner, PodStatus};
use crate::inventory::store::tests::{row, watch};
use crate::inventory::{PodDelta, Scope};

fn owned(name: &str, kind: &str, owner: &str) -> PodRow {
    PodRow {
        owner: Some(Owner {
            kind: kind.into(),
            name: owner.into(),
        }),
        ..row("shop", name)
    }
}

fn filled(rows: Vec<PodRow>) -> Inventory {
    let mut inventory = Inventory::new();
    inventory.apply_all(
        &watch("one", Scope::All),
        rows.into_iter().map(PodDelta::Apply),
    );
    inventory
}

fn spec(filter: &str, column: Column, direction: Direction, grouping: Grouping) -> ViewSpec {
    ViewSpec {
        filter: Filter::parse(filter),
        order: Order { column, direction },
        grouping,
    }
}

/// Lines as text: `deploy/web 1/2` for heads, the pod name otherwise.
fn text(view: &ListView, inventory: &Inventory) -> Vec<String> {
    let lines = view.lines(0..view.len(), inventory);
    lines
        .map(|line| match line {
            ListLine::Group(group) => format!("{} {}/{}", group.name, group.ready, group.pods),
            ListLine::Pod(uid) => inventory.get(&uid).unwrap().pod.name.to_string(),
        })
        .collect()
}

fn shown(inventory: &Inventory, spec: ViewSpec) -> Vec<String> {
    let mut view = ListView::new(spec);
    view.refresh(inventory);
    text(&view, inventory)
}

#[test]
fn rows_are_sorted_by_the_column_and_then_by_name() {
    let inventory = filled(vec![
        PodRow {
            restarts: 2,
            ..row("a", "x")
        },
        PodRow {
            restarts: 9,
            ..row("a", "y")
        },
        PodRow {
            restarts: 2,
            ..row("a", "w")
        },
    ]);
    let down = spec("", Column::Restarts, Direction::Descending, Grouping::Flat);
    assert_eq!(shown(&inventory, down), ["y", "w", "x"]);
    let up = spec("", Column::Restarts, Direction::Ascending, Grouping::Flat);
    assert_eq!(shown(&inventory, up), ["w", "x", "y"]);
}

#[test]
fn the_oldest_pod_has_the_greatest_age() {
    let inventory = filled(vec![
        PodRow {
            created: 50,
            ..row("a", "young")
        },
        PodRow {
            created: 10,
            ..row("a", "old")
        },
    ]);
    let order = spec("", Column::Age, Direction::Descending, Grouping::Flat);
    assert_eq!(shown(&inventory, order), ["old", "young"]);
}

#[test]
fn groups_carry_their_counts_and_the_worst_comes_first() {
    let trouble = PodStatus {
        word: "CrashLoopBackOff".into(),
        kind: StatusKind::Trouble,
    };
    let inventory = filled(vec![
        owned("api-0", "StatefulSet", "api"),
        PodRow {
            restarts: 9,
            ready: (0, 1),
            status: trouble,
            ..owned("web-1", "ReplicaSet", "web")
        },
        owned("web-2", "ReplicaSet", "web"),
        row("shop", "alone"),
    ]);
    let grouped = spec(
        "",
        Column::Restarts,
        Direction::Descending,
        Grouping::ByWorkload,
    );
    assert_eq!(
        shown(&inventory, grouped),
        [
            "rs/web 1/2",
            "web-1",
            "web-2",
            "sts/api 1/1",
            "api-0",
            "bare pods 1/1",
            "alone"
        ]
    );
}

#[test]
fn a_group_counts_the_shown_pods_only() {
    let inventory = filled(vec![
        owned("web-1", "ReplicaSet", "web"),
        owned("web-2", "ReplicaSet", "web"),
    ]);
    let one = spec(
        "web-2",
        Column::Name,
        Direction::Ascending,
        Grouping::ByWorkload,
    );
    assert_eq!(shown(&inventory, one), ["rs/web 1/1", "web-2"]);
}

#[test]
fn each_line_is_found_again_by_its_pod() {
    let inventory = filled(
        (0..20)
            .map(|n| owned(&format!("p{n}"), "Job", &format!("j{}", n % 3)))
            .collect(),
    );
    for grouping in [Grouping::Flat, Grouping::ByWorkload] {
        let mut view = ListView::new(spec("", Column::Name, Direction::Descending, grouping));
        view.refresh(&inventory);
        for index in 0..view.len() {
            if let Some(ListLine::Pod(uid)) = view.line(index, &inventory) {
                assert_eq!(view.line_of(&uid, &inventory), Some(index));
            }
        }
        assert_eq!(view.line(view.len(), &inventory), None);
        assert_eq!(view.pods(&inventory).count(), 20);
    }
}

#[test]
fn nothing_new_is_nothing_to_draw() {
    let inventory = filled(vec![row("a", "x")]);
    let mut view = ListView::new(ViewSpec::default());
    assert!(view.refresh(&inventory));
    assert!(!view.refresh(&inventory));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Following changes row by row has to give what sorting afresh gives.
    #[test]
    fn a_view_that_follows_equals_one_built_afresh(
        steps in prop::collection::vec((0..60_u8, 0..4_u32, 0..3_u8, any::<bool>()), 1..200),
        grouped: bool, descending: bool, pace in 1..20_usize,
    ) {
        let key = watch("one", Scope::All);
        let mut inventory = Inventory::new();
        let grouping = if grouped { Grouping::ByWorkload } else { Grouping::Flat };
        let direction = if descending { Direction::Descending } else { Direction::Ascending };
        let spec = spec("!p3", Column::Restarts, direction, grouping);
        let mut view = ListView::new(spec.clone());
        for (index, (pod, restarts, owner, delete)) in steps.into_iter().enumerate() {
            let row = PodRow { restarts, ..owned(&format!("p{pod}"), "Job", &format!("j{owner}")) };
            let delta = if delete {
                PodDelta::Delete { pod: row.pod.clone(), uid: row.uid.clone() }
            } else {
                PodDelta::Apply(row)
            };
            inventory.apply(&key, delta);
            if index % pace == 0 {
                view.refresh(&inventory);
                prop_assert_eq!(text(&view, &inventory), shown(&inventory, spec.clone()));
            }
        }
    }
}
