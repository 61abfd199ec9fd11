//! Reads a snapshot, after making sure that it is whole.

use super::error::{AGAIN, SnapshotError};
use super::line::{head, kind};
use super::write::ZEROS;
use super::{Counts, FORMAT, Header, Record, VERSION};
use crate::model::hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::path::{Path, PathBuf};

/// A snapshot that is whole: every line is there and as it was written.
#[derive(Debug)]
pub struct Snapshot {
    path: PathBuf,
    header: Header,
}

impl Snapshot {
    /// Opens a snapshot and reads it once, to make sure that it is whole.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is no snapshot, is one of another version, is not whole, or was changed since. The error
    /// names the line.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SnapshotError> {
        let path = path.into();
        let file = File::open(&path).map_err(SnapshotError::io(&path, "opening the snapshot"))?;
        let header = Check::of(&path, file)?;
        Ok(Self { path, header })
    }

    /// Its first line.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its records, in order.
    ///
    /// # Errors
    ///
    /// When it cannot be opened again.
    pub fn lines(&self) -> Result<Lines, SnapshotError> {
        let file = File::open(&self.path);
        let file = file.map_err(SnapshotError::io(&self.path, "opening the snapshot"))?;
        let mut lines = Lines {
            path: self.path.clone(),
            reader: BufReader::with_capacity(1 << 18, file),
            number: 0,
            last: Vec::new(),
        };
        let first = lines.read()?.unwrap_or_default();
        // The path may lead to another file by now.
        if !first.ends_with(format!("\"{}\"}}", self.header.digest).as_bytes()) {
            return Err(SnapshotError::Broken {
                path: self.path.clone(),
                line: 1,
                reason: "the file was replaced while it was read".to_owned(),
                help: "read it again",
            });
        }
        Ok(lines)
    }
}

/// The records of a snapshot: parsed, as an iterator.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    number: u64,
    last: Vec<u8>,
}

impl Lines {
    /// The next line, without its end.
    pub(crate) fn read(&mut self) -> Result<Option<&[u8]>, SnapshotError> {
        self.last.clear();
        let read = self.reader.read_until(b'\n', &mut self.last);
        read.map_err(SnapshotError::io(&self.path, "reading the snapshot"))?;
        self.number += 1;
        Ok(self.last.strip_suffix(b"\n"))
    }

    /// Parses a line that was just read.
    pub(crate) fn parse(&self, line: &[u8]) -> Result<Record, SnapshotError> {
        Record::parse(line).map_err(|error| SnapshotError::Broken {
            path: self.path.clone(),
            line: self.number,
            reason: format!("not a record of a snapshot: {}", told(&error)),
            help: AGAIN,
        })
    }
}

impl Iterator for Lines {
    type Item = Result<Record, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read() {
            Err(error) => Some(Err(error)),
            Ok(None) => None,
            Ok(Some(_)) => {
                let line = self.last.strip_suffix(b"\n").unwrap_or(&self.last);
                Some(self.parse(line))
            }
        }
    }
}

/// What serde says, without its line number, which counts within the line.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line 1 column ") {
        Some((what, column)) => format!("{what} at column {column}"),
        None => text,
    }
}

struct Check<'a> {
    path: &'a Path,
    line: u64,
}

/// What tells a header of any version.
#[derive(Deserialize)]
struct AnyHeader {
    format: String,
    version: u32,
}

