//! Runs a credential plugin: nothing on its stdin, its stderr kept for the message, an end to its time.
//! Knows nothing of clients. kube's own runner would let it write into the screen and wait for ever. Used by `credentials`.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::Duration;

use kube::config::{ExecAuthCluster, ExecConfig, ExecInteractiveMode};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::error::AccessError;

/// Output beyond this is cut off: a credential is a few KiB.
const MAX_OUTPUT: u64 = 1 << 20;

/// What a plugin hands out.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Credential {
    pub(super) token: Option<String>,
    pub(super) client_certificate_data: Option<String>,
    pub(super) client_key_data: Option<String>,
    pub(super) expiration_timestamp: Option<jiff::Timestamp>,
}

/// The tokens stay out of every log.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("expires", &self.expiration_timestamp)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Answer {
    kind: Option<String>,
    status: Option<Credential>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    kind: &'static str,
    api_version: &'a str,
    spec: QuestionSpec<'a>,
}

#[derive(Serialize)]
struct QuestionSpec<'a> {
    interactive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a ExecAuthCluster>,
}

/// Runs the plugin once.
pub(super) async fn run(plugin: &ExecConfig, limit: Duration) -> Result<Credential, AccessError> {
    let name = plugin.command.clone().unwrap_or_default();
    if plugin.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err(AccessError::PluginInteractive { command: name });
    }
    let mut child = command(plugin, &name)?
        .spawn()
        .map_err(|source| not_started(plugin, &name, source))?;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let reads = read_all(&mut child, &mut out, &mut err);
    let ended = tokio::time::timeout(limit, reads).await;
    let stderr = String::from_utf8_lossy(&err).into_owned();
    let Ok(status) = ended else {
        end_group(&child);
        return Err(AccessError::PluginHung {
            command: name,
            limit,
            stderr,
        });
    };
    let status = status.map_err(|source| AccessError::PluginStart {
        command: name.clone(),
        source,
    })?;
    if !status.success() {
        return Err(AccessError::PluginFailed {
            command: name,
            status: status.to_string(),
            stderr,
        });
    }
    answer(&out).map_err(|reason| AccessError::PluginAnswer {
        command: name,
        reason,
    })
}

fn command(plugin: &ExecConfig, name: &str) -> Result<Command, AccessError> {
    let question = Question {
        kind: "ExecCredential",
        api_version: plugin
            .api_version
            .as_deref()
            .unwrap_or("client.authentication.k8s.io/v1"),
        spec: QuestionSpec {
            interactive: false,
            cluster: plugin.cluster.as_ref(),
        },
    };
    let question = serde_json::to_string(&question).map_err(|error| AccessError::PluginAnswer {
        command: name.to_owned(),
        reason: error.to_string(),
    })?;
    let mut command = Command::new(name);
    command.args(plugin.args.iter().flatten());
    command.envs(plugin.env.iter().flatten().filter_map(variable));
    command.env("KUBERNETES_EXEC_INFO", question);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // A group of its own cannot read our terminal, and can be ended as a whole.
    #[cfg(unix)]
    command.process_group(0);
    Ok(command)
}

fn variable(entry: &HashMap<String, String>) -> Option<(&String, &String)> {
    Some((entry.get("name")?, entry.get("value")?))
}

fn not_started(plugin: &ExecConfig, name: &str, source: std::io::Error) -> AccessError {
    let command = name.to_owned();
    if source.kind() != std::io::ErrorKind::NotFound {
        return AccessError::PluginStart { command, source };
    }
    let hint = plugin
        .install_hint
        .clone()
        .unwrap_or_else(|| "Install it, or add its folder to PATH".to_owned());
    AccessError::PluginMissing {
        command,
        hint: hint.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// Both streams at once: a plugin that fills one while we read the other would hang.
async fn read_all(
    child: &mut Child,
    out: &mut Vec<u8>,
    err: &mut Vec<u8>,
) -> std::io::Result<std::process::ExitStatus> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (read_out, read_err, status) =
        tokio::join!(drain(stdout, out), drain(stderr, err), child.wait());
    read_out.and(read_err).and(status)
}

async fn drain(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> std::io::Result<()> {
    if let Some(from) = from {
        from.take(MAX_OUTPUT).read_to_end(into).await?;
    }
    Ok(())
}

/// Children of a plugin (a browser helper, a shell's `sleep`) would outlive it.
#[cfg(unix)]
fn end_group(child: &Child) {
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .map(nix::unistd::Pid::from_raw);
    if let Some(group) = group
        && let Err(error) = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL)
    {
        tracing::warn!(%error, "the credential plugin could not be ended");
    }
}

#[cfg(not(unix))]
fn end_group(_: &Child) {}

fn answer(stdout: &[u8]) -> Result<Credential, String> {
    let answer: Answer =
        serde_json::from_slice(stdout).map_err(|error| plain_json_error(&error))?;
    if answer.kind.as_deref() != Some("ExecCredential") {
        return Err(format!("kind is {:?}", answer.kind.unwrap_or_default()));
    }
    let credential = answer.status.ok_or("it holds no status")?;
    let certificate =
        credential.client_certificate_data.is_some() && credential.client_key_data.is_some();
    if credential.token.is_none() && !certificate {
        return Err("its status holds neither a token nor a certificate with its key".to_owned());
    }
    Ok(credential)
}

/// Position and kind only: the text itself may hold a secret.
fn plain_json_error(error: &serde_json::Error) -> String {
    format!(
        "{:?} error at line {}, column {}",
        error.classify(),
        error.line(),
        error.column()
    )
}

#[cfg(all(test, unix))]
mod tests;
