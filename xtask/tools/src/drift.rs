//! Where the two sides of a comparison come from: this workspace, git, a file, an address. `rolecall_drift` compares them.

pub mod base;
pub mod history;
pub mod settings;
pub mod source;
pub mod sync;
pub mod upstream;
