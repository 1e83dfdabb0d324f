//! Each sentence of "Broadcast, exactly" in a real terminal; on the pure plan: `session/broadcast/tests.rs`. The judge is the server, which
//! tells the bytes that were typed into each pod.

use podmux::demo::ExecFault;

use crate::pty::Size;
use crate::stage::{CART, LONG, PROTECTED, Stage};

/// Its echo is not its answer.
const ASKED: &str = "echo he''ard\r";

/// Puts a pane on the alternate screen, and says so there.
const FULL_SCREEN: &str = "printf '\\033[?1049h'; echo fu''ll\r";

fn on(settings: &str) -> Stage {
    let mut stage = Stage::shells(settings);
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3");
    stage
}

#[test]
fn it_is_off_at_start_and_belongs_to_its_tab() {
    let mut stage = Stage::shells("");
    stage.mode("PANE");
    stage.send("one");
    stage.focus(CART[1]);
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3");
    stage.send("all");
    // Another tab, by the list: a second shell in the first pod.
    stage.send("\x07g");
    stage.mode("LIST  broadcast 3 of 3 waits");
    stage.send("/redis-0\r\r");
    stage.mode("PANE");
    stage.live(1);
    stage.send("x");
    stage.send("\x071");
    stage.mode("BROADCAST 3 of 3");
    assert_eq!(stage.typed(), ["oneall", "all", "all"]);
}

#[test]
fn keys_and_pastes_go_to_all_receivers_in_each_panes_own_encoding() {
    let mut stage = Stage::shells("");
    stage.send("printf '\\033[?1h\\033[?2004h'; echo mo''des\r");
    stage.shows("modes");
    stage.focus(CART[1]);
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3");
    stage.send("\x1b[A");
    stage.send("\x1b[200~p\x1b[201~");
    stage.send("q");
    let [modes, plain, other] = stage.typed();
    let own = modes.split_once('\r').unwrap().1;
    assert_eq!(own, "\x1bOA\x1b[200~p\x1b[201~q");
    assert_eq!([plain.as_str(), other.as_str()], ["\x1b[Apq"; 2]);
}

#[test]
fn live_receivers_of_all_pages_are_counted_and_the_others_named() {
    let small = Size(12, 80);
    let mut stage = Stage::start("", &["-n", "cart", "deploy/cart"], small, |_| {});
    stage.shows("page 1/2");
    stage.live(2);
    stage.focus(CART[2]);
    stage.live(1);
    stage.send(FULL_SCREEN);
    stage.shows("full");
    stage.focus(CART[0]);
    stage.send("\x07b");
    stage.mode("BROADCAST 2 of 3");
    stage.shows("1 held: …k9b4m");
    stage.focus(CART[1]);
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    stage.focus(CART[0]);
    stage.mode("BROADCAST 1 of 3  1 out: …hq7rt · 1 held: …k9b4m");
    stage.focus(CART[1]);
    stage.send("\x07o");
    stage.mode("BROADCAST 2 of 3");
    stage.send("\x07z");
    stage.mode("BROADCAST 2 of 3  1 hidden: …2jw8x · 1 held: …k9b4m");
}

#[test]
fn switching_on_takes_all_but_opted_out_panes_and_full_screens() {
    let mut stage = Stage::shells("");
    stage.send("\x07o");
    stage.shows("opted out");
    stage.focus(CART[1]);
    stage.send(FULL_SCREEN);
    stage.shows("full");
    stage.focus(CART[2]);
    stage.send("\x07b");
    stage.mode("BROADCAST 1 of 3  1 out: …2jw8x · 1 held: …hq7rt");
    stage.shows("held: full-screen");
    stage.send("x");
    assert_eq!(stage.typed(), ["", FULL_SCREEN, "x"]);
}

#[test]
fn keys_on_a_pane_that_is_out_go_there_only() {
    let mut stage = on("");
    stage.send("\x07o");
    stage.mode("HERE ONLY  broadcast 2 of 3 waits");
    stage.send("here");
    stage.send("\x1b[200~paste\rof lines\x1b[201~");
    stage.focus(CART[1]);
    stage.mode("BROADCAST 2 of 3");
    stage.send("x");
    assert_eq!(stage.typed(), ["herepaste\rof lines", "x", "x"]);
}

#[test]
fn keys_on_a_pane_that_takes_none_go_nowhere_and_it_says_so() {
    let mut stage = on("");
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    stage.send("exit\r");
    stage.shows("exited 0");
    stage.mode("HERE ONLY  ended: takes no keys");
    stage.send("nowhere");
    stage.shows("this session has ended, Ctrl-g: r new session  x close");
    assert_eq!(stage.typed(), ["exit\r", "", ""]);
}

