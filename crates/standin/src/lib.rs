//! Stateful stand-ins for the four APIs, on real sockets: what one call writes another reads, and what the vendors refuse
//! these refuse.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use rolecall_standin::{Api, Standin};
//!
//! let okta = Standin::builder(Api::Okta).seed(1).users(200).start().await?;
//! println!("{} takes {}", okta.base_url(), okta.credentials().token);
//! # Ok(()) }
//! ```
//!
//! Every request and, in debug builds, every answer is held against the API's description. A violation is logged, and
//! dropping a [`Standin`] that has unexpected ones panics, so that the test that caused it fails.

#![forbid(unsafe_code)]

mod answer;
mod api;
pub mod auth;
mod clock;
pub mod contract;
mod control;
mod credentials;
mod exchanges;
mod faults;
mod host;
mod ids;
mod limits;
pub mod oauth;
mod pairs;
mod population;
mod request;
mod server;
pub mod service;
pub mod snapshot;
mod standin;
mod table;

mod foundry;
mod klustr;
mod okta;
mod zenml;

pub use answer::{Answer, Outcome};
pub use api::Api;
pub use clock::{Clock, millis};
pub use credentials::{Credentials, Endpoints, NamedCredential, OauthClient, PrivateKey};
pub use exchanges::Exchange;
pub use faults::{Fault, Faults, PlannedFault};
pub use ids::Ids;
pub use limits::{Limits, Rate, Window};
pub use population::{Person, Population, Team};
pub use request::{Request, RequestBody};
pub use snapshot::SnapshotError;
pub use standin::{Standin, StandinBuilder, StartError};
pub use table::Table;
