//! Archives and pages that are made to do harm: none of them writes outside of the temporary folder, fills the disk or the memory, or is half imported
//! without a word.

use crate::{
    documents::shelf::Shelf,
    programs::{File, PNG, archive},
};

#[tokio::test]
async fn im_9_entries_that_lead_out_of_the_archive_are_refused_by_name() {
    for shelf in Shelf::both().await {
        let files: [File<'_>; 5] = [
            (
                "Team/A.md",
                b"# A\n\n![x](../../../secret.png) ![y](..\\..\\secret.png)\n",
            ),
            ("../B.md", b"# B\n"),
            ("/tmp/C.md", b"# C\n"),
            ("C:\\D.md", b"# D\n"),
            ("Team/../../secret.png", PNG),
        ];
        let report = shelf.import_export(&files).await;
        assert_eq!((report.added, report.problems.len()), (1, 4), "{report:?}");
        assert_eq!(shelf.shelved().await, [("Team".to_owned(), "A".to_owned())]);
        assert!(!shelf.folder.path().join("secret.png").exists() && !shelf.folder.path().join("B.md").exists());
    }
}

#[tokio::test]
async fn im_9_a_file_that_packs_too_well_stops_the_import_before_anything_is_written() {
    for shelf in Shelf::both().await {
        let bomb = vec![b' '; 8 * 1024 * 1024];
        let error = shelf
            .refused_export(&archive(&[("Team/A.md", b"# A\n"), ("Team/uploads/x.png", &bomb)]))
            .await;
        assert!(error.to_string().contains("Team/uploads/x.png"), "{error}");
        assert_eq!(shelf.store.count().await.unwrap(), 0);
    }
}
