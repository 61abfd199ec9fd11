//! The pipeline from specs to client crates: `load → lint → slice → lower → generate → write`.

#![forbid(unsafe_code)]

pub mod bench;
pub mod cli;
pub mod conformance;
pub mod drift;
pub mod generate;
pub mod lint;
pub mod lower;
pub mod model;
pub mod names;
pub mod progenitor;
pub mod progress;
pub mod project;
pub mod reach;
pub mod render;
pub mod slice;
pub mod survive;
pub mod table;
pub mod write;

pub use rolecall_openapi::{json, load, problem};
