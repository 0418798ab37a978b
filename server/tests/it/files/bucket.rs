//! Files in a store that speaks S3: one in this process, which knows what `object_store` sends.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, Request, State},
    response::{IntoResponse as _, Response},
};
use http::header;
use server::files::S3Settings;
use store::{FileError, NewFile};
use tokio::net::TcpListener;

use super::{
    served::{import_into, import_with_settings},
    *,
};

/// The objects of a bucket by their paths; parts of uploads that are not complete begin with `?`.
#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Bucket {
    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    /// Starts the store and returns the settings for it.
    async fn serve(&self) -> S3Settings {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(server::serve::serve(listener, router, std::future::pending()));
        S3Settings {
            endpoint: endpoint.parse().unwrap(),
            region: "us-east-1".to_owned(),
            bucket: "files".to_owned(),
            access_key_id: "portico".to_owned(),
            secret_access_key: "hunter2".to_owned().into(),
        }
    }
}

async fn answer(
    State(bucket): State<Bucket>,
    Query(query): Query<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let signed = parts
        .headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap().to_owned());
    if !signed
        .unwrap_or_default()
        .starts_with("AWS4-HMAC-SHA256 Credential=portico/")
    {
        return StatusCode::FORBIDDEN.into_response();
    }
    let body: Bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let path = parts.uri.path().to_owned();
    let mut objects = bucket.0.lock().unwrap();
    let found = objects.get(&path).cloned();
    let part = query.get("partNumber");
    match (parts.method.as_str(), part) {
        ("PUT", None) => drop(objects.insert(path, body.into())),
        ("PUT", Some(part)) => drop(objects.insert(format!("?{path}?{part:0>5}"), body.into())),
        ("POST", _) if query.contains_key("uploads") => {
            return "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
                .into_response();
        }
        ("POST" | "DELETE", _) if query.contains_key("uploadId") => {
            let begin = format!("?{path}?");
            let names: Vec<_> = objects
                .keys()
                .filter(|name| name.starts_with(&begin))
                .cloned()
                .collect();
            let whole: Vec<u8> = names.iter().flat_map(|name| objects.remove(name).unwrap()).collect();
            if parts.method == Method::POST {
                objects.insert(path, whole);
                return "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>"
                    .into_response();
            }
        }
        ("DELETE", _) => drop(objects.remove(&path)),
        _ => match found {
            Some(object) => return content(&object, parts.headers.get(header::RANGE)),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    }
    (StatusCode::OK, [(header::ETAG, "\"1\"")]).into_response()
}

fn content(object: &[u8], range: Option<&http::HeaderValue>) -> Response {
    let known = [
        (header::ETAG, "\"1\""),
        (header::LAST_MODIFIED, "Mon, 30 Nov 2026 00:00:00 GMT"),
    ];
    let Some(range) = range else {
        return (known, object.to_vec()).into_response();
    };
    let (first, last) = range
        .to_str()
        .unwrap()
        .strip_prefix("bytes=")
        .unwrap()
        .split_once('-')
        .unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    let last = last.min(object.len() - 1);
    let of = format!("bytes {first}-{last}/{}", object.len());
    let part = object[first..=last].to_vec();
    (StatusCode::PARTIAL_CONTENT, known, [(header::CONTENT_RANGE, of)], part).into_response()
}

