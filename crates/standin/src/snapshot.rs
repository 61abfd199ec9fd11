//! State in a file, to go on with later.
//!
//! A snapshot is a text of lines, each one JSON value: first what it is and whose states follow, then one line for each API.
//! It holds digests of tokens, and no secret.

use crate::auth::Known;
use crate::clock::Time;
use crate::host::Dispatch;
use crate::{Api, Ids, Population};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

const FORMAT: &str = "rolecall-standin";

/// The version of the format. It goes up when the state of any stand-in changes its form.
const VERSION: u32 = 1;

/// Why a snapshot was not written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("snapshot {}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written. What was there before is still there.
    #[error("snapshot {}: cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error(
        "snapshot {}: line 1 is not the head of a snapshot ({problem}); choose another file, or delete this one to begin \
         anew",
        path.display()
    )]
    NotASnapshot {
        /// The file.
        path: PathBuf,
        /// What its first line is.
        problem: String,
    },
    /// The file was written by another version.
    #[error(
        "snapshot {}: has version {found} of the format, and this program reads version {VERSION}; use the program that \
         wrote it, or delete it to begin anew",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version that it has.
        found: u32,
    },
    /// The file has no state of this API.
    #[error("snapshot {}: holds {held}, and nothing of {api}; start {api} without it", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The API that was asked for.
        api: Api,
        /// The APIs that are there.
        held: String,
    },
    /// The state of an API does not have the form that it should.
    #[error(
        "snapshot {}: the state of {api} in line {line}, column {column} cannot be read: {problem}; it was cut short, \
         changed by hand, or written by another build: delete it to begin anew",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Whose state it is.
        api: Api,
        /// The line in the file.
        line: usize,
        /// The column in the line.
        column: usize,
        /// What is wrong.
        problem: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    apis: Vec<String>,
}

/// What a stand-in goes on from.
#[derive(Deserialize)]
pub(crate) struct Saved<S> {
    pub(crate) population: Population,
    pub(crate) clock: Time,
    pub(crate) request_ids: Ids,
    pub(crate) auth: Known,
    pub(crate) state: S,
}

/// A [`Saved`] that is being written.
#[derive(Serialize)]
pub(crate) struct Saving<'a, S> {
    pub(crate) population: &'a Population,
    pub(crate) clock: Time,
    pub(crate) request_ids: Ids,
    pub(crate) auth: Known,
    pub(crate) state: &'a S,
}

/// Writes the states of stand-ins into a file, in the place of what was there.
pub(crate) fn write(path: &Path, hosts: &[&dyn Dispatch]) -> Result<(), SnapshotError> {
    try_write(path, hosts).map_err(|source| SnapshotError::Write {
        path: path.to_owned(),
        source,
    })
}

fn try_write(path: &Path, hosts: &[&dyn Dispatch]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut out = BufWriter::new(file);
    write_to(&mut out, hosts)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|problem| problem.error)?;
    Ok(())
}

/// Writes the states of stand-ins.
pub(crate) fn write_to(out: &mut dyn Write, hosts: &[&dyn Dispatch]) -> io::Result<()> {
    let apis = hosts.iter().map(|host| host.contract().api.to_string());
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        apis: apis.collect(),
    };
    serde_json::to_writer(&mut *out, &head)?;
    for host in hosts {
        out.write_all(b"\n")?;
        host.save(out)?;
    }
    out.write_all(b"\n")
}

/// The APIs whose states a file holds.
///
/// # Errors
///
/// When it cannot be read, or is no snapshot of this version.
pub fn apis(path: &Path) -> Result<Vec<Api>, SnapshotError> {
    let (_, head) = open(path)?;
    Ok(head
        .apis
        .iter()
        .filter_map(|name| name.parse().ok())
        .collect())
}

/// The state of one stand-in in a file.
pub(crate) fn read<S: DeserializeOwned>(path: &Path, api: Api) -> Result<Saved<S>, SnapshotError> {
    let (mut file, head) = open(path)?;
    let at = head.apis.iter().position(|name| name == api.name());
    let at = at.ok_or_else(|| SnapshotError::Missing {
        path: path.to_owned(),
        api,
        held: head.apis.join(", "),
    })?;
    let mut line = Vec::new();
    for _ in 0..=at {
        line.clear();
        file.read_until(b'\n', &mut line)
            .map_err(|source| SnapshotError::Read {
                path: path.to_owned(),
                source,
            })?;
    }
    serde_json::from_slice(&line).map_err(|problem| SnapshotError::Damaged {
        path: path.to_owned(),
        api,
        line: at + 2,
        column: problem.column(),
        problem: problem.to_string(),
    })
}

fn open(path: &Path) -> Result<(BufReader<File>, Head), SnapshotError> {
    let failed = |source| SnapshotError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let mut line = Vec::new();
    // A head is short; a file that is something else need not be read to its end.
    io::Read::take(&mut file, 4_096)
        .read_until(b'\n', &mut line)
        .map_err(failed)?;
    let wrong = |problem: String| SnapshotError::NotASnapshot {
        path: path.to_owned(),
        problem,
    };
    let head: Head = serde_json::from_slice(&line).map_err(|problem| wrong(problem.to_string()))?;
    if head.format != FORMAT {
        return Err(wrong(format!("its format is `{}`", head.format)));
    }
    if head.version != VERSION {
        return Err(SnapshotError::Version {
            path: path.to_owned(),
            found: head.version,
        });
    }
    Ok((file, head))
}
