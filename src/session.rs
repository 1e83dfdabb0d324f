//! Owns one exec stream's life in values: how it is wrapped and marked, how it ends, how it is cancelled and proven gone, who a
//! broadcast key goes to. Knows nothing of sockets, clocks or drawing. Used by `app` (decisions) and `cluster` (doing them).

pub mod answer;
pub mod broadcast;
pub mod cancel;
pub mod census;
pub mod cleanup;
mod digest;
pub mod forward;
pub mod guard;
pub mod lease;
pub mod outcome;
pub mod rights;
pub mod wrapper;

pub use answer::AnswerTrack;
pub use broadcast::{BroadcastPlan, Membership, PaneView, Refusal};
pub use cancel::{Cancel, CancelEnd, CancelInput, CancelMode, CancelStep};
pub use cleanup::{ProcessLine, Report, ReportExit};
pub use digest::Digest;
pub use outcome::Outcome;
pub use wrapper::{Handshake, HandshakeScanner, SessionCommand};
