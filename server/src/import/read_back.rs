//! Reads the text of a file as an import would, for an export that has to know what comes back.

use domain::{Group, PersonId};

use super::{
    dates::FileDates,
    file::{self, Content, Defaults, Drafts},
};

/// What an import makes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadBack {
    pub(crate) title: String,
    pub(crate) owner: PersonId,
    pub(crate) owner_name: Option<String>,
    pub(crate) groups: Vec<Group>,
    pub(crate) is_private: bool,
    pub(crate) folder: String,
    pub(crate) position: Option<i64>,
    pub(crate) dates: FileDates,
    pub(crate) content: String,
}

/// The document that an import at the moment `now` makes of a file with the path `name` below the imported folder, whose front matter has everything; else
/// why it makes none.
pub(crate) fn read_back(name: &str, text: &str, now: i64) -> Result<ReadBack, String> {
    let resolve = |who: &str| PersonId::parse(who).ok_or_else(|| format!("`{who}` is nobody"));
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let defaults = Defaults {
        folder: folder.to_owned(),
        root: "",
        dates: FileDates::default(),
        position: None,
        prefix: "",
        owner: None,
        groups: &[],
        private: true,
        drafts: Drafts::LeftOut,
        now,
        resolve: &resolve,
    };
    match file::parse(name, text, &defaults) {
        Ok(Content::Document(parsed)) => Ok(parsed.into_read_back()),
        Ok(Content::LeftOut(marker)) => Err(format!("it would be left out as a draft, for `{}`", marker.text)),
        Err(error) => Err(error.message),
    }
}
