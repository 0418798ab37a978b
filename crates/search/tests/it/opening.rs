//! Opening: an index that cannot be used is noticed, and nothing else is replaced.

use std::{
    fs,
    path::{Path, PathBuf},
};

use search::{Language, RebuildReason, SearchError, SearchIndex, Settings, State};
use tempfile::TempDir;

use super::shelf::{Shelf, number, open, paper, settings};

#[test]
fn a_missing_index_is_to_be_made() {
    let folder = TempDir::new().unwrap();
    let index = open(&folder.path().join("not/there/yet"));
    assert_eq!(index.state(), State::Rebuild(RebuildReason::Missing));
    assert_eq!(index.documents(), 0);
}

#[test]
fn an_index_goes_on_from_its_last_commit() {
    let shelf = Shelf::new(&[paper(1, "One", "x"), paper(2, "Two", "x")]);
    let mut writer = shelf.index.writer().unwrap();
    writer.put(&paper(3, "Three", "x").indexed()).unwrap();
    writer.put(&paper(1, "Uno", "x").indexed()).unwrap();
    writer.remove(number(2));
    assert_eq!(shelf.find("one "), [1], "not before it is committed");
    writer.commit(7).unwrap();
    drop(writer);
    for index in [shelf.index.clone(), open(shelf.folder.path())] {
        assert_eq!(index.state(), State::Complete { sequence: 7 });
        assert_eq!(index.documents(), 2);
        let shelf = Shelf {
            index,
            folder: TempDir::new().unwrap(),
        };
        assert_eq!((shelf.find("uno "), shelf.find("three ")), (vec![1], vec![3]));
        assert_eq!((shelf.find("one "), shelf.find("two ")), (vec![], vec![]));
    }
}

#[test]
fn putting_and_removing_again_is_harmless() {
    let shelf = Shelf::new(&[paper(1, "One", "x")]);
    let mut writer = shelf.index.writer().unwrap();
    for sequence in 2..6 {
        writer.put(&paper(1, "One", "x").indexed()).unwrap();
        writer.remove(number(9));
        writer.commit(sequence).unwrap();
    }
    assert_eq!((shelf.find("one "), shelf.index.documents()), (vec![1], 1));
}

#[test]
fn other_languages_and_origins_are_other_indexes() {
    let shelf = Shelf::new(&[paper(1, "One", "x")]);
    let other = Settings {
        languages: vec![Language::German],
        ..settings()
    };
    let index = SearchIndex::open(shelf.folder.path(), other).unwrap();
    assert_eq!(index.state(), State::Rebuild(RebuildReason::OtherVersion));
    assert_eq!(index.documents(), 0);
    let shelf = Shelf::new(&[paper(1, "One", "x")]);
    let other = Settings {
        origin: "another database".to_owned(),
        ..settings()
    };
    let index = SearchIndex::open(shelf.folder.path(), other).unwrap();
    assert_eq!(index.state(), State::Rebuild(RebuildReason::OtherVersion));
    let order_is_nothing = Settings {
        languages: vec![Language::French, Language::English, Language::German],
        ..settings()
    };
    let shelf = Shelf::new(&[paper(1, "One", "x")]);
    let index = SearchIndex::open(shelf.folder.path(), order_is_nothing).unwrap();
    assert_eq!(index.state(), State::Complete { sequence: 1 });
}

#[test]
fn a_rebuild_that_was_not_finished_begins_again() {
    let shelf = Shelf::new(&[paper(1, "One", "x")]);
    let mut writer = shelf.index.writer().unwrap();
    writer.begin_rebuild().unwrap();
    writer.put(&paper(2, "Two", "x").indexed()).unwrap();
    writer.commit(5).unwrap();
    drop(writer);
    let index = open(shelf.folder.path());
    assert_eq!(index.state(), State::Rebuild(RebuildReason::Unfinished));
    let mut writer = index.writer().unwrap();
    writer.begin_rebuild().unwrap();
    writer.put(&paper(1, "One", "x").indexed()).unwrap();
    writer.finish_rebuild(9).unwrap();
    assert_eq!((index.state(), index.documents()), (State::Complete { sequence: 9 }, 1));
}

/// The largest file of the index, beside the one that lists them.
fn largest(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder.join("index"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
    let files = files.filter(|path| !path.ends_with("meta.json"));
    files.max_by_key(size).unwrap()
}

/// Changes a file of the index.
type Damage = fn(&Path);

const DAMAGES: [Damage; 5] = [
    |folder| fs::write(folder.join("index/meta.json"), "{").unwrap(),
    |folder| fs::write(folder.join("index/meta.json"), "").unwrap(),
    |folder| fs::remove_file(largest(folder)).unwrap(),
    |folder| {
        let mut bytes = fs::read(largest(folder)).unwrap();
        bytes[0] ^= 0xff;
        fs::write(largest(folder), bytes).unwrap();
    },
    |folder| {
        let bytes = fs::read(largest(folder)).unwrap();
        fs::write(largest(folder), &bytes[..bytes.len() / 2]).unwrap();
    },
];

#[test]
fn damage_is_noticed_and_nothing_else_in_the_folder_is_touched() {
    for (number, damage) in DAMAGES.into_iter().enumerate() {
        let papers: Vec<_> = (1..50)
            .map(|id| paper(id, &format!("Title {id}"), "some words in a text"))
            .collect();
        let Shelf { index, folder } = Shelf::new(&papers);
        drop(index);
        fs::write(folder.path().join("mine.txt"), "mine").unwrap();
        damage(folder.path());
        let index = open(folder.path());
        let state = index.state();
        assert!(
            matches!(state, State::Rebuild(RebuildReason::Damaged(_))),
            "{number}: {state:?}"
        );
        assert_eq!(fs::read_to_string(folder.path().join("mine.txt")).unwrap(), "mine");
        let mut writer = index.writer().unwrap();
        writer.begin_rebuild().unwrap();
        writer.put(&paper(1, "One", "x").indexed()).unwrap();
        writer.finish_rebuild(2).unwrap();
        drop(writer);
        assert_eq!(open(folder.path()).state(), State::Complete { sequence: 2 });
    }
}

#[test]
fn there_is_one_writer() {
    let shelf = Shelf::new(&[paper(1, "One", "x")]);
    let writer = shelf.index.writer().unwrap();
    assert!(matches!(shelf.index.writer(), Err(SearchError::Locked)));
    let other = open(shelf.folder.path());
    assert!(matches!(other.writer(), Err(SearchError::Locked)));
    assert_eq!(other.documents(), 1, "reading goes on");
    drop(writer);
    shelf.index.writer().unwrap();
}

#[test]
fn an_index_that_somebody_writes_is_not_replaced() {
    let shelf = Shelf::new(&[paper(1, "One", "x")]);
    let _writer = shelf.index.writer().unwrap();
    let other = Settings {
        languages: Vec::new(),
        ..settings()
    };
    assert!(matches!(
        SearchIndex::open(shelf.folder.path(), other),
        Err(SearchError::Locked)
    ));
    assert_eq!(shelf.find("one "), [1]);
}

#[test]
fn a_folder_that_cannot_be_used_is_an_error() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(
        SearchIndex::open(&file, settings()),
        Err(SearchError::Folder { .. })
    ));
}
