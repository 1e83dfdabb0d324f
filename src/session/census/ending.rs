//! Owns what may be ended of what a census found, by the rules of the cleanup: by our marker, or by a living first process whose
//! start is known. Pure.

use super::ExecProcess;
use crate::ids::SessionId;
use crate::session::wrapper::Handshake;

/// What a cleanup of one found process goes by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condemned {
    /// The session of ours, or a number that no process carries.
    pub session: SessionId,
    /// The first process of the exec; `None` leaves the marker alone to count.
    pub leader: Option<Handshake>,
}

/// Why a found process is never ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Spared {
    #[error("its exec is over and it carries no mark: nothing proves whose it is")]
    NoRoot,
    #[error("the container hides its boot id: another process may have its number by now")]
    NoBoot,
}

/// What ends a process with all of its exec. `unused` is a session id that was drawn just now.
///
/// # Errors
/// [`Spared`].
pub fn condemned(
    process: &ExecProcess,
    boot_id: Option<&str>,
    unused: SessionId,
) -> Result<Condemned, Spared> {
    let owner = process.owner();
    // A root of another session than the process's own is not to be touched.
    let root = process
        .root
        .as_ref()
        .filter(|root| process.session.is_none() || root.session == owner);
    let leader = root.zip(boot_id).map(|(root, boot_id)| Handshake {
        pid: root.pid,
        sid: root.pid,
        start: root.start,
        boot_id: boot_id.to_owned(),
        init_start: None,
        file_size: None,
    });
    match (owner, root, leader) {
        (Some(session), _, leader) => Ok(Condemned { session, leader }),
        (None, Some(_), Some(leader)) => Ok(Condemned {
            session: unused,
            leader: Some(leader),
        }),
        (None, Some(_), None) => Err(Spared::NoBoot),
        (None, None, _) => Err(Spared::NoRoot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::census::Root;
    use std::time::Duration;

    const OURS: SessionId = SessionId::from_bytes([1; 16]);
    const UNUSED: SessionId = SessionId::from_bytes([9; 16]);

    /// Whose living first process it has.
    #[derive(Clone, Copy)]
    enum Of {
        Nobody,
        Other,
        Podmux(SessionId),
    }

    fn first(session: Option<SessionId>) -> Root {
        Root {
            pid: 7,
            start: 60,
            session,
        }
    }

    fn process(session: Option<SessionId>, root: Of) -> ExecProcess {
        ExecProcess {
            pid: 8,
            command: "sleep".into(),
            age: Duration::from_secs(60),
            uid: None,
            rss_bytes: None,
            exec_root: false,
            session,
            start: 70,
            root: match root {
                Of::Nobody => None,
                Of::Other => Some(first(None)),
                Of::Podmux(session) => Some(first(Some(session))),
            },
        }
    }

    fn said(process: &ExecProcess, boot_id: Option<&str>) -> Result<(SessionId, u32), Spared> {
        condemned(process, boot_id, UNUSED)
            .map(|found| (found.session, found.leader.map_or(0, |leader| leader.pid)))
    }

    #[test]
    fn only_what_is_known_is_ended() {
        let other = SessionId::from_bytes([2; 16]);
        let boot = Some("boot");
        for (session, root, boot_id, expected) in [
            // Ours, by marker and by its first process.
            (Some(OURS), Of::Podmux(OURS), boot, Ok((OURS, 7))),
            // Its environment was cleared.
            (None, Of::Podmux(OURS), boot, Ok((OURS, 7))),
            // Its first process is gone.
            (Some(OURS), Of::Nobody, boot, Ok((OURS, 0))),
            // Ours inside of another one of ours.
            (Some(OURS), Of::Podmux(other), boot, Ok((OURS, 0))),
            // Ours inside of another tool's exec, which stays.
            (Some(OURS), Of::Other, boot, Ok((OURS, 0))),
            // Another tool's.
            (None, Of::Other, boot, Ok((UNUSED, 7))),
            (None, Of::Other, None, Err(Spared::NoBoot)),
            (None, Of::Nobody, boot, Err(Spared::NoRoot)),
            (Some(OURS), Of::Podmux(OURS), None, Ok((OURS, 0))),
        ] {
            assert_eq!(said(&process(session, root), boot_id), expected);
        }
    }
}
