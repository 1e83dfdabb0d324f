//! Owns how the list is ordered: its columns, its sort and its groups, as the settings name them. Used by `settings`.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

/// A column of the list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ListColumn {
    Context,
    Namespace,
    Pod,
    Ready,
    Status,
    Restarts,
    Age,
    Node,
    Ip,
    Owner,
    Cpu,
    Mem,
    Containers,
}

/// Which way a column is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Ascending,
    Descending,
}

/// The order of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    pub column: ListColumn,
    pub direction: Direction,
}

/// What the rows of the list are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Group {
    #[default]
    None,
    Workload,
}
