use super::*;

fn script(text: &str) -> ExecConfig {
    ExecConfig {
        command: Some("/bin/sh".into()),
        args: Some(vec!["-c".into(), text.into()]),
        api_version: Some("client.authentication.k8s.io/v1".into()),
        ..ExecConfig::default()
    }
}

async fn ran(text: &str) -> Result<Credential, AccessError> {
    run(&script(text), Duration::from_secs(20)).await
}

#[tokio::test]
async fn a_token_is_taken_with_its_end() {
    let answer = r#"echo '{"kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2030-01-01T00:00:00Z"}}'"#;
    let credential = ran(answer).await.unwrap();
    assert_eq!(credential.token.as_deref(), Some("abc"));
    assert!(credential.expiration_timestamp.is_some());
}

#[tokio::test]
async fn the_plugin_is_told_that_nobody_can_answer_it() {
    let answer = r#"case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) ;; *) exit 4;; esac
        read line && exit 5
        echo '{"kind":"ExecCredential","status":{"token":"abc"}}'"#;
    assert_eq!(ran(answer).await.unwrap().token.as_deref(), Some("abc"));
}

#[tokio::test]
async fn variables_of_the_kubeconfig_reach_the_plugin() {
    let mut plugin =
        script(r#"echo "{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$WHO\"}}""#);
    plugin.env = Some(vec![HashMap::from([
        ("name".into(), "WHO".into()),
        ("value".into(), "jane".into()),
    ])]);
    let credential = run(&plugin, Duration::from_secs(20)).await.unwrap();
    assert_eq!(credential.token.as_deref(), Some("jane"));
}

#[tokio::test]
async fn what_a_failing_plugin_says_is_in_the_message() {
    let error = ran("echo your session is over >&2; exit 3")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("your session is over") && error.contains("exit status: 3"),
        "{error}"
    );
}

#[tokio::test]
async fn a_plugin_that_waits_is_ended_with_all_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("alive");
    // The child holds the pipe: only its end lets the reader of that pipe return.
    let made = std::process::Command::new("mkfifo")
        .arg(&lock)
        .status()
        .unwrap();
    assert!(made.success());
    let text = format!(
        "echo Password: >&2; sleep 1000 > {} & sleep 1000",
        lock.display()
    );
    let reader = tokio::task::spawn_blocking(move || std::fs::read(lock));
    let error = run(&script(&text), Duration::from_millis(300))
        .await
        .unwrap_err();
    assert!(matches!(error, AccessError::PluginHung { .. }), "{error}");
    assert!(error.to_string().contains("Password:"), "{error}");
    reader.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_missing_plugin_comes_with_its_hint() {
    let plugin = ExecConfig {
        command: Some("no-such-plugin".into()),
        install_hint: Some("brew install\n  no-such-plugin".into()),
        ..ExecConfig::default()
    };
    let error = run(&plugin, Duration::from_secs(20))
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "the credential plugin no-such-plugin was not found. brew install no-such-plugin"
    );
}

#[tokio::test]
async fn a_plugin_that_insists_on_a_terminal_is_not_started() {
    let plugin = ExecConfig {
        interactive_mode: Some(ExecInteractiveMode::Always),
        ..script("exit 0")
    };
    let error = run(&plugin, Duration::from_secs(20)).await.unwrap_err();
    assert!(
        matches!(error, AccessError::PluginInteractive { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_credential_is_described_but_not_repeated() {
    for (answer, expected) in [
        ("echo hello-secret", "Syntax error at line 1"),
        (
            r#"echo '{"kind":"Pod","secret":"hello-secret"}'"#,
            "kind is \"Pod\"",
        ),
        (r#"echo '{"kind":"ExecCredential"}'"#, "no status"),
        (
            r#"echo '{"kind":"ExecCredential","status":{"clientCertificateData":"x"}}'"#,
            "neither a token",
        ),
    ] {
        let error = ran(answer).await.unwrap_err().to_string();
        assert!(
            error.contains(expected) && !error.contains("hello-secret"),
            "{error}"
        );
    }
}
