//! Addresses of files, and how a download is named.

use std::fmt::Write as _;

use domain::DocumentId;

use crate::file_name::shortened;

/// The path at which a file of a document is served.
pub(crate) fn file_path(id: DocumentId, name: &str) -> String {
    format!("/docs/{id}/files/{}", encoded(name))
}

/// Percent-encodes all bytes but unreserved ones (RFC 3986 §2.3), which are a subset of what RFC 8187 leaves as it is.
fn encoded(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The value of `Content-Disposition` for a download (RFC 6266 §4.3, RFC 8187).
pub(crate) fn attachment(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-._ ".contains(c) {
            c
        } else {
            '_'
        }
    };
    let fallback: String = name.chars().map(plain).collect();
    format!(
        "attachment; filename=\"{fallback}\"; filename*=UTF-8''{}",
        encoded(name)
    )
}

/// The name of a file in addresses: the last part of its path, without what no address has (control characters, separators), not too long.
pub(super) fn name_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let clean = |c: char| {
        if c.is_control() || matches!(c, '\\' | '\u{fdd0}') {
            '_'
        } else {
            c
        }
    };
    let name: String = name.chars().map(clean).collect();
    let name = shortened(&name);
    // Browsers resolve these before they send an address.
    if matches!(&*name, "" | "." | "..") {
        "file".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_name::{MAX_NAME, numbered};

    #[test]
    fn im_3_names_are_encoded_whatever_is_in_them() {
        let id = DocumentId::new(7).unwrap();
        for (name, path) in [
            ("a.png", "/docs/7/files/a.png"),
            ("a b\"c'.png", "/docs/7/files/a%20b%22c%27.png"),
            ("a%2fb.png", "/docs/7/files/a%252fb.png"),
            ("ü#?.svg", "/docs/7/files/%C3%BC%23%3F.svg"),
        ] {
            assert_eq!(file_path(id, name), path);
        }
        assert_eq!(
            attachment("plan \"ü\".pdf"),
            "attachment; filename=\"plan ___.pdf\"; filename*=UTF-8''plan%20%22%C3%BC%22.pdf"
        );
    }

    #[test]
    fn im_3_names_have_no_control_characters_and_are_bounded() {
        assert_eq!(name_of("img/a\n\0b.png"), "a__b.png");
        assert_eq!(name_of("img/.."), "file");
        let long = format!("{}.png", "ü".repeat(300));
        let name = name_of(&long);
        assert!(name.len() <= MAX_NAME && name.ends_with("ü.png"), "{name}");
        assert_eq!(numbered("a.tar.gz", 2), "a.tar-2.gz");
        assert_eq!(numbered("Makefile", 3), "Makefile-3");
    }
}
