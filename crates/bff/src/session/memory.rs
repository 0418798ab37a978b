//! Sessions in the memory of one process, for tests, examples and sites that may sign everybody out when they restart.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use time::OffsetDateTime;

use super::creation::{CreateOptions, Created, EndMarker};
use super::index::{MAX_FOUND, SessionRef, SessionRow, SessionSelector};
use super::key_value::KeyValue;
use super::lease::Fence;
use super::store::{SealedData, SealedSession, SessionRecord, SessionStore, SessionUpdate, StoreResult, Updated};

/// Sessions in this process only.
#[derive(Debug, Default)]
pub struct MemorySessions(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    sessions: HashMap<SessionRef, Stored>,
    entries: HashMap<[u8; 32], String>,
    markers: HashMap<[u8; 32], Marker>,
}

#[derive(Debug)]
struct Stored {
    record: SessionRecord,
    fence: Fence,
    lease_until: OffsetDateTime,
    data: SealedData,
}

#[derive(Debug, Clone, Copy)]
struct Marker {
    at: OffsetDateTime,
    until: OffsetDateTime,
}

impl MemorySessions {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// The selected rows, the one used last first.
    fn select(&self, selector: SessionSelector<'_>) -> Vec<SessionRow> {
        let rows = self.sessions.values().map(|stored| &stored.record.row);
        let mut rows: Vec<_> = rows.filter(|row| is_selected(selector, row)).cloned().collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.seen, row.created)));
        rows
    }

    fn marker(&self, key: [u8; 32], now: OffsetDateTime) -> Option<OffsetDateTime> {
        let marker = self.markers.get(&key).filter(|marker| marker.until > now);
        marker.map(|marker| marker.at)
    }
}

fn is_selected(selector: SessionSelector<'_>, row: &SessionRow) -> bool {
    match selector {
        SessionSelector::Person { issuer, subject } => row.issuer == issuer && row.subject == subject,
        SessionSelector::ProviderSession { provider, sid } => {
            row.provider == provider && row.sid.as_deref() == Some(sid)
        }
        SessionSelector::Reference(reference) => row.reference == reference,
    }
}

#[async_trait]
impl SessionStore for MemorySessions {
    async fn create(&self, session: &SessionRecord, options: CreateOptions<'_>) -> StoreResult<Created> {
        session.row.refuse_nul()?;
        let (mut tables, row) = (self.tables(), &session.row);
        let has_ended = |end: &EndMarker| {
            let at = tables.marker(end.key, options.now);
            at.is_some_and(|at| end.ends(at))
        };
        if options.end_markers.iter().any(has_ended) {
            return Ok(Created::Ended);
        }
        if tables.sessions.contains_key(&row.reference) {
            return Ok(Created::IdTaken);
        }
        for replaced in options.replaces {
            tables.sessions.remove(replaced);
        }
        let person = SessionSelector::Person {
            issuer: &row.issuer,
            subject: &row.subject,
        };
        let surplus = tables.select(person).into_iter();
        let surplus: Vec<_> = surplus.skip(options.max_sessions.saturating_sub(1)).collect();
        for removed in &surplus {
            tables.sessions.remove(&removed.reference);
        }
        let stored = Stored {
            record: session.clone(),
            fence: Fence(0),
            lease_until: OffsetDateTime::UNIX_EPOCH,
            data: SealedData {
                version: 0,
                sealed: None,
            },
        };
        tables.sessions.insert(row.reference, stored);
        Ok(Created::Session { surplus })
    }

    async fn load(&self, key: SessionRef) -> StoreResult<Option<SealedSession>> {
        let tables = self.tables();
        let stored = tables.sessions.get(&key).map(|stored| &stored.record);
        Ok(stored.map(super::store::SessionRecord::sealed))
    }

    async fn update(&self, update: &SessionUpdate) -> StoreResult<Updated> {
        let mut tables = self.tables();
        let Some(stored) = tables.sessions.get_mut(&update.key) else {
            return Ok(Updated::Gone);
        };
        if update.lease.is_some_and(|lease| lease != stored.fence) {
            return Ok(Updated::LeaseLost);
        }
        let record = &mut stored.record;
        if record.version != update.version {
            return Ok(Updated::VersionConflict);
        }
        record.version += 1;
        record.parts = update.parts.clone();
        record.row.sealed_refresh_token.clone_from(&update.sealed_refresh_token);
        record.row.seen = record.row.seen.max(update.seen);
        record.row.expires = update.expires;
        if update.lease.is_some() {
            stored.lease_until = OffsetDateTime::UNIX_EPOCH;
        }
        Ok(Updated::Written)
    }

