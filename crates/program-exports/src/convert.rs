//! Converts an export: unpacks it, recognises its program, and writes its documents.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    ExportError, Folder, Limits, Origins, Program, Remark,
    archive::{Unpacking, is_archive},
    bookstack, confluence, names, notion, outline,
    output::Output,
    plain,
    tree::Tree,
};

/// How an export is converted.
#[derive(Debug, Clone, Default)]
pub struct ConversionOptions {
    /// The program it is of; `None` recognises it.
    pub program: Option<Program>,
    /// Whether its documents are private.
    pub is_private: bool,
    /// How much of it is read.
    pub limits: Limits,
}

/// A converted export.
#[derive(Debug)]
pub struct Conversion {
    /// The program it is of.
    pub program: Program,
    /// The folder of Markdown files.
    pub folder: PathBuf,
    /// What the next export of the same has in common with this one.
    pub source: String,
    /// Where the documents come from.
    pub origins: Origins,
    /// What does not arrive as it was.
    pub remarks: Vec<Remark>,
}

/// Converts an archive, or a folder if it is an export of a program, into files in `folder`. `None` for any other folder.
///
/// # Errors
/// [`ExportError`]; what is wrong with single files is among the remarks.
pub fn convert(input: &Path, folder: &Folder, options: &ConversionOptions) -> Result<Option<Conversion>, ExportError> {
    let limits = &options.limits;
    let name = input
        .file_name()
        .unwrap_or(input.as_os_str())
        .to_string_lossy()
        .into_owned();
    let failed = |source| ExportError::Read {
        path: input.to_owned(),
        source,
    };
    let is_folder = fs::metadata(input).map_err(failed)?.is_dir();
    let mut tree = match is_folder.then(|| Tree::of_folder(input, limits)) {
        None => unpack(input, &name, &folder.subfolder("unpacked")?, limits)?,
        Some(Ok(tree)) => tree,
        // Any folder is walked here; what is wrong with one of no program is stated where its files are imported.
        Some(Err(_)) if options.program.is_none() => return Ok(None),
        Some(Err(error)) => return Err(error),
    };
    let recognised = Program::of(&tree, limits).filter(|program| {
        // Other people begin their files with the titles as well.
        !is_folder || *program != Program::Outline || outline::has_uploads(&tree)
    });
    let program = match options.program.or(recognised) {
        Some(program) => program,
        None if is_folder => return Ok(None),
        None if Program::Markdown.check(&tree, limits, &name).is_ok() => Program::Markdown,
        None => return Err(ExportError::Unknown { name }),
    };
    program.check(&tree, limits, &name)?;
    // Named like the export: a first page without a title is called like its folder.
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let documents = folder.subfolder("documents")?.subfolder(&names::file(stem))?;
    let path = documents.path().to_owned();
    let remarks = std::mem::take(&mut tree.remarks);
    let mut output = Output::new(&tree, options, documents);
    output.remarks = remarks;
    let source = match program {
        Program::Confluence => confluence::convert(&mut output)?,
        Program::Notion => notion::convert(&mut output)?,
        Program::Outline => outline::convert(&mut output)?,
        Program::BookStack => bookstack::convert(&mut output)?,
        Program::Markdown => plain::convert(&mut output, &name)?,
    };
    Ok(Some(Conversion {
        program,
        folder: path,
        source,
        origins: output.origins,
        remarks: output.remarks,
    }))
}

/// Unpacks an archive. One that holds nothing but archives, as those of large workspaces are, is read as one with what these hold.
fn unpack(input: &Path, name: &str, folder: &Folder, limits: &Limits) -> Result<Tree, ExportError> {
    let mut unpacking = Unpacking::new(folder, limits);
    unpacking.unpack(input, name)?;
    let is_nest = !unpacking.tree.is_empty() && unpacking.tree.names().all(is_archive);
    if is_nest {
        let inside: Vec<_> = unpacking.tree.names().map(str::to_owned).collect();
        for name in inside {
            if let Some(file) = unpacking.tree.remove(&name) {
                unpacking.unpack(&file.path, &name)?;
                // It goes with the folder in any case.
                let _ = std::fs::remove_file(&file.path);
            }
        }
    }
    Ok(unpacking.tree)
}
