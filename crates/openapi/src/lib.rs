//! Reads OpenAPI descriptions with the place of everything in them, and validates values against their schemas.
//!
//! [`load`] reads a file or a text, [`validate`] says where a value is not what a schema asks for, and [`problem`] is how
//! all that is wrong with a file is told. The rest is what both need, and whoever reads a description on its own: values
//! and pointers ([`json`]), extensions ([`extensions`]), references ([`reference`](mod@reference)), types ([`schema`]), patterns ([`pattern`]) the
//! wording of messages ([`words`]), and settings in TOML ([`toml`]).

#![forbid(unsafe_code)]

pub mod extensions;
pub mod json;
pub mod load;
pub mod pattern;
pub mod problem;
pub mod reference;
pub mod schema;
pub mod toml;
pub mod validate;
pub mod words;
