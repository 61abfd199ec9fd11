//! `typify` without its macro. Within this workspace it takes the place of the package from the registry.
//!
//! progenitor calls `typify` as a library, but gets a procedural macro with it that nobody uses here. For that, cargo
//! builds typify, and most of what it is built from, a second time for the compiler: a minute of processor time before a
//! fresh checkout can generate.

#![forbid(unsafe_code)]

pub use typify_impl::*;
