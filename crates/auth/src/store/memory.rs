//! Sessions that end with the process.

use super::{StoreLock, TokenStore};
use crate::Error;
use rolecall_client::{BoxFuture, Secret};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Keeps sessions in memory: they end with the process. Cloning shares them.
#[derive(Clone, Default)]
pub struct MemoryStore {
    texts: Arc<Mutex<HashMap<String, Secret>>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl TokenStore for MemoryStore {
    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, Error>> {
        Box::pin(async { Ok(StoreLock::new(self.lock.clone().lock_owned().await)) })
    }

    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, Error>> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let found = texts.get(name).cloned();
        Box::pin(std::future::ready(Ok(found)))
    }

    fn save<'a>(
        &'a self,
        _: &'a StoreLock,
        name: &'a str,
        session: Option<Secret>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        match session {
            Some(session) => texts.insert(name.to_owned(), session),
            None => texts.remove(name),
        };
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
