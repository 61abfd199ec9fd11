//! One reading of a tenant.

use super::emit::{Out, events};
use super::pace::Pace;
use super::pen::Pen;
use crate::ledger::SectionId;
use crate::model::Tenant;
use crate::source::{EventStream, Options};

/// One reading of a tenant: what every part of it needs. Each source adds its own parts to the one of its client.
pub(super) struct Run<C> {
    pub(super) client: C,
    pub(super) tenant: Tenant,
    pub(super) options: Options,
    pub(super) pace: Pace,
    out: Out,
}

impl<C: Clone> Run<C> {
    /// The events of a reading. Nothing is sent before the first is asked for.
    pub(super) fn events<F>(
        client: &C,
        tenant: &Tenant,
        options: &Options,
        read: impl FnOnce(Self) -> F,
    ) -> EventStream
    where
        F: Future<Output = ()> + Send + 'static,
    {
        events(|out| {
            read(Self {
                client: client.clone(),
                tenant: tenant.clone(),
                options: options.clone(),
                pace: Pace::new(options.concurrency),
                out,
            })
        })
    }
}

impl<C> Run<C> {
    pub(super) fn pen(&self, section: &str) -> Pen {
        self.pen_of(SectionId::new(section))
    }

    pub(super) fn pen_of(&self, section: SectionId) -> Pen {
        Pen::new(&self.out, &self.tenant, &self.options, section)
    }
}
