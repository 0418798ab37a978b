//! How many sessions may one person have? As many as the configuration says; a sign-in beyond that ends the ones used
//! longest ago (OWASP ASVS 7.1.2). Nobody is locked out by sessions they forgot.

use super::index::Which;
use super::record::Session;
use super::room::SessionError;
use crate::bff::Inner;

impl Inner {
    /// Ends what is too much now that `session` has begun, and says how many that were.
    pub(crate) async fn keep_to_limit(&self, session: &Session) -> Result<usize, SessionError> {
        let person = Which::Person {
            issuer: &session.identity.issuer,
            subject: &session.identity.subject,
        };
        // The one used last first; the new one is never among those that go.
        let known = self.sessions.records.find(person).await?;
        let new = session.reference();
        let others = known.iter().map(|row| row.reference).filter(|other| *other != new);
        let surplus = others.skip(self.config.max_sessions.get().saturating_sub(1));
        let mut ended = 0;
        for reference in surplus {
            ended += self.end_all(Which::One(reference)).await?;
        }
        Ok(ended)
    }
}
