//! Owns the default of every setting. Knows nothing of TOML.

use std::time::Duration;

use super::order::{Direction, Group, ListColumn, Sort};
use super::pattern::{At, Pattern, Stand};
use super::settings::{
    Audit, Broadcast, ClipboardRule, Guard, History, Keys, List, Reconnect, Shell, Switch,
    Timeouts, Ui,
};
use crate::keys::Chord;

const MIB: u64 = 1024 * 1024;

impl Default for Keys {
    fn default() -> Self {
        Self {
            prefix: vec![Chord::ctrl('g'), Chord::plain(crate::keys::Key::F(12))],
            prefix_at: At::default(),
            which_key_after: Duration::from_millis(400),
            actions: Vec::new(),
        }
    }
}

impl Default for Shell {
    fn default() -> Self {
        Self {
            command: ["bash", "ash", "sh"].map(str::to_owned).to_vec(),
            term: "xterm-256color".to_owned(),
            reconnect: Reconnect::Ask,
            debug_image: String::new(),
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            open: Duration::from_secs(15),
            grace: Duration::from_secs(2),
            cleanup: Duration::from_secs(10),
            run: None,
            lease: None,
        }
    }
}

impl Default for Broadcast {
    fn default() -> Self {
        Self {
            confirm_over: 20,
            max_targets: 100,
            max_targets_at: Stand::Default,
            idle_off: Some(Duration::from_secs(600)),
        }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            read_only: false,
            read_only_at: Stand::Default,
            protected_contexts: vec![Pattern::new("*prod*", None)],
            protected_namespaces: Vec::new(),
            deny: Vec::new(),
            clipboard: ClipboardRule::Off,
        }
    }
}

impl Default for History {
    fn default() -> Self {
        Self {
            lines: 10_000,
            bytes_per_pane: 8 * MIB,
            bytes_total: 256 * MIB,
        }
    }
}

impl Default for List {
    fn default() -> Self {
        use ListColumn::{
            Age, Containers, Cpu, Mem, Namespace, Node, Pod, Ready, Restarts, Status,
        };
        Self {
            columns: vec![
                Namespace, Pod, Ready, Status, Restarts, Age, Node, Cpu, Mem, Containers,
            ],
            sort: Sort {
                column: Restarts,
                direction: Direction::Descending,
            },
            group: Group::None,
            namespaces: Vec::new(),
        }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            enabled: true,
            text: false,
        }
    }
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            theme: "auto".to_owned(),
            theme_at: At::default(),
            ascii: Switch::Auto,
            mouse: true,
            max_fps: 60,
            list_width: 33,
            copy_command: Vec::new(),
        }
    }
}
