//! The creation of a session in a database: one transaction, which is one commit ([`super::super::creation`]).

use sqlx::{Row as _, query};

use super::{for_each_store, in_time, rows, statements};
use crate::session::creation::{CreateOptions, Created};
use crate::session::store::{SessionRecord, StoreResult};

/// Whether one of the markers ends the session, by one query over a connection.
macro_rules! has_ended {
    ($connection:ident, $options:ident) => {{
        let parameters = (0..$options.end_markers.len()).map(|number| format!("${}", number + 2));
        let statement = format!("{}({})", statements::MARKERS, parameters.collect::<Vec<_>>().join(", "));
        let mut query = query(&statement).bind($options.now.unix_timestamp());
        for end in $options.end_markers {
            query = query.bind(end.key.to_vec());
        }
        let mut has_ended = false;
        if !$options.end_markers.is_empty() {
            for row in query.fetch_all(&mut *$connection).await? {
                let (key, at): (Vec<u8>, _) = (row.try_get("name")?, rows::milliseconds(&row, "at")?);
                has_ended |= $options
                    .end_markers
                    .iter()
                    .any(|end| end.key[..] == key[..] && end.ends(at));
            }
        }
        has_ended
    }};
}

macro_rules! creation {
    ($sessions:ty, $row:ty) => {
        impl $sessions {
            pub(super) async fn create_in_transaction(
                &self,
                session: &SessionRecord,
                options: CreateOptions<'_>,
            ) -> StoreResult<Created> {
                session.row.refuse_nul()?;
                in_time(async {
                    let created = self.transact(session, options).await?;
                    // A provider may have ended it while the transaction was open, and not seen it yet.
                    if matches!(created, Created::Session { .. }) && Self::WRITERS_OVERLAP {
                        let mut connection = self.pool.acquire().await?;
                        if has_ended!(connection, options) {
                            let key = session.row.reference.row_key().to_vec();
                            query(statements::DELETE)
                                .bind(key)
                                .execute(&mut *connection)
                                .await?;
                            return Ok(Created::Ended);
                        }
                    }
                    Ok(created)
                })
                .await
            }

            async fn transact(
                &self,
                session: &SessionRecord,
                options: CreateOptions<'_>,
            ) -> Result<Created, sqlx::Error> {
                let mut transaction = self.begin().await?;
                if has_ended!(transaction, options) {
                    return Ok(Created::Ended);
                }
                let SessionRecord { row, parts, version } = session;
                let insertion = query(statements::CREATE)
                    .bind(row.reference.row_key().to_vec())
                    .bind(parts.identity.as_slice())
                    .bind(parts.tokens.as_slice())
                    .bind(row.sealed_refresh_token.as_deref())
                    .bind(version)
                    .bind(row.provider.as_str())
                    .bind(row.issuer.as_str())
                    .bind(row.subject.as_str())
                    .bind(row.sid.as_deref())
                    .bind(row.created.unix_timestamp())
                    .bind(row.seen.unix_timestamp())
                    .bind(row.expires.unix_timestamp());
                if insertion.execute(&mut *transaction).await?.rows_affected() == 0 {
                    return Ok(Created::IdTaken);
                }
                for replaced in options.replaces {
                    let key = replaced.row_key().to_vec();
                    query(statements::DELETE)
                        .bind(key)
                        .execute(&mut *transaction)
                        .await?;
                }
                let others = i64::try_from(options.max_sessions.saturating_sub(1)).unwrap_or(i64::MAX);
                let surplus = query(statements::DELETE_SURPLUS)
                    .bind(row.issuer.as_str())
                    .bind(row.subject.as_str())
                    .bind(row.reference.row_key().to_vec())
                    .bind(others)
                    .fetch_all(&mut *transaction)
                    .await?;
                let surplus = surplus.iter().map(rows::plain).collect::<Result<_, _>>()?;
                transaction.commit().await?;
                Ok(Created::Session { surplus })
            }
        }
    };
}

for_each_store!(creation);
