//! What every store must do, and what a session takes; called by the tests of each.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::config::ProviderId;
use rand::RngCore as _;
use time::macros::datetime;

use super::*;
use crate::config::key_ring::KeyRing;
use crate::session::index::{SessionRef, SessionSelector};
use crate::session::record::Session;
use crate::session::seal::Sealer;
use crate::session::token_set::TokenSet;
use crate::session::{Authentication, Identity};

/// A record that nobody can open.
pub(crate) fn sealed(id: Id, created: OffsetDateTime, expires: OffsetDateTime) -> Record {
    let mut record = columns::record(id, created, expires);
    for name in [columns::IDENTITY, columns::TOKENS, columns::REVOCABLE] {
        columns::set_bytes(&mut record, name, name.as_bytes());
    }
    record
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
pub(crate) async fn fill(store: &dyn SessionRecords, count: i64) -> i64 {
    let (sealer, at) = (Sealer::new(KeyRing::ephemeral()), datetime!(2030-01-01 00:00 UTC));
    let mut tokens = 0;
    for number in 0..count {
        let claims = serde_json::json!({
            "iss": "https://login.example.com/tenant/v2.0", "sub": format!("person-{number}"), "aud": "portico",
            "exp": 1_893_456_000 + number, "iat": 1_893_452_400 + number, "name": format!("Person {number}"),
            "email": format!("person-{number}@example.com"), "preferred_username": format!("person-{number}"),
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
        let session = Session {
            id: Id::default(),
            version: 0,
            created: at,
            seen: at,
            sid: Some(Id::default().to_string()),
            identity: Identity {
                provider: ProviderId::parse("demo").unwrap(),
                issuer: "https://login.example.com/tenant/v2.0".into(),
                subject: format!("person-{number}"),
                claims: claims.as_object().cloned().unwrap_or_default(),
                signed_in_at: at,
            },
            authentication: Authentication::default(),
            tokens: set,
            refresh_end: None,
            old_key: false,
        };
        let mut record = session.to_record(&sealer, at + time::Duration::HOUR).unwrap();
        store.create(&mut record).await.unwrap();
    }
    tokens / count
}

/// What every store must do; called by the tests of each.
pub(crate) async fn keeps_its_promises(store: &dyn SessionRecords) {
    let at = datetime!(2030-01-01 00:00 UTC);
    let mut record = sealed(Id(7), at, at);
    store.create(&mut record).await.unwrap();
    assert_eq!(record.id, Id(7));

    let mut second = record.clone();
    store.create(&mut second).await.unwrap();
    assert_ne!(second.id, Id(7), "a taken id is never overwritten");

    let mut read = store.load(&Id(7)).await.unwrap().unwrap();
    for name in [columns::IDENTITY, columns::TOKENS] {
        assert_eq!(columns::bytes(&read, name).as_deref(), Some(name.as_bytes()));
    }
    columns::set_bytes(&mut read, columns::IDENTITY, b"other");
    columns::set_bytes(&mut read, columns::TOKENS, b"newer");
    read.data.remove(columns::REVOCABLE);
    assert_eq!(store.update(&read).await.unwrap(), Saved::Saved);
    assert_eq!(
        store.update(&read).await.unwrap(),
        Saved::Changed,
        "an old version does not overwrite"
    );
    assert!(store.save(&read).await.is_err());

    let row = store
        .find(SessionSelector::Reference(SessionRef::of(&Id(7))))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(row.sealed_revocable, None, "what is not there any more is written, too");
    let written = store.load(&Id(7)).await.unwrap().unwrap();
    let written = [columns::IDENTITY, columns::TOKENS].map(|name| columns::bytes(&written, name));
    assert_eq!(written, [Some(b"other".to_vec()), Some(b"newer".to_vec())]);
    let sealed = store.load_sealed(&Id(7)).await.unwrap().unwrap();
    assert_eq!((sealed.id, sealed.version, sealed.seen), (Id(7), 1, at));
    assert_eq!((sealed.identity, sealed.tokens), (b"other".to_vec(), b"newer".to_vec()));
    assert!(store.load_sealed(&Id(8)).await.unwrap().is_none());

    let later = at + time::Duration::minutes(5);
    store.touch(&Id(7), later, later).await.unwrap();
    let touched = store.load(&Id(7)).await.unwrap().unwrap();
    assert_eq!((columns::seen(&touched), touched.expiry_date), (later, later));
    assert_eq!(
        columns::version(&touched),
        columns::version(&read) + 1,
        "use is no new version"
    );

    let taken = store.take(&Id(7)).await.unwrap().unwrap();
    assert_eq!((taken.id, taken.version, taken.seen), (Id(7), 1, later));
    assert_eq!((taken.identity, taken.tokens), (b"other".to_vec(), b"newer".to_vec()));
    assert!(store.take(&Id(7)).await.unwrap().is_none(), "once");
    store.delete(&Id(7)).await.unwrap();
    assert_eq!(
        store.update(&touched).await.unwrap(),
        Saved::Gone,
        "a session that ended stays ended"
    );
    assert!(store.save(&touched).await.is_err());
    store.touch(&Id(7), later, later).await.unwrap();
    assert!(store.load(&Id(7)).await.unwrap().is_none());

    assert_eq!(store.delete_expired(at).await.unwrap(), 1);
    assert!(store.load(&second.id).await.unwrap().is_none());
}

/// Of databases: one of them could not store it, so neither does.
pub(crate) async fn refuses_nul(store: &dyn SessionRecords) {
    let at = datetime!(2030-01-01 00:00 UTC);
    let mut record = sealed(Id(9), at, at);
    columns::set_text(&mut record, columns::SUBJECT, "a\0b".to_owned());
    let refused = store.create(&mut record).await;
    assert!(matches!(refused, Err(Error::Encode(_))), "{refused:?}");
    assert!(store.load(&Id(9)).await.unwrap().is_none());
}

#[tokio::test]
async fn memory_keeps_the_promises_of_a_store() {
    keeps_its_promises(&MemorySessions::new()).await;
}
