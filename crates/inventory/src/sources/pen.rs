//! Writes one section: its rows, its gaps, and at last the section itself.

use super::ask::{Received, Trouble};
use super::emit::Out;
use crate::ledger::{Gap, GapOf, Section, SectionId, Status};
use crate::model::{Assignment, Membership, Principal, Tenant};
use crate::source::{Event, Options, Progress, RoleRow};
use rolecall::rolecall_client::{Misfit, Operation, Refusal};
use rolecall::{Error, Kind};

/// After so many refusals in a row, without any success, the rest is not asked for.
const REFUSALS: u32 = 10;

/// After so many other failures in a row the rest is not asked for: the service is not there.
const FAILURES: u32 = 10;

/// Whether to go on with the next item of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Go {
    On,
    Stop,
}

/// Writes one section. It is silent when the section was not asked for, or is in a checkpoint already, and is read only
/// because others rest on it.
pub(crate) struct Pen {
    out: Out,
    section: Section,
    mode: Mode,
    done: u64,
    total: Option<u64>,
    succeeded: bool,
    refusals: u32,
    failures: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Loud,
    /// Not asked for.
    Skipped,
    /// Reported by an earlier run.
    Done,
}

impl Pen {
    pub(crate) fn new(out: &Out, tenant: &Tenant, options: &Options, id: SectionId) -> Self {
        let mode = if options.done.contains(&id) {
            Mode::Done
        } else if options.wants(&id) {
            Mode::Loud
        } else {
            Mode::Skipped
        };
        Self {
            out: out.clone(),
            section: Section::new(tenant.clone(), id),
            mode,
            done: 0,
            total: None,
            succeeded: false,
            refusals: 0,
            failures: 0,
        }
    }

    /// Whether what is written is read by anybody.
    pub(crate) fn is_loud(&self) -> bool {
        self.mode == Mode::Loud
    }

    pub(crate) fn id(&self) -> SectionId {
        self.section.id.clone()
    }

    pub(crate) fn section(&mut self) -> &mut Section {
        &mut self.section
    }

    async fn event(&mut self, event: Event) {
        self.section.count += 1;
        if self.is_loud() {
            self.out.send(event).await;
        }
    }

    pub(crate) async fn assignment(&mut self, row: Assignment) {
        self.event(Event::Assignment(Box::new(row))).await;
    }

    pub(crate) async fn membership(&mut self, row: Membership) {
        self.event(Event::Membership(Box::new(row))).await;
    }

    pub(crate) async fn principal(&mut self, row: Principal) {
        let tenant = self.section.tenant.clone();
        self.event(Event::Principal(tenant, Box::new(row))).await;
    }

    pub(crate) async fn role(&mut self, row: RoleRow) {
        self.event(Event::Role(Box::new(row))).await;
    }

    /// One item of the enumeration was gone through.
    pub(crate) async fn step(&mut self) {
        self.done += 1;
        if !self.is_loud() {
            return;
        }
        let progress = Progress {
            tenant: self.section.tenant.clone(),
            section: self.section.id.clone(),
            done: self.done,
            total: self.total,
        };
        self.out.send(Event::Progress(progress)).await;
    }

    /// How many items there are.
    pub(crate) fn expect(&mut self, total: u64) {
        self.total = Some(total);
    }

    /// A part was read.
    pub(crate) fn succeeded(&mut self) {
        (self.succeeded, self.refusals, self.failures) = (true, 0, 0);
    }

    /// The enumeration itself failed, or broke off.
    pub(crate) fn fail(&mut self, error: &Error) {
        if self.succeeded && self.section.count == 0 {
            // Something was read, which happened to hold nothing.
            self.section.gap(Gap::of_error(GapOf::default(), error));
            return;
        }
        self.section.fail(error);
    }

    /// What the enumeration as a whole was answered with; nothing where it failed.
    pub(crate) fn received<T>(
        &mut self,
        operation: &Operation,
        result: Result<Received<T>, Error>,
    ) -> Option<T> {
        match result {
            Ok(Received { value, misfits, .. }) => {
                self.misfits(&GapOf::default(), operation, &misfits);
                Some(value)
            }
            Err(error) => {
                self.fail(&error);
                None
            }
        }
    }

    /// A part could not be read.
    pub(crate) fn gap(&mut self, of: GapOf, error: &Error) -> Go {
        let gap = Gap::of_error(of, error);
        let refused = gap.status == Status::Refused;
        if !self.succeeded && refused {
            self.refusals += 1;
            if self.refusals >= REFUSALS || error.kind() == Kind::Auth {
                self.give_up(gap, self.refusals, "refusals");
                return Go::Stop;
            }
        } else if !refused && error.kind() != Kind::NotFound {
            self.failures += 1;
            if self.failures >= FAILURES {
                self.give_up(gap, self.failures, "failures");
                return Go::Stop;
            }
        }
        self.section.gap(gap);
        Go::On
    }

