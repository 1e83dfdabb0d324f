//! Every way into a cluster, and every way to be refused.

use std::time::Duration;

use podmux::cluster::access::{exec_rights, review};
use podmux::cluster::client::{Contact, Overrides, connect, probe};
use podmux::cluster::error::AccessError;
use podmux::cluster::kubeconfig::{KubeconfigSources, load};

use crate::support::kubeconfig_of;
use crate::support::kubectl::kubectl_fed;

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
