//! How does a session begin in a database? In one transaction, which is one commit ([`super::super::creation`]).

use sqlx::{Row as _, query};
use tower_sessions::session::Record;
use tower_sessions::session_store::Result;

use super::records::{insertion, refuse_nul};
use super::{answer, both};
use crate::session::columns;
use crate::session::creation::{Created, Creation};
use crate::session::sql;
use crate::session::store::row_key;

/// Whether one of the notes ends the session, by one question over a connection.
macro_rules! is_ended {
    ($connection:ident, $creation:ident) => {{
        let names = (0..$creation.ends.len()).map(|number| format!("${}", number + 2));
        let statement = format!("{}({})", sql::NOTED_AMONG, names.collect::<Vec<_>>().join(", "));
        let mut question = query(&statement).bind($creation.now.unix_timestamp());
        for end in $creation.ends {
            question = question.bind(end.name.to_vec());
        }
        let mut is_ended = false;
        if !$creation.ends.is_empty() {
            for row in question.fetch_all(&mut *$connection).await? {
                let (name, at): (Vec<u8>, _) = (row.try_get("name")?, sql::exact_moment(&row, "at")?);
                is_ended |= $creation
                    .ends
                    .iter()
                    .any(|end| end.name[..] == name[..] && end.counts(at));
            }
        }
        is_ended
    }};
}

macro_rules! creation {
    ($sessions:ty) => {
        impl $sessions {
            pub(super) async fn create_in_transaction(
                &self,
                record: &Record,
                creation: Creation<'_>,
            ) -> Result<Created> {
                refuse_nul(record)?;
                answer(async {
                    let created = self.create_at_once(record, creation).await?;
                    // A provider may have ended it while the transaction was open, and not seen it yet.
                    if matches!(created, Created::Session { .. }) && Self::WRITERS_OVERLAP {
                        let mut connection = self.pool.acquire().await?;
                        if is_ended!(connection, creation) {
                            let id = row_key(&record.id).to_vec();
                            query(sql::DELETE).bind(id).execute(&mut *connection).await?;
                            return Ok(Created::Ended);
                        }
                    }
                    Ok(created)
                })
                .await
            }

            async fn create_at_once(
                &self,
                record: &Record,
                creation: Creation<'_>,
            ) -> std::result::Result<Created, sqlx::Error> {
                let mut transaction = self.begin().await?;
                if is_ended!(transaction, creation) {
                    return Ok(Created::Ended);
                }
                if insertion!(record)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected()
                    == 0
                {
                    return Ok(Created::IdTaken);
                }
                for replaced in creation.replaces {
                    let id = row_key(replaced).to_vec();
                    query(sql::DELETE).bind(id).execute(&mut *transaction).await?;
                }
                let others = i64::try_from(creation.max_sessions.saturating_sub(1)).unwrap_or(i64::MAX);
                let surplus = query(sql::END_SURPLUS)
                    .bind(columns::text(record, columns::ISSUER).unwrap_or_default())
                    .bind(columns::text(record, columns::SUBJECT).unwrap_or_default())
                    .bind(row_key(&record.id).to_vec())
                    .bind(others)
                    .fetch_all(&mut *transaction)
                    .await?;
                let surplus = surplus
                    .iter()
                    .map(sql::read)
                    .collect::<std::result::Result<_, _>>()?;
                transaction.commit().await?;
                Ok(Created::Session { surplus })
            }
        }
    };
}

both!(creation);
