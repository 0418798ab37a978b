//! The files of a document: which of its references mean a file beside it, by which names they are served, and what is not there.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use markdown::{Reference, ReferenceKind, Survey};
use store::{ContentHash, DocumentFile, LinkTarget};

use super::{
    address,
    catalogue::{Catalogue, OtherFile},
    content::{self, Content},
    missing::{self, MissingKind, MissingTarget, PlaceLink},
    resolve::{self, Place},
};
use crate::{
    file_name::numbered,
    link_paths::{self, DocumentPaths},
};

/// Most files of one document.
const MAX_FILES: usize = 500;

/// A file of a document, and where it lies.
#[derive(Debug, Clone)]
pub(crate) struct AttachedFile {
    pub(crate) file: DocumentFile,
    pub(crate) origin: OtherFile,
}

/// The files of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attached {
    pub(crate) files: Vec<AttachedFile>,
    pub(crate) missing: Vec<MissingTarget>,
    /// Where its links to documents lead.
    pub(crate) links: BTreeSet<LinkTarget>,
    /// Its links to places in other documents.
    pub(crate) places: Vec<PlaceLink>,
    /// The keys of the places in it.
    pub(crate) anchors: Vec<String>,
}

/// A file that was read, or why not.
type ReadContent = Arc<OnceLock<Result<Content, String>>>;

/// The files beside the documents of an import; each is read once, however many documents refer to it.
#[derive(Debug)]
pub(crate) struct Attachments {
    catalogue: Catalogue,
    documents: DocumentPaths,
    /// The address of this site without `/` at its end, if it is known.
    site: Option<String>,
    max_size: u64,
    contents: Mutex<HashMap<String, ReadContent>>,
    stored: Mutex<HashSet<ContentHash>>,
}

impl Attachments {
    /// Files of `catalogue`, of at most `max_size` bytes each, beside documents with the paths `documents`.
    pub(crate) fn new(catalogue: Catalogue, documents: DocumentPaths, max_size: u64) -> Self {
        Self {
            catalogue,
            documents,
            site: None,
            max_size,
            contents: Mutex::default(),
            stored: Mutex::default(),
        }
    }

    /// The same for a site with the address `site`.
    pub(crate) fn on_site(mut self, site: Option<&str>) -> Self {
        self.site = site.map(|site| site.trim_end_matches('/').to_owned());
        self
    }

    /// The files that a text refers to; `document` is its path below the imported folder, and `path` that below the source. Reads files, so it is for blocking threads. A text
    /// that cannot be parsed has none: rendering reports it.
    pub(crate) fn of(&self, document: &str, path: &str, text: &str) -> Attached {
        let mut files = FilesOfDocument::default();
        let Survey {
            references,
            addresses,
            anchors,
        } = markdown::survey(text).unwrap_or_default();
        for address in addresses {
            self.link_to_page(address, &mut files);
        }
        let own: HashSet<&str> = anchors.iter().map(String::as_str).collect();
        for reference in references {
            if reference.is_within() {
                if !files.has(false, false, &reference.target) && !missing::is_place(&own, &reference.target) {
                    let why = "and no place of this document has that name";
                    files.miss(MissingKind::Document, reference.line, &reference.target, why);
                }
                continue;
            }
            let is_wiki = matches!(reference.kind, ReferenceKind::WikiLink | ReferenceKind::WikiEmbed);
            let is_picture = reference.is_picture();
            if files.has(is_wiki, is_picture, &reference.target) {
                continue;
            }
            let place = Place {
                document,
                is_wiki,
                is_picture,
            };
            let kind = if is_picture {
                MissingKind::Picture
            } else {
                MissingKind::File
            };
            let mut miss = |why: &str| files.miss(kind, reference.line, &reference.target, why);
            let Some(origin) = resolve::find(&self.catalogue, place, &reference.target) else {
                if is_picture {
                    miss("which is not here");
                } else {
                    self.link(path, &reference, &mut files);
                }
                continue;
            };
            match self.content(origin) {
                Ok(content) if is_picture && !content.media_type.is_picture() => miss("which is no picture"),
                Ok(content) => files.add(is_wiki, &reference, content, origin),
                Err(why) => miss(&why),
            }
        }
        files.attached.anchors = anchors;
        files.attached
    }

