//! `roles` and `principals`.

use super::rows::columns;
use crate::args::{Form, Global, Rows};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::Printer;
use rolecall_inventory::{
    Event, Ledger, Overrides, Principal, PrincipalId, Role, Tenant, Tie, people as tie,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const ROLE_COLUMNS: [&str; 7] = [
    "service",
    "tenant",
    "kind",
    "role",
    "role-id",
    "assignments",
    "permissions",
];

#[derive(Serialize)]
struct RoleLine {
    tenant: Tenant,
    role: Role,
    assignments: u64,
}

pub async fn roles(global: &Global, rows: &Rows) -> Result<Exit, Failure> {
    let filter = rows.filter.filter();
    let options = input::options(&rows.read, global)?;
    let csv = global.output == Form::Csv;
    let short = &ROLE_COLUMNS[..6];
    let columns = columns(&rows.columns, &ROLE_COLUMNS, short, csv)?;
    let mut printer = Printer::new(global.output, "roles", columns)?;
    let mut found: BTreeMap<(Tenant, String), RoleLine> = BTreeMap::new();
    let ledger = input::read(global, rows.from.from.as_deref(), &options, |event| {
        let (tenant, role, more) = match event {
            Event::Assignment(row) if filter.fits(&row) => (row.tenant, row.role, 1),
            Event::Role(row) => (row.tenant, row.role, 0),
            _ => return Ok(()),
        };
        let line = found.entry((tenant.clone(), role.id.clone()));
        let line = line.or_insert_with(|| RoleLine {
            tenant,
            role: role.clone(),
            assignments: 0,
        });
        line.assignments += more;
        line.role.name = line.role.name.take().or(role.name);
        line.role.permissions = line.role.permissions.take().or(role.permissions);
        Ok(())
    })
    .await?;
    let fits = |line: &&RoleLine| {
        let role = &filter.roles;
        (filter.services.is_empty() || filter.services.contains(&line.tenant.service))
            && (filter.tenants.is_empty() || filter.tenants.contains(&line.tenant.id))
            && (role.is_empty()
                || role
                    .iter()
                    .any(|text| rolecall_inventory::filter::role(&line.role, text)))
    };
    for line in found.values().filter(fits) {
        printer.row(line, |column| match column {
            "service" => line.tenant.service.to_string(),
            "tenant" => line.tenant.id.clone(),
            "kind" => line.role.kind.to_string(),
            "role" => line.role.to_string(),
            "role-id" => line.role.id.clone(),
            "assignments" => line.assignments.to_string(),
            _ => line
                .role
                .permissions
                .iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
                .join(" "),
        })?;
    }
    printer.end(Some(&ledger))
}

const PRINCIPAL_COLUMNS: [&str; 10] = [
    "service",
    "tenant",
    "kind",
    "principal",
    "principal-id",
    "email",
    "status",
    "assignments",
    "created",
    "last-sign-in",
];

#[derive(Serialize)]
struct PrincipalLine {
    tenant: Tenant,
    principal: Principal,
    assignments: u64,
}

type Lines = BTreeMap<(Tenant, PrincipalId), PrincipalLine>;

async fn read(global: &Global, rows: &Rows) -> Result<(Lines, Ledger), Failure> {
    let filter = rows.filter.filter();
    let options = input::options(&rows.read, global)?;
    let mut found = Lines::new();
    let ledger = input::read(global, rows.from.from.as_deref(), &options, |event| {
        let (tenant, principal, more) = match event {
            Event::Assignment(row) if filter.fits(&row) => (row.tenant, row.principal, 1),
            Event::Principal(tenant, principal) => (tenant, *principal, 0),
            _ => return Ok(()),
        };
        let key = (tenant.clone(), principal.identity());
        let line = found.entry(key).or_insert_with(|| PrincipalLine {
            tenant,
            principal: principal.clone(),
            assignments: 0,
        });
        line.assignments += more;
        merge(&mut line.principal, principal);
        Ok(())
    })
    .await?;
    found.retain(|(tenant, _), line| {
        let kinds = &filter.kinds;
        (filter.services.is_empty() || filter.services.contains(&tenant.service))
            && (filter.tenants.is_empty() || filter.tenants.contains(&tenant.id))
            && (kinds.is_empty() || kinds.contains(&line.principal.kind))
            && (filter.statuses.is_empty()
                || line
                    .principal
                    .status
                    .as_ref()
                    .is_some_and(|one| filter.statuses.contains(one)))
            && (line.assignments > 0
                || rows.read.all_principals
                || filter.roles.is_empty() && filter.scopes.is_empty())
    });
    Ok((found, ledger))
}

/// One event may know more of a principal than another.
fn merge(known: &mut Principal, other: Principal) {
    known.name = known.name.take().or(other.name);
    known.email = known.email.take().or(other.email);
    known.status = known.status.take().or(other.status);
    known.created = known.created.or(other.created);
    known.last_sign_in = known.last_sign_in.or(other.last_sign_in);
}

pub async fn principals(global: &Global, rows: &Rows) -> Result<Exit, Failure> {
    let csv = global.output == Form::Csv;
    let short = [
        "service",
        "kind",
        "principal",
        "email",
        "status",
        "assignments",
    ];
    let columns = columns(&rows.columns, &PRINCIPAL_COLUMNS, &short, csv)?;
    let mut printer = Printer::new(global.output, "principals", columns)?;
    let (found, ledger) = read(global, rows).await?;
    for line in found.values() {
        let one = &line.principal;
        let time = |at: &Option<rolecall_inventory::Timestamp>| {
            at.map(|at| at.to_rfc3339()).unwrap_or_default()
        };
        printer.row(line, |column| match column {
            "service" => line.tenant.service.to_string(),
            "tenant" => line.tenant.id.clone(),
            "kind" => one.kind.to_string(),
            "principal" => one.to_string(),
            "principal-id" => one.id.clone(),
            "email" => one.email.clone().unwrap_or_default(),
            "status" => one
                .status
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            "assignments" => line.assignments.to_string(),
            "created" => time(&one.created),
            _ => time(&one.last_sign_in),
        })?;
    }
    printer.end(Some(&ledger))
}

pub async fn people(
    global: &Global,
    overrides: Option<&Path>,
    rows: &Rows,
) -> Result<Exit, Failure> {
    let overrides = match overrides {
        None => Overrides::default(),
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
            Overrides::parse(&name, &text).map_err(|error| Failure::usage(error.to_string()))?
        }
    };
    let all = ["person", "tied", "services", "accounts"];
    let columns = columns(&rows.columns, &all, &all, false)?;
    let mut printer = Printer::new(global.output, "people", columns)?;
    let (found, ledger) = read(global, rows).await?;
    let principals = found.values().map(|line| (&line.tenant, &line.principal));
    for person in tie(principals, &overrides) {
        printer.row(&person, |column| match column {
            "person" => person.name.clone(),
            "tied" => match person.by {
                Tie::GuessedByEmail => "guessed by e-mail".to_owned(),
                Tie::Stated => "stated".to_owned(),
                Tie::Alone => String::new(),
            },
            "services" => {
                let services = person
                    .accounts
                    .iter()
                    .map(|one| one.tenant.service.as_str());
                services
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            _ => {
                let accounts = person.accounts.iter();
                let accounts = accounts.map(|one| format!("{}:{}", one.tenant, one.principal.id));
                accounts.collect::<Vec<_>>().join(" ")
            }
        })?;
    }
    printer.end(Some(&ledger))
}
