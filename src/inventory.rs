//! Owns the pods that are known right now: folds watch deltas, filters, orders and groups them. Knows nothing of HTTP, clocks or drawing.
//! Fed by the update loop with what `cluster` watches; read by the list, the target picker and the headless commands.

pub mod age;
pub mod filter;
pub mod order;
pub mod pod;
pub mod printable;
pub mod store;
pub mod view;
pub mod watch;
pub mod workload;

pub use age::{human_duration, restarts_text};
pub use filter::{Filter, Scratch};
pub use order::{Column, Direction, Order};
pub use pod::{ContainerRow, Labels, Owner, PodRow, PodStatus, StatusKind, Usage};
pub use printable::{printable, printable_line};
pub use store::{Changed, Inventory};
pub use view::{Grouping, ListLine, ListView, ViewSpec, WorkloadGroup};
pub use watch::{PodDelta, Scope, WatchKey, WatchMessage, WatchState};
pub use workload::{Workload, WorkloadKind, workload};
