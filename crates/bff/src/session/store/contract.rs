//! What every store of sessions must do: one list of tests, which [`contract_tests`] makes for each store.

use time::{Duration, OffsetDateTime};

use super::samples::{AT, create, key, options, sample};
use super::{SealedData, SealedParts, SessionRecord, SessionStore, SessionStoreError, SessionUpdate, Updated};
use crate::session::creation::{CreateOptions, Created, EndMarker};
use crate::session::index::{SessionRef, SessionRow, SessionSelector};

const MINUTE: Duration = Duration::MINUTE;

/// Makes the tests for a store. `$open` is a future of a new store and of what has to stay open beside it; each test has its own.
macro_rules! contract_tests {
    ($open:expr) => {
        $crate::session::store::contract::contract_tests!($open, [
            create_inserts_and_never_overwrites,
            create_replaces_sessions,
            create_removes_what_is_surplus,
            bc_8_create_obeys_end_markers,
            create_refuses_nul,
            update_needs_the_version_that_was_read,
            touch_changes_no_version,
            an_ended_session_stays_ended,
            find_and_remove_by_person_and_by_provider_session,
            find_lists_plain_columns,
            texts_with_nul_find_nothing,
            se_1_sweep_removes_what_has_expired,
            rf_9_one_lease_at_a_time,
            rf_9_a_late_holder_writes_nothing,
            markers_keep_the_later_moment_until_they_expire,
            entries_keep_what_came_first,
            data_has_a_version_of_its_own,
        ]);
    };
    ($open:expr, [$($name:ident),* $(,)?]) => {
        $(
            #[tokio::test]
            async fn $name() {
                let (store, _open) = $open.await;
                $crate::session::store::contract::$name(&store).await;
            }
        )*
    };
}
pub(crate) use contract_tests;

async fn load(store: &dyn SessionStore, id: i128) -> Option<super::SealedSession> {
    store.load(key(id)).await.unwrap()
}

fn references<'a>(rows: impl IntoIterator<Item = &'a SessionRow>) -> Vec<SessionRef> {
    rows.into_iter().map(|row| row.reference).collect()
}

async fn remove(store: &dyn SessionStore, selector: SessionSelector<'_>) -> Vec<SessionRef> {
    let removed = store.remove(selector).await.unwrap();
    references(removed.iter().map(|record| &record.row))
}

async fn find(store: &dyn SessionStore, selector: SessionSelector<'_>) -> Vec<SessionRef> {
    references(&store.find(selector).await.unwrap())
}

fn update_of(id: i128, version: i64) -> SessionUpdate {
    SessionUpdate {
        key: key(id),
        version,
        lease: None,
        parts: SealedParts {
            identity: b"other identity".to_vec(),
            tokens: b"newer tokens".to_vec(),
        },
        sealed_refresh_token: None,
        seen: AT,
        expires: AT + MINUTE,
    }
}

pub(crate) async fn create_inserts_and_never_overwrites(store: &dyn SessionStore) {
    let session = sample(1);
    let created = store.create(&session, options()).await.unwrap();
    assert_eq!(created, Created::Session { surplus: Vec::new() });
    assert_eq!(load(store, 1).await, Some(session.sealed()));
    assert_eq!(load(store, 2).await, None);

    let mut second = sample(1);
    second.parts.identity = b"of somebody else".to_vec();
    assert_eq!(store.create(&second, options()).await.unwrap(), Created::IdTaken);
    assert_eq!(load(store, 1).await, Some(session.sealed()));
}

pub(crate) async fn create_replaces_sessions(store: &dyn SessionStore) {
    create(store, &sample(1)).await;
    let replaces = [key(1), key(99)];
    let options = CreateOptions {
        replaces: &replaces,
        ..options()
    };
    let created = store.create(&sample(2), options).await.unwrap();
    assert_eq!(created, Created::Session { surplus: Vec::new() });
    assert!(load(store, 1).await.is_none() && load(store, 2).await.is_some());
    assert_eq!(
        store.create(&sample(2), options).await.unwrap(),
        Created::IdTaken,
        "and then nothing is replaced"
    );
}

pub(crate) async fn create_removes_what_is_surplus(store: &dyn SessionStore) {
    let of_person = |id: i128, subject: &str, seen| {
        let mut session = sample(id);
        session.row.issuer = "https://issuer.example".to_owned();
        subject.clone_into(&mut session.row.subject);
        session.row.seen = seen;
        session
    };
    for age in 1..=5_i32 {
        create(store, &of_person(i128::from(age), "bob", AT - Duration::HOUR * age)).await;
    }
    create(store, &of_person(20, "carol", AT - Duration::DAY)).await;
    let three = CreateOptions {
        max_sessions: 3,
        ..options()
    };
    // The clock of another replica may be behind: the new session is never among those that are removed.
    let new = of_person(10, "bob", AT - Duration::DAY);
    let Created::Session { surplus } = store.create(&new, three).await.unwrap() else {
        panic!("it was not created");
    };
    let (mut removed, mut expected) = (references(&surplus), [3, 4, 5].map(key).to_vec());
    removed.sort_by_key(|reference| *reference.row_key());
    expected.sort_by_key(|reference| *reference.row_key());
    assert_eq!(removed, expected);
    let whole = |row: &SessionRow| row.sealed_refresh_token.is_some() && row.subject == "bob";
    assert!(surplus.iter().all(whole));
    for (id, stays) in [(10, true), (1, true), (2, true), (3, false), (5, false), (20, true)] {
        assert_eq!(load(store, id).await.is_some(), stays, "{id}");
    }
}

