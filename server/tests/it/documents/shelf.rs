//! A library without a site: a real database in a temporary folder, the policy files as they are shipped, the five people of the demo.

use std::{
    cmp::Reverse,
    path::{Path, PathBuf},
    sync::Arc,
};

use bff::KeyRing;
use domain::{Access, Group, GroupMatch, Groups, Person, PersonId, Plan, ReportingLine, Sort, Visitor};
use policy::Policy;
use server::{
    files::FileSettings,
    import::{self, Drafts, ExportOptions, ImportOptions, ImportReport},
    library::LocalLibrary,
};
use store::{DocumentRow, Selection, Store, StoreError, Stretch};
use tempfile::TempDir;

use crate::support::Database;

pub(crate) const ISSUER: &str = "https://id.example";

/// 2026-06-01T12:00:00Z, when the imports of tests happen.
pub(crate) const NOW: i64 = 1_780_315_200;

pub(crate) struct Shelf {
    pub(crate) store: Store,
    pub(crate) library: LocalLibrary,
    pub(crate) database: Database,
    pub(crate) folder: TempDir,
}

impl Shelf {
    /// One on each database.
    pub(crate) async fn both() -> [Self; 2] {
        let postgres = Self::on(Database::postgres().await, TempDir::new().unwrap());
        [Self::sqlite().await, postgres.await]
    }

    /// The same, with the documents of the demo.
    pub(crate) async fn both_with_demo() -> [Self; 2] {
        let shelves = Self::both().await;
        for shelf in &shelves {
            shelf.seed().await;
        }
        shelves
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        Self::on(Database::sqlite(folder.path()), folder).await
    }

    pub(crate) async fn on(database: Database, folder: TempDir) -> Self {
        let store = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
        let library = LocalLibrary::new(store.clone(), Arc::new(policy()), KeyRing::ephemeral());
        Self {
            store,
            library,
            database,
            folder,
        }
    }

    async fn seed(&self) {
        let report = import::seed_demo(&self.store, demo::DOCUMENTS, &resolve).await.unwrap();
        assert_eq!(
            (report.added, report.problems.as_slice()),
            (demo::DOCUMENTS.len(), [].as_slice())
        );
    }

    /// Writes files into a folder and imports it with alice as owner of what names none.
    pub(crate) async fn import(&self, files: &[(&str, &[u8])]) -> ImportReport {
        let dir = self.write("files", files);
        self.run(options(dir)).await
    }

    pub(crate) async fn run(&self, options: ImportOptions) -> ImportReport {
        import::run(&self.store, options, &mut |_| {}).await.unwrap()
    }

    /// Writes files into a folder.
    pub(crate) fn write(&self, folder: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let dir = self.folder.path().join(folder);
        std::fs::create_dir_all(&dir).unwrap();
        for (name, bytes) in files {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        dir
    }

    /// Every document that is there, whoever may see it; the highest number first.
    pub(crate) async fn documents(&self) -> Vec<DocumentRow> {
        listed(&self.store, &[]).await.unwrap()
    }

    /// Those of them whose title or folder contains a word.
    pub(crate) async fn documents_with(&self, word: &str) -> Vec<DocumentRow> {
        listed(&self.store, &[word.to_owned()]).await.unwrap()
    }

    /// Title, and whether it is private, of everything somebody could find; by title.
    pub(crate) async fn titles(&self) -> Vec<(String, bool)> {
        let rows = self.documents().await;
        let mut titles: Vec<_> = rows
            .into_iter()
            .map(|row| (row.title, row.visibility.is_private()))
            .collect();
        titles.sort();
        titles
    }
}

/// What a list of everything shows that contains all words; the highest number first.
pub(crate) async fn listed(store: &Store, words: &[String]) -> Result<Vec<DocumentRow>, StoreError> {
    let plan = Plan {
        access: Access::All,
        group_match: GroupMatch::Id,
        is_exact: true,
    };
    let source = store
        .list_source(Selection {
            plan: &plan,
            folder: None,
            words,
        })
        .await?;
    let whole = Stretch {
        sort: Sort::default(),
        is_backward: false,
        from: None,
        candidates: 10_000,
        rows: 10_000,
    };
    let batch = store.list(&source, &whole).await?;
    assert!(batch.read_to.is_none(), "more documents than one batch holds");
    let mut rows: Vec<_> = batch.rows.into_iter().map(|(_, row)| row).collect();
    rows.sort_by_key(|row| Reverse(row.id));
    Ok(rows)
}

pub(crate) fn options(dir: PathBuf) -> ImportOptions {
    let owner = Some("alice".to_owned());
    ImportOptions {
        dir,
        snapshot: None,
        export: ExportOptions::default(),
        folder: None,
        owner,
        groups: vec![],
        private: false,
        drafts: Drafts::default(),
        source: None,
        prune: false,
        is_dry_run: false,
        now: NOW,
        files: FileSettings::default(),
        site: Some("https://portal.example/".parse().unwrap()),
        resolve_person: Box::new(resolve),
    }
}

pub(crate) fn resolve(who: &str) -> Result<PersonId, String> {
    if who == "nobody" {
        Err("`nobody` is nobody".to_owned())
    } else {
        Ok(PersonId::new(ISSUER, who))
    }
}

pub(crate) fn policy() -> Policy {
    Policy::load(&policy_folder()).unwrap()
}

pub(crate) fn policy_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies")
}

pub(crate) fn person(subject: &str, groups: &[&str], job_title: Option<&str>) -> Person {
    Person {
        id: PersonId::new(ISSUER, subject),
        name: subject.to_owned(),
        email: None,
        picture: None,
        job_title: job_title.map(str::to_owned),
        groups: Groups::Known(groups.iter().copied().map(Group::new).collect()),
        roles: Vec::new(),
        claims: "{}".to_owned(),
        group_match: GroupMatch::default(),
        group_names: std::collections::BTreeMap::new(),
        reporting_line: ReportingLine::default(),
    }
}

pub(crate) fn alice() -> Person {
    person("alice", &["Engineering"], None)
}

pub(crate) fn bob() -> Person {
    person("bob", &["Marketing"], None)
}

pub(crate) fn carol() -> Person {
    person("carol", &[], Some("CEO"))
}

pub(crate) fn dave() -> Person {
    person("dave", &[], None)
}

pub(crate) fn erin() -> Person {
    Person {
        roles: vec!["Admin".to_owned()],
        ..person("erin", &[], None)
    }
}

pub(crate) fn visitor(person: Person) -> Visitor {
    Visitor::Person(std::sync::Arc::new(person))
}
