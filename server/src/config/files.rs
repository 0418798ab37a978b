//! `[files]`: what belongs together for each kind of storage.

use super::{
    reader::{Reader, Section},
    tables::FilesTable,
};
use crate::files::{FileSettings, S3Settings, StorageKind};

/// The settings; what a bucket needs must be written for it.
pub(super) fn settings(reader: &mut Reader, table: FilesTable) -> FileSettings {
    FileSettings {
        kind: table.kind,
        folder: table.folder.clone(),
        max_size: table.max_size as u64,
        s3: match table.kind {
            StorageKind::S3 => bucket(&mut reader.section("files".to_owned()), table),
            StorageKind::Database | StorageKind::Folder => None,
        },
    }
}

fn bucket(section: &mut Section<'_>, table: FilesTable) -> Option<S3Settings> {
    let endpoint = section.required("endpoint", table.endpoint);
    let bucket = section.required("bucket", table.bucket);
    let access_key_id = section.required("access_key_id", table.access_key_id);
    let secret_access_key = section.required("secret_access_key", table.secret_access_key);
    Some(S3Settings {
        endpoint: endpoint?,
        region: table.region,
        bucket: bucket?,
        access_key_id: access_key_id?,
        secret_access_key: secret_access_key?,
    })
}
