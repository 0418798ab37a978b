//! Contents of files in a folder, `ab/cd/…` by hash, for one machine. A content appears whole or not at all: it is written under a temporary
//! name, synchronised, and renamed.

use std::{
    fs,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWriteExt as _};

use super::{CheckedContent, ContentHash, FileError, FileStorage, NewFile, PART_SIZE};

/// Makes temporary names of one process unique.
static TEMPORARY: AtomicU64 = AtomicU64::new(0);

/// Contents in a folder.
#[derive(Debug, Clone)]
pub struct FolderFiles(PathBuf);

impl FolderFiles {
    /// Contents in `folder`, which is created with the first of them.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn path(&self, hash: &ContentHash) -> PathBuf {
        let digits = hash.as_str();
        let (first, rest) = digits.split_at(2);
        self.0.join(first).join(rest.get(..2).unwrap_or_default()).join(digits)
    }

    async fn write(
        &self,
        temporary: &Path,
        file: &NewFile,
        content: &mut (dyn AsyncRead + Send + Unpin),
    ) -> Result<(), FileError> {
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut written = options.open(temporary).await?;
        let mut content = CheckedContent::new(file, content);
        while let Some(part) = content.next().await? {
            written.write_all(&part).await?;
        }
        written.flush().await?;
        written.sync_all().await?;
        Ok(())
    }
}

#[async_trait]
impl FileStorage for FolderFiles {
    async fn has(&self, file: &NewFile) -> Result<bool, FileError> {
        match tokio::fs::symlink_metadata(self.path(&file.hash)).await {
            Ok(found) => Ok(found.is_file() && found.len() == file.size),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn put(&self, file: &NewFile, content: &mut (dyn AsyncRead + Send + Unpin)) -> Result<(), FileError> {
        let path = self.path(&file.hash);
        let parent = path.parent().unwrap_or(&self.0);
        tokio::fs::create_dir_all(parent).await?;
        let number = TEMPORARY.fetch_add(1, Ordering::Relaxed);
        let temporary = parent.join(format!("{}.{}.{number}.new", file.hash, std::process::id()));
        let written = self.write(&temporary, file, content).await;
        let written = match written {
            Ok(()) => tokio::fs::rename(&temporary, &path).await.map_err(FileError::from),
            Err(error) => Err(error),
        };
        match written {
            // The name is safe only once its folder is.
            Ok(()) => Ok(sync_folder(parent).await?),
            Err(error) => {
                // What remains under a temporary name is never read.
                let _ = tokio::fs::remove_file(&temporary).await;
                Err(error)
            }
        }
    }

    async fn read(&self, hash: &ContentHash, offset: u64, at_most: usize) -> Result<Vec<u8>, FileError> {
        let path = self.path(hash);
        let reading = tokio::task::spawn_blocking(move || {
            let mut file = fs::File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.take(at_most.min(PART_SIZE) as u64).read_to_end(&mut bytes)?;
            Ok::<_, io::Error>(bytes)
        });
        match reading.await.map_err(io::Error::other)? {
            Ok(bytes) if bytes.is_empty() => Err(FileError::Missing),
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(FileError::Missing),
            Err(error) => Err(error.into()),
        }
    }

    async fn delete(&self, hash: &ContentHash) -> Result<(), FileError> {
        match tokio::fs::remove_file(self.path(hash)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Makes the names in a folder survive a power failure, where the system can.
async fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        tokio::fs::File::open(folder).await?.sync_all().await?;
    }
    Ok(())
}
