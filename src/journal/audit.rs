//! Owns the audit's records: who did what to which pods, and how it ended. Written for `jq`: one flat JSON object a line.

use serde::Serialize;

/// One line of the audit.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AuditLine {
    /// When, in milliseconds since 1970; written before the act.
    pub at: i64,
    #[serde(flatten)]
    pub who: Operator,
    #[serde(flatten)]
    pub act: Act,
}

/// Who acts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Operator {
    pub user: String,
    pub host: String,
    /// Address of the SSH client, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_client: Option<String>,
    /// The API server's name for the user, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_user: Option<String>,
}

/// One pod that something was done to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AuditTarget {
    pub context: String,
    pub namespace: String,
    pub pod: String,
    pub uid: String,
    pub container: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// Text that was sent: always its size and fingerprint, itself only where that is switched on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SentText {
    pub bytes: usize,
    pub fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What was done.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    SessionOpen {
        target: AuditTarget,
        tty: bool,
        command: SentText,
    },
    SessionEnd {
        session: String,
        outcome: String,
        seconds: f64,
    },
    /// Keys up to and with Enter: their number of bytes only, since a hash of a key is the key.
    Input {
        targets: Vec<AuditTarget>,
        bytes: usize,
    },
    Compose {
        targets: Vec<AuditTarget>,
        text: SentText,
    },
    Paste {
        targets: Vec<AuditTarget>,
        text: SentText,
    },
    Run {
        targets: Vec<AuditTarget>,
        text: SentText,
    },
    BroadcastOn {
        targets: Vec<AuditTarget>,
    },
    BroadcastOff,
    /// A guard rail said no.
    Refused {
        what: String,
        rule: String,
        targets: Vec<AuditTarget>,
    },
    /// An ephemeral container, which stays in the pod's spec.
    DebugContainer {
        target: AuditTarget,
        image: String,
        name: String,
    },
    /// A process that a census found, ended with all of its exec.
    EndProcess {
        target: AuditTarget,
        pid: u32,
        command: String,
    },
    /// Local connections go to a port of the pod from now on.
    ForwardOpen {
        target: AuditTarget,
        local: u16,
        remote: u16,
    },
    /// They do no longer.
    ForwardEnd {
        target: AuditTarget,
        local: u16,
        remote: u16,
        why: String,
        connections: u64,
        to_pod: u64,
        from_pod: u64,
    },
    /// One step of a cancel, with what came of it.
    Cancel {
        session: String,
        step: CancelRecord,
    },
    /// The reaper's word on an earlier run's session.
    Reap {
        target: AuditTarget,
        decision: String,
    },
}

/// A step of a cancel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum CancelRecord {
    Asked {
        mode: String,
    },
    Interrupt,
    InputClosed,
    Cleanup {
        attempt: u32,
    },
    Cleaned {
        attempt: u32,
        found: usize,
        signalled: u32,
        left: usize,
    },
    Verified {
        attempt: u32,
        left: usize,
        zombies: usize,
    },
    Failed {
        attempt: u32,
        why: String,
    },
    NotConfirmed {
        left: Option<u32>,
        why: String,
    },
    Finished {
        end: String,
    },
}

impl Act {
    /// The context that it is about; none where a session alone is named, or nothing.
    pub fn context(&self) -> Option<&str> {
        let target = match self {
            Self::SessionOpen { target, .. }
            | Self::DebugContainer { target, .. }
            | Self::EndProcess { target, .. }
            | Self::ForwardOpen { target, .. }
            | Self::ForwardEnd { target, .. }
            | Self::Reap { target, .. } => Some(target),
            Self::Input { targets, .. }
            | Self::Compose { targets, .. }
            | Self::Paste { targets, .. }
            | Self::Run { targets, .. }
            | Self::BroadcastOn { targets }
            | Self::Refused { targets, .. } => {
                let context = targets.first().map(|target| &target.context);
                let one = targets
                    .iter()
                    .all(|target| Some(&target.context) == context);
                targets.first().filter(|_| one)
            }
            Self::SessionEnd { .. } | Self::Cancel { .. } | Self::BroadcastOff => None,
        };
        target.map(|target| target.context.as_str())
    }

    /// The session that it is about, where it names one.
    pub fn session(&self) -> Option<&str> {
        match self {
            Self::SessionEnd { session, .. } | Self::Cancel { session, .. } => Some(session),
            Self::SessionOpen { .. }
            | Self::DebugContainer { .. }
            | Self::EndProcess { .. }
            | Self::ForwardOpen { .. }
            | Self::ForwardEnd { .. }
            | Self::Reap { .. }
            | Self::Input { .. }
            | Self::Compose { .. }
            | Self::Paste { .. }
            | Self::Run { .. }
            | Self::BroadcastOn { .. }
            | Self::BroadcastOff
            | Self::Refused { .. } => None,
        }
    }
}

impl Act {
    /// The session that this opens, and that waits for the line.
    pub fn opens(&self) -> Option<&str> {
        if let Self::SessionOpen { target, .. } = self {
            target.session.as_deref()
        } else {
            None
        }
    }
}

impl AuditLine {
    /// The line with its line feed, ready to append.
    ///
    /// # Errors
    /// Never in practice: the types hold nothing that JSON cannot say.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl SentText {
    /// Records a text; `keep` says whether the text itself may be written down.
    pub fn of(text: &str, keep: KeepText) -> Self {
        Self {
            bytes: text.len(),
            fingerprint: super::fingerprint(&[text.as_bytes()]),
            text: match keep {
                KeepText::Yes => Some(text.into()),
                KeepText::No => None,
            },
        }
    }
}

/// Whether sent text is written down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeepText {
    Yes,
    No,
}

impl From<bool> for KeepText {
    /// As `text` under `[audit]` says.
    fn from(text: bool) -> Self {
        if text { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_flat_object() {
        let line = AuditLine {
            at: 7,
            who: Operator {
                user: "ann".into(),
                host: "desk".into(),
                ..Operator::default()
            },
            act: Act::SessionEnd {
                session: "ab".into(),
                outcome: "exited 0".into(),
                seconds: 1.5,
            },
        };
        let expected = "{\"at\":7,\"user\":\"ann\",\"host\":\"desk\",\"act\":\"session_end\",\"session\":\"ab\",\"outcome\":\"exited 0\",\"seconds\":1.5}\n";
        assert_eq!(
            String::from_utf8(line.to_bytes().unwrap()).unwrap(),
            expected
        );
    }

    #[test]
    fn text_is_kept_only_where_switched_on() {
        assert_eq!(SentText::of("secret", KeepText::No).text, None);
        assert_eq!(
            SentText::of("df", KeepText::Yes).text.as_deref(),
            Some("df")
        );
        assert_eq!(SentText::of("secret", KeepText::No).bytes, 6);
    }
}
