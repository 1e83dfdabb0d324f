use super::*;

async fn of_file(path: PathBuf) -> Result<Credentials, AccessError> {
    Credentials::first(Source::File(path)).await
}

/// A plugin whose n-th run gives what `given` says of n.
#[cfg(unix)]
async fn of_plugin(folder: &Path, given: &str) -> Credentials {
    let runs = folder.join("runs");
    let script = format!(
        "echo x >>{0}; n=$(wc -l <{0}); printf '{{\"kind\":\"ExecCredential\",\"status\":{{%s}}}}' \"{given}\"",
        runs.display()
    );
    let plugin: ExecConfig = serde_json::from_value(serde_json::json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "/bin/sh",
        "args": ["-c", script],
    }))
    .unwrap();
    let source = Source::Plugin {
        plugin: Box::new(plugin),
        limit: Duration::from_secs(20),
    };
    Credentials::first(source).await.unwrap()
}

fn sent(held: &Held) -> &str {
    held.header
        .as_ref()
        .map_or("none", |header| header.to_str().unwrap())
}

#[tokio::test]
async fn a_token_file_may_end_in_a_newline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "abc\n").unwrap();
    let credentials = of_file(path).await.unwrap();
    assert_eq!(sent(&credentials.held().await.unwrap()), "Bearer abc");
}

#[tokio::test]
async fn a_removed_token_file_leaves_the_last_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "old").unwrap();
    let credentials = of_file(path.clone()).await.unwrap();
    std::fs::remove_file(path).unwrap();
    credentials.current.lock().await.held.until = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(sent(&credentials.held().await.unwrap()), "Bearer old");
}

#[tokio::test]
async fn a_missing_token_file_is_named() {
    let error = of_file("/nowhere/token".into()).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/token"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_plugin_runs_again_before_what_it_gave_expires() {
    let folder = tempfile::tempdir().unwrap();
    let soon = Timestamp::now() + SignedDuration::from_secs(30);
    let given = format!("\\\"token\\\":\\\"run-$n\\\",\\\"expirationTimestamp\\\":\\\"{soon}\\\"");
    let credentials = of_plugin(folder.path(), &given).await;
    assert_eq!(sent(&credentials.held().await.unwrap()), "Bearer run-2");
    let late = Timestamp::now() + SignedDuration::from_hours(1);
    let given = given.replace(&soon.to_string(), &late.to_string());
    let folder = tempfile::tempdir().unwrap();
    let credentials = of_plugin(folder.path(), &given).await;
    assert_eq!(sent(&credentials.held().await.unwrap()), "Bearer run-1");
}

#[cfg(unix)]
#[tokio::test]
async fn requests_that_are_refused_together_run_the_plugin_once() {
    let folder = tempfile::tempdir().unwrap();
    let credentials = of_plugin(folder.path(), "\\\"token\\\":\\\"run-$n\\\"").await;
    let refused = credentials.held().await.unwrap();
    for _ in 0..3 {
        let fresh = credentials.instead_of(&refused).await.unwrap().unwrap();
        assert_eq!(sent(&fresh), "Bearer run-2");
    }
    // The fresh one was refused as well: the plugin is left alone for a while.
    let fresh = credentials.held().await.unwrap();
    assert!(credentials.instead_of(&fresh).await.unwrap().is_none());
}

#[cfg(unix)]
#[tokio::test]
async fn the_same_credentials_again_are_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let credentials = of_plugin(folder.path(), "\\\"token\\\":\\\"always\\\"").await;
    let refused = credentials.held().await.unwrap();
    assert!(credentials.instead_of(&refused).await.unwrap().is_none());
}

#[test]
fn another_certificate_is_told_from_the_same() {
    let given = |chain: &str| Credential {
        client_certificate_data: Some(chain.to_owned()),
        client_key_data: Some("key".to_owned()),
        ..Credential::default()
    };
    let first = from_plugin(given("a"), None).unwrap();
    let same = from_plugin(given("a"), Some(&first)).unwrap();
    let other = from_plugin(given("b"), Some(&first)).unwrap();
    let certificate = |held: &Held| held.certificate.clone().unwrap();
    assert!(Arc::ptr_eq(&certificate(&first), &certificate(&same)));
    assert!(!Arc::ptr_eq(&certificate(&first), &certificate(&other)));
    assert!(!format!("{first:?}").contains("key: \"key\""));
}

#[tokio::test]
async fn an_empty_token_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "\n").unwrap();
    let error = of_file(path.clone()).await.unwrap_err().to_string();
    assert!(
        error.contains("it is empty") && error.contains("tokenFile"),
        "{error}"
    );
    let in_pod = Credentials::first(Source::ServiceAccount(path)).await;
    let error = in_pod.unwrap_err().to_string();
    assert!(
        error.contains("it is empty") && error.contains("automountServiceAccountToken"),
        "{error}"
    );
}
