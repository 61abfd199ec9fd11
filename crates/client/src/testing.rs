//! Tests without a network, behind the feature `testing`.
//!
//! Everything here stands below a client as its network hook
//! ([`TransportBuilder::network_hook`](crate::TransportBuilder::network_hook)), and works with every generated crate.
//!
//! | for | see |
//! | --- | --- |
//! | a service that a test plays itself | [`FakeService`], [`Reply`] |
//! | failures of the network | [`Failure`] |
//! | recording exchanges with a service, and replaying them | [`RecordHook`], [`ReplayHook`], [`Recording`] |
//!
//! With the feature, types that a caller receives and never makes have constructors too, such as
//! [`Page::new`](crate::Page::new).

mod failure;
mod fake;
mod record;
mod recording;
mod replay;
mod scrub;

pub use failure::Failure;
pub use fake::{FakeRequest, FakeService, Reply};
pub use record::RecordHook;
pub use recording::{
    RecordedBody, RecordedExchange, RecordedRequest, RecordedResponse, Recording, RecordingError,
};
pub use replay::{NotRecorded, ReplayHook};
