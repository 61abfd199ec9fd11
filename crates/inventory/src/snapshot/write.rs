//! Writes a snapshot: sorted, then under a temporary name, then under its own.

use super::checkpoint::{Checkpoint, Done};
use super::error::SnapshotError;
use super::line::{head, kind};
use super::sort::Sorter;
use super::{Counts, FORMAT, Header, HeaderWord, Record, VERSION};
use crate::ledger::Ledger;
use crate::model::{Key, Tenant, hex};
use crate::source::{Event, Options};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Conflicts that are named.
const CONFLICTS: usize = 1_000;

pub(super) const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Collects what sources tell, in any order, and writes it as a snapshot.
///
/// It holds some mebibytes of rows; more go into unnamed temporary files beside the snapshot, which are gone when the
/// program ends, however it ends.
pub struct Writer {
    path: PathBuf,
    folder: PathBuf,
    sorter: Sorter,
    ledger: Ledger,
    checkpoint: Option<Checkpoint>,
}

/// What is in a snapshot that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its first line.
    pub header: Header,
    /// How many bytes it has.
    pub bytes: u64,
}

impl Writer {
    /// Will write to this path. Nothing is there, or what was there before, until [`Writer::finish`].
    ///
    /// # Errors
    ///
    /// When the folder of the path is not there.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, SnapshotError> {
        let path = path.into();
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let here = std::fs::metadata(&folder);
        here.map_err(SnapshotError::io(&folder, "looking for the folder"))?;
        Ok(Self {
            sorter: Sorter::new(&folder),
            path,
            folder,
            ledger: Ledger::default(),
            checkpoint: None,
        })
    }

    /// Keeps what is read in a checkpoint beside the snapshot, so that a run that ends early can be resumed.
    ///
    /// With `resume` it first takes what an earlier run left there, and tells which sections need not be read again: give
    /// them to [`events_after`](crate::events_after). Where there is no checkpoint, nothing was read. The checkpoint is
    /// removed when the snapshot is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; with `resume` when it is of other tenants or options, or is broken.
    pub fn checkpoint(
        &mut self,
        tenants: &[Tenant],
        options: &Options,
        resume: bool,
    ) -> Result<Done, SnapshotError> {
        let path = self.checkpoint_path();
        if !resume || !path.exists() {
            self.checkpoint = Some(Checkpoint::create(&path, tenants, options)?);
            return Ok(Done::new());
        }
        let (sorter, ledger) = (&mut self.sorter, &mut self.ledger);
        let (checkpoint, done) = Checkpoint::resume(
            &path,
            tenants,
            options,
            |line| sorter.push(line),
            |section| ledger.insert(section),
        )?;
        self.checkpoint = Some(checkpoint);
        Ok(done)
    }

    /// Where the checkpoint is: `FILE.checkpoint`.
    #[must_use]
    pub fn checkpoint_path(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(".checkpoint");
        path.into()
    }

    /// Takes what a source tells. Progress is dropped.
    ///
    /// # Errors
    ///
    /// When a temporary file cannot be written.
    pub fn push(&mut self, event: Event) -> Result<(), SnapshotError> {
        if let Event::Section(section) = event {
            if let Some(checkpoint) = &mut self.checkpoint {
                checkpoint.close(&section)?;
            }
            self.ledger.insert(*section);
            return Ok(());
        }
        let Some(record) = Record::of(event) else {
            return Ok(());
        };
        let line = record.line().map_err(std::io::Error::from);
        let line = line.map_err(SnapshotError::io(&self.path, "writing a row as JSON"))?;
        if let Some(checkpoint) = &mut self.checkpoint {
            checkpoint.write(&line)?;
        }
        self.sorter.push(line)
    }

    /// What was read and what was not, so far.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Writes the snapshot. It is there whole, or what was there before is.
    ///
    /// # Errors
    ///
    /// When the disk is full, or a file cannot be written.
    pub fn finish(
        self,
        mut tenants: Vec<Tenant>,
        options: &Options,
    ) -> Result<Summary, SnapshotError> {
        let io = |doing| SnapshotError::io(&self.folder, doing);
        let temporary = || tempfile::tempfile_in(&self.folder);
        let body = temporary().map_err(io("making a temporary file"))?;
        let mut body = BufWriter::with_capacity(1 << 18, body);
        let mut counts = Counts::default();
        let mut conflicts = Vec::new();
        let mut lines = self.sorter.finish()?;
        let mut last: Vec<u8> = Vec::new();
        while let Some(line) = lines.next()? {
            if line == last {
                continue;
            }
            if !last.is_empty() && head(&line) == head(&last) {
                // That a principal signed in meanwhile is no conflict.
                let is_row = matches!(kind(&line), Some(b"assignment" | b"membership"));
                let key = head(&line).filter(|_| is_row).and_then(key_of);
                if conflicts.last() != key.as_ref() && conflicts.len() < CONFLICTS {
                    conflicts.extend(key);
                }
                continue;
            }
            match kind(&line) {
                Some(b"assignment") => counts.assignments += 1,
                Some(b"membership") => counts.memberships += 1,
                Some(b"principal") => counts.principals += 1,
                _ => counts.roles += 1,
            }
            body.write_all(&line).map_err(io("writing rows"))?;
            last = line;
        }
        let body = body.into_inner().map_err(|error| error.into_error());
        let mut body = body.map_err(io("writing rows"))?;
        body.rewind().map_err(io("writing rows"))?;

        tenants.sort_unstable();
        tenants.dedup();
        let mut header = Header {
            record: HeaderWord::Header,
            format: FORMAT.to_owned(),
            version: VERSION,
            tenants,
            options: options.clone(),
            ledger: self.ledger,
            counts,
            conflicts,
            digest: format!("sha256:{ZEROS}"),
        };
        let first = serde_json::to_vec(&header).map_err(std::io::Error::from);
        let first = first.map_err(io("writing the header as JSON"))?;
        let out = tempfile::NamedTempFile::new_in(&self.folder);
        let mut out = out.map_err(io("making a temporary file"))?;
        let (digest, bytes) =
            write_all(out.as_file_mut(), &first, body).map_err(io("writing the snapshot"))?;
        header.digest = format!("sha256:{digest}");
        out.as_file()
            .sync_all()
            .map_err(io("writing the snapshot"))?;
        let saved = out.persist(&self.path).map_err(|error| error.error);
        saved.map_err(SnapshotError::io(
            &self.path,
            "putting the snapshot in its place",
        ))?;
        if let Some(checkpoint) = self.checkpoint {
            checkpoint.remove()?;
        }
        Ok(Summary { header, bytes })
    }
}

