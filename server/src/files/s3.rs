//! Contents of files in a store that speaks S3, for replicas without a common disk whose database is to stay small. Requests go through the
//! HTTP client of this program, so there is one cryptography.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bff::Secret;
use http_body_util::BodyExt as _;
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::AmazonS3Builder,
    buffered::BufWriter,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
    },
    path::Path,
};
use store::{Cause, CheckedContent, ContentHash, FileError, FileStorage, NewFile, PART_SIZE};
use tokio::io::{AsyncRead, AsyncWriteExt as _};
use url::Url;

use crate::http_client::http_client;

/// Longest time of one request, which carries at most [`UPLOAD_PART`] bytes.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Retries of a request, and the time after which there are none: whoever waits for a page gives up after half a minute.
const MAX_RETRIES: usize = 3;
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of one part of an upload; what is smaller is sent at once. S3 asks for at least 5 MiB.
const UPLOAD_PART: usize = 8 * 1024 * 1024;

/// A bucket, and how to get at it.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// Address of the store.
    pub endpoint: Url,
    /// Region, which is part of signatures.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// Who signs.
    pub access_key_id: String,
    /// With what.
    pub secret_access_key: Secret,
}

/// Contents in a bucket, named as in a folder: `ab/cd/…`.
#[derive(Debug, Clone)]
pub(super) struct S3Files(Arc<dyn ObjectStore>);

impl S3Files {
    /// Contents in the bucket of `settings`.
    ///
    /// # Errors
    /// If no request can be made with the settings.
    pub(super) fn new(settings: &S3Settings) -> Result<Self, Cause> {
        let client = http_client(&settings.endpoint, TIMEOUT)?;
        let store = AmazonS3Builder::new()
            .with_endpoint(settings.endpoint.as_str().trim_end_matches('/'))
            .with_region(&settings.region)
            .with_bucket_name(&settings.bucket)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.expose())
            // The configuration allows plain http on this machine alone.
            .with_allow_http(settings.endpoint.scheme() == "http")
            .with_retry(RetryConfig {
                max_retries: MAX_RETRIES,
                retry_timeout: RETRY_TIMEOUT,
                ..RetryConfig::default()
            })
            .with_http_connector(Connector(client))
            .build()?;
        Ok(Self(Arc::new(store)))
    }

    /// Writes a few bytes beside the contents, and removes them.
    ///
    /// # Errors
    /// What the store answers.
    pub(super) async fn check(&self) -> Result<(), object_store::Error> {
        let path = Path::from("portico-check");
        self.0.put(&path, "written by `portico check`".into()).await?;
        self.0.delete(&path).await
    }

    async fn write(
        &self,
        upload: &mut BufWriter,
        file: &NewFile,
        content: &mut (dyn AsyncRead + Send + Unpin),
    ) -> Result<(), FileError> {
        let mut content = CheckedContent::new(file, content);
        while let Some(part) = content.next().await? {
            upload.write_all(&part).await?;
        }
        // Only this makes it a file of the bucket.
        Ok(upload.shutdown().await?)
    }
}

fn path(hash: &ContentHash) -> Path {
    let digits = hash.as_str();
    let part = |from: usize| digits.get(from..from + 2).unwrap_or_default();
    Path::from_iter([part(0), part(2), digits])
}

fn elsewhere(error: object_store::Error) -> FileError {
    FileError::Elsewhere(error.into())
}

#[async_trait]
impl FileStorage for S3Files {
    async fn has(&self, file: &NewFile) -> Result<bool, FileError> {
        match self.0.head(&path(&file.hash)).await {
            Ok(found) => Ok(found.size == file.size),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(elsewhere(error)),
        }
    }

    async fn put(&self, file: &NewFile, content: &mut (dyn AsyncRead + Send + Unpin)) -> Result<(), FileError> {
        let mut upload = BufWriter::with_capacity(Arc::clone(&self.0), path(&file.hash), UPLOAD_PART);
        let written = self.write(&mut upload, file, content).await;
        if written.is_err()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(
                error = bff::error_chain(&error),
                "an upload that failed could not be aborted"
            );
        }
        written
    }

    async fn read(&self, hash: &ContentHash, offset: u64, at_most: usize) -> Result<Vec<u8>, FileError> {
        let end = offset.saturating_add(at_most.min(PART_SIZE) as u64);
        match self.0.get_range(&path(hash), offset..end).await {
            Ok(bytes) if bytes.is_empty() => Err(FileError::Missing),
            Ok(bytes) => Ok(bytes.into()),
            Err(object_store::Error::NotFound { .. }) => Err(FileError::Missing),
            Err(error) => Err(elsewhere(error)),
        }
    }

    async fn delete(&self, hash: &ContentHash) -> Result<(), FileError> {
        match self.0.delete(&path(hash)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(elsewhere(error)),
        }
    }
}

/// The HTTP client of this program, as `object_store` calls it.
#[derive(Debug, Clone)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = request.map(reqwest::Body::wrap);
        let request = reqwest::Request::try_from(request).map_err(|error| failed(error, HttpErrorKind::Request))?;
        let response = self.0.execute(request).await.map_err(|error| {
            let kind = if error.is_timeout() {
                HttpErrorKind::Timeout
            } else if error.is_connect() {
                HttpErrorKind::Connect
            } else {
                HttpErrorKind::Request
            };
            failed(error, kind)
        })?;
        let response: http::Response<reqwest::Body> = response.into();
        Ok(response.map(|body| HttpResponseBody::new(body.map_err(|error| failed(error, HttpErrorKind::Interrupted)))))
    }
}

fn failed(error: reqwest::Error, kind: HttpErrorKind) -> HttpError {
    // Addresses hold names of buckets, never keys.
    HttpError::new(kind, error)
}
