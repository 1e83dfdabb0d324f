use proptest::prelude::*;

use super::*;

const MARK: &str = "00112233445566778899aabbccddeeff";

/// A census that runs as pid 90, a hundred seconds after the first process started.
fn census(lines: &str) -> Vec<ExecProcess> {
    let text = format!("podmux-census 1 90 11000 90 boot-1\n{lines}");
    Census::parse(text.as_bytes(), 0).unwrap().exec_processes()
}

fn pids(lines: &str) -> Vec<u32> {
    census(lines).iter().map(|process| process.pid).collect()
}

#[test]
fn an_application_with_workers_has_no_exec_processes() {
    let lines = "p 1 0 1 1000 0 S nginx\np 7 1 1 1010 0 S nginx\np 8 1 8 1010 0 S cron\nlisted 4\n";
    assert!(pids(lines).is_empty());
}

#[test]
fn the_census_itself_and_what_it_starts_are_left_out() {
    let lines =
        "p 1 0 1 1000 0 S idle\np 90 0 90 11000 0 S sh\np 91 90 90 11000 0 S tr\nlisted 3\n";
    assert!(pids(lines).is_empty());
}

#[test]
fn a_root_its_children_and_its_session_are_found() {
    let lines = "p 1 0 1 1000 0 S idle\np 6 0 6 5000 0 S bash\np 7 6 6 5001 0 S sleep\np 8 6 8 5002 0 S other\np 9 1 6 5003 0 S orphan\nlisted 5\n";
    assert_eq!(pids(lines), [6, 7, 8, 9]);
    let roots: Vec<bool> = census(lines).iter().map(|p| p.exec_root).collect();
    assert_eq!(roots, [true, false, false, false]);
}

#[test]
fn the_session_of_a_dead_root_is_found_by_its_late_start() {
    let late = "p 1 0 1 1000 0 S idle\np 9 1 6 5003 0 S sleep\nlisted 2\n";
    assert_eq!(pids(late), [9]);
    let early = "p 1 0 1 1000 0 S app\np 9 1 6 1500 0 S daemon\nlisted 2\n";
    assert!(pids(early).is_empty());
}

#[test]
fn a_terminal_of_its_own_tells_an_orphan_from_a_daemon() {
    let lines = "p 1 0 1 1000 0 S app\np 9 1 6 1500 34816 S vi\nlisted 2\n";
    assert_eq!(pids(lines), [9]);
}

#[test]
fn with_a_shared_namespace_the_earliest_process_is_the_main_one() {
    let lines = "p 12 0 12 1000 0 S idle\np 40 0 40 5000 0 S sleep\nlisted 2\n";
    assert_eq!(pids(lines), [40]);
}

#[test]
fn in_the_hosts_namespace_the_runtime_is_the_parent_of_both() {
    let lines = "p 700 650 700 1000 0 S idle\np 701 700 701 1001 0 S worker\np 702 1 700 1001 0 S orphan\np 940 650 940 5000 0 S sleep\np 941 940 940 5001 0 S child\nlisted 5\n";
    assert_eq!(pids(lines), [940, 941]);
    assert!(census(lines)[0].exec_root);
}

#[test]
fn the_dead_are_not_counted() {
    let lines = "p 1 0 1 1000 0 S idle\np 6 0 6 5000 0 Z sleep\nlisted 2\n";
    assert!(pids(lines).is_empty());
}

#[test]
fn a_marker_of_ours_is_found_wherever_its_process_went() {
    let lines =
        format!("p 1 0 1 1000 0 S idle\np 9 1 9 5003 0 S daemon\nd 9 1000 64 {MARK}\nlisted 2\n");
    let found = census(&lines);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].session, SessionId::parse(MARK));
    assert_eq!(
        (found[0].uid, found[0].rss_bytes),
        (Some(1000), Some(65536))
    );
}

#[test]
fn a_marker_that_is_no_id_is_not_believed() {
    let lines = "p 1 0 1 1000 0 S idle\np 9 0 9 5003 0 S x\nd 9 0 - 00zz\nlisted 2\n";
    assert_eq!(census(lines)[0].session, None);
}

