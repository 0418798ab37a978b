//! Exports of other programs: the crate `program-exports` converts them into a folder of Markdown files, which is imported like any other. What is reported
//! names the files of the export, not those of that folder.

use std::{path::PathBuf, sync::Arc};

use program_exports::{Conversion, ConversionOptions, Limits, Origins, Program, RemarkKind, Workspace};

use super::{
    file_error::WarningKind,
    report::{ImportError, ImportProblem, ImportWarning},
};

/// What applies to exports of other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportOptions {
    /// The program; `None` recognises it.
    pub program: Option<Program>,
    /// Whether the documents are public. An export does not state who could read its pages, so they are private otherwise.
    pub is_public: bool,
}

impl ExportOptions {
    /// How an export is converted whose documents are private if `is_private`, with files of at most `max_size` bytes.
    pub(super) fn conversion(self, is_private: bool, max_size: u64) -> ConversionOptions {
        ConversionOptions {
            program: self.program,
            is_private,
            limits: Limits {
                file: max_size,
                ..Limits::default()
            },
        }
    }
}

/// A converted export, as the import sees it.
#[derive(Debug)]
pub(super) struct Export {
    pub(super) origins: Arc<Origins>,
    /// Whether the operator named its source; else it may be a part of what was exported before.
    has_named_source: bool,
    has_problems: bool,
    /// What could not be read of it.
    pub(super) problems: Vec<ImportProblem>,
    /// What does not arrive as it was.
    pub(super) warnings: Vec<ImportWarning>,
}

/// Of a folder that is no export: there is nothing to report, and its source is what it is.
impl Default for Export {
    fn default() -> Self {
        Self {
            origins: Arc::default(),
            has_named_source: true,
            has_problems: false,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// A converted export, which lies in its workspace.
pub(super) struct Converted {
    pub(super) workspace: Workspace,
    /// The folder that is imported instead.
    pub(super) folder: PathBuf,
    /// The name of its source, where the operator gave none.
    pub(super) source: String,
    pub(super) export: Export,
}

/// Converts what is to be imported, if it is an export: an archive, or a folder that one was unpacked into.
pub(super) async fn convert(
    input: PathBuf,
    conversion: ConversionOptions,
    has_named_source: bool,
) -> Result<Option<Converted>, ImportError> {
    let workspace = Workspace::new()?;
    let folder = workspace.folder();
    let converted = tokio::task::spawn_blocking(move || program_exports::convert(&input, &folder, &conversion));
    let Some(converted) = converted.await?? else {
        return Ok(None);
    };
    Ok(Some(Converted {
        workspace,
        folder: converted.folder.clone(),
        source: converted.source.clone(),
        export: Export::of(converted, has_named_source),
    }))
}

impl Export {
    fn of(converted: Conversion, has_named_source: bool) -> Self {
        let (mut problems, mut warnings) = (Vec::new(), Vec::new());
        for remark in converted.remarks {
            let kind = match remark.kind {
                RemarkKind::Refused => None,
                RemarkKind::File => Some(WarningKind::File),
                RemarkKind::Link => Some(WarningKind::Link),
                RemarkKind::Construct => Some(WarningKind::Construct),
            };
            let problem = ImportProblem {
                file: remark.file,
                line: remark.line,
                message: remark.message,
            };
            match kind {
                None => problems.push(problem),
                Some(kind) => warnings.push(ImportWarning { kind, problem }),
            }
        }
        Self {
            origins: Arc::new(converted.origins),
            has_named_source,
            has_problems: !problems.is_empty(),
            problems,
            warnings,
        }
    }

    /// Why documents without a file stay even where their removal is requested.
    pub(super) fn prevents_pruning(&self) -> Option<&'static str> {
        if self.has_problems {
            Some("not every file of the export could be read")
        } else if self.has_named_source {
            None
        } else {
            Some("an export may hold a part of what there is: name what it is an export of with `--source`")
        }
    }
}
