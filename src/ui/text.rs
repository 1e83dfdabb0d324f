//! The text functions that `ui` draws with. Called by all of `ui`.

pub(super) use crate::inventory::printable;
pub(super) use crate::text::*;
