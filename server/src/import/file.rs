//! From a file to a document: values of its front matter, then the import's options, then the file itself (first heading, name, folder). The crate
//! `store` writes it.

use domain::{DocumentId, Group, PersonId, RenderedHtml, Visibility};
use sha2::{Digest, Sha256};
use store::{DocumentSource, ImportedDocument, KnownDocument, UnchangedDocument};

pub use super::file_error::{FileError, FileWarning, WarningKind};
use super::{
    dates::FileDates,
    front_matter::{self, DraftMarker, OwnKeys},
    plausibility,
    read_back::ReadBack,
    title,
    values::{MAX_PERSON, at, line, line_up_to, path},
};
use crate::{link_paths::alias_paths, relative_path::join};

/// Most groups of one document.
const MAX_GROUPS: usize = 100;

/// Names of folders for drafts, as in Jekyll.
pub(crate) const DRAFT_FOLDERS: [&str; 4] = ["_drafts", "_draft", "drafts", "draft"];

/// What happens to drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drafts {
    /// They are left out.
    #[default]
    #[serde(rename = "leave-out")]
    LeftOut,
    /// They are imported as private, for their owner alone.
    Private,
}

/// Defaults for a file.
pub(super) struct Defaults<'a> {
    /// Its folder, the prefix included.
    pub(super) folder: String,
    /// Name of the imported folder.
    pub(super) root: &'a str,
    /// What the repository and the file know of its dates.
    pub(super) dates: FileDates,
    /// Its place in a book, in thousandths.
    pub(super) position: Option<i64>,
    /// Prefix of a folder that the file names.
    pub(super) prefix: &'a str,
    pub(super) owner: Option<&'a str>,
    pub(super) groups: &'a [String],
    pub(super) private: bool,
    pub(super) drafts: Drafts,
    /// Seconds since 1970 (UTC).
    pub(super) now: i64,
    pub(super) resolve: &'a (dyn Fn(&str) -> Result<PersonId, String> + Send + Sync),
}

/// What a file contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// A document.
    Document(Box<ParsedDocument>),
    /// A draft that is left out.
    LeftOut(DraftMarker),
}

/// A document before it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParsedDocument {
    pub(super) id: Option<DocumentId>,
    /// The line of `id`.
    pub(super) id_line: usize,
    pub(super) title: String,
    pub(super) owner: PersonId,
    pub(super) owner_name: Option<String>,
    groups: Vec<Group>,
    pub(super) is_private: bool,
    folder: String,
    /// Where it stands in its folder, in thousandths. Not hashed: another order is no change of the document.
    position: Option<i64>,
    /// The dates that the front matter gives.
    written: FileDates,
    /// Its dates. Not hashed where the front matter does not give them: another time of the file is no change of the document.
    dates: FileDates,
    /// Its addresses and names elsewhere.
    addresses: Vec<String>,
    pub(super) content: String,
    pub(super) body_line: usize,
    /// What is probably a mistake.
    pub(super) warnings: Vec<FileWarning>,
    /// Whether one of them is about the owner; it is dropped if they have signed in.
    pub(super) warns_of_owner: bool,
}

impl ParsedDocument {
    /// Hash of everything that makes the document, each part with its length, so that different documents have different hashes.
    pub(super) fn hash(&self) -> String {
        let groups = self.groups.iter().map(Group::as_str);
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        let private = if self.is_private { "private" } else { "public" };
        let parts = [
            &*id,
            &self.title,
            self.owner.as_str(),
            private,
            &self.folder,
            &self.content,
        ];
        let mut hash = Sha256::new();
        let dates = [("created", self.written.created), ("updated", self.written.updated)];
        let dates = dates.map(|(key, date)| date.map(|date| format!("{key}:{date}")));
        let dates = dates.iter().flatten().map(String::as_str);
        let addresses = self.addresses.iter().flat_map(|address| ["address", address]);
        for part in parts.into_iter().chain(groups).chain(dates).chain(addresses) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        format!("{:x}", hash.finalize())
    }

    /// The document with its rendered text.
    pub(super) fn into_document(
        self,
        rendered: RenderedHtml,
        source: DocumentSource,
        source_hash: String,
    ) -> ImportedDocument {
        let aliases = alias_paths(&source.path, &self.addresses);
        ImportedDocument {
            id: self.id,
            title: self.title,
            owner: self.owner,
            owner_name: self.owner_name,
            groups: self.groups,
            visibility: Visibility::from_private(self.is_private),
            folder: self.folder,
            position: self.position,
            created_at: self.dates.created,
            updated_at: self.dates.updated,
            content: self.content,
            rendered,
            source,
            files: Vec::new(),
            links: Vec::new(),
            aliases,
            source_hash,
        }
    }

    /// What an export compares.
    pub(super) fn into_read_back(self) -> ReadBack {
        ReadBack {
            title: self.title,
            owner: self.owner,
            owner_name: self.owner_name,
            groups: self.groups,
            is_private: self.is_private,
            folder: self.folder,
            position: self.position,
            dates: self.dates,
            content: self.content,
        }
    }

