//! A running stand-in.

use crate::contract::Violation;
use crate::exchanges::Exchange;
use crate::faults::Faults;
use crate::host::{Dispatch, Host, Settings};
use crate::limits::Limits;
use crate::server::Server;
use crate::snapshot::{self, SnapshotError};
use crate::{Api, Clock, Credentials, Population, foundry, klustr, okta, zenml};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A stand-in for one API, listening until it is dropped.
pub struct Standin {
    api: Api,
    host: Arc<dyn Dispatch>,
    server: Server,
    credentials: Credentials,
}

/// Why a stand-in did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// A [`Standin`] in the making.
#[derive(Clone, Debug)]
#[must_use]
pub struct StandinBuilder {
    api: Api,
    population: Population,
    listen: SocketAddr,
    checked: bool,
    clock: Clock,
    limits: Limits,
    at_once: Option<u32>,
    faults: Faults,
    snapshot: Option<PathBuf>,
}

impl Standin {
    /// Starts a stand-in whose defaults are to be changed: seed 1, 50 users, any free port of 127.0.0.1.
    pub fn builder(api: Api) -> StandinBuilder {
        StandinBuilder {
            api,
            population: Population {
                seed: 1,
                users: 50,
                founded: DateTime::from_timestamp(1_577_836_800, 0).unwrap_or_default(),
            },
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            checked: cfg!(debug_assertions),
            clock: Clock::default(),
            limits: Limits::default(),
            at_once: None,
            faults: Faults::default(),
            snapshot: None,
        }
    }

    /// The API.
    #[must_use]
    pub fn api(&self) -> Api {
        self.api
    }

    /// Scheme, host and port: `http://127.0.0.1:40001`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// What a client takes as its base URL.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}{}", self.origin(), self.api.base_path())
    }

    /// What lets callers in.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The clock, to be read and moved.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.host.shared().clock
    }

    /// What goes wrong, to be planned.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.host.shared().faults
    }

    /// Agrees to a device login (RFC 8628, section 3.3) in place of the person with the user code, as a principal. Returns
    /// whether there is one that waits.
    #[must_use]
    pub fn agree(&self, user_code: &str, principal: &str) -> bool {
        self.host.shared().auth.agree(user_code, principal)
    }

    /// The last 100 exchanges, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.host.shared().exchanges.all()
    }

    /// How large the organisation was when it was made, and the seed that it follows from.
    #[must_use]
    pub fn population(&self) -> Population {
        self.host.shared().population
    }

    /// Writes its state into a file that [`StandinBuilder::snapshot`] goes on from. The file is replaced whole, or not at
    /// all.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub async fn save(&self, file: impl Into<PathBuf>) -> Result<(), SnapshotError> {
        Self::save_all([self], file).await
    }

    /// Writes the states of several stand-ins, each for an API of its own, into one file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub async fn save_all(
        standins: impl IntoIterator<Item = &Self>,
        file: impl Into<PathBuf>,
    ) -> Result<(), SnapshotError> {
        let file = file.into();
        let hosts: Vec<_> = standins
            .into_iter()
            .map(|one| Arc::clone(&one.host))
            .collect();
        let written = tokio::task::spawn_blocking(move || {
            let hosts: Vec<&dyn Dispatch> = hosts.iter().map(|host| &**host).collect();
            snapshot::write(&file, &hosts)
        });
        match written.await {
            Ok(written) => written,
            Err(problem) => std::panic::resume_unwind(problem.into_panic()),
        }
    }

    /// What to do when the control API is asked to save: the outcome is the file, or what went wrong. Only the first call
    /// counts.
    pub fn on_save<F>(&self, save: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<String, String>> + Send + 'static,
    {
        let save = move || -> BoxFuture<'static, _> { Box::pin(save()) };
        // A second one changes nothing, as documented.
        let _ = self.host.shared().on_save.set(Box::new(save));
    }

    /// Takes the violations so far: those that are taken do not fail the test.
    #[must_use]
    pub fn take_violations(&self) -> Vec<Violation> {
        self.host.shared().take_violations()
    }
}

