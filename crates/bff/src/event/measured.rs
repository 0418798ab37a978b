//! Duration of sign-ins. One histogram, in seconds, `bff_sign_in_seconds{provider}`: from the redirect to the provider until the
//! session is there; what the person does meanwhile is part of it. Requests to providers are measured in [`oidc::measured`].

use time::{Duration, OffsetDateTime};

/// A sign-in at `provider` that began at `started` has become a session.
pub(crate) fn signed_in(provider: &str, started: OffsetDateTime, now: OffsetDateTime) {
    // A replica whose clock is behind may be the one to finish.
    let took = (now - started).max(Duration::ZERO);
    metrics::histogram!("bff_sign_in_seconds", "provider" => provider.to_owned()).record(took.as_seconds_f64());
}
