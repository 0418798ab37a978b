//! Made-up exports of every program, converted: what becomes of links, pictures, nesting, order, titles and dates, and of archives that are made to do
//! harm.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::{collections::BTreeMap, io::Write as _, path::Path};

use program_exports::{Conversion, ConversionOptions, ExportError, Program, RemarkKind, Workspace};
use zip::{ZipWriter, write::SimpleFileOptions};

mod bookstack;
mod confluence;
mod hostile;
mod notion;

/// A file of a made-up export.
type File<'a> = (&'a str, &'a [u8]);

/// A ZIP archive of files.
fn archive(files: &[File<'_>]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A converted export: its files by name.
#[derive(Debug)]
struct Converted {
    files: BTreeMap<String, Vec<u8>>,
    conversion: Conversion,
}

impl Converted {
    /// The front matter and the text of a document.
    fn document(&self, name: &str) -> (serde_json::Value, String) {
        let bytes = self
            .files
            .get(name)
            .unwrap_or_else(|| panic!("{name} in {:?}", self.files.keys()));
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (front, body) = text.split_once("\n\n").unwrap();
        (serde_json::from_str(front).unwrap(), body.to_owned())
    }

    fn documents(&self) -> Vec<&str> {
        let is_document = |name: &&str| !name.starts_with("files/");
        self.files.keys().map(String::as_str).filter(is_document).collect()
    }

    fn remarks(&self, kind: RemarkKind) -> Vec<String> {
        let of_kind = self.conversion.remarks.iter().filter(|remark| remark.kind == kind);
        of_kind
            .map(|remark| format!("{}:{}: {}", remark.file, remark.line, remark.message))
            .collect()
    }
}

fn convert_bytes(bytes: &[u8], options: &ConversionOptions) -> Result<Converted, ExportError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("export.zip");
    std::fs::write(&path, bytes).unwrap();
    let workspace = Workspace::new()?;
    let conversion = program_exports::convert(&path, &workspace.folder(), options)?.unwrap();
    let mut files = BTreeMap::new();
    read(&conversion.folder, "", &mut files);
    Ok(Converted { files, conversion })
}

fn read(dir: &Path, above: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{above}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

fn convert(files: &[File<'_>]) -> Converted {
    convert_bytes(&archive(files), &ConversionOptions::default()).unwrap()
}

fn private() -> ConversionOptions {
    ConversionOptions {
        is_private: true,
        ..ConversionOptions::default()
    }
}

fn with_program(program: Program) -> ConversionOptions {
    ConversionOptions {
        program: Some(program),
        ..ConversionOptions::default()
    }
}

/// Whether every part stands in a text, and none of the others.
#[track_caller]
fn assert_text(text: &str, parts: &[&str], others: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    for part in others {
        assert!(!text.contains(part), "{part:?} is in:\n{text}");
    }
}
