//! Sessions in the keyring of the operating system.

use super::file::lock_file;
use super::{StoreLock, TokenStore};
use crate::{Error, ErrorKind};
use keyring_core::{CredentialStore, Entry};
use rolecall_client::{BoxFuture, Secret};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Keeps sessions in a keyring, through the crate `keyring-core`. Cloning shares it.
///
/// Which keyring is the program's choice: `apple-native-keyring-store`, `windows-native-keyring-store`,
/// `zbus-secret-service-keyring-store` and others make one. Windows keeps at most 2,560 bytes under a name, which a session
/// with a long access token exceeds. Keyrings have no locks, so a file keeps processes apart.
#[derive(Clone)]
pub struct KeyringStore {
    store: Arc<CredentialStore>,
    service: Arc<str>,
    lock: Arc<Path>,
}

impl KeyringStore {
    /// Sessions under the name of this service. `lock` is a file, made when it is needed, that holds nothing.
    #[must_use]
    pub fn new(store: Arc<CredentialStore>, service: &str, lock: impl Into<PathBuf>) -> Self {
        Self {
            store,
            service: service.into(),
            lock: lock.into().into(),
        }
    }

    /// Runs a call of the keyring, which may block or ask the user something, where that is no harm.
    fn call<T: Send + 'static>(
        &self,
        name: &str,
        call: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<Option<T>, Error>> {
        let (store, service) = (self.store.clone(), self.service.clone());
        let name = name.to_owned();
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || {
                store
                    .build(&service, &name, None)
                    .and_then(|entry| call(&entry))
            });
            match done.await {
                Ok(Ok(value)) => Ok(Some(value)),
                Ok(Err(keyring_core::Error::NoEntry)) => Ok(None),
                Ok(Err(error)) => Err(failed(&error)),
                Err(_) => Err(Error::new(ErrorKind::Store, "the keyring was given up on")),
            }
        })
    }
}

/// Only what kind of failure it is: the error can hold what was stored.
fn failed(error: &keyring_core::Error) -> Error {
    use keyring_core::Error as E;
    let why = match error {
        E::NoStorageAccess(_) => "it cannot be opened, perhaps because it is locked",
        E::PlatformFailure(_) => "the operating system refused",
        E::TooLong(..) => "the session is too long for it",
        E::BadEncoding(_) | E::BadDataFormat(..) => "what is stored there is not a session",
        _ => "it does not do what is asked of it",
    };
    Error::new(
        ErrorKind::Store,
        format!("the keyring cannot be used: {why}"),
    )
}

impl TokenStore for KeyringStore {
    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, Error>> {
        Box::pin(lock_file(self.lock.to_path_buf()))
    }

    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, Error>> {
        let loaded = self.call(name, |entry| entry.get_password().map(Secret::from));
        Box::pin(loaded)
    }

    fn save<'a>(
        &'a self,
        lock: &'a StoreLock,
        name: &'a str,
        session: Option<Secret>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let lock = lock.clone();
        let saved = self.call(name, move |entry| {
            let saved = match &session {
                Some(session) => entry.set_password(session.expose()),
                None => entry.delete_credential(),
            };
            drop(lock);
            saved
        });
        Box::pin(async move { saved.await.map(|_| ()) })
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}
