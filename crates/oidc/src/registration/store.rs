//! The store of a registration; whoever uses this crate implements it.

use std::fmt;

use async_trait::async_trait;
use serde_json::Value;

use super::error::StoreUnavailable;

/// Stores the registration of one client at one provider, once for all replicas. The value is a secret: a store seals it.
#[async_trait]
pub trait RegistrationStore: fmt::Debug + Send + Sync {
    /// The stored registration, if there is one that can be read.
    ///
    /// # Errors
    /// Where the store does not respond.
    async fn get(&self) -> Result<Option<Value>, StoreUnavailable>;
    /// Stores `registration` unless another replica was faster, and returns the one that is stored now.
    ///
    /// # Errors
    /// Where the store does not respond.
    async fn put_if_absent(&self, registration: &Value) -> Result<Value, StoreUnavailable>;
    /// Removes the registration if it is still `registration`.
    ///
    /// # Errors
    /// Where the store does not respond.
    async fn delete_if(&self, registration: &Value) -> Result<(), StoreUnavailable>;
}
