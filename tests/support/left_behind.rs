//! What a user may leave behind in a shell, and how to look for it: shared by the local tests and those on a cluster.

use std::sync::atomic::{AtomicU64, Ordering};

use podmux::ids::SessionId;

/// What is typed into a shell; `T` stands for the token.
pub(crate) const TYPED: [(&str, &str); 15] = [
    ("foreground", "sleep T"),
    ("two in the background", "sleep T & sleep T & sleep T & :"),
    (
        "traps INT TERM HUP",
        "sh -c 'trap \"\" INT TERM HUP; sleep T; sleep T'",
    ),
    (
        "deaf loop",
        "sh -c 'trap \"\" INT TERM HUP; while :; do sleep 1; : T; done'",
    ),
    ("setsid", "setsid sleep T & :"),
    ("double fork", "(setsid sh -c 'sleep T & sleep T' &) ; :"),
    ("env -i", "env -i sleep T"),
    ("nohup-like", "(trap '' HUP; sleep T &) ; :"),
    ("stopped job", "sh -c 'kill -STOP $$; sleep T' & :"),
    ("respawn storm", "while :; do sleep T & sleep 0.2; done"),
    ("pipeline", "yes | cat | sleep T"),
    ("flood", "sh -c 'while :; do echo T; done'"),
    ("stopped by ctrl-z", "sleep T\u{1a}"),
    ("raw mode", "vi /tmp/T"),
    (
        "subshells",
        "sh -c 'sh -c \"sh -c \\\"sleep T; :\\\"; :\"; :'",
    ),
];

pub(crate) fn new_id() -> SessionId {
    SessionId::from_bytes(*uuid::Uuid::new_v4().as_bytes())
}

/// A number that no other process on this machine has in its arguments.
pub(crate) fn token() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("7{:05}{n:04}", std::process::id() % 100_000)
}

/// Processes of the node that have this text in their arguments or environment, zombies aside.
pub(crate) fn on_node(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let path = entry.path();
        let own = std::process::id().to_string();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.bytes().all(|b| b.is_ascii_digit()) || name == own {
            continue;
        }
        let read = |file: &str| std::fs::read(path.join(file)).unwrap_or_default();
        let has = |bytes: &[u8]| memchr::memmem::find(bytes, text.as_bytes()).is_some();
        if has(&read("cmdline")) || has(&read("environ")) {
            found.push(format!(
                "{name}: {}",
                String::from_utf8_lossy(&read("cmdline")).replace('\0', " ")
            ));
        }
    }
    found
}
