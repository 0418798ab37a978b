//! Finding, removing and sweeping sessions.

use super::*;

async fn add(store: &dyn SessionStore, id: i128, provider: &str, subject: &str, sid: Option<&str>) -> SessionRef {
    let mut session = sample(id);
    session.row.seen = AT + Duration::seconds(i64::try_from(id).unwrap());
    provider.clone_into(&mut session.row.provider);
    session.row.issuer = format!("https://{provider}.example");
    subject.clone_into(&mut session.row.subject);
    session.row.sid = sid.map(str::to_owned);
    create(store, &session).await;
    session.row.reference
}

pub(crate) async fn find_and_remove_by_person_and_by_provider_session(store: &dyn SessionStore) {
    let phone = add(store, 1, "a", "alice", Some("s1")).await;
    let desk = add(store, 2, "a", "alice", Some("s2")).await;
    let other = add(store, 3, "b", "alice", Some("s1")).await;
    let bob = add(store, 4, "a", "bob", None).await;
    let alice = SessionSelector::Person {
        issuer: "https://a.example",
        subject: "alice",
    };
    assert_eq!(find(store, alice).await, [desk, phone], "the one used last comes first");
    let session = |sid| SessionSelector::ProviderSession { provider: "a", sid };
    assert_eq!(remove(store, session("unknown")).await, []);
    assert_eq!(remove(store, session("s1")).await, [phone]);
    assert_eq!(remove(store, alice).await, [desk]);
    assert_eq!(find(store, alice).await, []);
    assert_eq!(load(store, 2).await, None);
    assert_eq!(find(store, SessionSelector::Reference(other)).await, [other]);
    assert_eq!(remove(store, SessionSelector::Reference(bob)).await, [bob]);
    assert_eq!(remove(store, SessionSelector::Reference(bob)).await, [], "once");
}

pub(crate) async fn find_lists_plain_columns(store: &dyn SessionStore) {
    let mut session = sample(1);
    // Longer than a B-tree of PostgreSQL takes.
    session.row.sid = Some("s".repeat(100_000));
    create(store, &session).await;
    let selector = SessionSelector::ProviderSession {
        provider: &session.row.provider,
        sid: session.row.sid.as_deref().unwrap(),
    };
    assert_eq!(store.find(selector).await.unwrap(), [session.row.clone()]);
}

pub(crate) async fn texts_with_nul_find_nothing(store: &dyn SessionStore) {
    create(store, &sample(1)).await;
    let by_sid = SessionSelector::ProviderSession {
        provider: "a",
        sid: "b\0c",
    };
    let by_person = SessionSelector::Person {
        issuer: "a\0",
        subject: "b",
    };
    for selector in [by_sid, by_person] {
        assert_eq!(find(store, selector).await, []);
        assert_eq!(remove(store, selector).await, []);
    }
}

pub(crate) async fn se_1_sweep_removes_what_has_expired(store: &dyn SessionStore) {
    create(store, &sample(1)).await;
    let mut short = sample(2);
    short.row.expires = AT + MINUTE;
    create(store, &short).await;
    store.put_marker([1; 32], AT, AT + MINUTE).await.unwrap();
    assert_eq!(store.sweep(AT).await.unwrap(), 0);
    assert_eq!(store.sweep(AT + MINUTE).await.unwrap(), 1, "a marker is no session");
    assert!(load(store, 1).await.is_some() && load(store, 2).await.is_none());
    assert_eq!(store.marker([1; 32], AT).await.unwrap(), None, "it is removed as well");
}