pub(crate) async fn bc_8_create_obeys_end_markers(store: &dyn SessionStore) {
    let end = |after| EndMarker { key: [80; 32], after };
    let at_once = AT + Duration::MILLISECOND;
    for (after, id) in [(None, 1), (Some(AT), 2)] {
        let ends = [end(after)];
        let options = CreateOptions {
            end_markers: &ends,
            ..options()
        };
        let created = store.create(&sample(id), options).await.unwrap();
        assert!(matches!(created, Created::Session { .. }), "there is no marker");
    }
    store.put_marker([80; 32], at_once, AT + Duration::HOUR).await.unwrap();
    let other = EndMarker {
        key: [81; 32],
        after: None,
    };
    for (after, is_ended) in [
        (None, true),
        (Some(AT), true),
        (Some(at_once), false),
        (Some(AT + Duration::SECOND), false),
    ] {
        create(store, &sample(3)).await;
        let (ends, replaces) = ([other, end(after)], [key(3)]);
        let options = CreateOptions {
            end_markers: &ends,
            replaces: &replaces,
            ..options()
        };
        let created = store.create(&sample(4), options).await.unwrap();
        assert_eq!(created == Created::Ended, is_ended, "{after:?}: {created:?}");
        assert_eq!(load(store, 4).await.is_some(), !is_ended, "{after:?}");
        assert_eq!(
            load(store, 3).await.is_some(),
            is_ended,
            "the one to replace: {after:?}"
        );
        remove(store, SessionSelector::Reference(key(3))).await;
        remove(store, SessionSelector::Reference(key(4))).await;
    }
    let (ends, now) = ([end(None)], AT + Duration::HOUR);
    let late = CreateOptions {
        now,
        end_markers: &ends,
        ..options()
    };
    let created = store.create(&sample(5), late).await.unwrap();
    assert!(matches!(created, Created::Session { .. }), "the marker has expired");
}

pub(crate) async fn create_refuses_nul(store: &dyn SessionStore) {
    let mut session = sample(1);
    session.row.subject = "a\0b".to_owned();
    let refused = store.create(&session, options()).await;
    assert!(matches!(refused, Err(SessionStoreError::Nul)), "{refused:?}");
    assert!(load(store, 1).await.is_none());
}

pub(crate) async fn update_needs_the_version_that_was_read(store: &dyn SessionStore) {
    create(store, &sample(1)).await;
    let update = update_of(1, 0);
    assert_eq!(store.update(&update).await.unwrap(), Updated::Written);
    assert_eq!(store.update(&update).await.unwrap(), Updated::VersionConflict);
    let read = load(store, 1).await.unwrap();
    assert_eq!((read.version, read.parts), (1, update.parts));
    let row = store.find(SessionSelector::Reference(key(1))).await.unwrap().remove(0);
    assert_eq!(row.sealed_refresh_token, None, "its absence is written, too");
    assert_eq!(row.expires, AT + MINUTE);
    assert_eq!(store.update(&update_of(1, 1)).await.unwrap(), Updated::Written);
}

pub(crate) async fn touch_changes_no_version(store: &dyn SessionStore) {
    create(store, &sample(1)).await;
    let later = AT + MINUTE * 5;
    store.touch(key(1), later, later).await.unwrap();
    let read = load(store, 1).await.unwrap();
    assert_eq!((read.seen, read.version), (later, 0));
    store.touch(key(1), AT, later + MINUTE).await.unwrap();
    let row = store.find(SessionSelector::Reference(key(1))).await.unwrap().remove(0);
    assert_eq!((row.seen, row.expires), (later, later + MINUTE), "the later use stays");
    assert_eq!(store.update(&update_of(1, 0)).await.unwrap(), Updated::Written);
    assert_eq!(load(store, 1).await.unwrap().seen, later);
}

pub(crate) async fn an_ended_session_stays_ended(store: &dyn SessionStore) {
    create(store, &sample(1)).await;
    store.update(&update_of(1, 0)).await.unwrap();
    let removed = store.remove(SessionSelector::Reference(key(1))).await.unwrap();
    let expected = SessionRecord {
        row: SessionRow {
            sealed_refresh_token: None,
            expires: AT + MINUTE,
            ..sample(1).row
        },
        parts: update_of(1, 0).parts,
        version: 1,
    };
    assert_eq!(removed, [expected], "as it was written last");
    let again = store.remove(SessionSelector::Reference(key(1))).await.unwrap();
    assert_eq!(again, [], "once");
    assert_eq!(store.update(&update_of(1, 1)).await.unwrap(), Updated::Gone);
    store.touch(key(1), AT, AT).await.unwrap();
    assert_eq!(load(store, 1).await, None);
}

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

pub(crate) async fn markers_keep_the_later_moment_until_they_expire(store: &dyn SessionStore) {
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

pub(crate) async fn entries_keep_what_came_first(store: &dyn SessionStore) {
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
