//! Exports of other programs: made-up ones, as an archive and unpacked, imported on both databases and read by their readers.

use server::import::{ExportOptions, ImportError, ImportOptions, ImportReport};

use crate::documents::shelf::{Shelf, options};

mod hostile;
mod others;
mod outline;

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// A file of a made-up export.
pub(crate) type File<'a> = (&'a str, &'a [u8]);

/// A ZIP archive of files, as exporters write it.
pub(crate) fn archive(files: &[File<'_>]) -> Vec<u8> {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

impl Shelf {
    /// Options that import an archive of files.
    pub(crate) fn export(&self, name: &str, files: &[File<'_>]) -> ImportOptions {
        options(self.write("exports", &[(name, &archive(files))]).join(name))
    }

    pub(crate) async fn import_export(&self, files: &[File<'_>]) -> ImportReport {
        self.run(self.export("export.zip", files)).await
    }

    /// Imports an archive that cannot be imported at all.
    pub(crate) async fn refused_export(&self, bytes: &[u8]) -> ImportError {
        let path = self.write("exports", &[("export.zip", bytes)]).join("export.zip");
        server::import::run(&self.store, options(path), &mut |_| {})
            .await
            .unwrap_err()
    }

    /// Title and folder of everything, by folder and title.
    pub(crate) async fn shelved(&self) -> Vec<(String, String)> {
        let rows = self.documents().await;
        let mut found: Vec<_> = rows.into_iter().map(|row| (row.folder, row.title)).collect();
        found.sort();
        found
    }
}

pub(crate) fn public(mut options: ImportOptions) -> ImportOptions {
    options.export = ExportOptions {
        is_public: true,
        ..options.export
    };
    options
}
