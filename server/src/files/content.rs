//! Reads a file beside the documents: a regular one, within a limit, in parts. Nothing is decoded: type, width and height are read from its
//! first bytes.

use std::{
    fs,
    io::{self, Read as _},
};

use sha2::{Digest as _, Sha256};
use store::{ContentHash, Dimensions, NewFile, PART_SIZE};

use super::{catalogue::OtherFile, media_type::MediaType};

/// First bytes that show the type of a file.
const HEAD: usize = 64 * 1024;

/// Most pixels of a picture, and of one of its sides: a small file may say that it is larger, and fill the memory of whoever reads it.
const MAX_PIXELS: u64 = 100_000_000;
const MAX_SIDE: u32 = 32_767;

/// What is known of a file after reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) file: NewFile,
    pub(super) media_type: MediaType,
    /// Of a picture whose header shows them.
    pub(super) dimensions: Option<Dimensions>,
}

/// Reads a file of at most `max_size` bytes. The error continues a sentence that names the file.
pub(super) fn read(found: &OtherFile, max_size: u64) -> Result<Content, String> {
    let too_large =
        |size: u64| format!("which has {size} bytes, more than the {max_size} that are allowed (`files.max_size`)");
    // Known without opening it.
    if found.size > max_size {
        return Err(too_large(found.size));
    }
    let unreadable = |error: io::Error| format!("which cannot be read: {error}");
    let mut file = open(found).map_err(unreadable)?;
    let (mut hasher, mut size) = (Sha256::new(), 0_u64);
    let mut head = Vec::new();
    loop {
        let mut part = Vec::new();
        (&mut file)
            .take(PART_SIZE as u64)
            .read_to_end(&mut part)
            .map_err(unreadable)?;
        if part.is_empty() {
            break;
        }
        hasher.update(&part);
        size += part.len() as u64;
        // It may grow while it is read.
        if size > max_size {
            return Err(too_large(size));
        }
        if head.is_empty() {
            head = part;
        }
    }
    let media_type = MediaType::of(head.get(..HEAD).unwrap_or(&head));
    let dimensions = dimensions(media_type, &head)?;
    Ok(Content {
        file: NewFile {
            hash: ContentHash::of(hasher),
            size,
            media_type: media_type.as_str().to_owned(),
        },
        media_type,
        dimensions,
    })
}

/// Opens a file that is still the one that was found: regular, and reached without symbolic links. Opening a named pipe does not block.
pub(crate) fn open(found: &OtherFile) -> io::Result<fs::File> {
    let refused = |message: &str| io::Error::new(io::ErrorKind::InvalidInput, message.to_owned());
    if fs::canonicalize(&found.path)? != found.path {
        return Err(refused("it is a symbolic link"));
    }
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let file = options.open(&found.path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(refused("it is no regular file"))
    }
}

/// Width and height, as the header has them; an error if a picture is too large to be shown.
fn dimensions(media_type: MediaType, head: &[u8]) -> Result<Option<Dimensions>, String> {
    if !media_type.is_picture() || media_type == MediaType::Svg {
        return Ok(None);
    }
    // The header is a stranger's: a mistake in reading it must not end the import.
    let size = std::panic::catch_unwind(|| imagesize::blob_size(head).ok());
    let Some(size) = size.ok().flatten() else {
        return Ok(None);
    };
    let (Ok(width), Ok(height)) = (u32::try_from(size.width), u32::try_from(size.height)) else {
        return Err("which is too large to be shown".to_owned());
    };
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || width > MAX_SIDE || height > MAX_SIDE {
        return Err(format!("which has {width} × {height} pixels, too many to be shown"));
    }
    Ok((pixels > 0).then_some(Dimensions { width, height }))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::{fs::symlink, net::UnixListener};

    use super::*;

    /// What was a file when the folder was read may be something else when it is opened.
    #[test]
    fn im_3_what_became_a_link_a_pipe_or_a_socket_meanwhile_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("real")).unwrap();
        fs::write(root.join("real/a.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        symlink(root.join("real"), root.join("linked")).unwrap();
        symlink(root.join("real/a.png"), root.join("link.png")).unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(root.join("pipe.png")).status();
        assert!(pipe.unwrap().success());
        let _socket = UnixListener::bind(root.join("socket.png")).unwrap();
        let found = |name: &str| OtherFile {
            name: name.to_owned(),
            path: root.join(name),
            size: 8,
        };
        assert_eq!(read(&found("real/a.png"), 8).unwrap().media_type, MediaType::Png);
        for name in ["linked/a.png", "link.png", "pipe.png", "socket.png", "real", "gone.png"] {
            let refused = read(&found(name), 8).unwrap_err();
            assert!(refused.starts_with("which cannot be read: "), "{name}: {refused}");
        }
        assert!(read(&found("real/a.png"), 7).unwrap_err().contains("has 8 bytes"));
    }

    #[test]
    fn im_3_a_file_that_grew_meanwhile_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::File::create(root.join("a.png")).unwrap().set_len(1 << 40).unwrap();
        let found = OtherFile {
            name: "a.png".to_owned(),
            path: root.join("a.png"),
            size: 10,
        };
        assert!(read(&found, 3 << 20).unwrap_err().contains("has 4194304 bytes"));
    }
}
