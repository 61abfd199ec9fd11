//! How far reading is: a line for each tenant on a terminal, nothing in a pipe.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rolecall_inventory::{Event, Tenant};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

pub struct Bars {
    all: Option<MultiProgress>,
    tenants: BTreeMap<Tenant, (ProgressBar, u64)>,
}

impl Bars {
    pub fn new(quiet: bool) -> Self {
        let shown = !quiet && io::stderr().is_terminal();
        Self {
            all: shown.then(MultiProgress::new),
            tenants: BTreeMap::new(),
        }
    }

    pub fn event(&mut self, event: &Event) {
        let Some(all) = &self.all else {
            return;
        };
        let tenant = match event {
            Event::Assignment(row) => &row.tenant,
            Event::Progress(progress) => &progress.tenant,
            _ => return,
        };
        let (bar, rows) = self.tenants.entry(tenant.clone()).or_insert_with(|| {
            let bar = all.add(ProgressBar::no_length());
            // The template is a constant; a wrong one would show the default line.
            if let Ok(style) = ProgressStyle::with_template("{prefix} {elapsed:>4} {wide_msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(tenant.to_string());
            (bar, 0)
        });
        match event {
            Event::Progress(progress) => {
                let total = progress.total.map(|total| format!(" of {total}"));
                bar.set_message(format!(
                    "{rows} assignments; {} {}{}",
                    progress.section,
                    progress.done,
                    total.unwrap_or_default()
                ));
            }
            _ => *rows += 1,
        }
        bar.tick();
    }

    /// Takes the lines away.
    pub fn end(self) {
        for (bar, _) in self.tenants.values() {
            bar.finish_and_clear();
        }
    }
}