    /// A reference to no file leads to a document, to a page of this site, or nowhere.
    fn link(&self, path: &str, reference: &Reference, files: &mut FilesOfDocument) {
        let Reference { kind, target, .. } = reference;
        if let Some(found) = self.documents.find(path, *kind, target) {
            files.attached.places.extend(PlaceLink::of(reference, found));
            files.attached.links.insert(LinkTarget {
                is_wiki: link_paths::is_wiki(*kind),
                target: target.clone(),
                path: found.to_owned(),
            });
        } else if let Some(page) = link_paths::document_page(target) {
            files.link(target.clone(), page.to_owned());
        } else if !link_paths::is_page(&reference.target) {
            let kind = if link_paths::is_document(reference.kind, &reference.target) {
                MissingKind::Document
            } else {
                MissingKind::File
            };
            files.miss(kind, reference.line, &reference.target, "which is not here");
        }
    }

    /// An address of this site written out in full may be that of a document.
    fn link_to_page(&self, address: String, files: &mut FilesOfDocument) {
        let Some(site) = &self.site else { return };
        let Some((begin, path)) = address.split_at_checked(site.len()) else {
            return;
        };
        if begin.eq_ignore_ascii_case(site)
            && let Some(page) = link_paths::document_page(path)
        {
            let page = page.to_owned();
            files.link(address, page);
        }
    }

    fn content(&self, origin: &OtherFile) -> Result<Content, String> {
        let cell = {
            let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(contents.entry(origin.name.clone()).or_default())
        };
        cell.get_or_init(|| content::read(origin, self.max_size)).clone()
    }

    /// Whether the content was not stored yet by this import; it counts as stored from now on.
    pub(crate) fn is_new(&self, hash: &ContentHash) -> bool {
        self.stored
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(hash.clone())
    }
}

/// The files of a document so far.
#[derive(Default)]
struct FilesOfDocument {
    attached: Attached,
    targets: HashSet<(bool, bool, String)>,
    added: HashSet<(bool, String)>,
    /// Which path has which name.
    names: HashMap<String, String>,
    taken: HashSet<String>,
}

impl FilesOfDocument {
    /// Whether the same target was met before; it was from now on.
    fn has(&mut self, is_wiki: bool, is_picture: bool, target: &str) -> bool {
        !self.targets.insert((is_wiki, is_picture, target.to_owned()))
    }

    /// A link to a page of this site.
    fn link(&mut self, target: String, path: String) {
        self.attached.links.insert(LinkTarget {
            is_wiki: false,
            target,
            path,
        });
    }

    fn miss(&mut self, kind: MissingKind, line: usize, target: &str, why: &str) {
        let message = missing::message(kind, target, why);
        self.attached.missing.push(MissingTarget { kind, line, message });
    }

    fn add(&mut self, is_wiki: bool, reference: &Reference, content: Content, origin: &OtherFile) {
        if self.names.len() >= MAX_FILES && !self.names.contains_key(&origin.name) {
            let why = format!("which does not come along: a document has at most {MAX_FILES} files");
            let kind = if content.media_type.is_picture() {
                MissingKind::Picture
            } else {
                MissingKind::File
            };
            return self.miss(kind, reference.line, &reference.target, &why);
        }
        if !self.added.insert((is_wiki, reference.target.clone())) {
            return;
        }
        let name = self.name(origin);
        self.attached.files.push(AttachedFile {
            file: DocumentFile {
                is_wiki,
                target: reference.target.clone(),
                name,
                file: content.file,
                dimensions: content.dimensions,
            },
            origin: origin.clone(),
        });
    }

    /// The name of a file, unlike that of any other file of the document.
    fn name(&mut self, origin: &OtherFile) -> String {
        if let Some(name) = self.names.get(&origin.name) {
            return name.clone();
        }
        let own = domain::text::nfc(address::name_of(&origin.name));
        let mut name = own.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = numbered(&own, number);
            number += 1;
        }
        self.names.insert(origin.name.clone(), name.clone());
        name
    }
}
