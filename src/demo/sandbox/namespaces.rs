//! Owns entering new and existing namespaces, and giving up privileges before that. Linux only. Used by the stages.

use std::fs;
use std::fs::File;

use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl;
use nix::unistd::{Gid, Uid, getegid, geteuid, getgid, getuid, setgid, setgroups, setsid, setuid};

use super::StageError;

/// The user of the machine that sandboxes belong to where the demo itself runs as root.
const NOBODY: u32 = 65_534;

/// The user inside of a sandbox.
pub(super) const APP: u32 = 1000;

/// Leaves the terminal's session and closes every file but the first three, so that nothing of the caller is at hand.
pub(super) fn cut_loose() -> Result<(), StageError> {
    if setsid().is_err() {
        // Already a leader of its own session, which is as good.
        tracing::trace!("the helper leads its session");
    }
    let open = fs::read_dir("/proc/self/fd").map_err(StageError::step("/proc/self/fd"))?;
    let numbers: Vec<i32> = open
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    for number in numbers {
        // The directory itself was in the list and is closed by now.
        let _closed = nix::unistd::close(number).is_ok();
    }
    Ok(())
}

/// A privileged user becomes nobody, for good. Nothing is done for anybody else.
pub(super) fn become_unprivileged() -> Result<(), StageError> {
    if geteuid().is_root() || getuid().is_root() || getgid().as_raw() == 0 {
        setgroups(&[]).map_err(StageError::step("setgroups"))?;
        setgid(Gid::from_raw(NOBODY)).map_err(StageError::step("setgid"))?;
        setuid(Uid::from_raw(NOBODY)).map_err(StageError::step("setuid"))?;
        // A process that changed its user hides its own /proc entry, and the maps are written there.
        prctl::set_dumpable(true).map_err(StageError::step("prctl"))?;
    }
    let is_root = geteuid().is_root() || getuid().is_root() || getegid().as_raw() == 0;
    if is_root || setuid(Uid::from_raw(0)).is_ok() {
        return Err(StageError::Refused(
            "privileges could not be given up".to_owned(),
        ));
    }
    Ok(())
}

/// New namespaces of every kind; this process is root in the new user namespace, and its next child is process 1.
pub(super) fn create() -> Result<(), StageError> {
    let (uid, gid) = (geteuid(), getegid());
    unshare(
        CloneFlags::CLONE_NEWUSER
            | CloneFlags::CLONE_NEWNS
            | CloneFlags::CLONE_NEWPID
            | CloneFlags::CLONE_NEWUTS
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWNET,
    )
    .map_err(StageError::step("namespaces"))?;
    map(0, uid.as_raw(), gid.as_raw())
}

/// A second user namespace in which this process is an ordinary user: it owns none of the others, so nothing in it can change them.
pub(super) fn become_app() -> Result<(), StageError> {
    unshare(CloneFlags::CLONE_NEWUSER).map_err(StageError::step("inner user namespace"))?;
    map(APP, 0, 0)
}

fn map(inside: u32, uid: u32, gid: u32) -> Result<(), StageError> {
    let write = |name: &str, text: String| {
        let path = format!("/proc/self/{name}");
        fs::write(&path, text).map_err(StageError::step(path))
    };
    write("setgroups", "deny".to_owned())?;
    write("uid_map", format!("{inside} {uid} 1"))?;
    write("gid_map", format!("{inside} {gid} 1"))
}

/// Joins the namespaces of a sandbox; the next child is in its process namespace, and nobody's child there.
pub(super) fn join(outer: u32, init: u32) -> Result<(), StageError> {
    let open = |pid: u32, name: &str| {
        let path = format!("/proc/{pid}/ns/{name}");
        File::open(&path).map_err(StageError::step(path))
    };
    let owner = open(outer, "user")?;
    let inner = open(init, "user")?;
    let kinds = [
        ("uts", CloneFlags::CLONE_NEWUTS),
        ("ipc", CloneFlags::CLONE_NEWIPC),
        ("net", CloneFlags::CLONE_NEWNET),
        ("pid", CloneFlags::CLONE_NEWPID),
        ("mnt", CloneFlags::CLONE_NEWNS),
    ];
    let mut others = Vec::new();
    for (name, flag) in kinds {
        others.push((name, open(init, name)?, flag));
    }
    setns(owner, CloneFlags::CLONE_NEWUSER).map_err(StageError::step("join user"))?;
    for (name, file, flag) in others {
        setns(file, flag).map_err(StageError::step(format!("join {name}")))?;
    }
    setns(inner, CloneFlags::CLONE_NEWUSER).map_err(StageError::step("join inner user"))
}

/// Whether this process has no capability left.
pub(super) fn is_powerless() -> Result<bool, StageError> {
    let status =
        fs::read_to_string("/proc/self/status").map_err(StageError::step("/proc/self/status"))?;
    let sets = status.lines().filter(|line| {
        line.starts_with("CapEff:") || line.starts_with("CapPrm:") || line.starts_with("CapAmb:")
    });
    let mut count = 0;
    for set in sets {
        count += 1;
        let value = set.split_whitespace().nth(1).unwrap_or("?");
        if !value.bytes().all(|digit| digit == b'0') {
            return Ok(false);
        }
    }
    Ok(count == 3 && !getuid().is_root() && !geteuid().is_root())
}
