//! A source for each service, behind the feature of its name.

mod ask;
mod emit;
mod pace;
mod pen;

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
