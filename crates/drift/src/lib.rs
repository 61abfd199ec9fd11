//! Compares two descriptions: what a difference does to clients in use, and to the crate that is generated.
//!
//! Both documents are read into one form, so that the order of keys, references, and the version of OpenAPI make no
//! difference. [`compare`] finds what differs on the wire, and, unless it is told not to, derives the Rust API of both
//! crates and compares that, too.

#![forbid(unsafe_code)]

mod api;
mod bump;
mod change;
mod covers;
pub mod deviations;
mod document;
mod engine;
pub mod finding;
pub mod ignore;
mod messages;
mod metadata;
mod objects;
mod operations;
mod pairs;
mod parameters;
pub mod policy;
mod references;
mod renamed;
pub mod report;
pub mod rules;
mod schema;
mod security;
pub mod select;
mod shapes;
mod surface;
mod text;
mod unions;
mod values;
mod view;
mod words;

use rolecall_openapi::load::Document;

pub use finding::{
    ApiVerdict, Bump, Comparison, Direction, Finding, OperationRef, Operations, Renamed, RustApi,
    Source, Spot, WireSummary, WireVerdict,
};

/// What to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether to derive and compare the Rust APIs, which takes far longer than everything else. Without it the API
    /// verdicts are the rules' own estimates. On by default.
    pub api: bool,
    /// The version of the generated crate before, for the advice. None by default.
    pub version: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            api: true,
            version: None,
        }
    }
}

/// Compares two descriptions. Never fails and never panics, whatever the documents hold: what cannot be judged is a
/// finding of the rule `unclassified`.
///
/// To compare some operations only, apply a [`Slice`](rolecall_codegen::slice::Slice) to the `value` of both documents before.
#[must_use]
pub fn compare(old: &Document, new: &Document, options: &Options) -> Comparison {
    engine::compare(old, new, options)
}
