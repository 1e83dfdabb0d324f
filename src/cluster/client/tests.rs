use std::net::SocketAddr;

use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::cluster::kubeconfig::{KubeconfigSources, load};
use crate::cluster::proxy::ProxyEnvironment;

/// Answers every request with the status and an empty object, and hands over the heads of the requests.
async fn server(statuses: &'static [u16]) -> (SocketAddr, tokio::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (heads, received) = tokio::sync::mpsc::channel(16);
    tokio::spawn(async move {
        for status in statuses {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(socket.read_u8().await.unwrap());
            }
            heads
                .send(String::from_utf8(head).unwrap().to_lowercase())
                .await
                .unwrap();
            let body = format!(
                r#"{{"kind":"Status","apiVersion":"v1","code":{status},"message":"as scripted"}}"#
            );
            let answer = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, received)
}

fn merged(server: &str, user: &str) -> Result<Merged, AccessError> {
    merged_with(server, user, ProxyEnvironment::default())
}

fn merged_with(server: &str, user: &str, proxies: ProxyEnvironment) -> Result<Merged, AccessError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let text = format!(
        "current-context: c\ncontexts:\n- {{name: c, context: {{cluster: k, user: u, namespace: shop}}}}\n\
         clusters:\n- {{name: k, cluster: {{server: '{server}'}}}}\nusers:\n- name: u\n  user: {user}\n"
    );
    std::fs::write(&file, text).unwrap();
    load(&KubeconfigSources {
        flag: Some(file),
        proxies,
        ..KubeconfigSources::default()
    })
}

async fn connected(merged: &Merged, overrides: &Overrides) -> Result<Clients, AccessError> {
    connect(merged, &ContextName::new("c"), overrides).await
}

fn version_request() -> Request<Vec<u8>> {
    Request::get("/version").body(Vec::new()).unwrap()
}

#[tokio::test]
async fn requests_say_who_we_are_and_whom_we_act_for() {
    let (address, mut heads) = server(&[200]).await;
    let merged = merged(&format!("http://{address}"), "{token: abc}").unwrap();
    let overrides = Overrides {
        impersonate: Some("jane".into()),
        groups: vec!["ops".into(), "dev".into()],
        request_timeout: None,
    };
    let clients = connected(&merged, &overrides).await.unwrap();
    assert_eq!(clients.namespace, "shop");
    clients.exec.request_text(version_request()).await.unwrap();
    let head = heads.recv().await.unwrap();
    for line in [
        &format!("user-agent: podmux/{}", env!("CARGO_PKG_VERSION")),
        "authorization: bearer abc",
        "impersonate-user: jane",
        "impersonate-group: ops",
        "impersonate-group: dev",
    ] {
        assert!(
            head.contains(&format!("{line}\r\n")),
            "{line} not in {head}"
        );
    }
}

#[tokio::test]
async fn the_exec_client_does_not_try_again_by_itself() {
    let (address, mut heads) = server(&[503, 200]).await;
    let merged = merged(&format!("http://{address}"), "{token: abc}").unwrap();
    let clients = connected(&merged, &Overrides::default()).await.unwrap();
    assert!(clients.exec.request_text(version_request()).await.is_err());
    heads.recv().await.unwrap();
    assert!(heads.try_recv().is_err());
}

#[tokio::test]
async fn a_token_file_with_a_newline_is_sent_without_it() {
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "abc\n").unwrap();
    let (address, mut heads) = server(&[200]).await;
    let user = format!("{{tokenFile: '{}'}}", token.path().display());
    let clients = connected(
        &merged(&format!("http://{address}"), &user).unwrap(),
        &Overrides::default(),
    )
    .await
    .unwrap();
    clients.api.request_text(version_request()).await.unwrap();
    assert!(
        heads
            .recv()
            .await
            .unwrap()
            .contains("authorization: bearer abc\r\n")
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_401_makes_the_plugin_run_again_and_the_request_go_out_once_more() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    let script = format!(
        r#"echo x >> {0}; printf '"'"'{{\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"run-%s\"}}}}'"'"' $(wc -l < {0})"#,
        runs.display()
    )
    .replace(r#"'"'"'"#, "''");
    let (address, mut heads) = server(&[401, 200, 401, 401]).await;
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: ['-c', '{script}']}}}}"
    );
    let user = user.replace("\\\"", "\"");
    let clients = connected(
        &merged(&format!("http://{address}"), &user).unwrap(),
        &Overrides::default(),
    )
    .await
    .unwrap();
    clients.exec.request_text(version_request()).await.unwrap();
    for run in ["run-1", "run-2"] {
        let head = heads.recv().await.unwrap();
        let header = format!("authorization: bearer {run}\r\n");
        assert!(head.contains(&header), "{run}: {head}");
        assert!(head.contains("user-agent: podmux/"), "{head}");
    }
    // What is refused with fresh credentials too is said, and the plugin is not asked for ever.
    for _ in 0..2 {
        let error = clients
            .exec
            .request_text(version_request())
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::Api(status) if status.code == 401),
            "{error}"
        );
        let head = heads.recv().await.unwrap();
        assert!(head.contains("authorization: bearer run-2\r\n"), "{head}");
    }
}