#[tokio::test]
async fn im_3_files_are_kept_in_a_bucket_and_served_from_there() {
    let bucket = Bucket::default();
    let settings = bucket.serve().await;
    let site = TestSite::configured(move |config| {
        config.files.kind = StorageKind::S3;
        config.files.s3 = Some(settings);
    })
    .await;
    let small = png(4, 4, "small");
    let large = png(5, 5, &"l".repeat(17 * 1024 * 1024));
    let files: [(&str, &[u8]); 3] = [
        ("a.md", b"---\nid: 101\n---\n![s](small.png) ![l](large.png)"),
        ("small.png", &small),
        ("large.png", &large),
    ];
    let report = import_into(&site, &files).await;
    assert_eq!((report.added, report.problems.len()), (1, 0), "{report:?}");
    assert_eq!(bucket.names().len(), 2);
    assert_eq!(site.database.number("SELECT count(*) FROM file_part").await, 0);
    let mut alice = site.sign_in("alice").await;
    let shown = alice.get("/docs/101/files/large.png").await;
    assert_eq!(shown.header("content-length"), large.len().to_string());
    assert!(shown.body.len() > 17 * 1024 * 1024 && shown.body.ends_with("lll"));
    // What the bucket lost is an error, and the next import stores it again.
    bucket.0.lock().unwrap().clear();
    let lost = alice.get("/docs/101/files/small.png").await;
    assert_eq!(lost.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(import_into(&site, &files).await.unchanged, 1);
    assert_eq!(alice.get("/docs/101/files/small.png").await.status, StatusCode::OK);
}

#[tokio::test]
async fn im_3_a_bucket_that_does_not_answer_is_an_outage_and_leaves_documents_as_they_are() {
    // Nobody listens at this port, and no test gets it.
    let unreachable = "127.0.0.1:1";
    let mut settings = Bucket::default().serve().await;
    let working = settings.clone();
    settings.endpoint = format!("http://{unreachable}").parse().unwrap();
    let site = TestSite::configured(move |config| {
        config.files.kind = StorageKind::S3;
        config.files.s3 = Some(settings);
    })
    .await;
    let files: [(&str, &[u8]); 2] = [
        ("a.md", b"---\nid: 101\n---\n[p](p.pdf) the text"),
        ("p.pdf", b"%PDF-1.7"),
    ];
    let report = import_into(&site, &files).await;
    assert_eq!((report.added, report.unreadable), (0, 1), "{report:?}");
    assert!(
        report.problems[0].message.starts_with("`p.pdf` cannot be stored: "),
        "{report:?}"
    );
    let mut reachable = site.config.clone();
    reachable.files.s3 = Some(working);
    let report = import_with_settings(&site, &files, reachable.files).await;
    assert_eq!((report.added, report.unreadable), (1, 0), "{report:?}");
    let mut alice = site.sign_in("alice").await;
    assert!(alice.get("/docs/101").await.body.contains("the text"));
    let away = alice.get("/docs/101/files/p.pdf").await;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!away.body.contains(unreachable) && away.headers.get("content-disposition").is_none());
}

#[tokio::test]
async fn im_3_a_file_that_changes_while_it_is_stored_is_stored_nowhere() {
    let bucket = Bucket::default();
    let shelf = Shelf::sqlite().await;
    for kind in [StorageKind::Database, StorageKind::Folder, StorageKind::S3] {
        let settings = FileSettings {
            s3: Some(bucket.serve().await),
            ..settings(&shelf, kind)
        };
        let storage = settings.storage(&shelf.store).unwrap();
        let text = vec![b'x'; 12 * 1024 * 1024];
        let file = NewFile {
            hash: store::ContentHash::parse(&"a".repeat(64)).unwrap(),
            size: text.len() as u64,
            media_type: "application/octet-stream".to_owned(),
        };
        shelf
            .store
            .register_files(std::slice::from_ref(&file), shelf::NOW)
            .await
            .unwrap();
        for content in [&text[..], &text[1..], &[&text[..], b"more"].concat()] {
            let stored = storage.put(&file, &mut &*content).await;
            assert!(matches!(stored, Err(FileError::Changed)), "{kind:?}: {stored:?}");
            assert!(!storage.has(&file).await.unwrap());
            assert!(
                matches!(storage.read(&file.hash, 0, 10).await, Err(FileError::Missing)),
                "{kind:?}"
            );
        }
        storage.delete(&file.hash).await.unwrap();
    }
    assert_eq!(bucket.names(), [""; 0]);
    assert_eq!(shelf.database.number("SELECT count(*) FROM file_part").await, 0);
}
