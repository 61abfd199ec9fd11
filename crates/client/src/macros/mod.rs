//! The macros that write the generated types, and what their expansions call.
//!
//! An expansion names everything by an absolute path, and its own items begin with two underscores, so that a type may be
//! called `Option`, `Vec` or `Parts`.
//!
//! Generated crates hold thousands of types, so an expansion is kept to what depends on the type; everything else is a
//! function here that is compiled once for each kind of deserializer.

pub mod by_status;
pub mod choice;
pub mod field;
pub mod form;
pub mod object;
pub mod open_enum;
#[cfg(feature = "schemars")]
pub mod schema;
pub mod union;
