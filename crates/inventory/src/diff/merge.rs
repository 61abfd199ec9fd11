//! Two snapshots, read side by side.

use super::coverage::{Place, unseen};
use super::fields::{Compared, Rename};
use super::{Difference, Side, pair};
use crate::model::{Assignment, Key};
use crate::snapshot::{Header, Lines, Record, Snapshot, SnapshotError, head, tenant_and_role};
use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};

/// So many renames are remembered, so that each is told once. Beyond, one may be told again.
const RENAMES: usize = 100_000;

/// What differs between two snapshots: sorted by kind and key, as far as rows are concerned.
///
/// # Errors
///
/// When a file cannot be opened.
pub fn diff(before: &Snapshot, after: &Snapshot) -> Result<Differences, SnapshotError> {
    Ok(Differences {
        before: Half::new(before)?,
        after: Half::new(after)?,
        group: Group::default(),
        governance_differs: before.header().options.governance != after.header().options.governance,
        renames: HashSet::new(),
        ready: VecDeque::new(),
        ended: false,
    })
}

/// The differences between two snapshots, an iterator. It holds the rows of one principal and one role at a time.
#[derive(Debug)]
pub struct Differences {
    before: Half,
    after: Half,
    group: Group,
    governance_differs: bool,
    renames: HashSet<(String, &'static str, String)>,
    ready: VecDeque<Difference>,
    ended: bool,
}

/// One side, and its next line.
#[derive(Debug)]
struct Half {
    header: Header,
    lines: Lines,
    line: Option<Vec<u8>>,
}

/// Assignments of one principal and one role that only one side has.
#[derive(Debug, Default)]
struct Group {
    prefix: Vec<u8>,
    lost: Vec<Assignment>,
    gained: Vec<Assignment>,
}

impl Half {
    fn new(snapshot: &Snapshot) -> Result<Self, SnapshotError> {
        let mut half = Self {
            header: snapshot.header().clone(),
            lines: snapshot.lines()?,
            line: Some(Vec::new()),
        };
        half.advance()?;
        Ok(half)
    }

    fn advance(&mut self) -> Result<(), SnapshotError> {
        match self.lines.read()? {
            None => self.line = None,
            Some(read) => {
                let line = self.line.get_or_insert_default();
                line.clear();
                line.extend_from_slice(read);
            }
        }
        Ok(())
    }

    fn record(&self) -> Result<Option<Record>, SnapshotError> {
        let line = self.line.as_deref();
        line.map(|line| self.lines.parse(line)).transpose()
    }
}

impl Differences {
    /// Goes on by one row, or by one row of each side that are the same.
    fn step(&mut self) -> Result<(), SnapshotError> {
        let order = match (&self.before.line, &self.after.line) {
            (None, None) => {
                self.flush();
                self.ended = true;
                return Ok(());
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) if before == after => {
                self.before.advance()?;
                return self.after.advance();
            }
            (Some(before), Some(after)) => head(before).cmp(&head(after)),
        };
        match order {
            Ordering::Equal => {
                if let (Some(before), Some(after)) = (self.before.record()?, self.after.record()?) {
                    self.both(before, after);
                }
                self.before.advance()?;
                self.after.advance()
            }
            Ordering::Less => {
                if let Some(record) = self.before.record()? {
                    self.one(Side::Before, record);
                }
                self.before.advance()
            }
            Ordering::Greater => {
                if let Some(record) = self.after.record()? {
                    self.one(Side::After, record);
                }
                self.after.advance()
            }
        }
    }