#[tokio::test]
async fn an_exempt_server_is_reached_past_a_dead_proxy() {
    let (address, mut heads) = server(&[200]).await;
    let dead = ProxyEnvironment {
        http: Some("http://127.0.0.1:1".into()),
        ..ProxyEnvironment::default()
    };
    let merged = merged_with(&format!("http://{address}"), "{token: abc}", dead).unwrap();
    let clients = connected(&merged, &Overrides::default()).await.unwrap();
    clients.api.request_text(version_request()).await.unwrap();
    assert!(heads.recv().await.is_some());
}

#[rstest]
#[case("{auth-provider: {name: gcp}}", "gke-gcloud-auth-plugin")]
#[case("{auth-provider: {name: azure}}", "kubelogin")]
#[case("{auth-provider: {name: oidc}}", "oidc_login")]
#[case("{auth-provider: {name: openstack}}", "an exec plugin")]
#[tokio::test]
async fn removed_auth_providers_are_refused_with_what_to_use_instead(
    #[case] user: &str,
    #[case] expected: &str,
) {
    let error = connected(&merged("https://a", user).unwrap(), &Overrides::default())
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error, AccessError::AuthProvider { .. }) && error.to_string().contains(expected),
        "{error}"
    );
}

#[rstest]
#[case("", "it is empty")]
#[case("ftp://a", "no http or https address")]
#[case("https://", "https://")]
#[tokio::test]
async fn a_useless_server_address_is_said(#[case] server: &str, #[case] expected: &str) {
    let error = connected(
        &merged(server, "{token: a}").unwrap(),
        &Overrides::default(),
    )
    .await
    .err()
    .unwrap();
    assert!(
        matches!(error, AccessError::BadServer { .. }) && error.to_string().contains(expected),
        "{error}"
    );
}

#[rstest]
#[case(
    "{client-certificate: /nowhere/crt, client-key: /nowhere/key}",
    "/nowhere/"
)]
#[case("{client-certificate-data: '!!', client-key-data: '!!'}", "client-")]
#[tokio::test]
async fn an_unreadable_client_certificate_is_said(#[case] user: &str, #[case] expected: &str) {
    let error = connected(&merged("https://a", user).unwrap(), &Overrides::default())
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error, AccessError::BadCertificate { .. }) && error.to_string().contains(expected),
        "{error}"
    );
}

/// A server that takes connections and says nothing, its address, and clients that wait 0.2 s.
async fn of_a_silent_server() -> (TcpListener, String, Clients) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let overrides = Overrides {
        request_timeout: Some(Duration::from_millis(200)),
        ..Overrides::default()
    };
    let clients = connected(&merged(&url, "{token: a}").unwrap(), &overrides)
        .await
        .unwrap();
    (listener, url, clients)
}

#[tokio::test]
async fn a_silent_server_is_given_up_after_the_time_allowed() {
    let (_listener, _, clients) = of_a_silent_server().await;
    let error = probe(&clients).await.unwrap_err();
    assert!(matches!(error, AccessError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_plain_request_to_a_silent_server_is_given_up() {
    let (_listener, url, clients) = of_a_silent_server().await;
    let asked = clients.api.request_text(version_request());
    let answer = tokio::time::timeout(Duration::from_secs(20), asked).await;
    let error = answer.expect("it is given up").unwrap_err();
    let error = AccessError::classify(&url, error);
    assert!(matches!(error, AccessError::TimedOut { .. }), "{error}");
}

#[test]
fn only_a_followed_log_may_stay_silent() {
    for (uri, expected) in [
        ("/log?tailLines=1&follow=true", true),
        ("/log?follow=true", true),
        ("/log?follow=false", false),
        ("/log", false),
        ("/api/v1/pods?labelSelector=follow%3Dtrue", false),
    ] {
        assert_eq!(is_followed(&Uri::from_static(uri)), expected, "{uri}");
    }
}

#[tokio::test]
async fn a_limit_of_0_is_none() {
    let (address, _heads) = server(&[200]).await;
    let merged = merged(&format!("http://{address}"), "{token: abc}").unwrap();
    let overrides = Overrides {
        request_timeout: Some(Duration::ZERO),
        ..Overrides::default()
    };
    let clients = connected(&merged, &overrides).await.unwrap();
    clients.exec.request_text(version_request()).await.unwrap();
}
