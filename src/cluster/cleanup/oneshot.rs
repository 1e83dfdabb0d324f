//! Owns an exec that is fed once and read to its end.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::CleanupError;
use crate::cluster::exec::CHUNK;
use crate::cluster::exec::frames::{self, Channel, Incoming};
use crate::cluster::exec::open::{self, Connected, Shape};
use crate::cluster::exec::writer::HalfClose;
use crate::ids::ContainerRef;
use crate::session::Outcome;
use crate::session::outcome::names_no_program;
use crate::session::wrapper::INTERPRETERS;

/// The most that is kept of an answer.
const MOST: usize = 4 * 1024 * 1024;

/// How long output may still come after the status.
const AFTER_STATUS: Duration = Duration::from_secs(1);

/// What a script said, and its exit code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptOutput {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub code: i32,
}

/// Tries each interpreter until the runtime finds one.
pub(super) async fn through_stdin(
    client: &kube::Client,
    target: &ContainerRef,
    arguments: &[String],
    script: &str,
    limit: Duration,
) -> Result<ScriptOutput, CleanupError> {
    let mut missing = None;
    for interpreter in INTERPRETERS {
        let mut argv = vec![interpreter.to_string(), "-s".into()];
        argv.extend(arguments.iter().cloned());
        match once(client, target, &argv, script, limit).await {
            Err(CleanupError::NoShell(words)) => missing = missing.or(Some(words)),
            other => return other,
        }
    }
    Err(CleanupError::NoShell(missing.unwrap_or_default()))
}

async fn once(
    client: &kube::Client,
    target: &ContainerRef,
    argv: &[String],
    script: &str,
    limit: Duration,
) -> Result<ScriptOutput, CleanupError> {
    let shape = Shape {
        tty: false,
        stdin: true,
    };
    let connected = open::connect(client, target, argv, shape, limit)
        .await
        .map_err(refused)?;
    let (stdout, stderr, outcome) = talk(connected, script).await;
    match outcome {
        // 126 and 127 without an answer are a runtime's way to say that there is no such program.
        Outcome::Exited(code @ (126 | 127)) if stdout.is_empty() => {
            Err(CleanupError::NoShell(format!("exit {code}")))
        }
        Outcome::Exited(code) => Ok(ScriptOutput {
            stdout,
            stderr,
            code,
        }),
        Outcome::StartFailed(words) if names_no_program(&words) => {
            Err(CleanupError::NoShell(words))
        }
        // A node that does not answer says nothing of what its images hold.
        Outcome::StartFailed(words) => Err(CleanupError::Refused(words)),
        Outcome::Lost(why) => Err(CleanupError::Lost(why)),
        other @ (Outcome::TimedOut | Outcome::Cancelled { .. }) => {
            Err(CleanupError::Lost(other.to_string()))
        }
    }
}

fn refused(outcome: Outcome) -> CleanupError {
    match outcome {
        Outcome::StartFailed(words) => CleanupError::Refused(words),
        Outcome::Lost(why) => CleanupError::Lost(why),
        other @ (Outcome::Exited(_) | Outcome::TimedOut | Outcome::Cancelled { .. }) => {
            CleanupError::Lost(other.to_string())
        }
    }
}

async fn talk(connected: Connected, script: &str) -> (Vec<u8>, Vec<u8>, Outcome) {
    let (mut sink, mut stream) = connected.socket.split();
    let half_close = connected.half_close;
    let speaking = async {
        for chunk in script.as_bytes().chunks(CHUNK) {
            sink.send(frames::stdin(chunk)).await?;
        }
        if half_close == HalfClose::Known {
            sink.send(frames::close_stdin()).await?;
        }
        // The half stays open: a dropped one would cost the answer where directions cannot be closed apart.
        std::future::pending::<Result<(), tokio_tungstenite::tungstenite::Error>>().await
    };
    let mut answer = Answer::default();
    let outcome = {
        let mut listening = std::pin::pin!(answer.listen(&mut stream));
        tokio::select! {
            outcome = &mut listening => outcome,
            // The other end may have said why before it closed.
            spoken = speaking => match timeout(AFTER_STATUS, listening).await {
                Ok(outcome @ (Outcome::Exited(_) | Outcome::StartFailed(_))) => outcome,
                Ok(_) | Err(_) => {
                    Outcome::Lost(spoken.map_or_else(|e| e.to_string(), |()| String::new()))
                }
            },
        }
    };
    drop(sink.send(Message::Close(None)).await);
    (answer.stdout, answer.stderr, outcome)
}

#[derive(Default)]
struct Answer {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Answer {
    async fn listen<S>(&mut self, stream: &mut S) -> Outcome
    where
        S: futures_util::Stream<Item = Result<Message, tokio_tungstenite::tungstenite::Error>>
            + Unpin,
    {
        let mut status: Option<Outcome> = None;
        loop {
            let message = match &status {
                None => stream.next().await,
                Some(outcome) => match timeout(AFTER_STATUS, stream.next()).await {
                    Ok(message) => message,
                    Err(_elapsed) => return outcome.clone(),
                },
            };
            let why = match message {
                Some(Ok(message)) => match frames::incoming(message) {
                    Incoming::Output(Channel::Out, bytes) => keep(&mut self.stdout, &bytes),
                    Incoming::Output(Channel::Err, bytes) => keep(&mut self.stderr, &bytes),
                    Incoming::Status(frame) => {
                        status = Some(Outcome::from_status(&frame));
                        None
                    }
                    Incoming::Alive => None,
                    Incoming::Closing(reason) => Some(reason.unwrap_or_else(|| "closed".into())),
                },
                Some(Err(error)) => Some(frames::broke(&error)),
                None => Some("closed without a status".into()),
            };
            if let Some(why) = why {
                return status.unwrap_or(Outcome::Lost(why));
            }
        }
    }
}

fn keep(kept: &mut Vec<u8>, bytes: &Bytes) -> Option<String> {
    if kept.len() + bytes.len() > MOST {
        return Some("the answer is longer than 4 MiB".into());
    }
    kept.extend_from_slice(bytes);
    None
}