    fn both(&mut self, before: Record, after: Record) {
        match (before, after) {
            (Record::Assignment(before), Record::Assignment(after)) => {
                self.changed(before, after);
            }
            (Record::Role(before), Record::Role(after)) => {
                let mut compared = Compared::default();
                let (old, new) = (&before.role, &after.role);
                compared.name(&before.tenant, "role", &old.id, &old.name, &new.name);
                self.renamed(compared.renames);
                if let (Some(had), Some(has)) = (&old.permissions, &new.permissions)
                    && had != has
                {
                    let only = |all: &[String], other: &[String]| {
                        let mut only = all.to_owned();
                        only.retain(|one| !other.contains(one));
                        only
                    };
                    let (permits, no_longer) = (only(has, had), only(had, has));
                    self.ready.push_back(Difference::RoleChanged {
                        tenant: before.tenant.clone(),
                        before: Box::new(before.role),
                        after: Box::new(after.role),
                        permits,
                        no_longer,
                    });
                }
            }
            (Record::Principal(before), Record::Principal(after)) => {
                let mut compared = Compared::default();
                let (old, new) = (&before.principal, &after.principal);
                compared.name(&before.tenant, "principal", &old.id, &old.name, &new.name);
                self.renamed(compared.renames);
            }
            _ => {}
        }
    }

    fn changed(&mut self, before: Box<Assignment>, after: Box<Assignment>) {
        let compared = Compared::of(&before, &after);
        self.renamed(compared.renames);
        if !compared.fields.is_empty() {
            self.ready.push_back(Difference::Changed {
                before,
                after,
                fields: compared.fields,
            });
        }
    }

    fn renamed(&mut self, renames: Vec<Rename>) {
        for rename in renames {
            let known = (rename.tenant.to_string(), rename.what, rename.id.clone());
            if self.renames.contains(&known) {
                continue;
            }
            if self.renames.len() < RENAMES {
                self.renames.insert(known);
            }
            self.ready.push_back(Difference::Renamed {
                tenant: rename.tenant,
                what: rename.what.to_owned(),
                id: rename.id,
                before: rename.before,
                after: rename.after,
            });
        }
    }

    /// A row that only one side has.
    fn one(&mut self, seen: Side, record: Record) {
        let blind = match seen {
            Side::Before => &self.after.header,
            Side::After => &self.before.header,
        };
        match record {
            Record::Assignment(row) => {
                if let Some(reason) = unseen(blind, &Place::of(&row)) {
                    return self.not_compared(seen, row.key.clone(), Some(row), reason);
                }
                let line = match seen {
                    Side::Before => &self.before.line,
                    Side::After => &self.after.line,
                };
                let head = line.as_deref().and_then(head).unwrap_or_default();
                let prefix = tenant_and_role(head).to_owned();
                if prefix != self.group.prefix {
                    self.flush();
                    self.group.prefix = prefix;
                }
                match seen {
                    Side::Before => self.group.lost.push(*row),
                    Side::After => self.group.gained.push(*row),
                }
            }
            Record::Membership(membership) => {
                let reason = unseen(blind, &Place::of_membership(&membership));
                if let Some(reason) = reason {
                    return self.not_compared(seen, membership.key.clone(), None, reason);
                }
                self.ready.push_back(match seen {
                    Side::Before => Difference::Left { membership },
                    Side::After => Difference::Joined { membership },
                });
            }
            // That a role or a principal is there gives nobody anything.
            Record::Principal(_) | Record::Role(_) => {}
        }
    }

    fn not_compared(
        &mut self,
        seen: Side,
        key: Key,
        assignment: Option<Box<Assignment>>,
        reason: String,
    ) {
        self.ready.push_back(Difference::NotCompared {
            seen,
            key,
            assignment,
            reason,
        });
    }

    /// The rows of one principal and one role are all there.
    fn flush(&mut self) {
        let group = std::mem::take(&mut self.group);
        if group.lost.is_empty() && group.gained.is_empty() {
            return;
        }
        let (pairs, lost, gained) = pair::pairs(group.lost, group.gained, self.governance_differs);
        for (before, after) in pairs {
            self.changed(Box::new(before), Box::new(after));
        }
        let lost = lost.into_iter().map(|row| Difference::Lost {
            assignment: Box::new(row),
        });
        self.ready.extend(lost);
        let gained = gained.into_iter().map(|row| Difference::Gained {
            assignment: Box::new(row),
        });
        self.ready.extend(gained);
    }
}

impl Iterator for Differences {
    type Item = Result<Difference, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(difference) = self.ready.pop_front() {
                return Some(Ok(difference));
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.step() {
                self.ended = true;
                return Some(Err(error));
            }
        }
    }
}
