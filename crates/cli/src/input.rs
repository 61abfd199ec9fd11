//! Where rows come from: the services, the stand-ins, or a snapshot.

use crate::args::{Global, Read};
use crate::config::Config;
use crate::connect;
use crate::exit::Failure;
use crate::progress::Bars;
use futures_util::StreamExt;
use rolecall_inventory::snapshot::{Record, Snapshot};
use rolecall_inventory::{Event, Ledger, Options, RoleRow, Source, events};
use std::path::Path;
use std::sync::Arc;

/// The sources of a run, and what keeps them alive.
pub struct Live {
    pub sources: Vec<Arc<dyn Source>>,
    #[cfg(feature = "demo")]
    _demo: Option<crate::demo::Demo>,
}

/// Connects to the services of the profiles, or starts the stand-ins.
pub async fn live(global: &Global) -> Result<Live, Failure> {
    if global.demo {
        #[cfg(feature = "demo")]
        {
            let demo = crate::demo::Demo::start().await?;
            return Ok(Live {
                sources: demo.sources().await?,
                _demo: Some(demo),
            });
        }
        #[cfg(not(feature = "demo"))]
        return Err(Failure::usage(
            "this program was built without stand-ins\n  help: build it with the feature `demo`",
        ));
    }
    let config = Config::read(global)?;
    if config.profiles.is_empty() {
        let what = if config.there {
            "has no profiles"
        } else {
            "is not there"
        };
        return Err(Failure::usage(format!(
            "{} {what}\n  help: write a profile (docs/cli.md), or try `rolecall --demo list`",
            config.path.display()
        )));
    }
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    for (name, profile) in &config.profiles {
        let source = connect::source(name, profile, &config).await?;
        if let Some(same) = sources.iter().find(|one| one.tenant() == source.tenant()) {
            return Err(Failure::usage(format!(
                "profile `{name}` and another are both of {}\n  help: choose one with --profile, or give each a `tenant` of its own",
                same.tenant()
            )));
        }
        sources.push(source);
    }
    Ok(Live {
        sources,
        #[cfg(feature = "demo")]
        _demo: None,
    })
}

/// What to read, by the command line and the profiles.
pub fn options(read: &Read, global: &Global) -> Result<Options, Failure> {
    let mut options = Options {
        vendor: read.vendor,
        principals: read.all_principals,
        memberships: !read.no_memberships,
        permissions: read.permissions,
        governance: !read.no_governance,
        roots: read.roots.iter().cloned().collect(),
        only: read.only.iter().cloned().collect(),
        ..Options::default()
    };
    if !global.demo {
        for profile in Config::read(global)?.profiles.into_values() {
            options.organizations.extend(profile.organizations);
            options.roots.extend(profile.roots);
        }
    }
    Ok(options)
}

/// Shows every event but progress and sections, of the services or of a snapshot, and gives what was read and what was not.
pub async fn read(
    global: &Global,
    from: Option<&Path>,
    options: &Options,
    mut each: impl FnMut(Event) -> Result<(), Failure>,
) -> Result<Ledger, Failure> {
    if let Some(path) = from {
        return file(&Snapshot::open(path)?, each);
    }
    let live = live(global).await?;
    let mut bars = Bars::new(global.quiet);
    let mut ledger = Ledger::default();
    let mut all = events(&live.sources, options);
    while let Some(event) = all.next().await {
        bars.event(&event);
        match event {
            Event::Section(section) => ledger.insert(*section),
            Event::Progress(_) => {}
            event => each(event)?,
        }
    }
    bars.end();
    Ok(ledger)
}

fn file(
    snapshot: &Snapshot,
    mut each: impl FnMut(Event) -> Result<(), Failure>,
) -> Result<Ledger, Failure> {
    for record in snapshot.lines()? {
        each(match record? {
            Record::Assignment(row) => Event::Assignment(row),
            Record::Membership(row) => Event::Membership(row),
            Record::Principal(row) => Event::Principal(row.tenant, Box::new(row.principal)),
            Record::Role(row) => Event::Role(Box::new(RoleRow {
                tenant: row.tenant,
                role: row.role,
                holders: row.holders,
            })),
            _ => continue,
        })?;
    }
    Ok(snapshot.header().ledger.clone())
}
