//! Which lookups a list is read by, and what else its rows are tested for.

use domain::{Access, Plan};

use super::{
    condition,
    lookups::{self, Kind, Lookup},
    statement::{Statement, Value},
    subtrees::Subtrees,
};
use crate::{
    backend::{Backend, Store, with_backend},
    error::{QueryError, StoreError},
    text::contains_nul,
};

/// Documents of a folder that are tested one by one. Of a larger folder, what the person can read is.
const SMALL_FOLDER: u32 = 1_000;

/// Lookups from which PostgreSQL is asked for fewer documents at a time: it reads all of them to the limit if that is beyond their first rows.
const MANY_LOOKUPS: usize = 128;

/// Which documents are listed.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// What the person can reach.
    pub plan: &'a Plan,
    /// Those directly in this folder; `None` for those of all folders.
    pub folder: Option<&'a str>,
    /// Words that title or folder contain ([`searchable`](crate::searchable)).
    pub words: &'a [String],
}

/// How a selection is read.
#[derive(Debug)]
pub struct ListSource<'a> {
    pub(super) selection: Selection<'a>,
    /// Together they find every document of the selection.
    pub(super) lookups: Vec<Lookup<'a>>,
    tests: Tests,
}

/// What has to be tested of a document that the lookups find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tests {
    permits: bool,
    folder: bool,
}

impl<'a> ListSource<'a> {
    /// Reads by the permits of the plan, if indices lead to them; otherwise all documents in order.
    pub(super) fn new(selection: Selection<'a>, subtrees: &Subtrees) -> Self {
        let folder = selection.folder.is_some();
        let by_folder = || Self::of(selection, selection.folder.map_or_else(Lookup::all, Lookup::folder));
        if selection.folder.is_some_and(contains_nul) {
            return Self::nothing(selection);
        }
        match &selection.plan.access {
            Access::None => Self::nothing(selection),
            Access::All => by_folder(),
            Access::Branches { permits, .. } => match lookups::of(permits, subtrees) {
                Some(lookups) => Self {
                    selection,
                    lookups: lookups.all.into_iter().collect(),
                    tests: Tests {
                        permits: lookups.is_wider,
                        folder,
                    },
                },
                None => by_folder(),
            },
        }
    }

    /// Reads by one lookup, and tests everything else.
    fn of(selection: Selection<'a>, lookup: Lookup<'a>) -> Self {
        let folder = selection.folder.is_some() && lookup.kind != Kind::Folder;
        Self {
            selection,
            lookups: vec![lookup],
            tests: Tests { permits: true, folder },
        }
    }

    fn nothing(selection: Selection<'a>) -> Self {
        Self {
            selection,
            lookups: Vec::new(),
            tests: Tests {
                permits: true,
                folder: true,
            },
        }
    }

    /// What is read.
    #[must_use]
    pub fn selection(&self) -> &Selection<'a> {
        &self.selection
    }

    /// Whether documents that the lookups find may be missing in the list.
    pub(super) fn is_tested(&self) -> bool {
        self.tests.folder || !self.selection.words.is_empty() || self.tests_plan()
    }

    fn tests_plan(&self) -> bool {
        match &self.selection.plan.access {
            Access::All => false,
            Access::None => true,
            Access::Branches { forbids, .. } => self.tests.permits || !forbids.is_empty(),
        }
    }

    /// What is tested of the document `d`, each part after ` AND `.
    pub(super) fn condition(&self, statement: &mut Statement) -> String {
        let Selection { plan, folder, words } = self.selection;
        let mut text = String::new();
        if let Some(folder) = folder.filter(|_| self.tests.folder) {
            text.push_str(" AND ");
            text.push_str(&condition::folder(statement, folder));
        }
        if !words.is_empty() {
            text.push_str(" AND ");
            text.push_str(&condition::words(statement, words));
        }
        if self.tests.permits {
            text.push_str(" AND ");
            text.push_str(&condition::plan(statement, plan));
        } else {
            text.push_str(&condition::forbids(statement, plan));
        }
        text
    }

    /// How many documents one statement looks at.
    pub(super) fn candidates(&self, wanted: u32, backend: &Backend) -> u32 {
        let most = match backend {
            Backend::Postgres(_) if self.lookups.len() > MANY_LOOKUPS => {
                u32::try_from(self.lookups.len() / 2).unwrap_or(u32::MAX)
            }
            Backend::Postgres(_) | Backend::Sqlite(_) => u32::MAX,
        };
        wanted.clamp(1, most)
    }
}

impl Store {
    /// Decides how a selection is read.
    ///
    /// A folder is read in order, and what the person cannot reach is left out, if it is small. In a large one there may be many thousands of
    /// such documents in a row: what the person can reach is read instead, and other folders are left out.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn list_source<'a>(&self, selection: Selection<'a>) -> Result<ListSource<'a>, StoreError> {
        let source = ListSource::new(selection, &self.subtrees(selection.plan).await?);
        match selection.folder {
            Some(folder) if source.tests.folder && !source.lookups.is_empty() && self.is_small(folder).await? => {
                Ok(ListSource::of(selection, Lookup::folder(folder)))
            }
            _ => Ok(source),
        }
    }

    async fn is_small(&self, folder: &str) -> Result<bool, StoreError> {
        let number: i64 = with_backend!(self, |backend| {
            let mut statement = Statement::new(backend.sql);
            let path = statement.value(Value::Text(folder.to_owned()));
            statement.push(&format!(
                "SELECT count(*) FROM (SELECT 1 FROM document WHERE folder = {path} AND trashed_at IS NULL LIMIT {}) AS counted",
                SMALL_FOLDER + 1
            ));
            let query = sqlx::query_scalar(&statement.text).bind(folder);
            Ok::<_, QueryError>(query.fetch_one(&backend.pool).await?)
        })?;
        Ok(number <= i64::from(SMALL_FOLDER))
    }
}
