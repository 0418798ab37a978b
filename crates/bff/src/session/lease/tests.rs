//! Do all stores let one at a time? Called by the tests of each.

use time::Duration;
use time::macros::datetime;

use super::*;
use crate::session::store::SessionRecords;
use crate::session::store::tests::sealed;

const AT: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
const MINUTE: Duration = Duration::MINUTE;

async fn stored(store: &dyn SessionRecords, id: Id) -> Record {
    let mut record = sealed(id, AT, AT + Duration::HOUR);
    store.create(&mut record).await.unwrap();
    record
}

/// What every store must promise about leases.
pub(crate) async fn lets_one_at_a_time(store: &dyn SessionRecords) {
    let id = Id(70);
    assert_eq!(store.lease(&id, AT, AT + MINUTE).await.unwrap(), None, "no session");
    let record = stored(store, id).await;
    let first = store.lease(&id, AT, AT + MINUTE).await.unwrap().unwrap();
    assert_eq!(
        store.lease(&id, AT + MINUTE / 2, AT + MINUTE).await.unwrap(),
        None,
        "it is taken"
    );
    assert!(store.hold(&id, first, AT + MINUTE * 2).await.unwrap());
    assert_eq!(
        store.lease(&id, AT + MINUTE, AT + MINUTE).await.unwrap(),
        None,
        "for longer"
    );

    assert_eq!(store.update_leased(&record, first).await.unwrap(), Leased::Saved);
    assert_eq!(columns::version(&store.load(&id).await.unwrap().unwrap()), 1);
    let second = store.lease(&id, AT, AT + MINUTE).await.unwrap();
    let second = second.expect("a write gives the lease back");
    assert!(second > first);
    assert_eq!(
        store.update_leased(&record, second).await.unwrap(),
        Leased::Changed,
        "an old version"
    );
    assert!(store.hold(&id, second, OffsetDateTime::UNIX_EPOCH).await.unwrap());
    assert!(store.lease(&id, AT, AT + MINUTE).await.unwrap().is_some(), "given back");
}

/// What every store must do with a holder that comes too late.
pub(crate) async fn refuses_a_late_holder(store: &dyn SessionRecords) {
    let id = Id(71);
    let record = stored(store, id).await;
    let late = store.lease(&id, AT, AT + MINUTE).await.unwrap().unwrap();
    let newer = store.lease(&id, AT + MINUTE, AT + MINUTE * 2).await.unwrap();
    let newer = newer.expect("a lease ends by itself");
    assert_eq!(store.update_leased(&record, late).await.unwrap(), Leased::Overtaken);
    assert!(!store.hold(&id, late, AT + MINUTE * 9).await.unwrap());
    assert_eq!(
        columns::version(&store.load(&id).await.unwrap().unwrap()),
        0,
        "nothing was written"
    );
    assert_eq!(store.update_leased(&record, newer).await.unwrap(), Leased::Saved);

    let last = store.lease(&id, AT, AT + MINUTE).await.unwrap().unwrap();
    store.delete(&id).await.unwrap();
    assert_eq!(store.update_leased(&record, last).await.unwrap(), Leased::Gone);
    assert!(!store.hold(&id, last, AT + MINUTE).await.unwrap());
    assert_eq!(store.lease(&id, AT + MINUTE, AT + MINUTE * 2).await.unwrap(), None);
}

#[tokio::test]
async fn rf_9_memory_lets_one_at_a_time_and_refuses_late_holders() {
    let store = MemorySessions::new();
    lets_one_at_a_time(&store).await;
    refuses_a_late_holder(&store).await;
}
