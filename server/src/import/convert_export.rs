//! What is to be imported may be an export of another program: then the folder that it is converted to is imported instead.

use program_exports::Workspace;

use super::{
    ImportError, ImportOptions,
    programs::{self, Export},
};

impl ImportOptions {
    /// Converts an export, and lets the options name the result.
    pub(super) async fn convert_export(&mut self) -> Result<(Option<Workspace>, Export), ImportError> {
        let is_folder = self.snapshot.is_none() && self.dir.is_dir();
        if !is_folder && !self.dir.is_file() {
            // A snapshot is never an export; where there is nothing, the walk states it.
            return Ok((None, Export::default()));
        }
        let is_private = self.private || !self.export.is_public;
        let conversion = self.export.conversion(is_private, self.files.max_size);
        let has_named_source = self.source.is_some();
        let converted = programs::convert(self.dir.clone(), conversion, has_named_source).await?;
        let Some(converted) = converted else {
            return Ok((None, Export::default()));
        };
        self.private = is_private;
        self.dir = converted.folder;
        self.source.get_or_insert(converted.source);
        Ok((Some(converted.workspace), converted.export))
    }
}
