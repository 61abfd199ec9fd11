//! Holds a snapshot to the rules.

use super::file::{Demand, Rule, Rules};
use super::{Acceptance, Finding, Outcome, Report, Severity, Stale, State, VERSION};
use crate::filter;
use crate::graph::{Groups, holders};
use crate::model::{
    Assignment, Origin, Principal, PrincipalId, PrincipalKind, Tenant, Timestamp, hex,
};
use crate::snapshot::{Header, Record, Snapshot, SnapshotError};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Checks a snapshot. `now` decides which exceptions still hold, and how long an assignment still lasts.
///
/// It holds the memberships and the principals of the snapshot in memory, and what breaks a rule.
///
/// # Errors
///
/// When the snapshot cannot be read.
pub fn check(rules: &Rules, snapshot: &Snapshot, now: Timestamp) -> Result<Report, SnapshotError> {
    let mut known = Known::default();
    for record in snapshot.lines()? {
        match record? {
            Record::Membership(row) => known.groups.insert(&row),
            Record::Principal(row) => {
                let key = (row.tenant, row.principal.identity());
                known.principals.insert(key, row.principal);
            }
            _ => {}
        }
    }
    let header = snapshot.header();
    let mut checks: Vec<Check<'_>> = rules.rules.iter().map(Check::of).collect();
    for record in snapshot.lines()? {
        if let Record::Assignment(row) = record? {
            for check in &mut checks {
                check.row(&row, &known, now);
            }
        }
    }
    let mut report = Report {
        version: VERSION,
        tenants: header.tenants.clone(),
        rules: Vec::new(),
        findings: Vec::new(),
        stale: Vec::new(),
    };
    for check in checks {
        let (outcome, findings) = check.end(rules, header, now);
        report.rules.push(outcome);
        report.findings.extend(findings);
    }
    report.stale = stale(rules, &report.findings, now);
    Ok(report)
}

/// What has to be known of all rows before one can be judged.
#[derive(Default)]
struct Known {
    groups: Groups,
    principals: BTreeMap<(Tenant, PrincipalId), Principal>,
}

/// A rule while rows come by.
struct Check<'a> {
    rule: &'a Rule,
    assignments: u64,
    /// By fingerprint: a member of a group can come by twice.
    found: BTreeMap<String, (String, Option<Box<Assignment>>)>,
    holders: BTreeSet<(Tenant, PrincipalId)>,
    /// Groups hold what the rule is about, so who is in them matters.
    needs_members: bool,
    no_status: BTreeSet<(Tenant, PrincipalId)>,
}

impl<'a> Check<'a> {
    fn of(rule: &'a Rule) -> Self {
        Self {
            rule,
            assignments: 0,
            found: BTreeMap::new(),
            holders: BTreeSet::new(),
            needs_members: false,
            no_status: BTreeSet::new(),
        }
    }

    fn row(&mut self, row: &Assignment, known: &Known, now: Timestamp) {
        if !self.rule.filter.fits(row) {
            return;
        }
        self.assignments += 1;
        let is_group = row.principal.kind == PrincipalKind::Group;
        match &self.rule.demand {
            Demand::Nobody => self.break_by(row, "nobody may"),
            Demand::Only(these) => {
                if !these.iter().any(|one| allows(one, row)) {
                    self.break_by(row, "it is not among those who may");
                }
            }
            Demand::NotDirect => {
                if !is_group && row.origin == Origin::Direct {
                    self.break_by(row, "only groups may hold it by themselves");
                }
            }
            Demand::EndsWithinDays(days) => match row.expires {
                None => self.break_by(row, "it does not end by itself"),
                Some(end) => {
                    let left = (end - now).num_days();
                    if left > i64::from(*days) {
                        self.break_by(
                            row,
                            &format!("it ends in {left} days, and {days} are allowed"),
                        );
                    }
                }
            },
            Demand::NotStatus(_) | Demand::AtMost(_) => {
                if row.principal.kind == PrincipalKind::Everyone {
                    return self.break_by(row, "everybody does");
                }
                if is_group {
                    self.needs_members = true;
                }
                let all = holders([row], &known.groups, &known.principals);
                for row in all {
                    if row.principal.kind != PrincipalKind::Group {
                        self.holder(&row);
                    }
                }
            }
        }
    }

    /// Somebody who holds it, perhaps by a group.
    fn holder(&mut self, row: &Assignment) {
        let who = (row.tenant.clone(), row.principal.identity());
        match &self.rule.demand {
            Demand::NotStatus(these) => match &row.principal.status {
                Some(status) if these.contains(status) => {
                    self.break_by(row, &format!("the status is {status}"));
                }
                None if row.principal.kind == PrincipalKind::User => {
                    self.no_status.insert(who);
                }
                _ => {}
            },
            _ => {
                self.holders.insert(who);
            }
        }
    }

