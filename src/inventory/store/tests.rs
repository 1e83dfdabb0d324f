use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::ids::ContextName;
use crate::inventory::pod::{PodStatus, StatusKind};
use crate::inventory::{PodDelta, Scope};

pub(in crate::inventory) fn row(namespace: &str, name: &str) -> PodRow {
    PodRow {
        pod: PodRef {
            context: ContextName::new("one"),
            namespace: namespace.into(),
            name: name.into(),
        },
        uid: PodUid::new(&format!("uid-{namespace}-{name}")),
        status: PodStatus {
            word: "Running".into(),
            kind: StatusKind::Ok,
        },
        ready: (1, 1),
        restarts: 0,
        last_restart: None,
        created: 0,
        node: "node-1".into(),
        ip: "10.0.0.1".into(),
        owner: None,
        labels: Arc::from([]),
        containers: Box::default(),
        default_container: None,
        deleting: false,
        ephemeral: Box::default(),
        usage: None,
    }
}

pub(in crate::inventory) fn watch(context: &str, scope: Scope) -> WatchKey {
    WatchKey {
        context: ContextName::new(context),
        scope,
    }
}

fn delete(row: &PodRow) -> PodDelta {
    PodDelta::Delete {
        pod: row.pod.clone(),
        uid: row.uid.clone(),
    }
}

fn names(inventory: &Inventory) -> Vec<String> {
    let mut names: Vec<String> = inventory
        .iter()
        .map(|row| row.pod.name.to_string())
        .collect();
    names.sort();
    names
}

fn list(inventory: &mut Inventory, key: &WatchKey, rows: &[PodRow]) {
    inventory.apply(key, PodDelta::Init);
    inventory.apply_all(key, rows.iter().cloned().map(PodDelta::InitApply));
    inventory.apply(key, PodDelta::InitDone);
}

#[test]
fn a_fresh_list_drops_what_it_does_not_name() {
    let (key, mut inventory) = (watch("one", Scope::All), Inventory::new());
    list(&mut inventory, &key, &[row("a", "x"), row("a", "y")]);
    list(&mut inventory, &key, &[row("a", "y"), row("a", "z")]);
    assert_eq!(names(&inventory), ["y", "z"]);
}

#[test]
fn rows_stay_visible_while_a_fresh_list_is_under_way() {
    let (key, mut inventory) = (watch("one", Scope::All), Inventory::new());
    list(&mut inventory, &key, &[row("a", "x"), row("a", "y")]);
    inventory.apply(&key, PodDelta::Init);
    inventory.apply(&key, PodDelta::InitApply(row("a", "z")));
    assert_eq!(names(&inventory), ["x", "y", "z"]);
}

#[test]
fn a_list_cut_short_and_begun_again_counts_from_its_second_beginning() {
    let (key, mut inventory) = (watch("one", Scope::All), Inventory::new());
    inventory.apply(&key, PodDelta::Init);
    inventory.apply(&key, PodDelta::InitApply(row("a", "x")));
    list(&mut inventory, &key, &[row("a", "y")]);
    assert_eq!(names(&inventory), ["y"]);
}

#[test]
fn lists_of_other_watches_are_left_alone() {
    let mut inventory = Inventory::new();
    let (a, b) = (
        watch("one", Scope::Namespace("a".into())),
        watch("one", Scope::Namespace("b".into())),
    );
    list(&mut inventory, &a, &[row("a", "x")]);
    list(&mut inventory, &b, &[row("b", "y")]);
    list(&mut inventory, &b, &[]);
    assert_eq!(names(&inventory), ["x"]);
}

#[test]
fn an_unchanged_row_changes_nothing() {
    let (key, mut inventory) = (watch("one", Scope::All), Inventory::new());
    assert_eq!(
        inventory.apply(&key, PodDelta::Apply(row("a", "x"))),
        Changed::Members
    );
    assert_eq!(
        inventory.apply(&key, PodDelta::Apply(row("a", "x"))),
        Changed::Nothing
    );
    let restarted = PodRow {
        restarts: 1,
        ..row("a", "x")
    };
    assert_eq!(
        inventory.apply(&key, PodDelta::Apply(restarted)),
        Changed::Contents
    );
}