    async fn touch(&self, key: SessionRef, seen: OffsetDateTime, expires: OffsetDateTime) -> StoreResult<()> {
        if let Some(stored) = self.tables().sessions.get_mut(&key) {
            let row = &mut stored.record.row;
            (row.seen, row.expires) = (row.seen.max(seen), expires);
        }
        Ok(())
    }

    async fn remove(&self, selector: SessionSelector<'_>) -> StoreResult<Vec<SessionRecord>> {
        let mut tables = self.tables();
        let removed = tables
            .sessions
            .extract_if(|_, stored| is_selected(selector, &stored.record.row));
        Ok(removed.map(|(_, stored)| stored.record).collect())
    }

    async fn find(&self, selector: SessionSelector<'_>) -> StoreResult<Vec<SessionRow>> {
        let mut rows = self.tables().select(selector);
        rows.truncate(MAX_FOUND);
        Ok(rows)
    }

    async fn sweep(&self, now: OffsetDateTime) -> StoreResult<u64> {
        let mut tables = self.tables();
        tables.markers.retain(|_, marker| marker.until > now);
        let before = tables.sessions.len();
        tables.sessions.retain(|_, stored| stored.record.row.expires > now);
        Ok((before - tables.sessions.len()) as u64)
    }

    async fn lease(&self, key: SessionRef, now: OffsetDateTime, until: OffsetDateTime) -> StoreResult<Option<Fence>> {
        let mut tables = self.tables();
        let stored = tables.sessions.get_mut(&key);
        let Some(stored) = stored.filter(|stored| stored.lease_until <= now) else {
            return Ok(None);
        };
        stored.fence.0 += 1;
        stored.lease_until = until;
        Ok(Some(stored.fence))
    }

    async fn extend_lease(&self, key: SessionRef, fence: Fence, until: OffsetDateTime) -> StoreResult<bool> {
        let mut tables = self.tables();
        let held = tables.sessions.get_mut(&key).filter(|stored| stored.fence == fence);
        Ok(held.map(|stored| stored.lease_until = until).is_some())
    }

    async fn load_data(&self, key: SessionRef) -> StoreResult<Option<SealedData>> {
        let tables = self.tables();
        Ok(tables.sessions.get(&key).map(|stored| stored.data.clone()))
    }

    async fn update_data(&self, key: SessionRef, data: &SealedData) -> StoreResult<Updated> {
        let mut tables = self.tables();
        let Some(stored) = tables.sessions.get_mut(&key) else {
            return Ok(Updated::Gone);
        };
        if stored.data.version != data.version {
            return Ok(Updated::VersionConflict);
        }
        stored.data.version += 1;
        stored.data.sealed.clone_from(&data.sealed);
        Ok(Updated::Written)
    }
}

#[async_trait]
impl KeyValue for MemorySessions {
    async fn get(&self, key: [u8; 32]) -> StoreResult<Option<String>> {
        Ok(self.tables().entries.get(&key).cloned())
    }

    async fn put_if_absent(&self, key: [u8; 32], value: &str) -> StoreResult<String> {
        let mut tables = self.tables();
        let entry = tables.entries.entry(key).or_insert_with(|| value.to_owned());
        Ok(entry.clone())
    }

    async fn replace_if(&self, key: [u8; 32], old: &str, new: &str) -> StoreResult<()> {
        let mut tables = self.tables();
        if let Some(value) = tables.entries.get_mut(&key).filter(|value| *value == old) {
            new.clone_into(value);
        }
        Ok(())
    }

    async fn delete_if(&self, key: [u8; 32], value: &str) -> StoreResult<()> {
        let mut tables = self.tables();
        if tables.entries.get(&key).is_some_and(|stored| stored == value) {
            tables.entries.remove(&key);
        }
        Ok(())
    }

    async fn put_marker(&self, key: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> StoreResult<()> {
        let mut tables = self.tables();
        let marker = tables.markers.entry(key).or_insert(Marker { at, until });
        marker.at = marker.at.max(at);
        marker.until = marker.until.max(until);
        Ok(())
    }

    async fn marker(&self, key: [u8; 32], now: OffsetDateTime) -> StoreResult<Option<OffsetDateTime>> {
        Ok(self.tables().marker(key, now))
    }
}

#[cfg(test)]
mod tests {
    crate::session::store::tests::contract_tests!(async { (super::MemorySessions::new(), ()) });
}