#[test]
fn a_silent_pane_gets_nothing_neither_now_nor_when_it_answers_again() {
    let mut stage = Stage::shells_where("", |control| {
        let deaf = ExecFault::DeafAfterText("heard".into());
        control.exec_faults_in(CART[0], &[deaf, ExecFault::None]);
    });
    stage.send(ASKED);
    stage.shows("heard");
    stage.focus(CART[1]);
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3");
    stage.send("a");
    stage.mode("BROADCAST 2 of 3  1 not live: …2jw8x");
    stage.shows("silent");
    stage.send("b");
    stage.focus(CART[0]);
    stage.mode("HERE ONLY  silent: takes no keys");
    stage.send("c");
    stage.shows("silent: keys go nowhere until it answers");
    stage.control.hear_execs();
    stage.shows("new shell");
    stage.mode("HERE ONLY  broadcast 2 of 3 waits");
    stage.send("d");
    let [first, second, third] = stage.typed();
    let first = first.trim_start_matches(ASKED);
    assert!(["d", "ad"].contains(&first), "{first:?}");
    assert_eq!([second.as_str(), third.as_str()], ["ab"; 2]);
}

#[test]
fn a_restarted_pane_is_a_new_shell_and_joins_when_no_line_is_half_typed() {
    let mut stage = on("");
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    stage.send("exit\r");
    stage.shows("exited 0");
    stage.focus(CART[1]);
    stage.mode("BROADCAST 2 of 3");
    stage.send("ec");
    stage.focus(CART[0]);
    stage.send("\x07r");
    stage.shows("opted out");
    stage.mode("HERE ONLY  broadcast");
    stage.send("\x07o");
    stage.shows("joins at Enter");
    stage.focus(CART[1]);
    stage.mode("BROADCAST 2 of 3  1 joining: …2jw8x");
    stage.send("ho");
    stage.send("\r");
    stage.mode("BROADCAST 3 of 3");
    stage.send("x");
    assert_eq!(stage.typed(), ["exit\rx", "echo\rx", "echo\rx"]);
}

#[test]
fn a_pane_whose_own_line_is_half_typed_joins_at_its_own_enter() {
    let mut stage = on("");
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    stage.send("half");
    stage.send("\x07o");
    stage.shows("joins at Enter");
    stage.focus(CART[1]);
    stage.mode("BROADCAST 2 of 3");
    stage.send("a\r");
    stage.focus(CART[0]);
    stage.mode("HERE ONLY");
    stage.send("\x03");
    stage.mode("BROADCAST 3 of 3");
    stage.send("x");
    assert_eq!(stage.typed(), ["half\x03x", "a\rx", "a\rx"]);
}

#[test]
fn a_restarted_pane_is_out_until_its_user_takes_it_in() {
    let mut stage = on("");
    stage.focus(CART[0]);
    stage.send("\x07c");
    stage.shows("cancelled, 0 left");
    stage.send("\x07r");
    stage.shows("new shell");
    stage.mode("HERE ONLY  broadcast 2 of 3 waits");
    stage.focus(CART[1]);
    stage.mode("BROADCAST 2 of 3  1 new: …2jw8x");
    stage.send("without\r");
    stage.focus(CART[0]);
    stage.send("\x07o");
    stage.mode("BROADCAST 3 of 3");
    stage.send("with");
    let [first, second, third] = stage.typed();
    // The cancel's own Ctrl-C was typed, too.
    assert_eq!(first.trim_start_matches('\x03'), "with");
    assert_eq!([second.as_str(), third.as_str()], ["without\rwith"; 2]);
}

/// The last broadcast key may be a Ctrl-C as well as an Enter.
#[test]
fn a_pane_joins_at_a_broadcast_ctrl_c_that_does_not_go_to_it() {
    let mut stage = on("");
    stage.focus(CART[1]);
    stage.send("half");
    stage.focus(CART[0]);
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    // Its own line ends; that of the others does not.
    stage.send("\r");
    stage.send("\x07o");
    stage.shows("joins at Enter");
    stage.focus(CART[1]);
    stage.mode("BROADCAST 2 of 3  1 joining: …2jw8x");
    stage.send("\x03");
    stage.mode("BROADCAST 3 of 3");
    stage.send("x");
    assert_eq!(stage.typed(), ["half\rx", "half\x03x", "half\x03x"]);
}

#[test]
fn receivers_on_another_page_get_the_keys_and_are_named() {
    let small = Size(12, 80);
    let mut stage = Stage::start("", &["-n", "cart", "deploy/cart"], small, |_| {});
    stage.shows("page 1/2");
    stage.live(2);
    stage.focus(CART[2]);
    stage.live(1);
    stage.focus(CART[0]);
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3  1 hidden: …k9b4m");
    stage.send("x");
    assert_eq!(stage.typed(), ["x"; 3]);
}

#[test]
fn a_lost_pane_comes_back_as_a_new_shell() {
    let settings = "[shell]\nreconnect = \"auto\"\n";
    let mut stage = Stage::shells_where(settings, |control| {
        let cut = ExecFault::CutAfterText("heard".into());
        control.exec_faults_in(CART[0], &[cut, ExecFault::None]);
    });
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3");
    stage.send(ASKED);
    stage.shows("new shell");
    stage.mode("HERE ONLY  broadcast 2 of 3 waits");
    stage.focus(CART[1]);
    stage.mode("BROADCAST 2 of 3  1 new: …2jw8x");
    stage.send("x");
    let got = stage.typed();
    assert_eq!(got[0], ASKED);
    assert_eq!(got[1], format!("{ASKED}x"));
}

