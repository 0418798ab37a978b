//! How does a session end? Here first, at the provider as far as it goes.
//!
//! | question | where |
//! |---|---|
//! | The button "Log out" | [`here`] |
//! | What happens to the tokens? | [`revocation`] |

pub(crate) mod here;
pub(crate) mod revocation;
