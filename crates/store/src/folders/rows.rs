//! Documents of a plan in one folder or below it, some at a time: for those callers whose plan holds more than the policy allows.

use domain::{DocumentId, Plan};

use crate::{
    backend::Store,
    documents::{DocumentRow, DocumentRowColumns},
    error::StoreError,
    folder_ranges::Ranges,
    list::{condition, statement::Statement},
    sql::Dialect,
};

/// How many documents of a folder are looked at, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    /// 4,000: the policy is to decide about some of them.
    Near,
    /// 50,000: the walk passed many that a condition refuses. A tenth of a second.
    Far,
}

/// What of a folder is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderPart {
    /// The documents in the folder itself.
    Inside,
    /// The documents below it.
    Below,
}

impl FolderPart {
    /// Whether a document in `folder` is in this part of the folder `of`.
    #[must_use]
    pub fn holds(self, of: &str, folder: &str) -> bool {
        match self {
            Self::Inside => folder == of,
            Self::Below => folder.strip_prefix(of).is_some_and(|rest| rest.starts_with('/')),
        }
    }
}

impl Store {
    /// At most `limit` documents of the plan in this part of a folder, of the first 4,000 documents there.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn rows_of_folder(
        &self,
        plan: &Plan,
        folder: &str,
        part: FolderPart,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let ranges = match part {
            FolderPart::Inside => Ranges::exactly(folder),
            FolderPart::Below => Ranges::below(folder),
        };
        self.rows_among(plan, &ranges, Looked::Near, limit).await
    }

    /// At most `limit` documents of the plan in the first of the ranges.
    pub(super) async fn rows_among(
        &self,
        plan: &Plan,
        ranges: &Ranges,
        looked: Looked,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let Some(range) = ranges.iter().next() else {
            return Ok(Vec::new());
        };
        let most = match looked {
            Looked::Near => 4_000,
            Looked::Far => 50_000,
        };
        let statement = |dialect: &'static Dialect| {
            let mut statement = Statement::new(dialect);
            let (low, high) = (statement.text(&range.low), statement.text(&range.high));
            let condition = condition::plan(&mut statement, plan);
            statement.push(dialect.row);
            statement.push(&format!(
                " FROM (SELECT d.id FROM document d WHERE d.trashed_at IS NULL AND d.folder >= {low} AND d.folder < {high}
                     ORDER BY d.folder LIMIT {most}) AS near
                 JOIN document d ON d.id = near.id WHERE {condition} LIMIT {limit}"
            ));
            statement
        };
        let rows: Vec<DocumentRowColumns> = self.rows(statement).await?;
        rows.into_iter().map(DocumentRowColumns::row).collect()
    }

    /// Those of the documents that are there and not in the trash, in no order.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn rows_by_id(&self, ids: &[DocumentId]) -> Result<Vec<DocumentRow>, StoreError> {
        let ids: serde_json::Value = ids.iter().map(|id| id.number()).collect();
        let ids = ids.to_string();
        let statement = |dialect: &'static Dialect| {
            let mut statement = Statement::new(dialect);
            let (row, words) = (dialect.row, &dialect.words);
            let ids = statement.text(&ids);
            statement.push(&format!(
                "{row} FROM document d
                 WHERE d.trashed_at IS NULL AND d.id IN (SELECT CAST(w.value AS BIGINT) FROM {}({ids}{})",
                words.items_of, words.items_as
            ));
            statement
        };
        let rows: Vec<DocumentRowColumns> = self.rows(statement).await?;
        rows.into_iter().map(DocumentRowColumns::row).collect()
    }
}
