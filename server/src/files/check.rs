//! Whether contents of files can be stored, for `portico check`.

use std::{path::Path, time::Duration};

use bff::error_chain;

use super::{
    s3::S3Files,
    settings::{FileSettings, StorageKind},
};

/// Longest wait for a store that speaks S3.
const PATIENCE: Duration = Duration::from_secs(20);

impl FileSettings {
    /// Writes and removes something small where contents are stored. The database is looked at by itself.
    ///
    /// # Errors
    /// Why nothing can be stored, with the key of the configuration.
    pub async fn check(&self) -> Result<(), String> {
        match (self.kind, &self.s3) {
            (StorageKind::Database, _) => Ok(()),
            (StorageKind::Folder, _) => check_folder(&self.folder),
            (StorageKind::S3, None) => Err("`files.bucket` is not set".to_owned()),
            (StorageKind::S3, Some(settings)) => {
                let unusable = |why: String| {
                    let (bucket, endpoint) = (&settings.bucket, &settings.endpoint);
                    format!("the bucket `{bucket}` at `{endpoint}` (`files.bucket`) cannot be used: {why}")
                };
                let files = S3Files::new(settings).map_err(|error| unusable(error_chain(&*error)))?;
                match tokio::time::timeout(PATIENCE, files.check()).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(unusable(error_chain(&error))),
                    Err(_) => Err(unusable("it does not answer".to_owned())),
                }
            }
        }
    }
}

/// The folder is made when the first file comes: until then, whatever is above it has to be writable.
fn check_folder(folder: &Path) -> Result<(), String> {
    let there = folder
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("."));
    let there = if there.as_os_str().is_empty() {
        Path::new(".")
    } else {
        there
    };
    let unusable = |error| {
        let folder = folder.display();
        format!(
            "the folder `{folder}` (`files.folder`) cannot be written: {error}; let Portico's user write in it, or choose another"
        )
    };
    tempfile::tempfile_in(there).map(drop).map_err(unusable)
}
