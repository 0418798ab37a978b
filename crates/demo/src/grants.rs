//! The grants of the provider. Codes, refresh tokens and sign-ins at the provider, in memory and bounded.

use std::collections::HashSet;

use crate::bounded::Bounded;
use crate::keys::random_token;
use crate::params::Params;
use crate::people::Person;
use crate::pushed::Pushed;

/// Codes live this many seconds (RFC 6749 §4.1.2 allows ten minutes at most).
const CODE_LIFETIME: i64 = 60;
/// A refresh token that is not used for this many seconds is void.
const REFRESH_LIFETIME: i64 = 8 * 60 * 60;

/// What one person granted one client at one sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    /// Name of the grant: tokens of the same sign-in share it.
    pub(crate) family: String,
    pub(crate) person: &'static Person,
    pub(crate) scopes: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) signed_in: SignedIn,
    /// Thumbprint of the key that code and tokens are bound to.
    pub(crate) jkt: Option<String>,
    /// The API a token is for, if not the client's own.
    pub(crate) audience: Option<String>,
}

/// Somebody's sign-in at the provider.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// Session id (`sid`), sent to clients.
    pub(crate) sid: String,
    pub(crate) person: &'static Person,
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// How strongly (`acr`).
    pub(crate) class: &'static str,
}

/// A code that has not been redeemed.
#[derive(Debug)]
pub(crate) struct PendingCode {
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) expires_at: i64,
}

#[derive(Debug)]
struct RefreshToken {
    grant: Grant,
    used: bool,
    expires_at: i64,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Grants {
    codes: Bounded<PendingCode>,
    refresh_tokens: Bounded<RefreshToken>,
    sign_ins: Bounded<SignedIn>,
    revoked_access: Bounded<()>,
    revoked_families: HashSet<String>,
    pushed: Bounded<Pushed>,
    used_ids: Bounded<()>,
}

impl Grants {
    pub(crate) fn new() -> Self {
        Self {
            codes: Bounded::new(1_000),
            refresh_tokens: Bounded::new(20_000),
            sign_ins: Bounded::new(10_000),
            revoked_access: Bounded::new(20_000),
            revoked_families: HashSet::new(),
            pushed: Bounded::new(1_000),
            used_ids: Bounded::new(20_000),
        }
    }

    /// Whether this `jti` is new.
    pub(crate) fn is_first_use(&mut self, jti: &str) -> bool {
        let first = self.used_ids.find(jti).is_none();
        self.used_ids.insert(jti.to_owned(), ());
        first
    }

    pub(crate) fn push(&mut self, request_uri: String, pushed: Pushed) {
        self.pushed.insert(request_uri, pushed);
    }

    /// What was pushed under that name. The page may be shown again until it is responded.
    pub(crate) fn pushed(&self, request_uri: &str, now: i64) -> Option<Params> {
        let pushed = self.pushed.find(request_uri)?;
        (pushed.expires_at > now).then(|| pushed.params.clone())
    }

    /// The pushed request is responded: there is no second time (RFC 9126 §4).
    pub(crate) fn spend_pushed(&mut self, request_uri: &str) {
        self.pushed.remove(request_uri);
    }

    /// A code for `grant`.
    pub(crate) fn code(&mut self, grant: Grant, redirect_uri: &str, challenge: &str, now: i64) -> String {
        let code = random_token();
        let pending = PendingCode {
            grant,
            redirect_uri: redirect_uri.to_owned(),
            challenge: challenge.to_owned(),
            expires_at: now + CODE_LIFETIME,
        };
        self.codes.insert(code.clone(), pending);
        code
    }

    /// Takes a code out: there is no second time.
    pub(crate) fn redeem(&mut self, code: &str, now: i64) -> Option<PendingCode> {
        self.codes.remove(code).filter(|pending| pending.expires_at > now)
    }

    /// A new refresh token for `grant`.
    pub(crate) fn refresh_token(&mut self, grant: Grant, now: i64) -> String {
        let token = random_token();
        self.refresh_tokens.insert(
            token.clone(),
            RefreshToken {
                grant,
                used: false,
                expires_at: now + REFRESH_LIFETIME,
            },
        );
        token
    }

    /// Uses a refresh token up. One that is used a second time has been stolen or sent twice: the whole family ends
    /// (RFC 9700 §4.14.2).
    pub(crate) fn refresh(&mut self, token: &str, now: i64) -> Option<Grant> {
        let (family, used, expires_at) = {
            let known = self.refresh_tokens.find(token)?;
            (known.grant.family.clone(), known.used, known.expires_at)
        };
        if used || expires_at <= now {
            self.end_family(&family);
            return None;
        }
        let known = self.refresh_tokens.remove(token)?;
        let grant = known.grant.clone();
        self.refresh_tokens
            .insert(token.to_owned(), RefreshToken { used: true, ..known });
        Some(grant)
    }

    /// Makes a refresh token usable again: its use brought no successor.
    pub(crate) fn unuse(&mut self, token: &str) {
        if let Some(known) = self.refresh_tokens.remove(token) {
            self.refresh_tokens
                .insert(token.to_owned(), RefreshToken { used: false, ..known });
        }
    }

    /// Ends the family of a refresh token, if there is one (RFC 7009 §2.1).
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        let Some(family) = self.refresh_tokens.find(token).map(|known| known.grant.family.clone()) else {
            return false;
        };
        self.end_family(&family);
        true
    }

    /// Refuses one access token, by `jti`, from now on.
    pub(crate) fn revoke_access(&mut self, jti: &str) {
        self.revoked_access.insert(jti.to_owned(), ());
    }

    /// Is the access token with this `jti` and family still good?
    pub(crate) fn is_alive(&self, jti: &str, family: Option<&str>) -> bool {
        self.revoked_access.find(jti).is_none() && family.is_none_or(|family| !self.revoked_families.contains(family))
    }

    /// Can the refresh token still be used?
    pub(crate) fn refresh_is_alive(&self, token: &str, now: i64) -> bool {
        self.refresh_tokens
            .find(token)
            .is_some_and(|known| !known.used && known.expires_at > now)
    }

    fn end_family(&mut self, family: &str) {
        self.refresh_tokens.retain(|known| known.grant.family != family);
        if self.revoked_families.len() >= 10_000 {
            self.revoked_families.clear();
        }
        self.revoked_families.insert(family.to_owned());
    }

    /// Remembers a sign-in; the key is put into the provider's cookie.
    pub(crate) fn remember(&mut self, signed_in: SignedIn) -> String {
        let key = random_token();
        self.sign_ins.insert(key.clone(), signed_in);
        key
    }

    pub(crate) fn sign_in(&self, key: &str) -> Option<&SignedIn> {
        self.sign_ins.find(key)
    }

    pub(crate) fn forget(&mut self, key: &str) -> Option<SignedIn> {
        self.sign_ins.remove(key)
    }
}
