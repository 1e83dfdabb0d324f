//! Owns who runs this process and which process it is: for the journal's owner and the audit.

use std::io::Read;

use crate::journal::Owner;
use crate::journal::audit::Operator;

/// This process, so that a later one can tell whether it still runs.
pub fn owner() -> Owner {
    let pid = std::process::id();
    Owner {
        pid,
        start: start_of(pid).unwrap_or_default(),
        boot_id: boot_id(),
    }
}

/// The start of a process in clock ticks since boot; `None` when there is no such process, or no /proc.
pub fn start_of(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, so fields are counted from the last bracket.
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(19)?.parse().ok()
}

/// The boot of this machine; empty where the system does not tell.
pub fn boot_id() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    text.trim().to_owned()
}

/// Who sits here.
pub fn operator() -> Operator {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER")
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(account);
    let ssh = variable("SSH_CONNECTION").or_else(|| variable("SSH_CLIENT"));
    let ssh_client = ssh.and_then(|text| text.split(' ').next().map(str::to_owned));
    Operator {
        user,
        host: host(),
        ssh_client,
        cluster_user: None,
    }
}

/// The account of this process, where the environment does not name it.
fn account() -> String {
    let uid = nix::unistd::getuid();
    match nix::unistd::User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid {uid}"),
    }
}

fn host() -> String {
    let mut name = String::new();
    let read = std::fs::File::open("/proc/sys/kernel/hostname")
        .and_then(|mut file| file.read_to_string(&mut name));
    match read {
        Ok(_) => name.trim().to_owned(),
        Err(_) => std::env::var("HOSTNAME").unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_a_start_and_a_dead_one_has_none() {
        assert!(start_of(std::process::id()).is_some_and(|start| start > 0));
        assert_eq!(start_of(u32::MAX), None);
    }
}
