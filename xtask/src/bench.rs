//! Measurements of the pipeline and of what it makes.

pub mod generate;
pub mod process;
