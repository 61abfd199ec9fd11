//! The tasks of this workspace: generating, checking and comparing; what a workspace is; git and HTTP; measurements.

#![forbid(unsafe_code)]

pub mod bench;
pub mod cli;
pub mod conformance;
pub mod drift;
pub mod generate;
pub mod progress;
pub mod project;
pub mod survive;
pub mod table;
pub mod write;
