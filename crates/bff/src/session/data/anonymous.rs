//! The data store of a request without a session: reading finds nothing, writing fails.

use async_trait::async_trait;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

/// The store of a request without a session.
#[derive(Debug)]
pub(super) struct NoSession;

fn no_session<T>() -> Result<T> {
    Err(Error::Backend(
        "nobody is signed in: there is no session to keep data in".to_owned(),
    ))
}

#[async_trait]
impl SessionStore for NoSession {
    async fn create(&self, _: &mut Record) -> Result<()> {
        no_session()
    }

    async fn save(&self, _: &Record) -> Result<()> {
        no_session()
    }

    async fn load(&self, _: &Id) -> Result<Option<Record>> {
        Ok(None)
    }

    async fn delete(&self, _: &Id) -> Result<()> {
        Ok(())
    }
}
