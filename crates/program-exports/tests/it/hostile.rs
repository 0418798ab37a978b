//! Archives and pages that are made to do harm.

use program_exports::{ConversionOptions, ExportError, Limits, Program, RemarkKind};
use std::io::Write as _;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{File, archive, convert, convert_bytes, with_program};

fn limited(limits: Limits) -> ConversionOptions {
    ConversionOptions {
        limits,
        ..ConversionOptions::default()
    }
}

fn page() -> File<'static> {
    ("Team/A.md", b"# A\n\ntext\n")
}

/// The place of a signature of a record in an archive.
fn find(bytes: &[u8], signature: &[u8]) -> usize {
    bytes
        .windows(signature.len())
        .position(|window| window == signature)
        .unwrap()
}

#[test]
fn im_9_links_pipes_and_devices_in_an_archive_are_refused() {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.start_file("Team/A.md", options).unwrap();
    writer.write_all(b"# A\n\n![x](uploads/link.png)\n").unwrap();
    writer
        .add_symlink("Team/uploads/link.png", "/etc/passwd", options)
        .unwrap();
    writer.start_file("Team/uploads/device", options).unwrap();
    let mut bytes = writer.finish().unwrap().into_inner();
    // The kind of the last entry, in the upper half of its attributes: a block device.
    let central = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[central + 40..central + 42].copy_from_slice(&0o060_644_u16.to_le_bytes());
    let converted = convert_bytes(&bytes, &ConversionOptions::default()).unwrap();
    let refused = converted.remarks(RemarkKind::Refused);
    assert!(refused.iter().any(|text| text.contains("symbolic link")), "{refused:?}");
    assert!(refused.iter().any(|text| text.contains("device")), "{refused:?}");
    assert_eq!(converted.files.len(), 1);
}

#[test]
fn im_9_bombs_are_not_unpacked() {
    let spaces = vec![b' '; 5 * 1024 * 1024];
    let bomb = archive(&[page(), ("Team/uploads/b.bin", &spaces)]);
    let error = convert_bytes(&bomb, &ConversionOptions::default()).unwrap_err();
    assert!(
        matches!(&error, ExportError::Bomb { name, .. } if name == "Team/uploads/b.bin"),
        "{error}"
    );
    let limits = Limits {
        total: 100,
        ..Limits::default()
    };
    let error = convert_bytes(&archive(&[page(), ("Team/uploads/b.bin", &[7; 200])]), &limited(limits)).unwrap_err();
    assert!(matches!(error, ExportError::TooLarge { limit: 100 }), "{error}");
    let inner = archive(&[("Team/uploads/b.bin", &spaces)]);
    let error = convert_bytes(&archive(&[("1.zip", &inner)]), &ConversionOptions::default()).unwrap_err();
    assert!(matches!(error, ExportError::Bomb { .. }), "{error}");
}

#[test]
fn im_9_archives_with_too_many_entries_are_refused_before_they_are_listed() {
    let names: Vec<_> = (0..20).map(|number| format!("Team/{number}.md")).collect();
    let files: Vec<File<'_>> = names.iter().map(|name| (name.as_str(), b"# A".as_slice())).collect();
    let limits = |entries| Limits {
        entries,
        ..Limits::default()
    };
    let error = convert_bytes(&archive(&files), &limited(limits(19))).unwrap_err();
    assert!(
        matches!(
            error,
            ExportError::TooManyEntries {
                found: 20,
                limit: 19,
                ..
            }
        ),
        "{error}"
    );
    assert!(convert_bytes(&archive(&files), &limited(limits(20))).is_ok());
    // Archives inside count as well.
    let inner = archive(&files);
    let error = convert_bytes(&archive(&[("1.zip", &inner), ("2.zip", &inner)]), &limited(limits(40))).unwrap_err();
    assert!(
        matches!(error, ExportError::TooManyEntries { found: 42, .. }),
        "{error}"
    );
}

#[test]
fn im_9_sizes_that_lie_do_not_get_past_the_limits() {
    let mut bytes = archive(&[page(), ("Team/uploads/b.bin", &[7; 3000])]);
    // The unpacked size of the second entry, in the list at the end.
    let central = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[central + 24..central + 28].copy_from_slice(&10_u32.to_le_bytes());
    let limits = Limits {
        file: 1000,
        ..Limits::default()
    };
    let converted = convert_bytes(&bytes, &limited(limits)).unwrap();
    let count = |kind| converted.remarks(kind).len();
    assert_eq!(
        count(RemarkKind::File) + count(RemarkKind::Refused),
        1,
        "{:?}",
        converted.conversion.remarks
    );
    assert_eq!(converted.files.len(), 1);
}

#[test]
fn im_9_files_over_the_limit_are_left_out_and_reported() {
    let limits = Limits {
        file: 1000,
        ..Limits::default()
    };
    let bytes = archive(&[
        ("Team/A.md", b"# A\n\n![x](uploads/b.png)\n"),
        ("Team/uploads/b.png", &[7; 3000]),
    ]);
    let converted = convert_bytes(&bytes, &limited(limits)).unwrap();
    assert_eq!(
        converted.remarks(RemarkKind::File).len(),
        1,
        "{:?}",
        converted.conversion.remarks
    );
    assert_eq!(converted.documents().len(), 1);
}