    /// The document, as it is in the database already.
    pub(super) fn unchanged(&self, known: &KnownDocument, source: DocumentSource, is_moved: bool) -> UnchangedDocument {
        UnchangedDocument {
            id: known.id,
            source,
            is_moved,
            position: self.position,
            is_reordered: known.position != self.position,
            owner: self.owner.clone(),
            owner_name: self.owner_name.clone(),
        }
    }
}

/// Parses a file.
///
/// # Errors
/// The first error in it.
pub(super) fn parse(name: &str, text: &str, defaults: &Defaults<'_>) -> Result<Content, FileError> {
    if let Some(before) = text.find('\0') {
        let line = text[..before].matches('\n').count() + 1;
        let message = "holds a NUL character, which no text of a document has".to_owned();
        return Err(FileError { line, message });
    }
    let front = front_matter::read(text, defaults.now)?;
    let unfinished = front.draft.or_else(|| in_draft_folder(name));
    let is_draft = unfinished.is_some();
    if let (Some(unfinished), Drafts::LeftOut) = (unfinished, defaults.drafts) {
        return Ok(Content::LeftOut(unfinished));
    }
    let keys = front.keys;
    let (owner, owner_line) = owner(&keys, defaults)?;
    let owner_name = keys
        .owner_name
        .as_ref()
        .map(|given| at(given, |text| line("owner_name", text)))
        .transpose()?;
    let folder = match &keys.folder {
        Some(given) => join(defaults.prefix, &at(given, |text| path(text))?),
        None => path(&defaults.folder).map_err(|message| FileError { line: 1, message })?,
    };
    let title = title::of(keys.title.as_ref(), name, &folder, defaults.root, &front.body)?;
    let groups = if is_draft { Vec::new() } else { groups(&keys, defaults)? };
    let mut warnings = Vec::new();
    let doubt = plausibility::owner_warning(&owner, &groups);
    let warns_of_owner = doubt.is_some();
    warnings.extend(doubt.map(|message| FileWarning {
        kind: WarningKind::Owner,
        line: owner_line,
        message,
    }));
    let groups_line = keys.groups.as_ref().map_or(1, |groups| groups.line);
    warnings.extend(plausibility::group_warnings(&groups).map(|message| FileWarning {
        kind: WarningKind::Group,
        line: groups_line,
        message,
    }));
    warnings.extend(front.warnings);
    Ok(Content::Document(Box::new(ParsedDocument {
        id: keys.id.as_ref().and_then(|id| DocumentId::new(id.value)),
        id_line: keys.id.map_or(1, |id| id.line),
        title,
        owner,
        owner_name,
        groups,
        is_private: is_draft || keys.private.map_or(defaults.private, |private| private.value),
        folder,
        position: front.position.or(defaults.position),
        written: front.dates,
        dates: front.dates.or(defaults.dates).plausible(defaults.now),
        addresses: front.addresses,
        content: front.body.into_owned(),
        body_line: front.body_line,
        warnings,
        warns_of_owner,
    })))
}

fn in_draft_folder(name: &str) -> Option<DraftMarker> {
    let (folders, _) = name.rsplit_once('/')?;
    let folder = folders
        .split('/')
        .find(|folder| DRAFT_FOLDERS.contains(&folder.to_lowercase().as_str()))?;
    Some(DraftMarker {
        line: 1,
        text: format!("folder {folder}/"),
    })
}

/// The owner, and the line that names them.
fn owner(keys: &OwnKeys, defaults: &Defaults<'_>) -> Result<(PersonId, usize), FileError> {
    let (who, number) = match (&keys.owner, defaults.owner) {
        (Some(owner), _) => (owner.value.as_str(), owner.line),
        (None, Some(owner)) => (owner, 1),
        (None, None) => {
            let message = "has no owner: name one in the front matter (`owner: …`) or with --owner".to_owned();
            return Err(FileError { line: 1, message });
        }
    };
    // Not normalised: subjects are compared exactly.
    let person = line_up_to("owner", who, MAX_PERSON).and_then(|_| (defaults.resolve)(who.trim()));
    let person = person.map_err(|message| FileError { line: number, message })?;
    Ok((person, number))
}

fn groups(keys: &OwnKeys, defaults: &Defaults<'_>) -> Result<Vec<Group>, FileError> {
    let (names, number) = match &keys.groups {
        Some(groups) => (groups.value.as_slice(), groups.line),
        None => (defaults.groups, 1),
    };
    let error_at = |message: String| FileError { line: number, message };
    if names.len() > MAX_GROUPS {
        return Err(error_at(format!(
            "`groups` has {} groups, more than the {MAX_GROUPS} that are allowed",
            names.len()
        )));
    }
    let mut groups = names
        .iter()
        .map(|name| line("groups", name).map(Group::new).map_err(error_at))
        .collect::<Result<Vec<_>, _>>()?;
    groups.sort();
    groups.dedup();
    Ok(groups)
}