#[test]
fn a_successor_of_the_same_name_keeps_the_name_when_the_old_one_goes() {
    let (key, mut inventory) = (watch("one", Scope::All), Inventory::new());
    let old = row("a", "db-0");
    let new = PodRow {
        uid: PodUid::new("new"),
        ..row("a", "db-0")
    };
    inventory.apply(&key, PodDelta::Apply(old.clone()));
    inventory.apply(&key, PodDelta::Apply(new.clone()));
    inventory.apply(&key, delete(&old));
    assert_eq!(
        inventory.get_ref(&new.pod).map(|row| &row.uid),
        Some(&new.uid)
    );
    assert!(inventory.get(&old.uid).is_none());
}

#[test]
fn a_pod_seen_by_two_contexts_is_one_row_and_outlives_one_of_them() {
    let mut inventory = Inventory::new();
    let (one, two) = (watch("one", Scope::All), watch("two", Scope::All));
    let in_two = |mut row: PodRow| {
        row.pod.context = ContextName::new("two");
        row
    };
    list(&mut inventory, &one, &[row("a", "x")]);
    list(&mut inventory, &two, &[in_two(row("a", "x"))]);
    assert_eq!(inventory.len(), 1);
    assert_eq!(inventory.iter().next().unwrap().pod.context.as_str(), "one");
    assert_eq!(inventory.forget(&one), Changed::Contents);
    let left = inventory.iter().next().unwrap();
    assert_eq!(left.pod.context.as_str(), "two");
    assert!(inventory.get_ref(&left.pod).is_some());
    assert_eq!(inventory.forget(&two), Changed::Members);
    assert!(inventory.is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    List(usize, Vec<u8>),
    Apply(usize, u8, u32),
    Delete(usize, u8),
    Forget(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pod = 0..6_u8;
    let step = prop_oneof![
        (0..3_usize, prop::collection::vec(pod.clone(), 0..6))
            .prop_map(|(watch, pods)| Step::List(watch, pods)),
        (0..3_usize, pod.clone(), 0..3_u32)
            .prop_map(|(watch, pod, restarts)| Step::Apply(watch, pod, restarts)),
        (0..3_usize, pod).prop_map(|(watch, pod)| Step::Delete(watch, pod)),
        (0..3_usize).prop_map(Step::Forget),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    /// The model keeps a plain set of pods per watch; a pod exists while some watch has it.
    #[test]
    fn the_store_holds_the_union_of_its_watches(steps in steps()) {
        let keys = [watch("one", Scope::All), watch("one", Scope::Namespace("n".into())), watch("two", Scope::All)];
        let mut inventory = Inventory::new();
        let mut model: Vec<BTreeSet<u8>> = vec![BTreeSet::new(); 3];
        let pod = |watch: usize, pod: u8, restarts| {
            let mut row = PodRow { restarts, ..row("n", &pod.to_string()) };
            row.pod.context = keys[watch].context.clone();
            row
        };
        for step in steps {
            match step {
                Step::List(watch, pods) => {
                    let rows: Vec<PodRow> = pods.iter().map(|number| pod(watch, *number, 0)).collect();
                    list(&mut inventory, &keys[watch], &rows);
                    model[watch] = pods.into_iter().collect();
                }
                Step::Apply(watch, number, restarts) => {
                    inventory.apply(&keys[watch], PodDelta::Apply(pod(watch, number, restarts)));
                    model[watch].insert(number);
                }
                Step::Delete(watch, number) => {
                    inventory.apply(&keys[watch], delete(&pod(watch, number, 0)));
                    for pods in &mut model {
                        pods.remove(&number);
                    }
                }
                Step::Forget(watch) => {
                    inventory.forget(&keys[watch]);
                    model[watch].clear();
                }
            }
            let mut expected: Vec<String> = model.iter().flatten().map(u8::to_string).collect();
            expected.sort();
            expected.dedup();
            prop_assert_eq!(names(&inventory), expected);
            for row in inventory.iter() {
                prop_assert_eq!(inventory.get_ref(&row.pod), Some(row));
                prop_assert_eq!(inventory.get(&row.uid), Some(row));
            }
        }
    }
}

#[test]
fn namespaces_with_pods_are_counted() {
    let mut inventory = Inventory::new();
    let all = watch("one", Scope::All);
    let rows = [row("shop", "web"), row("shop", "api"), row("cart", "web")];
    for row in &rows {
        inventory.apply(&all, PodDelta::Apply(row.clone()));
    }
    assert_eq!(inventory.namespaces(&all.context), 2);
    inventory.apply(&all, delete(&rows[2]));
    assert_eq!(inventory.namespaces(&all.context), 1);
    inventory.forget(&all);
    assert_eq!(inventory.namespaces(&all.context), 0);
}
