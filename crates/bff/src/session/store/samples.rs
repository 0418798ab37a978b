//! Sessions for the tests of stores: some that nobody can open, and many like those of a site.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::config::ProviderId;
use rand::RngCore as _;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tower_sessions::session::Id;

use super::{SealedParts, SessionRecord, SessionStore};
use crate::config::key_ring::KeyRing;
use crate::session::creation::{CreateOptions, Created};
use crate::session::index::{SessionRef, SessionRow};
use crate::session::record::Session;
use crate::session::seal::Sealer;
use crate::session::token_set::TokenSet;
use crate::session::{Authentication, Identity};

/// When the samples are made.
pub(crate) const AT: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

/// The key of the sample number `id`.
pub(crate) fn key(id: i128) -> SessionRef {
    SessionRef::of(&Id(id))
}

/// A session that nobody can open, of a person and a provider of its own, for an hour.
pub(crate) fn sample(id: i128) -> SessionRecord {
    SessionRecord {
        row: SessionRow {
            reference: key(id),
            sealed_refresh_token: Some(b"sealed refresh token".to_vec()),
            provider: format!("provider-{id}"),
            issuer: format!("https://provider-{id}.example"),
            subject: format!("person-{id}"),
            sid: None,
            created: AT,
            seen: AT,
            expires: AT + Duration::HOUR,
        },
        parts: SealedParts {
            identity: b"sealed identity".to_vec(),
            tokens: b"sealed tokens".to_vec(),
        },
        version: 0,
    }
}

/// The options of a sign-in that replaces nothing.
pub(crate) fn options() -> CreateOptions<'static> {
    CreateOptions {
        now: AT,
        end_markers: &[],
        replaces: &[],
        max_sessions: 100,
    }
}

/// Creates `session`, which has to be possible.
pub(crate) async fn create(store: &dyn SessionStore, session: &SessionRecord) {
    let created = store.create(session, options()).await.unwrap();
    assert!(matches!(created, Created::Session { .. }), "{created:?}");
}

/// A session with tokens, of a person called `subject`.
pub(crate) fn open_session(subject: &str, tokens: TokenSet) -> Session {
    Session {
        id: Id::default(),
        version: 0,
        created: AT,
        seen: AT,
        sid: Some(Id::default().to_string()),
        identity: Identity {
            provider: ProviderId::parse("demo").unwrap(),
            issuer: "https://login.example.com/tenant/v2.0".into(),
            subject: subject.to_owned(),
            claims: serde_json::Map::new(),
            signed_in_at: AT,
        },
        authentication: Authentication::default(),
        tokens,
        refresh_end: None,
        old_key: false,
    }
}

/// A JWT as providers make them: claims of some 370 bytes, signed with RS256.
fn token(claims: &serde_json::Value) -> String {
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let mut signature = [0; 256];
    rand::rng().fill_bytes(&mut signature);
    let header = br#"{"typ":"JWT","alg":"RS256","kid":"2030-01-01"}"#;
    [
        encoded(header),
        encoded(claims.to_string().as_bytes()),
        encoded(&signature),
    ]
    .join(".")
}

/// Stores `count` sessions of different people and answers how many bytes of tokens each has.
pub(crate) async fn fill(store: &dyn SessionStore, count: i64) -> i64 {
    let sealer = Sealer::new(KeyRing::ephemeral());
    let mut tokens = 0;
    for number in 0..count {
        let subject = format!("person-{number}");
        let claims = serde_json::json!({
            "iss": "https://login.example.com/tenant/v2.0", "sub": subject, "aud": "portico",
            "exp": 1_893_456_000 + number, "iat": 1_893_452_400 + number, "name": format!("Person {number}"),
            "email": format!("{subject}@example.com"), "preferred_username": subject,
            "picture": format!("https://login.example.com/people/{number}.png"), "email_verified": true,
            "groups": ["Engineering", "Portal readers"], "roles": ["Reader"], "locale": "en",
        });
        let mut set = TokenSet::of(&token(&claims), Some(&Id::default().to_string()), &token(&claims));
        set.offline = false;
        set.nonce = Id::default().to_string();
        let held = [&set.access_token, &set.id_token]
            .map(String::len)
            .iter()
            .sum::<usize>()
            + 22;
        tokens += i64::try_from(held).unwrap();
        let mut session = open_session(&subject, set);
        session.identity.claims = claims.as_object().cloned().unwrap_or_default();
        create(store, &session.to_record(&sealer, AT + Duration::HOUR).unwrap()).await;
    }
    tokens / count
}
