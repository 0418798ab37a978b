//! An archive of Markdown files that no program is recognised in: they come in as they are, with what they state themselves.

use crate::{ExportError, names, output::Output};

pub(crate) fn convert(output: &mut Output<'_>, name: &str) -> Result<String, ExportError> {
    let tree = output.tree;
    for (file, entry) in tree.files() {
        output.as_it_is(file, entry)?;
    }
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Ok(format!("archive/{}", names::one_line(name)))
}