impl Check<'_> {
    fn of(path: &Path, file: File) -> Result<Header, SnapshotError> {
        let mut check = Check { path, line: 1 };
        let io = || SnapshotError::io(path, "reading the snapshot");
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).map_err(io())?;
        let header = check.header(&line)?;
        let mut digest = Sha256::new();
        let end = line.len() - b"\"}\n".len();
        digest.update(&line[..end - ZEROS.len()]);
        digest.update(ZEROS);
        digest.update(&line[end..]);

        let (mut counts, mut last) = (Counts::default(), Vec::new());
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(io())? == 0 {
                break;
            }
            check.line += 1;
            digest.update(&line);
            check.record(&line, &mut counts, &mut last)?;
        }
        if counts != header.counts {
            let reason = format!(
                "the file has {}, and its header says {}: it is not whole",
                words(counts),
                words(header.counts)
            );
            return Err(check.broken(reason, AGAIN));
        }
        if header.digest != format!("sha256:{}", hex(&digest.finalize())) {
            return Err(check.changed(reader));
        }
        Ok(header)
    }

    fn header(&self, line: &[u8]) -> Result<Header, SnapshotError> {
        const HELP: &str = "give a file that `snapshot` wrote";
        let wrong = |reason: String| self.broken(reason, HELP);
        if line.is_empty() {
            return Err(wrong(
                "the file is empty, and a snapshot begins with its header".to_owned(),
            ));
        }
        let known: AnyHeader = serde_json::from_slice(line)
            .map_err(|error| wrong(format!("not the header of a snapshot: {}", told(&error))))?;
        if known.format != FORMAT {
            return Err(wrong(format!(
                "the format is {:?}, and that of a snapshot is {FORMAT:?}",
                known.format.chars().take(60).collect::<String>()
            )));
        }
        if known.version != VERSION {
            let reason = format!(
                "the version of the form is {}, and this release reads version {VERSION}",
                known.version
            );
            return Err(self.broken(
                reason,
                "use the release that wrote it, or take the snapshot again",
            ));
        }
        let header: Header = serde_json::from_slice(line)
            .map_err(|error| wrong(format!("not the header of a snapshot: {}", told(&error))))?;
        let end = format!("\"digest\":\"{}\"}}\n", header.digest);
        let sha = header.digest.strip_prefix("sha256:").unwrap_or_default();
        if sha.len() != ZEROS.len() || !line.ends_with(end.as_bytes()) {
            let reason = "the header does not end with its digest".to_owned();
            return Err(self.broken(reason, AGAIN));
        }
        Ok(header)
    }

    fn record(
        &self,
        line: &[u8],
        counts: &mut Counts,
        last: &mut Vec<u8>,
    ) -> Result<(), SnapshotError> {
        if line.last() != Some(&b'\n') {
            let reason = "the file ends in the middle of this line: it is not whole".to_owned();
            return Err(self.broken(reason, AGAIN));
        }
        let Some(head) = head(line) else {
            let reason = "the line does not begin with the kind and the key of a record".to_owned();
            return Err(self.broken(reason, AGAIN));
        };
        if head <= last.as_slice() {
            let reason = "the line sorts before the one above it".to_owned();
            return Err(self.broken(reason, AGAIN));
        }
        match kind(line) {
            Some(b"assignment") => counts.assignments += 1,
            Some(b"membership") => counts.memberships += 1,
            Some(b"principal") => counts.principals += 1,
            Some(b"role") => counts.roles += 1,
            _ => {
                let reason = "a kind of record that this version of the form does not have";
                return Err(self.broken(reason.to_owned(), AGAIN));
            }
        }
        last.clear();
        last.extend_from_slice(head);
        Ok(())
    }

    /// The digest differs: finds the first line that is no record, if that is why.
    fn changed(&mut self, mut reader: BufReader<File>) -> SnapshotError {
        self.line = 1;
        let mut line = Vec::new();
        let read = reader
            .rewind()
            .and_then(|()| reader.read_until(b'\n', &mut line));
        if let Err(error) = read {
            return SnapshotError::io(self.path, "reading the snapshot")(error);
        }
        loop {
            line.clear();
            self.line += 1;
            match reader.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {
                    if let Err(error) = Record::parse(&line) {
                        let reason = format!("not a record of a snapshot: {}", told(&error));
                        return self.broken(reason, AGAIN);
                    }
                }
                Err(error) => return SnapshotError::io(self.path, "reading the snapshot")(error),
            }
        }
        self.line = 1;
        let reason = "the file was changed after it was written: its digest is another one";
        self.broken(reason.to_owned(), AGAIN)
    }

    fn broken(&self, reason: String, help: &'static str) -> SnapshotError {
        SnapshotError::Broken {
            path: self.path.to_owned(),
            line: self.line,
            reason,
            help,
        }
    }
}

fn words(counts: Counts) -> String {
    format!(
        "{} assignments, {} memberships, {} principals and {} roles",
        counts.assignments, counts.memberships, counts.principals, counts.roles
    )
}
