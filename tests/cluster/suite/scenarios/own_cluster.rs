//! A user who may not exec, and one who may not list namespaces.

use crate::support::console::{Console, LONG, WIDE};
use crate::support::kubeconfig_of;

/// k9s says `pods is forbidden` for all namespaces and wants `:ns team`, 9 keys, from someone who knows the name; a shell that is
/// refused flashes past behind the next screen. Which right is missing is then `kubectl auth can-i`, 45 keys a try.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_user_without_exec_and_without_namespaces() {
    // Who may not list namespaces sees the pods of the context's own without a key.
    let mut console = Console::start_with(&kubeconfig_of("one-namespace"), &[], WIDE);
    console.waits_for("PODS  2");
    console.waits_for("tool-");
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);

    let args = ["-n", "shop", "-l", "app=web"];
    let mut console = Console::start_with(&kubeconfig_of("reader"), &args, WIDE);
    console.waits_for("PODS  6 ");
    console.counts_from_here();
    console.keys("a enter");
    console.waits_for("You may not exec in namespace shop (6 pods)");
    console.answers("y");
    console.waits_for("clipboard");
    let written = String::from_utf8_lossy(console.terminal.output()).into_owned();
    assert!(
        written.contains("\x1b]52;"),
        "the Role goes to the terminal's clipboard"
    );
    console.tells(
        "a user without exec and without namespaces: what is missing, as a Role to send on",
        "k9s 9 to see a pod at all; kubectl auth can-i 45 for each right tried, and no Role",
    );
    console.keys("esc");
    console.waits_gone("You may not exec");
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}
