//! The pipeline from specs to client crates: `load → lint → slice → lower → generate → write`.

#![forbid(unsafe_code)]

pub mod bench;
pub mod cli;
pub mod generate;
pub mod json;
pub mod lint;
pub mod load;
pub mod lower;
pub mod model;
pub mod names;
pub mod problem;
pub mod progenitor;
pub mod progress;
pub mod project;
pub mod reach;
pub mod render;
pub mod slice;
pub mod survive;
pub mod table;
pub mod write;
