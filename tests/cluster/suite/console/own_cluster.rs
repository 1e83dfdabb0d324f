//! What the own cluster's users see: rights that are missing, and kubeconfigs that are wrong in one way each.

use rstest::rstest;

use crate::leaks::clients::{ended, podmux, said};
use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::Crew;
use crate::support::kubeconfig_of;
use crate::support::kubectl::kubectl_fed;

#[rstest]
#[case::expired_certificate("expired-certificate", &["(401)", "Log in again", "Ctrl-r"])]
#[case::expired_token("expired-token", &["(401)", "Log in again", "Ctrl-r"])]
#[case::wrong_token("wrong-token", &["(401)", "Log in again", "Ctrl-r"])]
#[case::wrong_ca("wrong-ca", &["does not trust", "certificate-authority", "Ctrl-r"])]
#[case::wrong_name("wrong-name", &["elsewhere.example", "tls-server-name", "Ctrl-r"])]
#[case::unreachable("unreachable", &["Connection refused", "VPN", "Ctrl-r"])]
#[case::plugin_fails("plugin-fails", &["cloud login", "Ctrl-r"])]
#[case::plugin_missing("plugin-missing", &["was not found", "install the no-such-plugin"])]
#[case::plugin_prompts("plugin-prompts", &["nobody answered", "log in again"])]
#[case::plugin_garbage("plugin-garbage", &["no ExecCredential", "Update the plugin"])]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_broken_access_is_a_sentence_with_the_next_step(#[case] user: &str, #[case] words: &[&str]) {
    let mut console = Console::start_with(&kubeconfig_of(user), &["-n", "shop"], WIDE);
    for word in words {
        // A sentence may be folded anywhere.
        let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let what = format!("{word:?} is said");
        console
            .terminal
            .wait_until(&what, LONG, |screen| flat(screen.contents()).contains(word));
    }
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);

    let home = tempfile::tempdir().expect("a folder");
    let mut run = podmux(home.path());
    run.env("KUBECONFIG", kubeconfig_of(user));
    let output = ended(run.args(["run", "-n", "shop", "deploy/web", "--", "true"]));
    assert!(
        matches!(output.status.code(), Some(2 | 3)),
        "{}",
        said(&output)
    );
    let text = said(&output);
    let sentence = words.iter().filter(|word| **word != "Ctrl-r");
    for word in sentence {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_malformed_kubeconfig_cannot_start() {
    let mut console = Console::start_with(&kubeconfig_of("malformed"), &[], WIDE);
    let code = console.terminal.wait_exit(LONG).exit_code();
    let text = console.terminal.text();
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("malformed") && text.contains("line 3"),
        "{text}"
    );
    assert!(text.contains("--kubeconfig"), "{text}");
}

/// The console starts while the plugin still hangs, takes keys, and says after 30 s what the matter is.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_plugin_that_hangs_holds_nothing_up() {
    let mut console = Console::start_with(&kubeconfig_of("plugin-hangs"), &[], WIDE);
    console.waits_for("Connecting");
    console.keys("?");
    console.waits_for("to the panes");
    console.keys("esc");
    // Where the line breaks depends on how long the plugin's path is.
    let blamed = |screen: &vt100::Screen| {
        let contents = screen.contents();
        let words: Vec<&str> = contents.split_whitespace().collect();
        words.join(" ").contains("gave no answer within 30 s")
    };
    console
        .terminal
        .wait_until("the plugin is blamed", LONG * 2, blamed);
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

/// A shell asked for without the right opens nothing: one box says what is missing, and offers the Role.
#[rstest]
#[case::reader("reader")]
#[case::exec_create("exec-create")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn missing_rights_are_one_box(#[case] user: &str) {
    let args = ["-n", "shop", "-l", "app=web"];
    let mut console = Console::start_with(&kubeconfig_of(user), &args, WIDE);
    console.waits_for("PODS  6 ");
    console.keys("a enter");
    console.waits_for("You may not exec in namespace shop (6 pods)");
    let text = console.terminal.text();
    assert!(
        text.contains("get on pods/exec") || text.contains("get and create on pods/exec"),
        "{text}"
    );
    assert!(text.contains(&format!("for {user}")), "{text}");
    assert!(text.contains("copy a Role and RoleBinding"), "{text}");
    console.answers("\x1b");
    console.waits_gone("You may not exec");
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

