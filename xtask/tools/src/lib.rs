//! The whole command line of this workspace: comparing, with git and HTTP to bring both sides; measurements; conformance.
//!
//! Generating is in `xtask`, which runs this program for everything else.

#![forbid(unsafe_code)]

pub mod bench;
pub mod cli;
pub mod conformance;
pub mod drift;
pub mod survive;
