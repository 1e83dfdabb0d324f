use super::*;
use crate::ids::{ContainerRef, ContextName, PodUid};
use crate::inventory::{ContainerRow, Owner, PodStatus, StatusKind};

fn row(name: &str, owner: Option<(&str, &str)>, hash: Option<&str>) -> PodRow {
    let labels = hash.map(|hash| ("pod-template-hash".into(), hash.into()));
    PodRow {
        pod: PodRef {
            context: ContextName::new("c"),
            namespace: "shop".into(),
            name: name.into(),
        },
        uid: PodUid::new(name),
        status: PodStatus {
            word: "Running".into(),
            kind: StatusKind::Ok,
        },
        ready: (1, 1),
        restarts: 0,
        last_restart: None,
        created: 0,
        node: "n".into(),
        ip: "".into(),
        owner: owner.map(|(kind, name)| Owner {
            kind: kind.into(),
            name: name.into(),
        }),
        labels: labels.into_iter().collect(),
        containers: Box::default(),
        default_container: None,
        deleting: false,
        ephemeral: Box::default(),
        usage: None,
    }
}

fn container(name: &str, id: &str) -> ContainerRow {
    ContainerRow {
        name: name.into(),
        image: "i".into(),
        running: true,
        id: id.into(),
    }
}

fn target(kind: TargetKind, name: &str) -> TargetName {
    TargetName {
        kind,
        name: name.into(),
    }
}

fn running(row: PodRow) -> (usize, Listed) {
    (0, Listed { row, ended: false })
}

fn names(found: &Found) -> Vec<&str> {
    found.pods.iter().map(|(_, row)| &*row.pod.name).collect()
}

#[test]
fn each_kind_of_target_fits_its_own_pods_only() {
    let web = row("web-5f-1", Some(("ReplicaSet", "web-5f")), Some("5f"));
    let db = row("db-0", Some(("StatefulSet", "db")), None);
    let job = row("import-1", Some(("Job", "import")), None);
    let agent = row("agent-1", Some(("DaemonSet", "agent")), None);
    let table = [
        (TargetKind::Deployment, "web", &web),
        (TargetKind::StatefulSet, "db", &db),
        (TargetKind::Job, "import", &job),
        (TargetKind::DaemonSet, "agent", &agent),
        (TargetKind::Pod, "db-0", &db),
    ];
    for (kind, name, meant) in table {
        for row in [&web, &db, &job, &agent] {
            assert_eq!(
                fits(row, &target(kind, name)),
                row == meant,
                "{kind:?}/{name} {row:?}"
            );
        }
    }
}

#[test]
fn a_replica_set_of_another_deployment_with_the_same_beginning_does_not_fit() {
    let other = row(
        "web-api-5f-1",
        Some(("ReplicaSet", "web-api-5f")),
        Some("5f"),
    );
    assert!(!fits(&other, &target(TargetKind::Deployment, "web")));
}

#[test]
fn pods_come_once_and_in_order_whatever_names_them() {
    let all = vec![
        running(row("b", None, None)),
        running(row("a", None, None)),
        running(row("a", None, None)),
    ];
    let wanted = [target(TargetKind::Pod, "a"), target(TargetKind::Pod, "b")];
    assert_eq!(names(&sort_out(all, &wanted)), ["a", "b"]);
}

#[test]
fn the_ended_and_the_missing_are_told_apart() {
    let ended = Listed {
        row: row("a", None, None),
        ended: true,
    };
    let wanted = [target(TargetKind::Pod, "a"), target(TargetKind::Pod, "z")];
    let found = sort_out(vec![(0, ended)], &wanted);
    assert!(found.pods.is_empty());
    assert_eq!(found.ended.len(), 1);
    assert_eq!(found.missing, [target(TargetKind::Pod, "z")]);
}

#[test]
fn a_container_is_chosen_as_asked_as_annotated_alone_or_first() {
    let mut pod = row("a", None, None);
    pod.containers = Box::new([container("x", ""), container("y", "id-y")]);
    let name = |asked: Option<&str>, pod: &PodRow| {
        let (chosen, note) = choose(pod, asked);
        (
            chosen.map(|chosen| chosen.container.container.to_string()),
            note,
        )
    };
    assert_eq!(name(Some("y"), &pod), (Some("y".into()), None));
    let both = || vec!["x".to_owned(), "y".to_owned()];
    assert_eq!(
        name(None, &pod),
        (Some("x".into()), Some(Note::First { out_of: both() }))
    );
    let none = Note::NoSuchContainer { there_are: both() };
    assert_eq!(name(Some("z"), &pod), (None, Some(none)));
    pod.default_container = Some("y".into());
    assert_eq!(name(None, &pod), (Some("y".into()), None));
    pod.containers = Box::new([container("y", "")]);
    assert_eq!(name(None, &pod), (Some("y".into()), None));
}

#[test]
fn a_container_that_never_started_has_no_id() {
    let mut pod = row("a", None, None);
    pod.containers = Box::new([container("x", "")]);
    assert_eq!(choose(&pod, None).0.and_then(|chosen| chosen.id), None);
}

#[test]
fn labels_are_as_short_as_they_can_be() {
    let of = |context: &str, namespace: &str, name: &str| ContainerRef {
        pod: PodRef {
            context: ContextName::new(context),
            namespace: namespace.into(),
            name: name.into(),
        },
        uid: PodUid::new(name),
        container: "app".into(),
    };
    let (a, b, c) = (
        of("x", "shop", "a"),
        of("x", "pay", "a"),
        of("y", "shop", "a"),
    );
    assert_eq!(labels(&[&a]), ["a"]);
    assert_eq!(labels(&[&a, &b]), ["shop/a", "pay/a"]);
    assert_eq!(labels(&[&a, &c]), ["x/shop/a", "y/shop/a"]);
}