impl std::fmt::Debug for Standin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Standin")
            .field("api", &self.api)
            .field("address", &self.server.address)
            .finish_non_exhaustive()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        let violations = self.take_violations();
        if !violations.is_empty() && !std::thread::panicking() && self.host.shared().checked {
            let lines: Vec<String> = violations.iter().map(Violation::to_string).collect();
            panic!("not as described:\n{}", lines.join("\n"));
        }
    }
}

impl StandinBuilder {
    /// What everything in the organisation is derived from. Default: 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.population.seed = seed;
        self
    }

    /// How many people the organisation has, from 1 to 1,000,000; what is outside is moved inside. Default: 50.
    pub fn users(mut self, users: u32) -> Self {
        self.population.users = users.clamp(1, 1_000_000);
        self
    }

    /// Where to listen. Default: a free port of 127.0.0.1.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Whether answers are held against the description, and violations make dropping the stand-in panic. Default: in
    /// debug builds.
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = checked;
        self
    }

    /// Stops the clock of the stand-in at a time.
    pub fn at(self, time: DateTime<Utc>) -> Self {
        self.clock.freeze(time);
        self
    }

    /// Which rate limits there are. Default: [`Limits::Generous`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Gives every caller `requests` in every bucket and every window of `per`.
    pub fn rate_limit(self, requests: u32, per: Duration) -> Self {
        self.limits(Limits::Fixed { requests, per })
    }

    /// How many requests are served at once. Default: no limit, or the vendor's with [`Limits::Published`].
    pub fn at_once(mut self, requests: u32) -> Self {
        self.at_once = Some(requests);
        self
    }

    /// Disturbs requests at random from the first one on; see [`Faults::random`]. Default: not at all.
    pub fn random_faults(self, seed: u64, rate: f64) -> Self {
        self.faults.random(seed, rate);
        self
    }

    /// Goes on from a snapshot in place of a new organisation: its seed, users and time count, not those set here.
    /// Default: a new organisation.
    pub fn snapshot(mut self, file: impl Into<PathBuf>) -> Self {
        self.snapshot = Some(file.into());
        self
    }

    /// Makes the organisation and starts to listen.
    ///
    /// # Errors
    ///
    /// When the address cannot be had, or the snapshot cannot be read.
    pub async fn start(self) -> Result<Standin, StartError> {
        let api = self.api;
        let listen = self.listen;
        let settings = Settings {
            population: self.population,
            clock: self.clock,
            checked: self.checked,
            limits: self.limits,
            at_once: self.at_once,
            faults: self.faults,
            snapshot: self.snapshot,
        };
        // A million users take seconds; others may go on meanwhile.
        let made = tokio::task::spawn_blocking(move || host(api, settings)).await;
        let host = match made {
            Ok(host) => host?,
            Err(problem) => std::panic::resume_unwind(problem.into_panic()),
        };
        let server = Server::start(listen, Arc::clone(&host))
            .await
            .map_err(|source| StartError::Listen {
                address: listen,
                source,
            })?;
        let origin = format!("http://{}", server.address);
        let credentials = Credentials::of(&host.shared().auth, api, &origin);
        Ok(Standin {
            api,
            host,
            server,
            credentials,
        })
    }
}

fn host(api: Api, settings: Settings) -> Result<Arc<dyn Dispatch>, SnapshotError> {
    Ok(match api {
        Api::Okta => Arc::new(Host::<okta::Okta>::new(settings)?),
        Api::Foundry => Arc::new(Host::<foundry::Foundry>::new(settings)?),
        Api::Zenml => Arc::new(Host::<zenml::Zenml>::new(settings)?),
        Api::Klustr => Arc::new(Host::<klustr::Klustr>::new(settings)?),
    })
}
