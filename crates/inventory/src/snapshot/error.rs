//! Why a snapshot could not be written or read.

use std::io;
use std::path::PathBuf;

/// Why a snapshot could not be written or read. Each names the file, what is the matter, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The operating system refused.
    #[error("{}: {doing}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// It is no snapshot, or not all of one.
    #[error("{}:{line}: {reason}\n  help: {help}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What was found, and what was expected.
        reason: String,
        /// What to do.
        help: &'static str,
    },
}

pub(super) const AGAIN: &str = "take the snapshot again, or fetch the file again if it was copied";

impl SnapshotError {
    pub(crate) fn io(
        path: impl Into<PathBuf>,
        doing: &'static str,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            path,
            doing,
            source,
        }
    }
}
