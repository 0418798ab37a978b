//! A row of the store opens only with its own id and key, and what opens is the same when it is written again.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::config::key_ring::KeyRing;
use crate::session::encoding::encode;

/// Any JSON value, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Halves are the same after a journey through text.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 2.0)),
        prop::sample::select(vec![1e300, -1e300, 9.5e18, -9.5e18]).prop_map(Value::from)
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        "\\PC{0,12}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Claims under names that a session reads.
fn any_claims() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop::sample::select(vec!["exp", "iat", "auth_time", "sid", "name", "groups"]);
    prop::collection::btree_map(name, any_json(), 0..6).prop_map(|claims| {
        claims
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

/// What must hold for any bytes: as a row's sealed columns, and as what is inside seals of our own. Whether the latter opens.
fn session_record(data: &[u8]) -> bool {
    static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new(KeyRing::ephemeral()));
    let (sealer, id) = (&*SEALER, Id(7));
    assert!(
        Session::open(sealer, id, row(data, data)).is_err(),
        "nobody sealed this"
    );
    let tokens = compress(data).and_then(|compressed| seal_part(sealer, &id, TOKENS, &compressed));
    let (Ok(identity), Ok(tokens)) = (seal_part(sealer, &id, IDENTITY, data), tokens) else {
        return false;
    };
    let row = row(&identity, &tokens);
    assert!(
        Session::open(sealer, Id(8), row.clone()).is_err(),
        "another id opens it"
    );
    let Ok(session) = Session::open(sealer, id, row).and_then(|session| session.opened(sealer)) else {
        return false;
    };
    // Whatever opened can be written again and is the same person.
    let again = session
        .to_record(sealer, OffsetDateTime::UNIX_EPOCH)
        .and_then(|record| Session::open(sealer, id, record.sealed())?.opened(sealer));
    let again = again.map(|again| (again.identity.issuer, again.identity.subject, again.tokens.access_token));
    let identity = session.identity;
    assert_eq!(
        again,
        Ok((identity.issuer, identity.subject, session.tokens.access_token))
    );
    true
}

fn row(identity: &[u8], tokens: &[u8]) -> SealedSession {
    SealedSession {
        parts: SealedParts {
            identity: identity.to_vec(),
            tokens: tokens.to_vec(),
        },
        version: 0,
        seen: OffsetDateTime::UNIX_EPOCH,
        sid: None,
    }
}

proptest! {
    #[test]
    fn se_7_nothing_opens_that_nobody_sealed(data in prop::collection::vec(any::<u8>(), 0..80)) {
        session_record(&data);
    }

    #[test]
    fn se_7_a_record_that_opens_is_the_same_when_written_again(claims in any_claims(), created in prop_oneof![any::<i64>(), 0..4_000_000_000_i64], stored in any_json(), subject in "\\PC{0,12}") {
        for (stored, is_ours) in [(json!([]), true), (stored.clone(), stored == json!([]))] {
            // Both parts of a session have what is inside: each reads its own fields.
            let inside = json!({
                "provider": "demo", "issuer": "https://login.example", "subject": subject, "claims": claims, "created": created,
                "authentication": { "time": claims.get("iat").and_then(Value::as_i64), "acr": null, "amr": [] },
                "access_token": "a", "expires_at": created, "renew_at": 0, "refresh_token": null, "id_token": "i", "nonce": "n",
                "offline": true, "kept": stored,
            });
            let is_moment = OffsetDateTime::from_unix_timestamp(created).is_ok();
            // The format of earlier versions, and that of today.
            for bytes in [inside.to_string().into_bytes(), encode(&inside).unwrap()] {
                let opens = session_record(&bytes);
                prop_assert!(opens || !is_ours || !is_moment);
            }
        }
    }
}
