//! The statements. Columns are named one by one: a replica of the next version may add some while this one runs.

use crate::session::index::SessionSelector;

pub(in crate::session) const CREATE: &str = "INSERT INTO bff_session_records
    (id_hash, sealed_identity, sealed_tokens, sealed_revocable, version, provider, issuer, subject, sid, created, seen, expires)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id_hash) DO NOTHING";
/// SQLite reads the columns by their order.
pub(in crate::session) const LOAD: &str =
    "SELECT sealed_identity, sealed_tokens, version, sid, seen FROM bff_session_records WHERE id_hash = $1";
pub(super) const DELETE: &str = "DELETE FROM bff_session_records WHERE id_hash = $1";
pub(super) const TOUCH: &str =
    "UPDATE bff_session_records SET seen = CASE WHEN seen > $1 THEN seen ELSE $1 END, expires = $2 WHERE id_hash = $3";
pub(super) const UPDATE: &str = "UPDATE bff_session_records
    SET sealed_identity = $1, sealed_tokens = $2, sealed_revocable = $3, version = version + 1,
    seen = CASE WHEN seen > $4 THEN seen ELSE $4 END, expires = $5
    WHERE id_hash = $6 AND version = $7";
/// As [`UPDATE`], under a lease that it gives back.
pub(super) const UPDATE_LEASED: &str = "UPDATE bff_session_records
    SET sealed_identity = $1, sealed_tokens = $2, sealed_revocable = $3, version = version + 1,
    seen = CASE WHEN seen > $4 THEN seen ELSE $4 END, expires = $5, lease_until = 0
    WHERE id_hash = $6 AND version = $7 AND fence = $8";
/// Why nothing was written: the newest lease of a session that exists.
pub(super) const FENCE: &str = "SELECT fence FROM bff_session_records WHERE id_hash = $1";
/// Of two at once, the second waits for the lock of the row and then finds the lease taken.
pub(super) const LEASE: &str = "UPDATE bff_session_records SET fence = fence + 1, lease_until = $1
    WHERE id_hash = $2 AND lease_until <= $3 RETURNING fence";
pub(super) const EXTEND_LEASE: &str =
    "UPDATE bff_session_records SET lease_until = $1 WHERE id_hash = $2 AND fence = $3";
/// SQLite reads the columns by their order.
pub(in crate::session) const LOAD_DATA: &str =
    "SELECT sealed_data, data_version FROM bff_session_records WHERE id_hash = $1";
pub(super) const UPDATE_DATA: &str = "UPDATE bff_session_records SET sealed_data = $1, data_version = data_version + 1
    WHERE id_hash = $2 AND data_version = $3";
/// A few rows at a time: a statement that takes too long is given up, and would never finish.
pub(super) const DELETE_EXPIRED: &str = "DELETE FROM bff_session_records WHERE id_hash IN
    (SELECT id_hash FROM bff_session_records WHERE expires <= $1 LIMIT 1000)";
/// Removes the sessions of a person beyond a number of those used last, except for one.
pub(super) const DELETE_SURPLUS: &str = "DELETE FROM bff_session_records WHERE id_hash IN (
    SELECT id_hash FROM bff_session_records WHERE issuer = $1 AND subject = $2 AND id_hash <> $3
    ORDER BY seen DESC, created DESC LIMIT 1000 OFFSET $4)
    RETURNING id_hash, sealed_revocable, provider, issuer, subject, sid, created, seen, expires";

/// `at` is in milliseconds: a logout and a sign-in may fall into one second.
pub(super) const PUT_MARKER: &str = "INSERT INTO bff_notes (name, at, expires) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET
    at = CASE WHEN bff_notes.at > excluded.at THEN bff_notes.at ELSE excluded.at END,
    expires = CASE WHEN bff_notes.expires > excluded.expires THEN bff_notes.expires ELSE excluded.expires END";
pub(super) const MARKER: &str = "SELECT at FROM bff_notes WHERE name = $1 AND expires > $2";
/// Continued by a list of parameters, from `$2` on.
pub(super) const MARKERS: &str = "SELECT name, at FROM bff_notes WHERE expires > $1 AND name IN ";
pub(super) const DELETE_MARKERS: &str =
    "DELETE FROM bff_notes WHERE name IN (SELECT name FROM bff_notes WHERE expires <= $1 LIMIT 1000)";

pub(super) const PUT_IF_ABSENT: &str =
    "INSERT INTO bff_kept (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
pub(super) const GET: &str = "SELECT value FROM bff_kept WHERE name = $1";
pub(super) const REPLACE_IF: &str = "UPDATE bff_kept SET value = $1 WHERE name = $2 AND value = $3";
pub(super) const DELETE_IF: &str = "DELETE FROM bff_kept WHERE name = $1 AND value = $2";

/// The plain columns.
const ROW: &str = "id_hash, sealed_revocable, provider, issuer, subject, sid, created, seen, expires";

/// Reads the plain columns of the selected sessions, at most `limit`.
pub(super) fn find(selector: SessionSelector<'_>, limit: usize) -> String {
    let condition = condition(selector);
    format!("SELECT {ROW} FROM bff_session_records WHERE {condition} ORDER BY seen DESC, created DESC LIMIT {limit}")
}

/// Removes the selected sessions and returns all of their columns.
pub(super) fn remove(selector: SessionSelector<'_>) -> String {
    let condition = condition(selector);
    format!(
        "DELETE FROM bff_session_records WHERE {condition} RETURNING {ROW}, sealed_identity, sealed_tokens, version"
    )
}

fn condition(selector: SessionSelector<'_>) -> &'static str {
    match selector {
        SessionSelector::Person { .. } => "issuer = $1 AND subject = $2",
        SessionSelector::ProviderSession { .. } => "provider = $1 AND sid = $2",
        SessionSelector::Reference(_) => "id_hash = $1",
    }
}
