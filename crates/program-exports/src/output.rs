//! Writes converted documents and their files, and remembers which file of the export each of them was.

use std::{
    collections::{HashMap, HashSet},
    fs,
    time::{Duration, UNIX_EPOCH},
};

use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    ConversionOptions, ExportError, Folder, Remark, RemarkKind, links, names,
    tree::{Tree, TreeFile},
    workspace::CopyError,
};

/// Where a converted document comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its file in the export.
    pub name: String,
    /// How many lines further down a line of the export stands in the document; `None` where lines do not correspond.
    shift: Option<i64>,
}

/// The origins of converted documents, by their names.
#[derive(Debug, Clone, Default)]
pub struct Origins(HashMap<String, Origin>);

impl Origins {
    /// The file of the export that a converted document was, and the line in it; unchanged for other documents.
    #[must_use]
    pub fn of<'a>(&'a self, name: &'a str, line: usize) -> (&'a str, usize) {
        let Some(Origin { name, shift }) = self.0.get(name) else {
            return (name, line);
        };
        let line = shift.and_then(|shift| usize::try_from(i64::try_from(line).ok()? - shift).ok());
        (name, line.unwrap_or(1).max(1))
    }
}

/// A document to be written.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// What it is known by, whatever its title is: its path without `.md`.
    pub(crate) identity: String,
    /// Its file in the export.
    pub(crate) origin: String,
    pub(crate) title: Option<String>,
    /// The titles of what it lies in, from the top.
    pub(crate) folder: Vec<String>,
    /// Its place in the order of the export, from 1.
    pub(crate) position: Option<usize>,
    /// Seconds since 1970.
    pub(crate) created: Option<i64>,
    /// Seconds since 1970.
    pub(crate) updated: Option<i64>,
    /// When its file was changed, as the archive states; many programs have the time of the export there, which changes no document.
    pub(crate) modified: Option<i64>,
    /// Values by name that may state who reads it, or that it is not finished.
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) body: String,
    /// The line of the export at which `body` begins; `None` where lines do not correspond.
    pub(crate) line: Option<usize>,
}

/// What is written.
pub(crate) struct Output<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) options: &'a ConversionOptions,
    folder: Folder,
    pub(crate) origins: Origins,
    pub(crate) remarks: Vec<Remark>,
    attached: HashMap<String, String>,
    /// Documents by their files in the export.
    pages: HashMap<String, String>,
    names: HashSet<String>,
}

impl<'a> Output<'a> {
    pub(crate) fn new(tree: &'a Tree, options: &'a ConversionOptions, folder: Folder) -> Self {
        Self {
            tree,
            options,
            folder,
            origins: Origins::default(),
            remarks: Vec::new(),
            attached: HashMap::new(),
            pages: HashMap::new(),
            names: HashSet::new(),
        }
    }

    pub(crate) fn remark(&mut self, kind: RemarkKind, file: &str, line: usize, message: impl Into<String>) {
        let (file, message) = (file.to_owned(), message.into());
        self.remarks.push(Remark {
            kind,
            file,
            line,
            message,
        });
    }

    /// States that a file of the export becomes the document of that identity, so that links find it.
    pub(crate) fn page(&mut self, file: &str, identity: &str) {
        self.pages.insert(file.to_owned(), identity.to_owned());
    }

