//! Reading several tenants as one stream, in which every section that was planned is closed.

use crate::ledger::{Section, SectionId, Status};
use crate::model::Tenant;
use crate::snapshot::Done;
use crate::source::{Event, EventStream, Options, Source};
use futures_core::Stream;
use futures_util::stream;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Everything that these sources tell with these options, all tenants at once.
///
/// Rows are counted here and not in the sources. A section that a source planned and did not close comes out as partial:
/// unknown is not empty.
pub fn events(sources: &[Arc<dyn Source>], options: &Options) -> EventStream {
    events_after(sources, options, &Done::new())
}

/// As [`events`], without the sections that are done already: those of a checkpoint.
pub fn events_after(sources: &[Arc<dyn Source>], options: &Options, done: &Done) -> EventStream {
    let each = sources.iter().map(|source| {
        let mut options = options.clone();
        let done = done.get(source.tenant()).into_iter().flatten();
        options.done.extend(done.cloned());
        Guarded::new(&**source, &options)
    });
    Box::pin(stream::select_all(each.map(Box::pin)))
}

/// The events of one source, held to what it planned.
struct Guarded {
    events: EventStream,
    tenant: Tenant,
    open: BTreeSet<SectionId>,
    closed: BTreeSet<SectionId>,
    done: BTreeSet<SectionId>,
    counts: BTreeMap<SectionId, u64>,
    ended: bool,
}

impl Guarded {
    fn new(source: &dyn Source, options: &Options) -> Self {
        let planned = source.sections(options).into_iter();
        Self {
            events: source.events(options),
            tenant: source.tenant().clone(),
            open: planned.filter(|one| !options.done.contains(one)).collect(),
            closed: BTreeSet::new(),
            done: options.done.clone(),
            counts: BTreeMap::new(),
            ended: false,
        }
    }

    fn count(&mut self, section: &SectionId) {
        match self.counts.get_mut(section) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(section.clone(), 1);
                if !self.closed.contains(section) {
                    self.open.insert(section.clone());
                }
            }
        }
    }

    /// Something of a section that was read in an earlier run: a source may have to read it again for another.
    fn is_done(&self, event: &Event) -> bool {
        self.done.contains(match event {
            Event::Assignment(row) => &row.section,
            Event::Membership(row) => &row.section,
            Event::Section(section) => &section.id,
            _ => return false,
        })
    }

    fn pass(&mut self, mut event: Event) -> Event {
        match &mut event {
            Event::Assignment(row) => self.count(&row.section),
            Event::Membership(row) => self.count(&row.section),
            Event::Section(section) => {
                self.open.remove(&section.id);
                self.closed.insert(section.id.clone());
                if let Some(count) = self.counts.get(&section.id) {
                    section.count = *count;
                }
            }
            _ => {}
        }
        event
    }

    /// A section that the source did not close.
    fn left_open(&mut self) -> Option<Event> {
        let id = self.open.pop_first()?;
        let mut section = Section::new(self.tenant.clone(), id);
        section.count = self.counts.get(&section.id).copied().unwrap_or_default();
        section.status = Status::Partial;
        section.more_gaps = 1;
        section.reason = Some("reading ended before the end of this section".to_owned());
        Some(Event::Section(Box::new(section)))
    }
}

impl Stream for Guarded {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        while !self.ended {
            match self.events.as_mut().poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(event)) if self.is_done(&event) => {}
                Poll::Ready(Some(event)) => return Poll::Ready(Some(self.pass(event))),
                Poll::Ready(None) => self.ended = true,
            }
        }
        Poll::Ready(self.left_open())
    }
}
