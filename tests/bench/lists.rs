//! The list of 10,000 pods: what a filter costs (2 ms allowed), and what one update costs (0.1 ms allowed).
//! `cargo bench --bench lists`

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use podmux::ids::{ContextName, PodRef, PodUid};
use podmux::inventory::{
    Column, ContainerRow, Direction, Filter, Grouping, Inventory, ListView, Order, Owner, PodDelta,
    PodRow, PodStatus, Scope, Scratch, StatusKind, ViewSpec, WatchKey,
};

const PODS: usize = 10_000;

fn row(number: usize, restarts: u32) -> PodRow {
    let (namespace, replica_set) = (number % 10, number / 8);
    let owner: Arc<str> = format!("service-{replica_set}-6d9c8").into();
    PodRow {
        pod: PodRef {
            context: ContextName::new("bench"),
            namespace: format!("fleet-{namespace}").into(),
            name: format!("{owner}-{number:05}").into(),
        },
        uid: PodUid::new(&format!("{number:036}")),
        status: PodStatus {
            word: "Running".into(),
            kind: StatusKind::Ok,
        },
        ready: (2, 2),
        restarts,
        last_restart: None,
        created: i64::try_from(number).unwrap_or(0),
        node: format!("node-{}", number % 100).into(),
        ip: "10.0.0.1".into(),
        owner: Some(Owner {
            kind: "ReplicaSet".into(),
            name: owner,
        }),
        labels: Arc::from([("pod-template-hash".into(), "6d9c8".into())]),
        containers: Box::new([ContainerRow {
            name: "app".into(),
            image: "i".into(),
            running: true,
            id: "x".into(),
        }]),
        default_container: None,
        deleting: false,
        ephemeral: Box::default(),
        usage: None,
    }
}

fn filled() -> (WatchKey, Inventory) {
    let key = WatchKey {
        context: ContextName::new("bench"),
        scope: Scope::All,
    };
    let mut inventory = Inventory::new();
    inventory.apply_all(
        &key,
        (0..PODS).map(|number| PodDelta::Apply(row(number, 0))),
    );
    (key, inventory)
}

fn filters(criterion: &mut Criterion) {
    let (_, inventory) = filled();
    let mut group = criterion.benchmark_group("filter 10,000 pods");
    for text in [
        "service-77",
        "fleet-3 !0042",
        "~srv77",
        "ns:fleet-3 owner:deploy/service-1 status:run",
        "zzz",
    ] {
        let (filter, mut scratch) = (Filter::parse(text), Scratch::default());
        group.bench_function(text, |bencher| {
            bencher.iter(|| {
                inventory
                    .iter()
                    .filter(|row| filter.matches(row, &mut scratch))
                    .count()
            });
        });
    }
    group.finish();
}

fn views(criterion: &mut Criterion) {
    let (key, mut inventory) = filled();
    for (name, grouping) in [
        ("flat", Grouping::Flat),
        ("by workload", Grouping::ByWorkload),
    ] {
        let order = Order {
            column: Column::Restarts,
            direction: Direction::Descending,
        };
        let spec = ViewSpec {
            filter: Filter::parse(""),
            order,
            grouping,
        };
        let mut view = ListView::new(spec.clone());
        view.refresh(&inventory);
        let mut turn = 0;
        criterion.bench_function(&format!("one update, {name}"), |bencher| {
            bencher.iter(|| {
                turn += 1;
                let update = row(turn * 7919 % PODS, u32::try_from(turn % 97).unwrap_or(0));
                inventory.apply(&key, PodDelta::Apply(update));
                black_box(view.refresh(&inventory))
            });
        });
        let typed = ViewSpec {
            filter: Filter::parse("service-7"),
            ..spec.clone()
        };
        criterion.bench_function(&format!("a typed filter, {name}"), |bencher| {
            bencher.iter(|| {
                view.set_spec(typed.clone(), &inventory);
                view.set_spec(spec.clone(), &inventory);
            });
        });
    }
}

criterion_group!(benches, filters, views);
criterion_main!(benches);
