//! Sorts more lines than fit into memory: runs of some mebibytes are sorted and put aside, and merged at the end.

use super::SnapshotError;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

/// So many bytes of lines are held in memory.
const RUN: usize = 32 << 20;

/// How many runs are merged at once, each with an open file.
const FAN_IN: usize = 64;

/// What a line costs beside its bytes.
const LINE: usize = size_of::<Vec<u8>>() + 16;

pub(super) struct Sorter {
    folder: PathBuf,
    lines: Vec<Vec<u8>>,
    bytes: usize,
    run: usize,
    runs: Vec<File>,
}

impl Sorter {
    /// Puts what does not fit into memory into unnamed files of this folder.
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            lines: Vec::new(),
            bytes: 0,
            run: RUN,
            runs: Vec::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_runs_of(folder: &Path, bytes: usize) -> Self {
        Self {
            run: bytes,
            ..Self::new(folder)
        }
    }

    /// Adds a line, which ends with a line feed.
    pub(super) fn push(&mut self, line: Vec<u8>) -> Result<(), SnapshotError> {
        self.bytes += line.len() + LINE;
        self.lines.push(line);
        if self.bytes >= self.run {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), SnapshotError> {
        self.lines.sort_unstable();
        let mut out = BufWriter::new(self.file()?);
        for line in self.lines.drain(..) {
            out.write_all(&line).map_err(self_io(&self.folder))?;
        }
        let file = out.into_inner().map_err(|error| error.into_error());
        self.runs
            .push(rewound(file.map_err(self_io(&self.folder))?, &self.folder)?);
        self.bytes = 0;
        if self.runs.len() >= FAN_IN {
            let runs = std::mem::take(&mut self.runs);
            let mut out = BufWriter::new(self.file()?);
            let mut merged = Merged::new(runs, Vec::new(), &self.folder)?;
            while let Some(line) = merged.next()? {
                out.write_all(&line).map_err(self_io(&self.folder))?;
            }
            let file = out.into_inner().map_err(|error| error.into_error());
            self.runs
                .push(rewound(file.map_err(self_io(&self.folder))?, &self.folder)?);
        }
        Ok(())
    }

    fn file(&self) -> Result<File, SnapshotError> {
        tempfile::tempfile_in(&self.folder).map_err(self_io(&self.folder))
    }

    /// All lines in order.
    pub(super) fn finish(mut self) -> Result<Merged, SnapshotError> {
        self.lines.sort_unstable();
        Merged::new(self.runs, self.lines, &self.folder)
    }
}

fn self_io(folder: &Path) -> impl FnOnce(std::io::Error) -> SnapshotError {
    SnapshotError::io(folder, "sorting in a temporary file")
}

fn rewound(mut file: File, folder: &Path) -> Result<File, SnapshotError> {
    file.rewind().map_err(self_io(folder))?;
    Ok(file)
}

/// Lines of several sorted runs, in order.
pub(super) struct Merged {
    folder: PathBuf,
    runs: Vec<BufReader<File>>,
    memory: std::vec::IntoIter<Vec<u8>>,
    /// The next line of each run; the number behind the last run stands for the memory.
    next: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
}

impl Merged {
    fn new(runs: Vec<File>, lines: Vec<Vec<u8>>, folder: &Path) -> Result<Self, SnapshotError> {
        let mut merged = Self {
            folder: folder.to_owned(),
            runs: runs.into_iter().map(BufReader::new).collect(),
            memory: lines.into_iter(),
            next: BinaryHeap::new(),
        };
        for run in 0..=merged.runs.len() {
            merged.advance(run)?;
        }
        Ok(merged)
    }

    fn advance(&mut self, run: usize) -> Result<(), SnapshotError> {
        let line = match self.runs.get_mut(run) {
            None => self.memory.next(),
            Some(file) => {
                let mut line = Vec::new();
                let read = file.read_until(b'\n', &mut line);
                (read.map_err(self_io(&self.folder))? > 0).then_some(line)
            }
        };
        self.next.extend(line.map(|line| Reverse((line, run))));
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, SnapshotError> {
        let Some(Reverse((line, run))) = self.next.pop() else {
            return Ok(None);
        };
        self.advance(run)?;
        Ok(Some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn runs_of_any_size_merge_into_the_sorted_lines(
            texts in proptest::collection::vec("[a-c]{0,4}", 0..300),
            run in 1usize..600,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::with_runs_of(folder.path(), run);
            for text in &texts {
                sorter.push(format!("{text}\n").into_bytes()).unwrap();
            }
            let mut merged = sorter.finish().unwrap();
            let mut found = Vec::new();
            while let Some(line) = merged.next().unwrap() {
                found.push(String::from_utf8(line).unwrap());
            }
            let mut expected: Vec<_> = texts.iter().map(|text| format!("{text}\n")).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
