//! What people read and when they were here, on both databases.

use std::sync::Arc;

use domain::{DocumentId, PersonId};
use store::MAX_READ;

use super::shelf::{NOW, Shelf, alice, bob, policy};

fn number(number: i64) -> DocumentId {
    DocumentId::new(number).unwrap()
}

async fn read(shelf: &Shelf, person: &PersonId) -> Vec<i64> {
    let rows = shelf.store.readings(person).await.unwrap();
    rows.iter().map(|row| row.id.number()).collect()
}

#[tokio::test]
async fn fi_8_what_somebody_read_is_theirs_the_latest_first_and_bounded() {
    for shelf in Shelf::both_with_demo().await {
        let (alice, bob) = (alice().id, bob().id);
        for (at, id) in [(1, 1), (2, 3), (3, 4), (4, 1), (0, 3)] {
            shelf
                .store
                .remember_reading(&alice, number(id), NOW + at)
                .await
                .unwrap();
        }
        // Once each, and an answer that is late makes nothing older.
        assert_eq!(read(&shelf, &alice).await, [1, 4, 3]);
        assert_eq!(read(&shelf, &bob).await, [0; 0]);
        // What is gone is passed over, and what goes into the trash is not shown.
        shelf
            .store
            .remember_reading(&alice, number(999), NOW + 9)
            .await
            .unwrap();
        shelf.store.trash(&[number(4)]).await.unwrap();
        assert_eq!(read(&shelf, &alice).await, [1, 3]);
        let documents = shelf.store.count().await.unwrap();
        assert!(documents < MAX_READ, "{documents}");
    }
}

#[tokio::test]
async fn fi_8_a_visit_ends_with_an_hour_of_silence() {
    for shelf in Shelf::both().await {
        let (alice, bob) = (alice().id, bob().id);
        let visit = async |person: &PersonId, at: i64| shelf.store.visit(person, NOW + at).await.unwrap();
        assert_eq!(visit(&alice, 0).await, None);
        assert_eq!(visit(&alice, 200).await, None);
        assert_eq!(visit(&alice, 3_000).await, None);
        // Nobody else's.
        assert_eq!(visit(&bob, 10_000).await, None);
        assert_eq!(visit(&alice, 7_000).await, Some(NOW + 3_000));
        assert_eq!(visit(&alice, 7_100).await, Some(NOW + 3_000));
        assert_eq!(visit(&alice, 8_000).await, Some(NOW + 3_000));
        // A clock that goes back makes no new visit.
        assert_eq!(visit(&alice, -9_000).await, Some(NOW + 3_000));
        assert_eq!(visit(&alice, 12_000).await, Some(NOW + 8_000));
    }
}

/// The history remembers what somebody may no longer read; it is decided about when it is shown.
#[tokio::test]
async fn fi_8_what_somebody_may_no_longer_read_is_not_shown_again() {
    for shelf in Shelf::both_with_demo().await {
        let policy = Arc::new(policy());
        let mut alice = alice();
        shelf.store.remember_reading(&alice.id, number(1), NOW).await.unwrap();
        shelf
            .store
            .remember_reading(&alice.id, number(2), NOW + 1)
            .await
            .unwrap();
        shelf
            .store
            .remember_reading(&alice.id, number(3), NOW + 2)
            .await
            .unwrap();
        let shown = async |person: &domain::Person| {
            let rows = shelf.store.readings(&person.id).await.unwrap();
            let rows = server::reading::allowed(&policy, person, rows).into_iter();
            rows.map(|row| row.id.number()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&alice).await, [3, 1]);
        alice.groups = domain::Groups::Unknown;
        assert!(!shown(&alice).await.contains(&2), "document 2 is Marketing's");
    }
}
