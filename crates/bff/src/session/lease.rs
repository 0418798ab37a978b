//! Which replica may refresh the tokens of a session: the one that holds its lease, a right with an end and a fencing token. What is
//! written under an older token than the newest is not written at all, so a holder that was away for too long cannot undo what
//! its successor did. How refreshing uses it is in [`crate::tokens::lease`].

/// The fencing token of a lease: each lease of a session has a higher number than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);
