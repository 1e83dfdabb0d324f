//! Every way into a cluster, and every way to be refused.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use podmux::cluster::access::{exec_rights, review};
use podmux::cluster::client::{Contact, Overrides, connect, probe};
use podmux::cluster::error::AccessError;
use podmux::cluster::kubeconfig::{KubeconfigSources, load};

use crate::support::kubectl::kubectl_fed;
use crate::support::{kubeconfig_of, variable};
use rstest::rstest;

fn kubeconfig(name: &str) -> KubeconfigSources {
    KubeconfigSources {
        flag: Some(kubeconfig_of(name)),
        ..KubeconfigSources::default()
    }
}

async fn entered(name: &str) -> Result<Contact, AccessError> {
    let merged = load(&kubeconfig(name))?;
    let context = merged.pick(None)?;
    let overrides = Overrides {
        request_timeout: Some(Duration::from_secs(5)),
        ..Overrides::default()
    };
    probe(&connect(&merged, &context, &overrides).await?).await
}

#[tokio::test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn every_way_in_works() {
    for name in [
        "admin",
        "embedded",
        "token-file",
        "impersonated",
        "insecure",
        "plugin",
        "plugin-certificate",
    ] {
        let contact = entered(name)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{name}: {contact:?}");
        assert!(
            contact.minor.is_some() && contact.identity.is_some(),
            "{name}: {contact:?}"
        );
    }
}

#[tokio::test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn every_refusal_is_told_apart() {
    type Expected = fn(&AccessError) -> bool;
    let expected: [(&str, Expected); 12] = [
        ("expired-certificate", |error| {
            matches!(
                error,
                AccessError::Unauthorized { .. } | AccessError::ClientCertificateRefused { .. }
            )
        }),
        ("expired-token", |error| {
            matches!(error, AccessError::Unauthorized { .. })
        }),
        ("wrong-token", |error| {
            matches!(error, AccessError::Unauthorized { .. })
        }),
        ("wrong-ca", |error| {
            matches!(error, AccessError::CertificateRefused { .. })
        }),
        ("wrong-name", |error| {
            matches!(error, AccessError::CertificateRefused { .. })
        }),
        ("unreachable", |error| {
            matches!(
                error,
                AccessError::Unreachable { .. } | AccessError::TimedOut { .. }
            )
        }),
        ("plugin-fails", |error| {
            matches!(error, AccessError::PluginFailed { .. })
        }),
        ("plugin-missing", |error| {
            matches!(error, AccessError::PluginMissing { .. })
        }),
        ("plugin-prompts", |error| {
            matches!(
                error,
                AccessError::PluginHung { .. }
                    | AccessError::PluginFailed { .. }
                    | AccessError::PluginInteractive { .. }
            )
        }),
        ("plugin-hangs", |error| {
            matches!(error, AccessError::PluginHung { .. })
        }),
        ("plugin-garbage", |error| {
            matches!(error, AccessError::PluginAnswer { .. })
        }),
        ("malformed", |error| {
            matches!(error, AccessError::ParseKubeconfig { .. })
        }),
    ];
    for (name, is_expected) in expected {
        let error = entered(name).await.expect_err(name);
        println!("{name}: {error}");
        assert!(is_expected(&error), "{name}: {error:?}");
    }
}

/// A kubeconfig whose plugin gives at first what the script prints, and from then on what the cluster's own plugin gives; with the
/// file that counts its runs.
fn changing_plugin(folder: &Path, first: &str) -> (PathBuf, PathBuf) {
    let state = PathBuf::from(variable("PODMUX_TEST_STATE"));
    let (plugin, runs) = (folder.join("plugin"), folder.join("runs"));
    let script = format!(
        "#!/bin/sh\nstate={}\necho run >>{}\n\
         escaped() {{ awk '{{printf \"%s\\\\n\", $0}}' \"$1\"; }}\n\
         if [ \"$(wc -l <{})\" -gt 1 ]; then exec \"$state/bin/credential-plugin\" certificate; fi\n{first}\n",
        state.display(),
        runs.display(),
        runs.display(),
    );
    std::fs::write(&plugin, script).unwrap();
    std::fs::set_permissions(&plugin, PermissionsExt::from_mode(0o700)).unwrap();
    let text = std::fs::read_to_string(kubeconfig_of("plugin-certificate")).unwrap();
    let own = state.join("bin/credential-plugin").display().to_string();
    let file = folder.join("kubeconfig");
    std::fs::write(&file, text.replace(&own, &plugin.display().to_string())).unwrap();
    (file, runs)
}

/// A certificate that has run out gets a 401; the plugin's next one goes out over a connection of its own. One that is about to run
/// out is replaced before it is used.
#[rstest]
#[case::refused(
    "printf '{\"kind\":\"ExecCredential\",\"status\":{\"clientCertificateData\":\"%s\",\"clientKeyData\":\"%s\"}}' \
     \"$(escaped $state/pki/expired-certificate.crt)\" \"$(escaped $state/pki/expired-certificate.key)\""
)]
#[case::about_to_expire(
    "\"$state/bin/credential-plugin\" certificate | \
     sed \"s/\\\"status\\\":{/&\\\"expirationTimestamp\\\":\\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\\",/\""
)]
#[tokio::test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn a_plugins_certificate_is_replaced(#[case] first: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (file, runs) = changing_plugin(folder.path(), first);
    let merged = load(&KubeconfigSources {
        flag: Some(file),
        ..KubeconfigSources::default()
    })
    .unwrap();
    let context = merged.pick(None).unwrap();
    let clients = connect(&merged, &context, &Overrides::default())
        .await
        .unwrap();
    let contact = probe(&clients).await.unwrap();
    assert_eq!(contact.identity.unwrap().user, "admin");
    // Both clients share what was fetched.
    let allowed = review(&clients.api, exec_rights("shop", None)).await;
    assert!(allowed.unwrap().iter().all(|verdict| verdict.allowed));
    let count = std::fs::read_to_string(runs).unwrap().lines().count();
    assert_eq!(count, 2, "runs of the plugin");
}

#[tokio::test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn rights_are_asked_one_by_one() {
    for (name, expected) in [
        ("exec-get", [true, false]),
        ("exec-create", [false, true]),
        ("admin", [true, true]),
        ("reader", [false, false]),
    ] {
        let merged = load(&kubeconfig(name)).unwrap();
        let clients = connect(&merged, &merged.pick(None).unwrap(), &Overrides::default())
            .await
            .unwrap();
        let verdicts = review(&clients.api, exec_rights("shop", None))
            .await
            .unwrap();
        let allowed: Vec<bool> = verdicts.iter().map(|verdict| verdict.allowed).collect();
        assert_eq!(allowed, expected, "{name}: {verdicts:?}");
    }
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_pod_enters_by_its_service_account() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_podmux")).unwrap();
    let script = "cat > /tmp/podmux && chmod +x /tmp/podmux && cd /tmp && \
                  HOME=/tmp ./podmux run -n odd pod/insider --output json -- hostname; rm -f /tmp/podmux";
    let args = [
        "-n", "odd", "exec", "-i", "insider", "--", "bash", "-c", script,
    ];
    let said = kubectl_fed(&args, &program);
    assert!(
        said.contains(r#""outcome":"exited""#) && said.contains(r#""stdout":"insider\n""#),
        "{said}"
    );
}
