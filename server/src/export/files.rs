//! Where the pictures and other files of documents lie in the exported folder: where the text of the first document that has them looks, so that the text stays as it is;
//! beside that document where this cannot be.

use std::collections::HashMap;

use domain::text::{fold_case, nfc};
use store::{ContentHash, FileError, FileStorage, NewFile, Snapshot, StoreError, StoredFile};
use tokio::io::AsyncWriteExt as _;

use super::{index::Index, layout::Layout, names::portable, output::Output, report::ExportError};
use crate::{
    files::{Catalogue, OtherFile, without_template},
    relative_path::{percent_decoded, resolve},
};

/// Documents whose files are looked up at once.
const PAGE: usize = 200;

/// A file of the exported folder.
#[derive(Debug)]
struct Placed {
    path: String,
    file: NewFile,
    /// The number of a document that has it.
    document: i64,
}

/// The files of the exported folder.
#[derive(Debug, Default)]
pub(super) struct PlacedFiles {
    files: Vec<Placed>,
    by_path: HashMap<String, usize>,
    /// By content and name, without regard to case: for wikis, which find a file wherever it is.
    by_name: HashMap<(ContentHash, String), usize>,
    catalogue: Catalogue,
}

impl PlacedFiles {
    /// Gives every file of the exported documents a place.
    pub(super) async fn read(snapshot: &mut Snapshot, index: &Index, mut layout: Layout) -> Result<Self, StoreError> {
        let mut placed = Self::default();
        let mut after = 0;
        for documents in index.documents().chunks(PAGE) {
            let Some(last) = documents.last() else { break };
            for file in snapshot.files(after, last.id).await? {
                let path = index
                    .get(file.document.number())
                    .and_then(|entry| entry.path.as_deref());
                if let Some(document) = path {
                    placed.place(&mut layout, document, file);
                }
            }
            after = last.id;
        }
        let other = |placed: &Placed| OtherFile {
            name: placed.path.clone(),
            path: std::path::PathBuf::new(),
            size: placed.file.size,
        };
        placed.catalogue = Catalogue::new(placed.files.iter().map(other).collect());
        Ok(placed)
    }

    fn place(&mut self, layout: &mut Layout, document: &str, stored: StoredFile) {
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = (stored.file.hash.clone(), fold_case(&stored.name));
        if stored.is_wiki && self.by_name.contains_key(&name) {
            return;
        }
        let path = wanted_path(folder, &stored);
        if let Some(placed) = path.as_ref().and_then(|path| self.at(path))
            && placed.file.hash == stored.file.hash
        {
            return;
        }
        let path = path.filter(|path| layout.take(path));
        // With an ending that no document has.
        let own = portable(&stored.name);
        let own = if is_document(&own) { format!("{own}.txt") } else { own };
        let path = path.unwrap_or_else(|| layout.free(folder, &own));
        let at = self.files.len();
        self.by_path.insert(path.clone(), at);
        self.by_name.entry(name).or_insert(at);
        self.files.push(Placed {
            path,
            file: stored.file,
            document: stored.document.number(),
        });
    }

    fn at(&self, path: &str) -> Option<&Placed> {
        self.files.get(*self.by_path.get(path)?)
    }

    /// What the import looks for files in.
    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The content of the file at a path.
    pub(super) fn hash(&self, path: &str) -> Option<&ContentHash> {
        self.at(path).map(|placed| &placed.file.hash)
    }

    /// The paths of files with this content: the one that has this name first, then the others.
    pub(super) fn with(&self, stored: &StoredFile) -> Vec<&str> {
        let hash = &stored.file.hash;
        let named = self.by_name.get(&(hash.clone(), fold_case(&stored.name)));
        let first = named.and_then(|at| self.files.get(*at)).map(|placed| &*placed.path);
        first.into_iter().collect()
    }

    pub(super) fn len(&self) -> u64 {
        self.files.len() as u64
    }

    /// Writes all of them, each verified by its hash.
    pub(super) async fn write(&self, storage: &dyn FileStorage, output: &Output) -> Result<(), ExportError> {
        for placed in &self.files {
            let written = write(placed, storage, output).await;
            written.map_err(|source| ExportError::Content {
                file: placed.path.clone(),
                document: placed.document,
                source,
            })?;
        }
        Ok(())
    }
}

async fn write(placed: &Placed, storage: &dyn FileStorage, output: &Output) -> Result<(), FileError> {
    use sha2::{Digest as _, Sha256};
    let NewFile { hash, size, .. } = &placed.file;
    let mut file = tokio::fs::File::from_std(output.create(&placed.path)?);
    let (mut offset, mut hasher) = (0, Sha256::new());
    while offset < *size {
        let part = storage.read(hash, offset, store::PART_SIZE).await?;
        if part.is_empty() {
            return Err(FileError::Missing);
        }
        hasher.update(&part);
        file.write_all(&part).await?;
        offset += part.len() as u64;
    }
    file.flush().await?;
    if ContentHash::of(hasher) == *hash {
        Ok(())
    } else {
        Err(FileError::Changed)
    }
}

/// Where a text in `folder` looks for its file first; `None` where no file of an export can be.
fn wanted_path(folder: &str, stored: &StoredFile) -> Option<String> {
    let target = stored.target.split(['?', '#']).next().unwrap_or_default().trim();
    let target = nfc(percent_decoded(&without_template(target).replace('\\', "/")));
    if target.is_empty() || target.ends_with('/') {
        return None;
    }
    let path = match target.strip_prefix('/') {
        Some(rooted) => resolve("", rooted)?,
        None => resolve(folder, &target)?,
    };
    let (above, last) = path.rsplit_once('/').unwrap_or(("", &path));
    // As the file was called, where the text has its name in another case.
    let name = if fold_case(last) == fold_case(&stored.name) {
        &stored.name
    } else {
        last
    };
    let path = crate::relative_path::join(above, name);
    let is_portable = path.split('/').all(|part| !part.is_empty() && portable(part) == part);
    (is_portable && !is_document(&path)).then_some(path)
}

/// Whether an import takes a file for a document.
fn is_document(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("md" | "markdown"))
}

#[cfg(test)]
mod tests {
    use domain::DocumentId;
    use sha2::Digest as _;

    use super::*;

    #[test]
    fn im_8_a_file_lies_where_its_document_looks_for_it() {
        for (target, name, expected) in [
            ("img/a.png", "a.png", Some("x/y/img/a.png")),
            ("../a.png?raw=1#top", "a.png", Some("x/a.png")),
            ("/img/a.png", "a.png", Some("img/a.png")),
            ("..\\img\\A%20b.png", "a b.png", Some("x/img/a b.png")),
            ("@site/static/a.png", "a.png", Some("static/a.png")),
            ("../../../a.png", "a.png", None),
            ("../.git/a.png", "a.png", None),
            ("a:b.png", "a:b.png", None),
            ("CON.png", "CON.png", None),
            ("a.md", "a.md", None),
            ("", "a", None),
        ] {
            let stored = StoredFile {
                document: DocumentId::new(1).unwrap(),
                is_wiki: false,
                target: target.to_owned(),
                name: name.to_owned(),
                file: NewFile {
                    hash: ContentHash::of(sha2::Sha256::new()),
                    size: 0,
                    media_type: String::new(),
                },
            };
            assert_eq!(wanted_path("x/y", &stored).as_deref(), expected, "{target}");
        }
    }
}