/// The right to exec is not the right to add a container.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_debug_container_needs_its_own_right() {
    let (_folder, file) = super::debug_container::settings();
    let args = ["-n", "shop", "--config", &file, "deploy/distroless"];
    let mut console = Console::start_with(&kubeconfig_of("exec-get"), &args, WIDE);
    console.waits_for_all(2, "start failed: no shell");
    console.keys("ctrl-g d");
    console.waits_for("patch on pods/ephemeralcontainers, for exec-get");
    console.answers("\x1b");
    console.waits_gone("ephemeralcontainers");
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

/// On a server before 1.35 `get` is enough.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_right_to_get_opens_shells() {
    let args = ["-n", "shop", "-l", "app=web"];
    let mut console = Console::start_with(&kubeconfig_of("exec-get"), &args, WIDE);
    console.waits_for("PODS  6 ");
    console.keys("enter");
    console.waits_for("/ #");
    assert_eq!(console.quits("ctrl-g q"), 0);
}

/// Who may not list namespaces starts in the one of the context.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn one_namespace_is_enough() {
    let mut console = Console::start_with(&kubeconfig_of("one-namespace"), &[], WIDE);
    console.waits_for("PODS  2");
    console.waits_for("tool-");
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

/// Before 1.35 a WebSocket is authorised as `get` only.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_port_forward_without_the_right_names_it() {
    let namespace = super::forward::page("forward-reader");
    let args = ["-n", namespace.name()];
    let mut console = Console::start_with(&kubeconfig_of("reader"), &args, WIDE);
    console.waits_for("page");
    console.keys("f");
    console.waits_for("You may not forward ports in namespace");
    console.waits_for("get on pods/portforward, for reader");
    console.answers("y");
    console.waits_for("clipboard");
    console.keys("esc");
    console.waits_gone("You may not");
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

/// Who may not ask what is allowed is not locked out: the console says so, tries, and the server decides.
#[rstest]
#[case::may_exec(true)]
#[case::may_not(false)]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn who_may_not_ask_for_rights_is_told_and_not_locked_out(#[case] may_exec: bool) {
    let crew = Crew::new("unheard", "busybox", 2);
    let mut rules = "{apiGroups: [''], resources: [pods], verbs: [get, list, watch]}".to_owned();
    if may_exec {
        rules += ", {apiGroups: [''], resources: [pods/exec], verbs: [get, create]}";
    }
    let namespace = crew.namespace();
    let metadata = format!("metadata: {{name: unheard, namespace: {namespace}}}");
    let role = format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, {metadata}, rules: [{rules}]}}\n---\n\
         {{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, {metadata}, \
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: unheard}}, \
         subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: unheard-{namespace}}}]}}"
    );
    kubectl_fed(&["apply", "--filename", "-"], role.as_bytes());
    // Only who is in `system:authenticated` may ask for reviews of himself.
    let user = format!("unheard-{namespace}");
    let unheard = ["--as", &user, "--as-group", "system:unauthenticated"];
    let args = [&["-n", namespace], &unheard[..]].concat();
    let mut console = Console::start(&args, WIDE);
    console.waits_for("PODS  2 ");
    console.keys("a enter");
    console.waits_for("not known if you may exec in test-unheard-");
    if may_exec {
        console.waits_for_all(2, "/ #");
        assert_eq!(console.quits("ctrl-g q"), 0);
        return;
    }
    console.waits_for_all(2, "start failed: forbidden");
    console.waits_for("cannot get resource");
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}