    /// What this goes through is what another section found: what is missing there is missing here.
    pub(crate) fn rests_on(&mut self, other: &Section) {
        if !other.is_incomplete() || self.section.status == Status::Refused {
            return;
        }
        let why = |reason: &str| format!("this rests on {}: {reason}", other.id);
        for gap in &other.gaps {
            self.section.gap(Gap {
                reason: why(&gap.reason),
                ..gap.clone()
            });
        }
        self.section.more_gaps += other.more_gaps;
        if let Some(reason) = &other.reason {
            self.section.reason = Some(why(reason));
            self.section.missing.clone_from(&other.missing);
            self.section.remedy.clone_from(&other.remedy);
            self.section.status = match self.section.count {
                0 => other.status,
                _ => Status::Partial,
            };
            if self.section.status == Status::Partial && other.more_gaps == 0 {
                self.section.more_gaps += 1;
            }
        }
    }

    /// What this goes through was met in other sections, of which this is missing something: who was not met is not known.
    pub(crate) fn misses(&mut self, why: &str) {
        let section = &mut self.section;
        if section.status == Status::Complete {
            section.status = Status::Partial;
        }
        section.more_gaps += 1;
        section.reason.get_or_insert_with(|| why.to_owned());
    }

    /// Whether nothing was read or failed yet.
    pub(crate) fn is_untouched(&self) -> bool {
        !self.succeeded && self.section.gaps.is_empty() && self.section.more_gaps == 0
    }

    /// What this request was refused for holds for the whole section.
    pub(crate) fn refuse(&mut self, error: &Error) {
        self.section.fail(error);
        self.section.status = Status::Refused;
    }

    fn give_up(&mut self, last: Gap, count: u32, what: &str) {
        let section = &mut self.section;
        if self.succeeded || section.count > 0 {
            section.status = Status::Partial;
            section.more_gaps += 1;
        } else {
            section.status = last.status;
            section.gaps.clear();
        }
        section.reason = Some(match count {
            1 => last.reason,
            _ => format!(
                "{}; after {count} {what} in a row the rest was not asked for",
                last.reason
            ),
        });
        section.missing = last.missing;
        section.remedy = last.remedy;
    }

    /// Something is not known for a reason that is no failed request.
    pub(crate) fn unknown(&mut self, of: GapOf, reason: impl Into<String>) {
        self.section.gap(Gap {
            of,
            status: Status::Partial,
            reason: reason.into(),
            missing: Vec::new(),
            remedy: None,
        });
    }

    /// Two places of the service disagree.
    pub(crate) fn differ(&mut self, of: GapOf, reason: impl Into<String>) {
        self.section.differ(of, reason);
    }

    /// The list under the enumeration was in trouble.
    pub(crate) fn trouble(&mut self, operation: &'static Operation, trouble: &Trouble) {
        match trouble {
            Trouble::Broken(error) => self.fail(error),
            Trouble::Misfits(misfits) => self.misfits(&GapOf::default(), operation, misfits),
        }
    }

    /// Values that did not fit the description: what was to be learned from them is not known.
    pub(crate) fn misfits(&mut self, of: &GapOf, operation: &Operation, misfits: &[Misfit]) {
        for misfit in misfits {
            let reason = format!(
                "{}: a value of the response is not as described, {misfit}",
                operation.id
            );
            self.unknown(of.clone(), reason);
        }
    }

    /// The list was empty, which is how the service refuses callers of this kind.
    pub(crate) fn empty_is_refusal(&mut self, operation: &Operation, refusal: &Refusal) {
        let section = &mut self.section;
        section.status = Status::Refused;
        section.reason = Some(format!("{}: {}", operation.id, refusal.when));
        section.missing = (operation.permissions.iter())
            .map(|&one| one.to_owned())
            .collect();
        section.remedy = Some(refusal.remedy.to_owned());
    }

    /// The section is at its end.
    pub(crate) async fn close(self) {
        let section = match self.mode {
            Mode::Done => return,
            Mode::Loud => self.section,
            Mode::Skipped => {
                Section::skipped(self.section.tenant, self.section.id, "it was not asked for")
            }
        };
        self.out.send(Event::Section(Box::new(section))).await;
    }

    /// The section is left out for a reason of its own.
    pub(crate) async fn skip(self, reason: &str) {
        let (tenant, id) = (self.section.tenant.clone(), self.section.id.clone());
        match self.mode {
            Mode::Loud => {
                let section = Section::skipped(tenant, id, reason);
                self.out.send(Event::Section(Box::new(section))).await;
            }
            _ => self.close().await,
        }
    }
}