#[test]
fn a_new_replica_comes_in_as_a_new_shell() {
    let mut stage = on("");
    stage.control.put_pod(replica("cart-77c4d-zz9zz")).unwrap();
    stage.shows("new shell");
    stage.mode("BROADCAST 3 of 4  1 new: …zz9zz");
    stage.send("x");
    assert_eq!(stage.typed(), ["x"; 3]);
    stage.focus("cart-77c4d-zz9zz");
    stage.send("y");
    let control = stage.control.clone();
    let got = || control.typed_into("cart-77c4d-zz9zz");
    stage
        .terminal
        .wait_until("it has got its key", LONG, |_| !got().is_empty());
    assert_eq!(got(), b"y");
}

/// One more pod of the Deployment `cart`.
fn replica(name: &str) -> serde_json::Value {
    let state = serde_json::json!({"running": {"startedAt": "2026-01-01T00:00:00Z"}});
    serde_json::json!({
        "metadata": {
            "namespace": "cart",
            "name": name,
            "uid": format!("uid-of-{name}"),
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app": "cart", "pod-template-hash": "77c4d"},
            "ownerReferences": [{
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "cart-77c4d", "uid": "u", "controller": true,
            }],
        },
        "spec": {"nodeName": "ip-10-0-4-7", "containers": [{"name": "app", "image": "cart:1"}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{
                "name": "app", "ready": true, "started": true, "restartCount": 0, "image": "cart:1", "imageID": "",
                "containerID": "containerd://zz9zz", "state": state,
            }],
        },
    })
}

#[test]
fn it_asks_once_and_again_only_when_the_set_grows() {
    let mut stage = Stage::shells(PROTECTED);
    stage.focus(CART[1]);
    stage.send("\x07o");
    stage.shows("opted out");
    stage.focus(CART[0]);
    stage.send("\x07b");
    stage.shows("broadcast: 2 panes");
    stage.answer("demo");
    stage.mode("BROADCAST 2 of 3");
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    stage.send("\x07o");
    stage.mode("BROADCAST 2 of 3");
    stage.focus(CART[1]);
    stage.send("\x07o");
    stage.shows("broadcast: 3 panes");
    stage.answer("\x1b");
    stage.mode("HERE ONLY");
    stage.send("\x07o");
    stage.shows("broadcast: 3 panes");
    stage.answer("demo");
    stage.mode("BROADCAST 3 of 3");
    stage.send("x");
    assert_eq!(stage.typed(), ["x"; 3]);
}

#[test]
fn a_paste_of_several_lines_asks_each_time() {
    let mut stage = on("");
    for number in 0..2 {
        stage.send("\x1b[200~one\rtwo\r\x1b[201~");
        stage.shows("paste of 2 lines: 3 panes");
        if number == 0 {
            stage.answer("\r\x1b");
        } else {
            stage.answer("3");
        }
        stage.mode("BROADCAST 3 of 3");
    }
    assert_eq!(stage.typed(), ["one\rtwo\r"; 3]);
}

#[test]
fn a_paste_of_several_lines_asks_with_one_receiver_too_and_not_under_here_only() {
    let mut stage = on("");
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    stage.send("\x1b[200~here\ronly\x1b[201~");
    stage.focus(CART[1]);
    stage.send("\x07o");
    stage.mode("HERE ONLY");
    stage.focus(CART[2]);
    stage.mode("BROADCAST 1 of 3");
    stage.send("\x1b[200~one\rtwo\x1b[201~");
    stage.shows("paste of 2 lines: 1 pane ");
    stage.answer("\r\x1b");
    stage.mode("BROADCAST 1 of 3");
    stage.send("\x1b[200~one\rtwo\x1b[201~");
    stage.shows("paste of 2 lines: 1 pane ");
    stage.answer("1");
    stage.shows("sent to 1 pane");
    assert_eq!(stage.typed(), ["here\ronly", "", "one\rtwo"]);
}

#[test]
fn it_switches_itself_off_when_no_key_comes() {
    let mut stage = on("[broadcast]\nidle_off = \"1s\"\n");
    stage.shows("broadcast switched itself off after 1 s without a key");
    stage.mode("PANE");
    stage.send("x");
    assert_eq!(stage.typed(), ["x", "", ""]);
}

#[test]
fn while_it_is_off_a_composed_text_goes_to_whom_switching_on_would_take() {
    let mut stage = Stage::shells("");
    stage.send("\x07o");
    stage.shows("opted out");
    stage.focus(CART[1]);
    stage.send("\x07B");
    stage.shows("compose for 2 panes");
    stage.send("echo {index}\r");
    stage.shows("Enter sends to 2");
    stage.answer("\r");
    stage.shows("sent to 2 panes");
    stage.mode("PANE");
    assert_eq!(stage.typed(), ["", "echo 1\r", "echo 2\r"]);
}
