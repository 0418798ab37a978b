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
        $crate::session::store::tests::contract_tests!($open, [
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
            markers_preserve_the_later_moment_until_they_expire,
            entries_preserve_the_first_value,
            data_has_a_version_of_its_own,
        ]);
    };
    ($open:expr, [$($name:ident),* $(,)?]) => {
        $(
            #[tokio::test]
            async fn $name() {
                let (store, _open) = $open.await;
                $crate::session::store::tests::$name(&store).await;
            }
        )*
    };
}
pub(crate) use contract_tests;

mod finding;
mod leases;
mod writing;

pub(crate) use finding::*;
pub(crate) use leases::*;
pub(crate) use writing::*;

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