#[test]
fn the_age_counts_from_the_start_of_the_census() {
    let lines = "p 1 0 1 1000 0 S idle\np 9 0 9 5000 0 S x\nlisted 2\n";
    assert_eq!(census(lines)[0].age, Duration::from_secs(60));
}

#[test]
fn a_command_line_keeps_its_words_apart_and_loses_its_control_characters() {
    let lines = "p 1 0 1 1000 0 S idle\np 9 0 9 5000 0 S sh\nlisted 2\nc 9 sh\u{1}-c\u{1}echo\u{2}\u{1b}[31m\u{1}\n";
    assert_eq!(census(lines)[0].command, "sh -c echo  [31m");
}

#[test]
fn without_a_command_line_the_kernels_name_stands() {
    let lines = "p 1 0 1 1000 0 S idle\np 9 0 9 5000 0 S a) b c\nlisted 2\nc 9 \n";
    assert_eq!(census(lines)[0].command, "a) b c");
}

#[test]
fn an_answer_that_stops_before_all_was_listed_is_an_error() {
    let cut = b"podmux-census 1 90 11000 90\np 1 0 1 1000 0 S idle\n";
    assert_eq!(
        Census::parse(cut, 0),
        Err(CensusError::Garbage(String::new()))
    );
    let torn = b"podmux-census 1 90 11000 90\np 1 0 1 1000 0 S idle";
    assert_eq!(Census::parse(torn, 0), Err(CensusError::Truncated));
}

#[test]
fn an_answer_that_is_not_ours_is_an_error() {
    assert_eq!(Census::parse(b"", 127), Err(CensusError::NotRun(127)));
    assert_eq!(Census::parse(b"", 4), Err(CensusError::Hidden));
    assert_eq!(Census::parse(b"welcome\n", 0), Err(CensusError::NotRun(0)));
}

#[test]
fn a_banner_before_the_answer_does_no_harm() {
    let text = b"welcome\npodmux-census 1 90 11000 90\np 1 0 1 1000 0 S idle\nlisted 1\n";
    assert!(Census::parse(text, 0).is_ok());
}

proptest! {
    #[test]
    fn no_answer_panics(bytes: Vec<u8>, code: i32) {
        Census::parse(&bytes, code).ok();
        let mut ours = b"podmux-census 1 90 11000 90\n".to_vec();
        ours.extend(bytes);
        Census::parse(&ours, code).ok();
    }
}

#[test]
fn each_process_knows_the_exec_that_it_came_by() {
    let lines = format!(
        "p 1 0 1 1000 0 S idle\np 6 0 6 5000 0 S bash\np 7 6 6 5001 0 S sudo\np 8 7 8 5002 0 S sleep\np 9 1 4 5003 0 S orphan\nd 6 0 1 {MARK}\nlisted 5\n"
    );
    let found = census(&lines);
    let roots: Vec<Option<(u32, u64)>> = found
        .iter()
        .map(|one| one.root.as_ref().map(|root| (root.pid, root.start)))
        .collect();
    let root = Some((6, 5000));
    assert_eq!(roots, [root, root, root, None]);
    let owned: Vec<bool> = found.iter().map(|one| one.owner().is_some()).collect();
    assert_eq!(owned, [true, true, true, false]);
}

#[test]
fn parents_that_go_round_end() {
    let lines = "p 1 0 1 1000 0 S idle\np 7 8 5 5001 34816 S a\np 8 7 5 5002 34816 S b\np 9 0 9 5003 0 S c\nlisted 4\n";
    assert!(pids(lines).contains(&9));
}

#[test]
fn the_boot_id_is_read_where_it_is_told() {
    let parse = |head: &str| {
        let text = format!("podmux-census 1 90 11000 90{head}\np 1 0 1 1000 0 S idle\nlisted 1\n");
        let census = Census::parse(text.as_bytes(), 0).unwrap();
        census.boot_id().map(str::to_owned)
    };
    assert_eq!(parse(" b-1").as_deref(), Some("b-1"));
    assert_eq!((parse(" -"), parse("")), (None, None));
}
