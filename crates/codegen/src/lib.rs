//! Turns an OpenAPI description into the files of a client crate.
//!
//! [`compile`] strings the steps together: lint, slice, lower, model; [`Compiled::files`] renders. Each step is a
//! function on values, and none of them touches the disk but for the sample bodies that lint reads. Reading a
//! description is `rolecall_openapi`'s work, and writing the files is the caller's.

#![forbid(unsafe_code)]

pub mod bundle;
mod compile;
pub mod lenient;
pub mod lint;
pub mod lower;
pub mod model;
pub mod names;
mod panic;
pub mod progenitor;
pub mod render;
pub mod slice;
pub mod stock;

pub use compile::{Compiled, Input, Step, compile};
pub use panic::panic_message;
