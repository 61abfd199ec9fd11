//! What was read so far, so that a run that ends early need not begin anew.
//!
//! Rows are appended as they come. A section counts once its end is in the file: on resumption the rows of all others are
//! dropped, and so is a line that was half written.

use super::error::SnapshotError;
use super::{Record, line};
use crate::ledger::{Section, SectionId, Status};
use crate::model::Tenant;
use crate::source::Options;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The version of the form.
const VERSION: u32 = 1;

const HELP: &str = "start anew, or resume with what the run began with";

/// The sections that need not be read again, by tenant.
pub type Done = BTreeMap<Tenant, BTreeSet<SectionId>>;

#[derive(Deserialize, Serialize, PartialEq)]
struct Head {
    checkpoint: u32,
    tenants: Vec<Tenant>,
    options: Options,
}

#[derive(Deserialize, Serialize)]
struct Closed {
    closed: Section,
}

pub(super) struct Checkpoint {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Checkpoint {
    /// Begins a file, in the place of one that is there.
    pub(super) fn create(
        path: &Path,
        tenants: &[Tenant],
        options: &Options,
    ) -> Result<Self, SnapshotError> {
        let file = File::create(path).map_err(io(path))?;
        let mut checkpoint = Self {
            path: path.to_owned(),
            out: BufWriter::new(file),
        };
        checkpoint.write(&line_of(&Head::new(tenants, options), path)?)?;
        checkpoint.flush()?;
        Ok(checkpoint)
    }

    /// Takes up a file, and shows the lines and sections that count. The file has no others then.
    pub(super) fn resume(
        path: &Path,
        tenants: &[Tenant],
        options: &Options,
        mut row: impl FnMut(Vec<u8>) -> Result<(), SnapshotError>,
        mut section: impl FnMut(Section),
    ) -> Result<(Self, Done), SnapshotError> {
        let head = Head::new(tenants, options);
        let ends = Lines::open(path, &head)?.ends()?;
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut out = tempfile::NamedTempFile::new_in(folder).map_err(io(path))?;
        out.write_all(&line_of(&head, path)?).map_err(io(path))?;
        let mut lines = Lines::open(path, &head)?;
        while let Some(read) = lines.next()? {
            match read {
                Line::Row(bytes, place) => {
                    let counts = place.is_none_or(|(tenant, id)| {
                        ends.get(&tenant).is_some_and(|done| done.contains(&id))
                    });
                    if counts {
                        out.write_all(&bytes).map_err(io(path))?;
                        row(bytes)?;
                    }
                }
                Line::End(closed) => {
                    if is_done(&closed) {
                        let end = Closed { closed };
                        out.write_all(&line_of(&end, path)?).map_err(io(path))?;
                        section(end.closed);
                    }
                }
            }
        }
        out.as_file().sync_all().map_err(io(path))?;
        let file = out.persist(path).map_err(|error| error.error);
        let checkpoint = Self {
            path: path.to_owned(),
            out: BufWriter::new(file.map_err(io(path))?),
        };
        Ok((checkpoint, ends))
    }

    pub(super) fn write(&mut self, line: &[u8]) -> Result<(), SnapshotError> {
        self.out.write_all(line).map_err(io(&self.path))
    }

    /// A section has ended: it and its rows are on the disk when this returns.
    pub(super) fn close(&mut self, section: &Section) -> Result<(), SnapshotError> {
        let closed = section.clone();
        let line = line_of(&Closed { closed }, &self.path)?;
        self.write(&line)?;
        self.flush()
    }

    fn flush(&mut self) -> Result<(), SnapshotError> {
        self.out.flush().map_err(io(&self.path))?;
        self.out.get_ref().sync_data().map_err(io(&self.path))
    }

