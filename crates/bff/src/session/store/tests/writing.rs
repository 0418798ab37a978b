//! Creating, updating and touching sessions.

use super::*;

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
