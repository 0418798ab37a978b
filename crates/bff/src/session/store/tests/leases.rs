//! Leases, markers, entries by key, and the data of applications.

use super::*;

pub(crate) async fn rf_9_one_lease_at_a_time(store: &dyn SessionStore) {
    assert_eq!(
        store.lease(key(1), AT, AT + MINUTE).await.unwrap(),
        None,
        "no session, no lease"
    );
    create(store, &sample(1)).await;
    let first = store.lease(key(1), AT, AT + MINUTE).await.unwrap().unwrap();
    let taken = store.lease(key(1), AT + MINUTE / 2, AT + MINUTE).await.unwrap();
    assert_eq!(taken, None);
    assert!(store.extend_lease(key(1), first, AT + MINUTE * 2).await.unwrap());
    let taken = store.lease(key(1), AT + MINUTE, AT + MINUTE).await.unwrap();
    assert_eq!(taken, None, "it was extended");

    let mut update = update_of(1, 0);
    update.lease = Some(first);
    assert_eq!(store.update(&update).await.unwrap(), Updated::Written);
    assert_eq!(load(store, 1).await.unwrap().version, 1);
    let second = store.lease(key(1), AT, AT + MINUTE).await.unwrap();
    let second = second.expect("a write gives the lease back");
    assert!(second > first);
    update.lease = Some(second);
    assert_eq!(store.update(&update).await.unwrap(), Updated::VersionConflict);
    let still_held = store.lease(key(1), AT, AT + MINUTE).await.unwrap();
    assert_eq!(still_held, None);
    let past = OffsetDateTime::UNIX_EPOCH;
    assert!(store.extend_lease(key(1), second, past).await.unwrap());
    assert!(
        store.lease(key(1), AT, AT + MINUTE).await.unwrap().is_some(),
        "given back"
    );
}

pub(crate) async fn rf_9_a_late_holder_writes_nothing(store: &dyn SessionStore) {
    create(store, &sample(1)).await;
    let late = store.lease(key(1), AT, AT + MINUTE).await.unwrap().unwrap();
    let newer = store.lease(key(1), AT + MINUTE, AT + MINUTE * 2).await.unwrap();
    let newer = newer.expect("a lease ends by itself");
    let under = |lease, version| SessionUpdate {
        lease: Some(lease),
        ..update_of(1, version)
    };
    assert_eq!(store.update(&under(late, 0)).await.unwrap(), Updated::LeaseLost);
    assert!(!store.extend_lease(key(1), late, AT + MINUTE * 9).await.unwrap());
    assert_eq!(load(store, 1).await, Some(sample(1).sealed()));
    assert_eq!(store.update(&under(newer, 0)).await.unwrap(), Updated::Written);

    let last = store.lease(key(1), AT, AT + MINUTE).await.unwrap().unwrap();
    remove(store, SessionSelector::Reference(key(1))).await;
    assert_eq!(store.update(&under(last, 1)).await.unwrap(), Updated::Gone);
    assert!(!store.extend_lease(key(1), last, AT + MINUTE).await.unwrap());
    assert_eq!(store.lease(key(1), AT + MINUTE, AT + MINUTE * 2).await.unwrap(), None);
}

pub(crate) async fn markers_preserve_the_later_moment_until_they_expire(store: &dyn SessionStore) {
    let name = [1; 32];
    assert_eq!(store.marker(name, AT).await.unwrap(), None);
    store.put_marker(name, AT + MINUTE, AT + MINUTE * 5).await.unwrap();
    store.put_marker(name, AT, AT + MINUTE * 3).await.unwrap();
    assert_eq!(store.marker(name, AT + MINUTE * 4).await.unwrap(), Some(AT + MINUTE));
    assert_eq!(store.marker(name, AT + MINUTE * 5).await.unwrap(), None, "expired");
    assert_eq!(store.marker([2; 32], AT).await.unwrap(), None, "another one");
    let exact = AT + Duration::milliseconds(1);
    store.put_marker([3; 32], exact, AT + MINUTE).await.unwrap();
    assert_eq!(store.marker([3; 32], AT).await.unwrap(), Some(exact));
}

pub(crate) async fn entries_preserve_the_first_value(store: &dyn SessionStore) {
    let (name, other) = ([1; 32], [2; 32]);
    assert_eq!(store.get(name).await.unwrap(), None);
    assert_eq!(store.put_if_absent(name, "first").await.unwrap(), "first");
    assert_eq!(store.put_if_absent(name, "second").await.unwrap(), "first");
    assert_eq!(store.get(other).await.unwrap(), None, "another name");
    store.delete_if(name, "second").await.unwrap();
    assert_eq!(store.get(name).await.unwrap().as_deref(), Some("first"));
    store.replace_if(name, "second", "third").await.unwrap();
    assert_eq!(store.get(name).await.unwrap().as_deref(), Some("first"));
    store.replace_if(name, "first", "anew").await.unwrap();
    store.replace_if(other, "anew", "first").await.unwrap();
    assert_eq!(store.get(name).await.unwrap().as_deref(), Some("anew"));
    store.delete_if(name, "anew").await.unwrap();
    assert_eq!(store.get(name).await.unwrap(), None);
    assert_eq!(store.get(other).await.unwrap(), None);
}

pub(crate) async fn data_has_a_version_of_its_own(store: &dyn SessionStore) {
    assert_eq!(store.load_data(key(1)).await.unwrap(), None, "no session");
    create(store, &sample(1)).await;
    let data = |version, sealed: Option<&[u8]>| SealedData {
        version,
        sealed: sealed.map(<[u8]>::to_vec),
    };
    assert_eq!(store.load_data(key(1)).await.unwrap(), Some(data(0, None)));
    let first = data(0, Some(b"first"));
    assert_eq!(store.update_data(key(1), &first).await.unwrap(), Updated::Written);
    assert_eq!(
        store.update_data(key(1), &first).await.unwrap(),
        Updated::VersionConflict
    );
    assert_eq!(store.load_data(key(1)).await.unwrap(), Some(data(1, Some(b"first"))));
    assert_eq!(store.update(&update_of(1, 0)).await.unwrap(), Updated::Written);
    assert_eq!(
        store.update_data(key(1), &data(1, None)).await.unwrap(),
        Updated::Written
    );
    assert_eq!(store.load_data(key(1)).await.unwrap(), Some(data(2, None)));
    remove(store, SessionSelector::Reference(key(1))).await;
    assert_eq!(store.update_data(key(1), &data(2, None)).await.unwrap(), Updated::Gone);
}
