//! What is wrong with a file: an error that refuses it, or a warning about what is probably a mistake, each with its line.

/// An error of a file: front matter, title, owner, folder or Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Line, from 1.
    pub line: usize,
    /// One line of text.
    pub message: String,
}

/// Something in a file that is probably a mistake, or that does not arrive as its author meant it. The document is written nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileWarning {
    /// What it is about.
    pub kind: WarningKind,
    /// Line, from 1.
    pub line: usize,
    /// One line of text.
    pub message: String,
}

/// What a warning is about. Programs match on its [name](Self::name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WarningKind {
    /// An owner who is probably nobody.
    Owner,
    /// A group that is probably a list of groups.
    Group,
    /// A number that sorts nothing.
    Order,
    /// A date that is none.
    Date,
    /// A link to a document that is not there.
    Link,
    /// A picture that is not there, or is not shown.
    Picture,
    /// A linked file that is not there, or does not come along.
    File,
    /// A construct of another program that was removed or is shown as its source.
    Construct,
}

impl WarningKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Owner,
        Self::Group,
        Self::Order,
        Self::Date,
        Self::Link,
        Self::Picture,
        Self::File,
        Self::Construct,
    ];

    /// Its name in JSON: one lower-case word that does not change.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Group => "group",
            Self::Order => "order",
            Self::Date => "date",
            Self::Link => "link",
            Self::Picture => "picture",
            Self::File => "file",
            Self::Construct => "construct",
        }
    }

    /// The heading of its section in a report.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Owner => "owners",
            Self::Group => "groups",
            Self::Order => "order",
            Self::Date => "dates",
            Self::Link => "links",
            Self::Picture => "pictures",
            Self::File => "files",
            Self::Construct => "constructs",
        }
    }
}
