//! Where sessions are kept between runs of a program.

mod file;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;

pub use file::FileStore;
#[cfg(feature = "keyring")]
pub use keyring::KeyringStore;
pub use memory::MemoryStore;

use super::Error;
use rolecall_client::{BoxFuture, Secret};
use std::fmt;
use std::sync::Arc;

/// Where sessions are kept between runs of a program: texts under names. What is in a text is a session's own business;
/// it holds secrets.
///
/// A session is renewed with the lock held, from before it is loaded until after it is saved, so that two processes never
/// show the same refresh token. `save` must have reached the disk, or whatever it is, when it returns: the refresh token in
/// it may be the only one that is still good.
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Keeps everyone else who locks, in this process and others, waiting until the lock is dropped.
    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, Error>>;

    /// The text under this name.
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, Error>>;

    /// Puts a text under this name, or removes it. Work that goes on when the future is dropped keeps a clone of the lock
    /// until it ends, so that nobody else writes beside it.
    fn save<'a>(
        &'a self,
        lock: &'a StoreLock,
        name: &'a str,
        session: Option<Secret>,
    ) -> BoxFuture<'a, Result<(), Error>>;
}

/// A lock of a [`TokenStore`]. Dropping its last clone releases it.
#[derive(Clone)]
pub struct StoreLock {
    _held: Arc<dyn Send + Sync>,
}

impl StoreLock {
    /// Whatever releases the lock when it is dropped.
    pub fn new(held: impl Send + Sync + 'static) -> Self {
        Self {
            _held: Arc::new(held),
        }
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}
