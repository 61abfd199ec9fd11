//! Generating and checking, and what all tasks of this workspace share: what a workspace is, and how files are written.
//!
//! The other tasks are in `xtask-tools`.

#![forbid(unsafe_code)]

pub mod cli;
pub mod generate;
pub mod new;
pub mod progress;
pub mod project;
pub mod registration;
pub mod table;
pub mod write;