#[test]
fn im_9_encrypted_and_damaged_entries_are_refused_by_name() {
    let refused = |bytes: &[u8]| {
        let converted = convert_bytes(bytes, &with_program(Program::Outline)).unwrap();
        (converted.documents().len(), converted.remarks(RemarkKind::Refused))
    };
    let mut damaged = archive(&[page(), ("Team/B.md", b"# B\n\nwhat was written")]);
    let central = damaged.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    damaged[central + 16] ^= 0xff;
    let (documents, remarks) = refused(&damaged);
    assert!(
        documents == 1 && remarks.len() == 1 && remarks[0].starts_with("Team/B.md:1: cannot be unpacked"),
        "{remarks:?}"
    );
    let mut encrypted = archive(&[page(), ("Team/B.md", b"# B\n")]);
    let central = central_of(&encrypted);
    encrypted[central + 8] |= 1;
    let (documents, remarks) = refused(&encrypted);
    assert!(
        documents == 1 && remarks.len() == 1 && remarks[0].contains("encrypted"),
        "{remarks:?}"
    );
}

fn central_of(bytes: &[u8]) -> usize {
    bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap()
}

#[test]
fn im_9_what_is_no_whole_archive_is_refused() {
    let whole = archive(&[page()]);
    let cut = &whole[..whole.len() - 30];
    let gif = [b"GIF89a".as_slice(), &whole[..20]].concat();
    for bytes in [b"".as_slice(), b"PK", cut, &gif] {
        let error = convert_bytes(bytes, &ConversionOptions::default()).unwrap_err();
        assert!(matches!(error, ExportError::NotAnArchive { .. }), "{error}");
    }
    // What stands in front of an archive is not read: a picture that is an archive too is the archive.
    let both = [b"GIF89a".as_slice(), &whole].concat();
    assert_eq!(
        convert_bytes(&both, &ConversionOptions::default()).unwrap().documents(),
        ["Team/A.md"]
    );
}

#[test]
fn im_9_entries_that_share_their_bytes_are_refused() {
    let mut bytes = archive(&[("Team/A.md", b"# A\n\ntext\n"), ("Team/B.md", b"# B\n\ntext\n")]);
    // The second entry lies where the first one does.
    let central = central_of(&bytes);
    bytes[central + 42..central + 46].copy_from_slice(&0_u32.to_le_bytes());
    let error = convert_bytes(&bytes, &ConversionOptions::default()).unwrap_err();
    assert!(matches!(error, ExportError::Overlapping { .. }), "{error}");
}

#[test]
fn im_9_two_entries_of_one_name_are_never_one_document() {
    let mut bytes = archive(&[
        ("Team/A.md", b"# A\n\nfirst\n"),
        ("Team/B.md", b"# A\n\nsecond\n"),
        ("Team/a.md", b"# a\n"),
    ]);
    while bytes.windows(9).any(|window| window == b"Team/B.md") {
        let at = find(&bytes, b"Team/B.md");
        bytes[at + 5] = b'A';
    }
    let error = convert_bytes(&bytes, &ConversionOptions::default()).unwrap_err();
    assert!(error.to_string().contains("the same name"), "{error}");
    // Names that are one only in the end: the first one is read.
    let same = archive(&[("Team/A.md", b"# A\n\nfirst\n"), ("Team\\A.md", b"# A\n\nsecond\n")]);
    let converted = convert_bytes(&same, &ConversionOptions::default()).unwrap();
    assert!(converted.document("Team/A.md").1.contains("first"));
    assert!(
        converted.remarks(RemarkKind::Refused)[0].contains("twice"),
        "{:?}",
        converted.conversion.remarks
    );
}

#[test]
fn im_9_names_in_other_encodings_and_cases_are_files_of_their_own() {
    let mut bytes = archive(&[
        ("Team/Xber.md", b"# Xber\n"),
        ("Team/a.md", b"# a\n"),
        ("Team/A.md", b"# A\n"),
    ]);
    // Code page 437: 0x9A is the letter U with two dots.
    while bytes.windows(9).any(|window| window == b"Team/Xber") {
        let at = find(&bytes, b"Team/Xber");
        bytes[at + 5] = 0x9a;
    }
    let converted = convert_bytes(&bytes, &with_program(Program::Outline)).unwrap();
    assert_eq!(converted.documents(), ["Team/A.md", "Team/a.md", "Team/\u{dc}ber.md"]);
}

#[test]
fn im_9_pages_of_html_without_end_are_refused_and_large_tables_are_not_padded() {
    let page =
        |body: &str| format!("<html><body><div id=\"main-content\" class=\"wiki-content\">{body}</div></body></html>");
    let index = b"<ul><li><a href=\"1.html\">A</a></li></ul>".as_slice();
    let deep = page(&"<div>".repeat(50_000));
    let converted = convert(&[
        ("index.html", index),
        ("1.html", deep.as_bytes()),
        ("2.html", page("<p>x</p>").as_bytes()),
    ]);
    assert_eq!(
        (converted.documents(), converted.remarks(RemarkKind::Refused).len()),
        (vec!["2.md"], 1)
    );
    let wide = "x".repeat(100_000);
    let table = page(&format!(
        "<table><tr><td>{wide}</td></tr>{}</table>",
        "<tr><td>y</td></tr>".repeat(20_000)
    ));
    let converted = convert(&[("index.html", index), ("1.html", table.as_bytes())]);
    let size = converted.files["1.md"].len();
    assert!(size < table.len() * 2, "{size} bytes of {}", table.len());
}

#[test]
fn im_9_what_looks_like_nothing_is_refused_with_what_to_do() {
    let error = convert_bytes(&archive(&[("a.txt", b"x")]), &ConversionOptions::default()).unwrap_err();
    assert!(
        matches!(error, ExportError::Unknown { .. }) && error.to_string().contains("--from"),
        "{error}"
    );
    let error = convert_bytes(&archive(&[page()]), &with_program(Program::Confluence)).unwrap_err();
    assert!(
        matches!(error, ExportError::NotOf { .. }) && error.to_string().contains("as HTML"),
        "{error}"
    );
}
