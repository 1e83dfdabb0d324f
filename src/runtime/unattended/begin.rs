//! Owns what goes before and into one target's command: its intent on the disk, its line in the audit, its standard input.
//! Called by `session`.

use super::Job;
use super::records::{Records, audit_target};
use super::spool::Reader;
use crate::cluster::exec::PatientInput;
use crate::journal::audit::{Act, SentText};
use crate::journal::{Fact, Intent, fingerprint};
use crate::runtime::paths::{Record, unwritable};

/// On the disk before the exec goes out.
pub(super) async fn announce(
    records: &Records,
    job: &Job,
    command: &[String],
) -> Result<(), String> {
    let (id, target) = (job.session, &job.target);
    let words: Vec<&[u8]> = command.iter().map(String::as_bytes).collect();
    let intent = Intent {
        context: target.pod.context.as_str().into(),
        server: fingerprint(&[job.server.as_bytes()]),
        namespace: target.pod.namespace.to_string(),
        pod: target.pod.name.to_string(),
        uid: target.uid.as_str().into(),
        container: target.container.to_string(),
        container_id: job.container_id.clone(),
        tty: false,
        argv: fingerprint(&words),
        owner: records.owner.clone(),
    };
    let open = Act::SessionOpen {
        target: audit_target(target, Some(id)),
        tty: false,
        command: SentText::of(&command.join(" "), records.keep_text),
    };
    let audited = records.act(open).await;
    audited.map_err(|error| unwritable(Record::Audit, &error.to_string()))?;
    let written = records.fact(id, Fact::Intent(Box::new(intent))).await;
    written.map_err(|error| unwritable(Record::Journal, &error.to_string()))
}

/// Copies standard input into a session.
pub(super) async fn feed(mut reader: Reader, input: PatientInput) {
    while let Some(chunk) = reader.next().await {
        let sent = match chunk {
            Ok(bytes) => input.write(bytes).await,
            Err(error) => {
                tracing::error!(%error, "standard input cannot be read");
                break;
            }
        };
        if sent.is_err() {
            return;
        }
    }
    if let Err(error) = input.close_stdin().await {
        tracing::debug!(%error, "standard input was not closed");
    }
}
