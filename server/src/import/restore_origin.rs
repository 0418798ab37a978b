//! What is reported of a document that comes from an export names the file of the export and the line there.

use program_exports::Origins;

use super::prepare::{FileAction, PreparedFile};

impl PreparedFile {
    /// Gives it the name that it has in the export it comes from, and what is reported of it the lines there.
    pub(super) fn restore_origin(&mut self, origins: &Origins) {
        let converted = std::mem::take(&mut self.file.name);
        let line = |line: &mut usize| *line = origins.of(&converted, *line).1;
        match &mut self.step {
            FileAction::Write(_, details) | FileAction::Unchanged(_, details) => {
                line(&mut details.id_line);
                details.warnings.iter_mut().for_each(|warning| line(&mut warning.line));
            }
            FileAction::Refuse(error) | FileAction::Skip(error) => line(&mut error.line),
            FileAction::LeaveOut(marker) => line(&mut marker.line),
        }
        self.places.iter_mut().for_each(|place| line(&mut place.line));
        origins.of(&converted, 1).0.clone_into(&mut self.file.name);
    }
}
