//! Which document does a file make? Its front matter speaks first, then what the importer said, then the file itself (its first heading, its
//! name, its folder). How it is written is in [`crate::store::writing`].

use std::path::Path;

use domain::{DocumentId, Group, PersonId, Visibility, text::nfc};
use sha2::{Digest, Sha256};

use super::{
    front_matter::{self, FrontMatter, Split, line_of},
    join,
};
use crate::{
    markdown::{self, Rendered},
    store::Draft,
};

/// Longest title, folder, owner or group, in characters.
const MAX_TEXT: usize = 200;

/// Most groups of one document.
const MAX_GROUPS: usize = 100;

/// What holds for a file that does not say otherwise.
pub(super) struct Defaults<'a> {
    /// Its folder, the prefix included.
    pub(super) folder: String,
    /// Put in front of a folder the file names.
    pub(super) prefix: &'a str,
    pub(super) owner: Option<&'a str>,
    pub(super) groups: &'a [String],
    pub(super) private: bool,
    pub(super) resolve: &'a (dyn Fn(&str) -> Result<PersonId, String> + Send + Sync),
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Line, from 1.
    pub line: usize,
    /// On one line.
    pub message: String,
}

impl Wrong {
    /// The same for lines counted from where the body starts.
    pub(super) fn below(self, body_line: usize) -> Self {
        Self {
            line: self.line + body_line - 1,
            ..self
        }
    }
}

/// A document before it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) id: Option<DocumentId>,
    /// Where the number stands.
    pub(super) id_line: usize,
    pub(super) title: String,
    pub(super) owner: PersonId,
    pub(super) owner_name: Option<String>,
    groups: Vec<Group>,
    is_private: bool,
    folder: String,
    pub(super) content: String,
    pub(super) body_line: usize,
}

impl Parsed {
    /// Of everything that makes the document, each part with its length, so that no two documents share one.
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
        for part in parts.into_iter().chain(groups) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        format!("{:x}", hash.finalize())
    }

    pub(super) fn into_draft(self, rendered: Rendered, source: String, source_hash: String) -> Draft {
        let visibility = Visibility::from_private(self.is_private);
        let Self {
            id,
            title,
            owner,
            groups,
            folder,
            content,
            ..
        } = self;
        Draft {
            id,
            title,
            owner,
            groups,
            visibility,
            folder,
            content,
            rendered,
            source,
            source_hash,
        }
    }
}

/// Reads a file.
///
/// # Errors
/// [`Wrong`]: the first mistake in it.
pub(super) fn parse(name: &str, text: &str, defaults: &Defaults<'_>) -> Result<Parsed, Wrong> {
    if let Some(before) = text.find('\0') {
        let line = text[..before].matches('\n').count() + 1;
        let message = "holds a NUL character, which no text of a document has".to_owned();
        return Err(Wrong { line, message });
    }
    let Split { yaml, body, body_line } = front_matter::split(text)?;
    let front = front_matter::parse(yaml)?;
    let wrong = |key: &str, message: String| Wrong {
        line: line_of(yaml, key),
        message,
    };
    let id = match front.id {
        Some(number) => Some(DocumentId::new(number).ok_or_else(|| {
            wrong(
                "id",
                format!("`id: {number}` is no document number: expected 1 or more"),
            )
        })?),
        None => None,
    };
    let title = title(&front, name, body).map_err(|message| wrong("title", message))?;
    let owner = owner(&front, defaults).map_err(|message| wrong("owner", message))?;
    let owner_name = match &front.owner_name {
        Some(given) => Some(line("owner_name", given).map_err(|message| wrong("owner_name", message))?),
        None => None,
    };
    let folder = match &front.folder {
        Some(given) => path(given)
            .map(|given| join(defaults.prefix, &given))
            .map_err(|message| wrong("folder", message))?,
        None => path(&defaults.folder).map_err(|message| wrong("folder", message))?,
    };
    let is_private = front.private.unwrap_or(defaults.private);
    let groups = groups(front, defaults).map_err(|message| wrong("groups", message))?;
    let (id_line, content) = (line_of(yaml, "id"), body.to_owned());
    Ok(Parsed {
        id,
        id_line,
        title,
        owner,
        owner_name,
        groups,
        is_private,
        folder,
        content,
        body_line,
    })
}

fn title(front: &FrontMatter, name: &str, body: &str) -> Result<String, String> {
    if let Some(title) = &front.title {
        return line("title", title);
    }
    let heading = markdown::first_heading(body).unwrap_or_default();
    let file_name = Path::new(name)
        .file_stem()
        .map(|stem| stem.to_string_lossy().replace(['-', '_'], " "));
    let title = if heading.is_empty() {
        file_name.unwrap_or_default()
    } else {
        heading
    };
    line("title", &title.chars().take(MAX_TEXT).collect::<String>())
}

fn owner(front: &FrontMatter, defaults: &Defaults<'_>) -> Result<PersonId, String> {
    let who = front.owner.as_deref().or(defaults.owner);
    let who = who.ok_or("has no owner: name one in the front matter (`owner: …`) or with --owner")?;
    line("owner", who)?;
    // Letter by letter, as providers compare who somebody is.
    (defaults.resolve)(who.trim())
}

fn groups(front: FrontMatter, defaults: &Defaults<'_>) -> Result<Vec<Group>, String> {
    let names = front
        .groups
        .map_or_else(|| defaults.groups.to_vec(), front_matter::OneOrMany::into_vec);
    if names.len() > MAX_GROUPS {
        return Err(format!(
            "`groups` has {} groups, more than the {MAX_GROUPS} that are allowed",
            names.len()
        ));
    }
    let mut groups = names
        .iter()
        .map(|name| line("groups", name).map(Group::new))
        .collect::<Result<Vec<_>, _>>()?;
    groups.sort();
    groups.dedup();
    Ok(groups)
}

/// One line of text with something in it, in NFC: macOS decomposes the letters of file names, and keyboards do not.
fn line(key: &str, text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("`{key}` is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("`{key}` holds control characters or more than one line"));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(format!("`{key}` is longer than {MAX_TEXT} characters"));
    }
    Ok(nfc(text))
}

/// A folder path: names with `/` between them; empty at the top.
fn path(text: &str) -> Result<String, String> {
    let names: Vec<&str> = text.split('/').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| matches!(*name, "." | "..")) {
        return Err(format!("`folder: {text}` holds `.` or `..`"));
    }
    if names.is_empty() {
        Ok(String::new())
    } else {
        line("folder", &names.join("/"))
    }
}
