//! What to do next: the files to edit and the commands to run.

use crate::finding::WireVerdict;

use super::{Section, State};

/// Whether the version that `api.toml` gives the crate is lower than the advice.
pub fn lacks_bump(section: &Section) -> bool {
    let advised = || section.comparison.as_ref()?.bump.as_ref()?.to.as_deref();
    match (&section.declared, advised()) {
        (Some(declared), Some(advised)) => match (numbers(declared), numbers(advised)) {
            (Some(declared), Some(advised)) => declared < advised,
            _ => declared != advised,
        },
        _ => false,
    }
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let plain = version.split(['-', '+']).next()?;
    plain.split('.').map(|part| part.parse().ok()).collect()
}

/// The steps for whoever reads the report, in their order; none where nothing differs.
pub fn steps(section: &Section) -> Vec<String> {
    let mut steps = Vec::new();
    let Some(summary) = section
        .comparison
        .as_ref()
        .filter(|_| section.state == State::Compared)
    else {
        return steps;
    };
    let name = &section.name;
    let counted = |section: &Section| {
        section
            .findings
            .iter()
            .filter(|judged| judged.accepted.is_none())
            .count()
    };
    if let Some(published) = &section.upstream {
        if counted(section) > 0 {
            steps.push(format!(
                "follow the findings in `specs/{name}/openapi.yaml`, or say in `specs/{name}/deviations.toml` why not"
            ));
        }
        if published.moved || published.pinned_sha256.is_none() {
            steps.push(format!(
                "record the release: `cargo xtask drift sync {name} --write`"
            ));
        }
        return steps;
    }
    let failing = section
        .findings
        .iter()
        .filter(|judged| judged.fails)
        .count();
    let careful = summary.wire.breaking + summary.wire.dangerous;
    if careful > 0 {
        steps.push(format!(
            "look for code that uses what the breaking and dangerous findings name ({careful})"
        ));
    }
    if failing > 0 {
        steps.push(
            "where one is to pass, accept it for some time by its fingerprint in `drift-ignore.toml`".to_owned(),
        );
    }
    let Some(declared) = &section.declared else {
        return steps;
    };
    let advised = summary.bump.as_ref().and_then(|bump| bump.to.as_ref());
    if let Some(advised) = advised {
        if lacks_bump(section) {
            steps.push(format!(
                "set `version = \"{advised}\"` in `specs/{name}/api.toml`, which has {declared}"
            ));
        }
        steps.push(format!("generate the crate: `cargo xtask generate {name}`"));
        let listed = section.findings.iter().any(|judged| {
            judged.finding.wire > WireVerdict::Compatible || judged.finding.rust_item.is_some()
        });
        if listed {
            steps.push("say in `CHANGELOG.md` what changes for callers".to_owned());
        }
    }
    steps
}
