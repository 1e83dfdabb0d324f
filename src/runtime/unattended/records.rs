//! Owns what is written down without a screen: the journal before each exec, the audit beside it, and who this process is. Called
//! by the engine and by `headless`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::now_ms;
use crate::cluster::access;
use crate::ids::{ContainerRef, SessionId};
use crate::journal::audit::{Act, AuditLine, AuditTarget, KeepText, Operator};
use crate::journal::{Fact, JournalLine, Owner, OwnerState};
use crate::runtime::line_file::{Durability, LineFile, LineFileError};
use crate::runtime::{identity, journal_file};

/// The longest that an API server may take to say who we are.
const NAMING: Duration = Duration::from_secs(3);

/// Where this user's records lie, and what goes into them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateFiles {
    pub journal: PathBuf,
    /// `None` where the audit is switched off.
    pub audit: Option<PathBuf>,
    /// Whether sent text is written into the audit.
    pub keep_text: KeepText,
}

/// Why nothing can be written down; then nothing is started either.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0}: sessions are only started when they can be written down; make room there and the folder writable, or set XDG_STATE_HOME to one that is"
)]
pub struct StateError(#[from] LineFileError);

/// The open records of one command.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    pub(crate) journal: Arc<LineFile>,
    pub(crate) audit: Option<Arc<LineFile>>,
    pub(crate) operator: Operator,
    pub(crate) owner: Owner,
    pub(crate) keep_text: KeepText,
    /// What the API server of each context calls the user.
    pub(crate) cluster_users: Arc<BTreeMap<String, String>>,
}

impl Records {
    pub(crate) fn open(files: &StateFiles) -> Result<Self, StateError> {
        let audit = files.audit.as_deref().map(LineFile::open).transpose()?;
        Ok(Self {
            journal: Arc::new(journal_file::open(&files.journal)?),
            audit: audit.map(Arc::new),
            operator: identity::operator(),
            owner: identity::owner(),
            keep_text: files.keep_text,
            cluster_users: Arc::default(),
        })
    }

    /// Asks each API server once who we are there. One that does not say, or not in time, leaves the name out.
    #[must_use]
    pub(crate) async fn knowing(mut self, clients: Vec<(String, kube::Client)>) -> Self {
        let ask = async |(context, client): (String, kube::Client)| {
            let asked = timeout(NAMING, access::identity(&client)).await;
            Some((context, asked.ok()?.ok()?.user))
        };
        let answers = futures_util::future::join_all(clients.into_iter().map(ask)).await;
        self.cluster_users = Arc::new(answers.into_iter().flatten().collect());
        self
    }

    /// Tries the journal with a line that says nothing.
    pub(crate) async fn tried(&self) -> Result<(), StateError> {
        let written = self.journal.append(String::new(), Durability::Synced);
        Ok(written
            .await
            .unwrap_or_else(|gone| Err(self.unwritten(gone.to_string())))?)
    }

    fn unwritten(&self, why: String) -> LineFileError {
        LineFileError::Write {
            path: self.journal.path().display().to_string(),
            why,
        }
    }

    /// Writes a fact and waits until it is on the disk.
    pub(crate) async fn fact(&self, session: SessionId, fact: Fact) -> Result<(), LineFileError> {
        let at = now_ms();
        let failed = |why: String| self.unwritten(why);
        let line = JournalLine { at, session, fact };
        let text = serde_json::to_string(&line).map_err(|error| failed(error.to_string()))?;
        let written = self.journal.append(text, Durability::Synced);
        written
            .await
            .unwrap_or_else(|gone| Err(failed(gone.to_string())))
    }

    /// As [`Self::fact`], where nothing can be done about a failure but to say it.
    pub(crate) async fn fact_or_log(&self, session: SessionId, fact: Fact) {
        if let Err(error) = self.fact(session, fact).await {
            tracing::error!(%error, %session, "the journal misses a fact");
        }
    }

    /// Queues a record of the audit; whether it could be written is told.
    pub(crate) async fn act(&self, act: Act) -> Result<(), LineFileError> {
        let Some(audit) = &self.audit else {
            return Ok(());
        };
        let failed = |why: String| LineFileError::Write {
            path: audit.path().display().to_string(),
            why,
        };
        let context = act.context();
        let who = Operator {
            cluster_user: context.and_then(|name| self.cluster_users.get(name).cloned()),
            ..self.operator.clone()
        };
        let line = AuditLine {
            at: now_ms(),
            who,
            act,
        };
        let text = serde_json::to_string(&line).map_err(|error| failed(error.to_string()))?;
        let written = audit.append(text, Durability::Buffered);
        written
            .await
            .unwrap_or_else(|gone| Err(failed(gone.to_string())))
    }

    /// As [`Self::act`], where the act has happened already.
    pub(crate) async fn act_or_log(&self, act: Act) {
        if let Err(error) = self.act(act).await {
            tracing::error!(%error, "the audit misses a record");
        }
    }
}

/// One container for the audit.
pub(crate) fn audit_target(target: &ContainerRef, session: Option<SessionId>) -> AuditTarget {
    AuditTarget {
        context: target.pod.context.as_str().into(),
        namespace: target.pod.namespace.to_string(),
        pod: target.pod.name.to_string(),
        uid: target.uid.as_str().into(),
        container: target.container.to_string(),
        session: session.map(|id| id.to_string()),
    }
}

/// Whether the process that owns an entry runs on this machine.
pub(crate) fn owner_state(owner: &Owner) -> OwnerState {
    let same =
        owner.boot_id == identity::boot_id() && identity::start_of(owner.pid) == Some(owner.start);
    if same {
        OwnerState::Alive
    } else {
        OwnerState::Gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_an_impostor_is_not() {
        let me = identity::owner();
        assert_eq!(owner_state(&me), OwnerState::Alive);
        let later = Owner {
            start: me.start + 1,
            ..me.clone()
        };
        assert_eq!(owner_state(&later), OwnerState::Gone);
        let elsewhere = Owner {
            boot_id: "other".into(),
            ..me
        };
        assert_eq!(owner_state(&elsewhere), OwnerState::Gone);
    }

    #[tokio::test]
    async fn a_fact_is_on_the_disk_when_it_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let files = StateFiles {
            journal: folder.path().join("journal.jsonl"),
            audit: None,
            keep_text: KeepText::No,
        };
        let records = Records::open(&files).unwrap();
        let session = SessionId::from_bytes([1; 16]);
        let ended = Fact::Ended {
            outcome: "exited 0".into(),
        };
        records.fact(session, ended).await.unwrap();
        let text = std::fs::read_to_string(&files.journal).unwrap();
        assert!(text.contains("\"fact\":\"ended\""), "{text}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_the_way_out() {
        let files = StateFiles {
            journal: "/proc/nowhere/journal.jsonl".into(),
            audit: None,
            keep_text: KeepText::No,
        };
        let said = Records::open(&files).unwrap_err().to_string();
        assert!(
            said.contains("/proc/nowhere") && said.contains("XDG_STATE_HOME"),
            "{said}"
        );
    }
}
