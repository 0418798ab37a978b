//! Files that change, are stored elsewhere, or belong to no document any more.

use super::*;

#[tokio::test]
async fn im_3_a_changed_picture_changes_its_document_and_nothing_else() {
    for shelf in Shelf::both().await {
        for kind in [StorageKind::Database, StorageKind::Folder] {
            let (one, two) = (png(1, 1, &format!("one {kind:?}")), png(2, 2, &format!("two {kind:?}")));
            let text: (&str, &[u8]) = ("a.md", b"![a](p.png)");
            let other: (&str, &[u8]) = ("b.md", b"no picture");
            import_with(&shelf, &[text, other, ("p.png", &one)], settings(&shelf, kind)).await;
            let report = import_with(&shelf, &[("p.png", &one)], settings(&shelf, kind)).await;
            assert_eq!((report.updated, report.unchanged), (0, 2));
            let report = import_with(&shelf, &[("p.png", &two)], settings(&shelf, kind)).await;
            assert_eq!((report.added, report.updated, report.unchanged), (0, 1, 1));
            assert!(html(&shelf, 1).await.contains("width=\"2\""));
        }
    }
}

#[tokio::test]
async fn im_3_files_that_no_document_has_are_removed_and_others_are_not() {
    for shelf in Shelf::both().await {
        let settings = settings(&shelf, StorageKind::Folder);
        let (one, two) = (png(1, 1, "one"), png(2, 2, "two"));
        let files: [(&str, &[u8]); 4] = [
            ("a.md", b"![a](p.png)"),
            ("b.md", b"![b](q.png)"),
            ("p.png", &one),
            ("q.png", &two),
        ];
        import_with(&shelf, &files, settings.clone()).await;
        let storage = settings.storage(&shelf.store).unwrap();
        let known = "SELECT count(*) FROM file";
        assert_eq!(shelf.database.number(known).await, 2);
        // The picture goes, and its bytes with it, but not at once: another import may be about to name it.
        import_with(&shelf, &[("a.md", b"text")], settings.clone()).await;
        assert_eq!(shelf.database.number(known).await, 2);
        assert_eq!(shelf.store.sweep_files(&*storage, shelf::NOW + 3_601).await.unwrap(), 1);
        assert_eq!(shelf.database.number(known).await, 1);
        assert_eq!(stored(&settings.folder).len(), 1, "the file in the folder");
        // A document in the trash keeps its files: it may come back.
        shelf.store.trash(&[id(2)]).await.unwrap();
        assert_eq!(shelf.store.sweep_files(&*storage, shelf::NOW + 3_601).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn im_3_an_import_after_another_storage_was_chosen_stores_everything_there() {
    for shelf in Shelf::both().await {
        let picture = png(1, 1, &"x".repeat(3 * 1024 * 1024));
        let files: [(&str, &[u8]); 2] = [("a.md", b"![a](p.png)"), ("p.png", &picture)];
        let folder = settings(&shelf, StorageKind::Folder);
        import_with(&shelf, &files, folder.clone()).await;
        let parts = "SELECT count(*) FROM file_part";
        assert_eq!(
            (stored(&folder.folder).len(), shelf.database.number(parts).await),
            (1, 0)
        );
        let report = import_with(&shelf, &files, settings(&shelf, StorageKind::Database)).await;
        assert_eq!(report.unchanged, 1);
        assert_eq!(shelf.database.number(parts).await, 4, "parts of 1 MiB");
        // What was lost is stored again.
        std::fs::remove_dir_all(&folder.folder).unwrap();
        import_with(&shelf, &files, folder.clone()).await;
        assert_eq!(stored(&folder.folder).len(), 1);
    }
}

/// All files below a folder.
fn stored(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}