    /// The text of a page; one that cannot be read is a remark.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.tree.text(name, self.options.limits.page);
        text.map_err(|why| self.remark(RemarkKind::Refused, name, 1, why)).ok()
    }

    /// Where a target leads from the file `from`, which becomes the document `identity`: another document, or a file that comes along then. `None` if
    /// it is nothing of the export.
    pub(crate) fn target(&mut self, from: &str, identity: &str, target: &str) -> Result<Option<String>, ExportError> {
        let (found, fragment) = links::candidates(from, target);
        for name in found {
            if let Some(page) = self.pages.get(&name) {
                let to = links::encoded(&links::relative(identity, &format!("{page}.md")));
                return Ok(Some(to + &fragment));
            }
            if let Some(file) = self.tree.find(&name) {
                let to = self.attach(&name, file)?;
                return Ok(Some(links::encoded(&links::relative(identity, &to))));
            }
        }
        Ok(None)
    }

    /// Copies a file once, under a name that depends on its path alone.
    fn attach(&mut self, name: &str, file: &TreeFile) -> Result<String, ExportError> {
        if let Some(attached) = self.attached.get(name) {
            return Ok(attached.clone());
        }
        let to = format!("files/{}/{}", names::digest(name), names::file(name));
        self.copy(name, file, &to)?;
        self.attached.insert(name.to_owned(), to.clone());
        Ok(to)
    }

    /// Copies a file; one that cannot be read is a remark.
    pub(crate) fn copy(&mut self, name: &str, file: &TreeFile, to: &str) -> Result<(), ExportError> {
        if file.size > self.options.limits.file {
            let message = format!(
                "has {} bytes, more than the {} that are allowed",
                file.size, self.options.limits.file
            );
            self.remark(RemarkKind::File, name, 1, message);
            return Ok(());
        }
        let copied = fs::File::open(&file.path).map_err(CopyError::Read);
        match copied.and_then(|mut opened| self.folder.copy(to, &mut opened)) {
            Ok(_) => Ok(()),
            Err(CopyError::Export(error)) => Err(error),
            Err(CopyError::Read(error)) => {
                self.remark(RemarkKind::File, name, 1, format!("cannot be read: {error}"));
                Ok(())
            }
        }
    }

    /// Writes a file that lies in no file of the export, such as a picture inside a page, and returns its path.
    pub(crate) fn embedded(&mut self, name: &str, bytes: &[u8]) -> Result<String, ExportError> {
        let to = format!("files/{}", names::file(name));
        if self.names.insert(to.clone()) {
            self.folder.write(&to, bytes)?;
        }
        Ok(to)
    }

    /// Writes a document. Two of one identity are one: the second is a remark.
    pub(crate) fn document(&mut self, document: Document) -> Result<(), ExportError> {
        let name = format!("{}.md", document.identity);
        if !self.names.insert(name.clone()) {
            let message = "has the identity of another page, which is imported instead";
            self.remark(RemarkKind::Refused, &document.origin, 1, message);
            return Ok(());
        }
        let (folder, is_whole) = names::folder(&document.folder);
        if !is_whole {
            let message = format!("lies deeper than folders are named here, and stands in `{folder}`");
            self.remark(RemarkKind::Construct, &document.origin, 1, message);
        }
        let front = self.front_matter(&document, &folder);
        // A JSON object on one line, a blank one, and the text.
        let text = format!("{front}\n\n{}", document.body);
        let path = self.folder.write(&name, text.as_bytes())?;
        if let Some(modified) = document.modified.and_then(|modified| u64::try_from(modified).ok()) {
            let modified = UNIX_EPOCH + Duration::from_secs(modified);
            let file = fs::File::options()
                .write(true)
                .open(&path)
                .map_err(ExportError::Write)?;
            file.set_modified(modified).map_err(ExportError::Write)?;
        }
        let shift = document.line.map(|line| 3 - i64::try_from(line).unwrap_or(1));
        let name_in_export = document.origin;
        self.origins.0.insert(
            name,
            Origin {
                name: name_in_export,
                shift,
            },
        );
        Ok(())
    }

    fn front_matter(&self, document: &Document, folder: &str) -> Value {
        let mut front = Map::new();
        let title = document.title.as_deref().and_then(names::title);
        let date = |seconds: Option<i64>| {
            OffsetDateTime::from_unix_timestamp(seconds?)
                .ok()?
                .format(&Rfc3339)
                .ok()
        };
        let mut put = |key: &str, value: Option<Value>| {
            front.extend(value.map(|value| (key.to_owned(), value)));
        };
        put("title", title.map(Value::from));
        put("folder", Some(Value::from(folder)));
        put("weight", document.position.map(|position| json!(position)));
        put("date", date(document.created).map(Value::from));
        put("lastmod", date(document.updated).map(Value::from));
        if self.options.is_private {
            put("private", Some(Value::Bool(true)));
        } else if !document.properties.is_empty() {
            // Read by the rules for front matter of others, which refuse what names its readers and leave out what is not finished.
            let properties = document
                .properties
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
            put("properties", Some(Value::Object(properties.collect())));
        }
        Value::Object(front)
    }

    /// Writes a file as it is, as a document that states everything itself.
    pub(crate) fn as_it_is(&mut self, name: &str, file: &TreeFile) -> Result<(), ExportError> {
        let to = names::path(name);
        self.copy(name, file, &to)?;
        let origin = Origin {
            name: name.to_owned(),
            shift: Some(0),
        };
        self.origins.0.insert(to, origin);
        Ok(())
    }
}
