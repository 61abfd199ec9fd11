//! A source for each service, behind the feature of its name.
//!
//! ```
//! # #[cfg(feature = "okta")]
//! # async fn example(client: rolecall::okta::Client) {
//! use futures_util::StreamExt;
//! use rolecall_inventory::sources::okta::Okta;
//! use rolecall_inventory::{Event, Options, Source};
//!
//! let okta = Okta::new(client, "example.okta.com");
//! let mut events = okta.events(&Options::default());
//! while let Some(event) = events.next().await {
//!     match event {
//!         Event::Assignment(one) => println!("{}: {}, {}", one.principal, one.role, one.scope),
//!         Event::Section(section) => println!("{}: {}", section.id, section.status),
//!         _ => {}
//!     }
//! }
//! # }
//! ```

// Each source uses its share of these.
#![cfg_attr(
    not(all(
        feature = "foundry",
        feature = "klustr",
        feature = "okta",
        feature = "zenml"
    )),
    allow(dead_code)
)]

mod ask;
mod emit;
mod pace;
mod pen;
mod run;

#[cfg(feature = "foundry")]
pub mod foundry;
#[cfg(feature = "klustr")]
pub mod klustr;
#[cfg(feature = "okta")]
pub mod okta;
#[cfg(feature = "zenml")]
pub mod zenml;

use crate::model::Timestamp;
use rolecall::rolecall_client;

/// The point in time, where the text is one.
fn time(written: Option<&rolecall_client::Timestamp>) -> Option<Timestamp> {
    let time = written?.to_chrono().ok()?;
    Some(time.to_utc())
}
