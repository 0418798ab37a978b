//! `[files]` and `images`: where pictures are stored, and which pictures of other sites are shown.

use std::path::Path;

use server::{config::ExternalImages, files::StorageKind};

use super::read;

#[test]
fn im_3_files_are_stored_in_the_database_a_folder_or_a_bucket() {
    let files = |text: &str| read(text, &[]).unwrap().files;
    let defaults = files("");
    assert_eq!(
        (defaults.kind, defaults.max_size),
        (StorageKind::Database, 20 * 1024 * 1024)
    );
    let folder = files("[files]\nkind = \"folder\"\nfolder = \"/srv/files\"\nmax_size = \"1MiB\"");
    assert_eq!(
        (folder.kind, &*folder.folder, folder.max_size),
        (StorageKind::Folder, Path::new("/srv/files"), 1 << 20)
    );
    let bucket =
        "[files]\nkind = \"s3\"\nendpoint = \"https://s3.example.com\"\nbucket = \"b\"\naccess_key_id = \"id\"\n";
    let secret = ("PORTICO_FILES_SECRET_ACCESS_KEY", "hunter2");
    let config = read(bucket, &[secret]).unwrap();
    let s3 = config.files.s3.clone().unwrap();
    assert_eq!((&*s3.bucket, &*s3.region), ("b", "us-east-1"));
    assert!(!format!("{config:?}").contains("hunter2"));
    // A bucket that nobody uses is not looked at.
    assert!(files("[files]\nbucket = \"b\"").s3.is_none());
    for (wrong, expected) in [
        ("kind = \"disk\"", "portico.toml:2: files.kind: "),
        ("max_size = \"0\"", "portico.toml:2: files.max_size: "),
        (
            "endpoint = \"http://s3.example.com\"",
            "portico.toml:2: files.endpoint: ",
        ),
    ] {
        let problems = read(&format!("[files]\n{wrong}"), &[]).unwrap_err();
        assert!(problems[0].starts_with(expected), "{wrong}: {problems:?}");
    }
    let missing = read("[files]\nkind = \"s3\"", &[]).unwrap_err();
    let keys: Vec<_> = ["endpoint", "bucket", "access_key_id", "secret_access_key"].into();
    assert_eq!(missing.len(), keys.len(), "{missing:?}");
    for key in keys {
        let names = |problem: &String| problem.contains(&format!("files.{key}: is missing"));
        assert!(missing.iter().any(names), "{key}: {missing:?}");
    }
}

#[test]
fn im_3_pictures_of_other_sites_are_allowed_refused_or_listed() {
    let images = |text: &str, variables: &[(&str, &str)]| read(text, variables).unwrap().images;
    assert_eq!(images("", &[]), ExternalImages::Allowed);
    assert_eq!(images("images = \"refused\"", &[]), ExternalImages::Refused);
    let hosts = ExternalImages::Hosts(vec!["a.example".to_owned(), "*.b.example".to_owned()]);
    assert_eq!(images("images = [\"a.example\", \"*.B.example\"]", &[]), hosts);
    assert_eq!(images("", &[("PORTICO_IMAGES", "a.example *.b.example")]), hosts);
    for wrong in [
        "images = \"https://a.example\"",
        "images = []",
        "images = [\"a;b\"]",
        "images = true",
    ] {
        let problems = read(wrong, &[]).unwrap_err();
        assert!(
            problems[0].starts_with("portico.toml:1: images: "),
            "{wrong}: {problems:?}"
        );
    }
}
