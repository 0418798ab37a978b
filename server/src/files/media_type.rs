//! What a file is, by its first bytes alone: neither its name nor anybody's word counts. Only what is in this list is shown in pages;
//! everything else is bytes to be downloaded.

/// A type that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    Png,
    Jpeg,
    Gif,
    WebP,
    Avif,
    Svg,
    Pdf,
    /// Any other content.
    Other,
}

impl MediaType {
    const ALL: [Self; 8] = [
        Self::Png,
        Self::Jpeg,
        Self::Gif,
        Self::WebP,
        Self::Avif,
        Self::Svg,
        Self::Pdf,
        Self::Other,
    ];

    /// The type of a file that begins with `head`.
    pub(super) fn of(head: &[u8]) -> Self {
        let is_riff = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
        if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if head.starts_with(b"\xff\xd8\xff") {
            Self::Jpeg
        } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            Self::Gif
        } else if is_riff {
            Self::WebP
        } else if is_avif(head) {
            Self::Avif
        } else if head.starts_with(b"%PDF-") {
            Self::Pdf
        } else if is_svg(head) {
            Self::Svg
        } else {
            Self::Other
        }
    }

    /// As the database and the header `Content-Type` have it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
            Self::Svg => "image/svg+xml",
            Self::Pdf => "application/pdf",
            Self::Other => "application/octet-stream",
        }
    }

    /// What the database has; unknown texts are any other content.
    pub(crate) fn parse(text: &str) -> Self {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.unwrap_or(Self::Other)
    }

    /// Whether browsers may show it in an `<img>`.
    pub(crate) const fn is_picture(self) -> bool {
        !matches!(self, Self::Pdf | Self::Other)
    }
}

/// An ISO base media file with the brand of AVIF, among the first it names.
fn is_avif(head: &[u8]) -> bool {
    let size = head
        .get(..4)
        .and_then(|size| size.try_into().ok())
        .map(u32::from_be_bytes);
    let Some(size) = size.and_then(|size| usize::try_from(size).ok()) else {
        return false;
    };
    if head.get(4..8) != Some(b"ftyp") || size < 16 {
        return false;
    }
    let brands = head.get(8..size.min(128).min(head.len())).unwrap_or_default();
    brands.chunks_exact(4).any(|brand| brand == b"avif" || brand == b"avis")
}

/// Whether the first element is `svg`, behind an XML declaration, comments and a document type.
fn is_svg(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last letter may be cut off.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!--") {
            "-->"
        } else if rest
            .get(..9)
            .is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"))
            && !rest.contains('[')
        {
            ">"
        } else {
            break;
        };
        let Some((_, behind)) = rest.split_once(end) else {
            return false;
        };
        rest = behind.trim_start();
    }
    let name = rest.strip_prefix("<svg").and_then(|behind| behind.chars().next());
    name.is_some_and(|next| next.is_whitespace() || matches!(next, '>' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_3_a_type_is_what_the_content_shows() {
        let known: [(&[u8], MediaType); 17] = [
            (b"\x89PNG\r\n\x1a\n\0\0", MediaType::Png),
            (b"\xff\xd8\xff\xe0", MediaType::Jpeg),
            (b"GIF89a<script>alert(1)</script>", MediaType::Gif),
            (b"RIFF\0\0\0\0WEBPVP8 ", MediaType::WebP),
            (b"RIFF\0\0\0\0WAVE", MediaType::Other),
            (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", MediaType::Avif),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif....", MediaType::Avif),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", MediaType::Other),
            (b"%PDF-1.7", MediaType::Pdf),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", MediaType::Svg),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg>",
                MediaType::Svg,
            ),
            (b"<svgx/>", MediaType::Other),
            (b"<html><svg></svg>", MediaType::Other),
            (b"<!-- <svg> --><html>", MediaType::Other),
            (b"<!--", MediaType::Other),
            (b"\xff\xfe<\0s\0v\0g\0", MediaType::Other),
            (b"", MediaType::Other),
        ];
        for (head, expected) in known {
            assert_eq!(MediaType::of(head), expected, "{}", head.escape_ascii());
        }
        for known in MediaType::ALL {
            assert_eq!(MediaType::parse(known.as_str()), known);
        }
        assert_eq!(MediaType::parse("text/html"), MediaType::Other);
    }
}
