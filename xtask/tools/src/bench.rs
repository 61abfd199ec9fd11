//! Measurements of the pipeline and of what it makes.

pub mod chains;
pub mod client;
pub mod compat;
pub mod directory;
pub mod drift;
pub mod generate;
pub mod growth;
pub mod inventory;
pub mod process;
pub mod sample;
pub mod standin;
pub mod styles;
