use crate::app::Effect;
use crate::app::event::{Event, SessionNews};
use crate::app::open::{StartTargets, Target};
use crate::app::testing::{Desk, container, pod};
use crate::config::Config;
use crate::ids::PodRef;
use crate::inventory::PodRow;
use crate::session::{Membership, Outcome, SessionCommand};

fn opened(desk: &Desk) -> Vec<PodRef> {
    let opening = |effect: &Effect| match effect {
        Effect::Open(opening) => Some(opening.target.pod.clone()),
        _ => None,
    };
    desk.effects.iter().filter_map(opening).collect()
}

fn names(desk: &Desk) -> Vec<String> {
    let opened = opened(desk);
    opened.iter().map(|pod| pod.name.to_string()).collect()
}

#[test]
fn a_new_replica_joins_the_tab_without_taking_the_focus() {
    let mut desk = Desk::new();
    desk.shells(2);
    let focus = desk.app.tabs.active().unwrap().focus();
    desk.pods(3);
    assert_eq!(names(&desk), ["web-2"]);
    let tab = desk.app.tabs.active().unwrap();
    assert_eq!((tab.panes().len(), tab.focus()), (3, focus));
    assert!(
        desk.said().contains("web-2 is new in deploy/web"),
        "{}",
        desk.said()
    );
    desk.pods(3);
    assert_eq!(names(&desk), ["web-2"], "once");
}

#[test]
fn a_new_replica_is_out_of_the_broadcast_as_a_new_shell() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    desk.pods(3);
    desk.all_live();
    let new = desk.pane(2);
    assert_eq!(desk.app.panes[&new].membership, Membership::NewShell);
    desk.take();
    desk.typed("x");
    assert_eq!(desk.written().len(), 2);
}

#[test]
fn a_pod_that_is_gone_stays_readable_beside_its_replacement() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(0, "last words");
    desk.rows(vec![pod("web-1"), pod("web-2")]);
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Lost("stream closed".into())),
    ));
    assert_eq!(names(&desk), ["web-2"]);
    assert_eq!(desk.app.tabs.active().unwrap().panes().len(), 3);
    let first = &desk.app.panes[&desk.pane(0)];
    let found = first
        .screen
        .search(&regex::Regex::new("last words").unwrap());
    assert_eq!(found.len(), 1);
}

#[test]
fn a_replica_that_does_not_run_yet_joins_when_it_does() {
    let mut desk = Desk::new();
    desk.shells(2);
    let starting = PodRow {
        containers: Box::new([crate::inventory::ContainerRow {
            running: false,
            ..container("app")
        }]),
        ..pod("web-2")
    };
    desk.rows(vec![pod("web-0"), pod("web-1"), starting]);
    assert_eq!(names(&desk), Vec::<String>::new());
    desk.pods(3);
    assert_eq!(names(&desk), ["web-2"]);
}

#[test]
fn pods_picked_one_by_one_are_meant_and_not_their_workload() {
    let mut desk = Desk::new();
    desk.pods(3);
    desk.keys("space space enter");
    desk.allow("shop");
    desk.take();
    desk.pods(4);
    assert_eq!(names(&desk), Vec::<String>::new(), "two of three");
    let mut alone = Desk::new();
    alone.shells(1);
    alone.pods(5);
    assert_eq!(
        names(&alone),
        Vec::<String>::new(),
        "one pod under the cursor"
    );
}

#[test]
fn the_head_of_a_group_means_its_workload_however_small() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("w g enter");
    desk.allow("shop");
    desk.take();
    desk.pods(2);
    assert_eq!(names(&desk), ["web-1"]);
}

#[test]
fn other_workloads_and_closed_panes_stay_away() {
    let mut desk = Desk::new();
    desk.shells(2);
    let other = PodRow {
        owner: None,
        ..pod("bare")
    };
    desk.rows(vec![pod("web-0"), pod("web-1"), other]);
    assert_eq!(names(&desk), Vec::<String>::new());
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Exited(0)),
    ));
    desk.keys("ctrl-g x");
    desk.take();
    desk.pods(2);
    assert_eq!(names(&desk), Vec::<String>::new(), "closed by its user");
}

fn targets(command: SessionCommand) -> StartTargets {
    StartTargets {
        targets: vec![Target {
            text: "deploy/web".to_owned(),
            workload: Some("deploy".to_owned()),
            name: "web".to_owned(),
        }],
        command,
        container: None,
    }
}

#[test]
fn a_target_is_followed_with_shells_and_never_with_a_command() {
    for (command, expected) in [
        (SessionCommand::Shell(vec!["sh".into()]), vec!["web-1"]),
        (SessionCommand::Argv(vec!["tail".into()]), Vec::new()),
    ] {
        let mut desk = Desk::new();
        desk.app.pending_targets = Some(targets(command));
        desk.pods(1);
        desk.allow("shop");
        assert_eq!(names(&desk), ["web-0"]);
        desk.take();
        desk.pods(2);
        assert_eq!(names(&desk), expected);
    }
}

#[test]
fn a_command_without_targets_opens_in_all_that_a_selector_lets_through() {
    let mut desk = Desk::new();
    let command = SessionCommand::Argv(vec!["tail".into()]);
    desk.app.pending_targets = Some(StartTargets {
        targets: Vec::new(),
        ..targets(command.clone())
    });
    desk.pods(2);
    desk.allow("shop");
    assert_eq!(names(&desk), ["web-0", "web-1"]);
    let mut none = Desk::new();
    none.app.pending_targets = Some(StartTargets {
        targets: Vec::new(),
        ..targets(command)
    });
    none.rows(Vec::new());
    assert_eq!(none.said(), "no pod matches the selector");
}

#[test]
fn nothing_joins_once_shells_are_refused() {
    let mut desk = Desk::new();
    desk.shells(2);
    let mut config = Config::default();
    config.guard.read_only = true;
    desk.app.settings.config = config;
    desk.pods(3);
    assert_eq!(names(&desk), Vec::<String>::new());
    assert!(desk.said().contains("web-2: no shell"), "{}", desk.said());
}

#[test]
fn a_job_of_a_cron_job_is_found_by_its_own_name() {
    let of_job = PodRow {
        owner: Some(crate::inventory::Owner {
            kind: "Job".into(),
            name: "backup-29396160".into(),
        }),
        ..pod("backup-29396160-x2b4c")
    };
    let mut desk = Desk::new();
    desk.app.pending_targets = Some(StartTargets {
        targets: vec![Target {
            text: "job/backup-29396160".to_owned(),
            workload: Some("job".to_owned()),
            name: "backup-29396160".to_owned(),
        }],
        ..targets(SessionCommand::Shell(vec!["sh".into()]))
    });
    desk.rows(vec![of_job]);
    desk.allow("shop");
    assert_eq!(names(&desk), ["backup-29396160-x2b4c"]);
}