    fn break_by(&mut self, row: &Assignment, why: &str) {
        let fingerprint = fingerprint(&self.rule.id, row.key.as_str());
        let message = format!(
            "{} {} holds {} over {} ({}): {why}",
            row.principal.kind, row.principal, row.role, row.scope, row.origin
        );
        self.found
            .entry(fingerprint)
            .or_insert_with(|| (message, Some(Box::new(row.clone()))));
    }

    fn end(mut self, rules: &Rules, header: &Header, now: Timestamp) -> (Outcome, Vec<Finding>) {
        if let Demand::AtMost(most) = self.rule.demand {
            let count = self.holders.len() as u64;
            if count > most {
                let message = format!("{count} principals hold it, and {most} are allowed");
                self.found
                    .insert(fingerprint(&self.rule.id, ""), (message, None));
            }
        }
        let unknown = self.unknown(header);
        let at = format!("{}:{}", rules.file, self.rule.line);
        let findings: Vec<Finding> = self
            .found
            .into_iter()
            .map(|(fingerprint, (message, assignment))| Finding {
                rule: self.rule.id.clone(),
                at: at.clone(),
                severity: self.rule.severity,
                accepted: acceptance(rules, &fingerprint, now),
                fingerprint,
                message,
                assignment,
            })
            .collect();
        let state = if findings.iter().any(|one| one.accepted.is_none()) {
            State::Broken
        } else if unknown.is_empty() {
            State::Holds
        } else {
            State::Undecided
        };
        let outcome = Outcome {
            id: self.rule.id.clone(),
            at,
            why: self.rule.why.clone(),
            severity: self.rule.severity,
            state,
            assignments: self.assignments,
            unknown,
        };
        (outcome, findings)
    }

    /// What could break the rule, and was not read.
    fn unknown(&self, header: &Header) -> Vec<String> {
        let filter = &self.rule.filter;
        let about = |tenant: &Tenant| {
            (filter.services.is_empty() || filter.services.contains(&tenant.service))
                && (filter.tenants.is_empty() || filter.tenants.contains(&tenant.id))
        };
        let mut unknown = Vec::new();
        if !header.tenants.iter().any(about) {
            unknown.push("no tenant that it is about was read".to_owned());
        }
        for section in header.ledger.iter().filter(|one| about(&one.tenant)) {
            if section.is_incomplete() {
                let reason = section
                    .reason
                    .as_deref()
                    .unwrap_or("not all of it was read");
                unknown.push(format!(
                    "{} {} is {}: {reason}",
                    section.tenant, section.id, section.status
                ));
            }
        }
        if self.needs_members && !header.options.memberships {
            unknown.push("groups hold it, and who is in them was not read".to_owned());
        }
        if !self.no_status.is_empty() {
            let count = self.no_status.len();
            unknown.push(format!("the status of {count} users is not known"));
        }
        unknown
    }
}

/// Whether an entry of `only` names who holds it, or a group by which it is held.
fn allows(entry: &str, row: &Assignment) -> bool {
    let (kind, text) = match entry.split_once(':') {
        Some((kind, text)) if PrincipalKind::WORDS.contains(&kind) => (Some(kind), text),
        _ => (None, entry),
    };
    let principal = &row.principal;
    let is_kind = |word: &str| kind.is_none_or(|kind| kind == word);
    if is_kind(principal.kind.as_str()) && filter::principal(principal, text) {
        return true;
    }
    let Origin::Group { group, path } = &row.origin else {
        return false;
    };
    is_kind("group")
        && group
            .iter()
            .chain(path)
            .any(|group| group.id == text || group.name.as_ref().is_some_and(|name| name == text))
}

fn fingerprint(rule: &str, key: &str) -> String {
    let digest = Sha256::digest(format!("{rule}\n{key}"));
    hex(&digest[..8])
}

fn acceptance(rules: &Rules, fingerprint: &str, now: Timestamp) -> Option<Acceptance> {
    let exception = rules
        .exceptions
        .iter()
        .find(|one| one.fingerprint == fingerprint)?;
    (now.date_naive() <= exception.expires).then(|| Acceptance {
        by: format!("{}:{}", rules.file, exception.line),
        reason: exception.reason.clone(),
        owner: exception.owner.clone(),
        expires: exception.expires.to_string(),
    })
}

fn stale(rules: &Rules, findings: &[Finding], now: Timestamp) -> Vec<Stale> {
    let stale = rules.exceptions.iter().filter_map(|one| {
        let expired = one.expires < now.date_naive();
        let used = findings.iter().any(|found| found.fingerprint == one.fingerprint);
        let message = match (expired, used) {
            (true, true) => format!(
                "the exception of {} expired on {}: {} must mend the cause, or accept the finding again with a later day",
                one.fingerprint, one.expires, one.owner
            ),
            (_, false) => format!("no finding has the fingerprint {}: remove the exception", one.fingerprint),
            (false, true) => return None,
        };
        Some(Stale {
            at: format!("{}:{}", rules.file, one.line),
            expired,
            message,
        })
    });
    stale.collect()
}

impl Severity {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}
