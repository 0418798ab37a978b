//! Exports, and the way back: what an import of the exported folder makes is what was exported (IM-8), on both databases.

use std::{collections::BTreeMap, path::Path, time::SystemTime};

use domain::PersonId;
use server::{
    export::{self, ExportOptions, ExportReport},
    import::ImportReport,
};
use store::{Snapshot, StoredDocument};

use crate::documents::shelf::{Shelf, options};

/// The moment of the tests: exports of documents that were written now must come back with that date.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap() + 1
}

/// Exports everything into a new folder.
async fn export_to(shelf: &Shelf, name: &str) -> ExportReport {
    let options = ExportOptions {
        dir: shelf.folder.path().join(name),
        folder: None,
        has_ids: true,
        now: now(),
    };
    export::run(&shelf.store, options, &mut |_| {}).await.unwrap()
}

/// Imports a folder that was exported.
async fn import_from(shelf: &Shelf, dir: &Path) -> ImportReport {
    let mut options = options(dir.to_owned());
    (options.owner, options.private, options.now) = (None, true, now());
    options.resolve_person = Box::new(|who| PersonId::parse(who).ok_or_else(|| format!("`{who}` is nobody")));
    shelf.run(options).await
}

/// Everything that the round trip preserves, by number.
struct Contents {
    documents: Vec<StoredDocument>,
}

async fn contents(shelf: &Shelf) -> Contents {
    let (mut snapshot, _): (Snapshot, u64) = shelf.store.snapshot().await.unwrap();
    Contents {
        documents: snapshot.documents(0, 10_000).await.unwrap(),
    }
}

/// Shows the first difference alone.
fn assert_same(found: &Contents, expected: &Contents) {
    for (found, expected) in found.documents.iter().zip(&expected.documents) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.documents.len(), expected.documents.len());
}

/// All files below a folder, by path.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

#[tokio::test]
async fn im_8_the_documents_of_the_demo_come_back_as_they_were() {
    for (shelf, other) in Shelf::both_with_demo().await.iter().zip(Shelf::both().await) {
        let report = export_to(shelf, "out").await;
        assert_eq!(
            (report.documents, report.problems.as_slice()),
            (demo::DOCUMENTS.len() as u64, [].as_slice())
        );
        let dir = shelf.folder.path().join("out");
        let imported = import_from(&other, &dir).await;
        assert_eq!(
            (imported.added, imported.problems.len()),
            (demo::DOCUMENTS.len(), 0),
            "{imported:?}"
        );
        assert_same(&contents(&other).await, &contents(shelf).await);
        export_to(&other, "again").await;
        assert_eq!(tree(&other.folder.path().join("again")), tree(&dir));
    }
}
