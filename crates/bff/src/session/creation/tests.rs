//! Does a session begin as a whole or not at all? Called by the tests of each store.

use time::Duration;
use time::macros::datetime;

use super::*;
use crate::session::store::MemorySessions;
use crate::session::store::tests::sealed;

const AT: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn of_person(id: i128, subject: &str, seen: OffsetDateTime) -> Record {
    let mut record = sealed(Id(id), seen, AT + Duration::DAY);
    columns::set_text(&mut record, columns::ISSUER, "https://creation.example".to_owned());
    columns::set_text(&mut record, columns::SUBJECT, subject.to_owned());
    record
}

fn plan<'a>(ends: &'a [EndNote], replaces: &'a [Id]) -> Creation<'a> {
    Creation {
        now: AT,
        ends,
        replaces,
        max_sessions: 100,
    }
}

async fn is_there(store: &dyn SessionRecords, id: i128) -> bool {
    store.load(&Id(id)).await.unwrap().is_some()
}

/// What every store must promise about beginnings.
pub(crate) async fn begins_whole_or_not_at_all(store: &dyn SessionRecords) {
    let new = |id| of_person(id, "alice", AT);
    let created = store.create_whole(&mut new(800), plan(&[], &[])).await.unwrap();
    assert_eq!(created, Created::Session { surplus: Vec::new() });
    let created = store.create_whole(&mut new(800), plan(&[], &[])).await.unwrap();
    assert_eq!(created, Created::IdTaken, "a taken id is never overwritten");

    let created = store
        .create_whole(&mut new(801), plan(&[], &[Id(800), Id(899)]))
        .await
        .unwrap();
    assert_eq!(created, Created::Session { surplus: Vec::new() });
    assert!(is_there(store, 801).await && !is_there(store, 800).await, "replaced");
}

/// What every store must do with a session that its provider ended on the way.
pub(crate) async fn is_not_begun_when_it_was_ended(store: &dyn SessionRecords) {
    let new = |id| of_person(id, "dora", AT);
    store.create(&mut new(831)).await.unwrap();
    let end = |after| EndNote { name: [80; 32], after };
    for (after, id) in [(None, 832), (Some(AT), 833)] {
        let created = store
            .create_whole(&mut new(id), plan(&[end(after)], &[]))
            .await
            .unwrap();
        assert!(
            matches!(created, Created::Session { .. }),
            "nothing is noted: {created:?}"
        );
        store.delete(&Id(id)).await.unwrap();
    }
    let noted = AT + Duration::MILLISECOND;
    store.note([80; 32], noted, AT + Duration::HOUR).await.unwrap();
    for (after, is_ended) in [
        (None, true),
        (Some(AT), true),
        (Some(noted), false),
        (Some(AT + Duration::SECOND), false),
    ] {
        let ends = [
            EndNote {
                name: [81; 32],
                after: None,
            },
            end(after),
        ];
        let created = store
            .create_whole(&mut new(834), plan(&ends, &[Id(831)]))
            .await
            .unwrap();
        assert_eq!(created == Created::Ended, is_ended, "{after:?}: {created:?}");
        assert_eq!(is_there(store, 834).await, !is_ended, "{after:?}");
        assert_eq!(is_there(store, 831).await, is_ended, "what it would replace: {after:?}");
        store.delete(&Id(834)).await.unwrap();
        store.create(&mut new(831)).await.unwrap();
    }
    let late = Creation {
        now: AT + Duration::HOUR,
        ..plan(&[], &[])
    };
    let ends = [end(None)];
    let created = store
        .create_whole(&mut new(835), Creation { ends: &ends, ..late })
        .await
        .unwrap();
    assert!(
        matches!(created, Created::Session { .. }),
        "a note that is over: {created:?}"
    );
}

/// What every store must do with a person's sessions beyond the limit.
pub(crate) async fn ends_the_ones_used_longest_ago(store: &dyn SessionRecords) {
    for age in 1..=5_i32 {
        let mut record = of_person(810 + i128::from(age), "bob", AT - Duration::HOUR * age);
        store.create(&mut record).await.unwrap();
    }
    store
        .create(&mut of_person(820, "carol", AT - Duration::DAY))
        .await
        .unwrap();
    let three = Creation {
        max_sessions: 3,
        ..plan(&[], &[])
    };
    // Its own clock may be behind that of others: the new session is never among those that end.
    let mut new = of_person(810, "bob", AT - Duration::DAY);
    let Created::Session { surplus } = store.create_whole(&mut new, three).await.unwrap() else {
        panic!("it was not created");
    };
    let mut ended: Vec<_> = surplus.iter().map(|row| row.reference).collect();
    let mut expected = [813, 814, 815].map(|id| SessionRef::of(&Id(id))).to_vec();
    ended.sort_by_key(|reference| *reference.row_key());
    expected.sort_by_key(|reference| *reference.row_key());
    assert_eq!(ended, expected);
    assert!(
        surplus
            .iter()
            .all(|row| row.sealed_revocable.is_some() && row.subject == "bob")
    );
    for (id, stays) in [
        (810, true),
        (811, true),
        (812, true),
        (813, false),
        (815, false),
        (820, true),
    ] {
        assert_eq!(is_there(store, id).await, stays, "{id}");
    }
}

#[tokio::test]
async fn memory_begins_sessions_as_databases_do() {
    begins_whole_or_not_at_all(&MemorySessions::new()).await;
    is_not_begun_when_it_was_ended(&MemorySessions::new()).await;
    ends_the_ones_used_longest_ago(&MemorySessions::new()).await;
}
