//! How does a session end? Here first, at the provider as far as it goes.
//!
//! | question | where |
//! |---|---|
//! | The button "Log out" | [`here`] |
//! | The provider's server says so | [`back_channel`] |
//! | A page of the provider says so | [`front_channel`] |
//! | Which sessions does it mean? | [`provider_session`] |
//! | What happens to the tokens? | [`revocation`] |

pub(crate) mod back_channel;
pub(crate) mod front_channel;
pub(crate) mod here;
pub(crate) mod provider_session;
pub(crate) mod revocation;