/// Writes header and rows, then the digest of both into the header, whose last field it is.
fn write_all(out: &mut File, first: &[u8], body: File) -> std::io::Result<(String, u64)> {
    let mut digest = Sha256::new();
    let mut writer = BufWriter::with_capacity(1 << 18, &mut *out);
    let mut body = BufReader::with_capacity(1 << 18, body);
    let mut bytes = 0;
    let mut chunk = vec![0; 1 << 16];
    let mut put = |part: &[u8]| {
        digest.update(part);
        bytes += part.len() as u64;
        writer.write_all(part)
    };
    put(first)?;
    put(b"\n")?;
    loop {
        match body.read(&mut chunk)? {
            0 => break,
            read => put(&chunk[..read])?,
        }
    }
    writer.flush()?;
    drop(writer);
    let digest = hex(&digest.finalize());
    let at = first.len() - ZEROS.len() - br#""}"#.len();
    out.seek(SeekFrom::Start(at as u64))?;
    out.write_all(digest.as_bytes())?;
    Ok((digest, bytes))
}

fn key_of(head: &[u8]) -> Option<Key> {
    let text = std::str::from_utf8(head).ok()?.strip_suffix('"')?;
    let (_, key) = text.rsplit_once('"')?;
    serde_json::from_value(key.into()).ok()
}