    /// The snapshot is there, and nobody needs the file any more.
    pub(super) fn remove(self) -> Result<(), SnapshotError> {
        drop(self.out);
        std::fs::remove_file(&self.path).map_err(io(&self.path))
    }
}

/// What was refused or failed is worth another try.
fn is_done(section: &Section) -> bool {
    matches!(
        section.status,
        Status::Complete | Status::Skipped | Status::Capped
    )
}

impl Head {
    fn new(tenants: &[Tenant], options: &Options) -> Self {
        let mut tenants = tenants.to_vec();
        tenants.sort_unstable();
        // What is not part of a snapshot does not matter here either.
        let kept = Options::default();
        Self {
            checkpoint: VERSION,
            tenants,
            options: Options {
                concurrency: kept.concurrency,
                done: kept.done,
                ..options.clone()
            },
        }
    }
}

enum Line {
    /// A row, and the section that it is in, if it is in one.
    Row(Vec<u8>, Option<(Tenant, SectionId)>),
    End(Section),
}

struct Lines<'a> {
    path: &'a Path,
    reader: BufReader<File>,
    number: u64,
}

impl<'a> Lines<'a> {
    fn open(path: &'a Path, head: &Head) -> Result<Self, SnapshotError> {
        let file = File::open(path).map_err(io(path))?;
        let mut lines = Self {
            path,
            reader: BufReader::new(file),
            number: 0,
        };
        let Some(first) = lines.line()? else {
            return Err(lines.broken("it has no first line".to_owned()));
        };
        let found: Head = serde_json::from_slice(&first)
            .map_err(|error| lines.broken(format!("not the head of a checkpoint: {error}")))?;
        if found.checkpoint != VERSION {
            let reason = format!(
                "its version is {}, and this release reads {VERSION}",
                found.checkpoint
            );
            return Err(lines.broken(reason));
        }
        if found.tenants != head.tenants {
            let names = |tenants: &[Tenant]| {
                let names = tenants.iter().map(ToString::to_string);
                names.collect::<Vec<_>>().join(", ")
            };
            let reason = format!(
                "the run read {}, and this one reads {}",
                names(&found.tenants),
                names(&head.tenants)
            );
            return Err(lines.broken(reason));
        }
        if found.options != head.options {
            return Err(lines.broken("the run had other options than this one".to_owned()));
        }
        Ok(lines)
    }

    /// A whole line. A last one that was half written is none.
    fn line(&mut self) -> Result<Option<Vec<u8>>, SnapshotError> {
        let mut line = Vec::new();
        let read = self.reader.read_until(b'\n', &mut line);
        read.map_err(io(self.path))?;
        self.number += 1;
        Ok((line.last() == Some(&b'\n')).then_some(line))
    }

    fn next(&mut self) -> Result<Option<Line>, SnapshotError> {
        let Some(bytes) = self.line()? else {
            return Ok(None);
        };
        let wrong =
            |error: serde_json::Error| self.broken(format!("not a line of a checkpoint: {error}"));
        if line::kind(&bytes).is_none() {
            let end: Closed = serde_json::from_slice(&bytes).map_err(wrong)?;
            return Ok(Some(Line::End(end.closed)));
        }
        let place = match Record::parse(&bytes).map_err(wrong)? {
            Record::Assignment(row) => Some((row.tenant, row.section)),
            Record::Membership(row) => Some((row.tenant, row.section)),
            Record::Principal(_) | Record::Role(_) => None,
        };
        Ok(Some(Line::Row(bytes, place)))
    }

    fn ends(mut self) -> Result<Done, SnapshotError> {
        let mut done = Done::new();
        while let Some(line) = self.next()? {
            if let Line::End(section) = line
                && is_done(&section)
            {
                done.entry(section.tenant).or_default().insert(section.id);
            }
        }
        Ok(done)
    }

    fn broken(&self, reason: String) -> SnapshotError {
        SnapshotError::Broken {
            path: self.path.to_owned(),
            line: self.number,
            reason,
            help: HELP,
        }
    }
}

fn line_of(value: &impl Serialize, path: &Path) -> Result<Vec<u8>, SnapshotError> {
    let line = serde_json::to_vec(value).map_err(std::io::Error::from);
    let mut line = line.map_err(io(path))?;
    line.push(b'\n');
    Ok(line)
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> SnapshotError {
    SnapshotError::io(path, "keeping the checkpoint")
}
