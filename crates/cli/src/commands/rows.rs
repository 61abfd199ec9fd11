//! `list`, `who-has` and `show`: role assignments.

use crate::args::{Global, Rows};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::Printer;
use rolecall_inventory::filter::{self, origin};
use rolecall_inventory::{
    Assignment, Event, Groups, Ledger, Principal, PrincipalId, PrincipalKind, Tenant, effective,
    holders,
};
use std::collections::BTreeMap;

/// All columns of an assignment.
const COLUMNS: [&str; 19] = [
    "service",
    "tenant",
    "kind",
    "principal",
    "principal-id",
    "email",
    "status",
    "role",
    "role-id",
    "role-kind",
    "scope",
    "scope-kind",
    "scope-id",
    "origin",
    "origin-kind",
    "group",
    "expires",
    "section",
    "key",
];

/// Those of a table. What all rows share is left out by who asks for fewer.
const SHORT: [&str; 6] = ["service", "kind", "principal", "role", "scope", "origin"];

pub fn cell(row: &Assignment, column: &str) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match column {
        "service" => row.tenant.service.to_string(),
        "tenant" => row.tenant.id.clone(),
        "kind" => row.principal.kind.to_string(),
        "principal" => row.principal.to_string(),
        "principal-id" => row.principal.id.clone(),
        "email" => text(&row.principal.email),
        "status" => row
            .principal
            .status
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        "role" => row.role.to_string(),
        "role-id" => row.role.id.clone(),
        "role-kind" => row.role.kind.to_string(),
        "scope" => row.scope.to_string(),
        "scope-kind" => row.scope.kind.to_string(),
        "scope-id" => match row.scope.targets.as_slice() {
            [] => text(&row.scope.id),
            targets => {
                let ids = targets.iter().map(|one| format!("{}:{}", one.kind, one.id));
                ids.collect::<Vec<_>>().join(" ")
            }
        },
        "origin" => row.origin.to_string(),
        "origin-kind" => origin(&row.origin).to_owned(),
        "group" => match &row.origin {
            rolecall_inventory::Origin::Group {
                group: Some(group), ..
            } => group.id.clone(),
            _ => String::new(),
        },
        "expires" => row.expires.map(|at| at.to_rfc3339()).unwrap_or_default(),
        "section" => row.section.to_string(),
        "key" => row.key.to_string(),
        _ => String::new(),
    }
}

/// The columns that were asked for, or these.
pub fn columns(
    asked: &[String],
    all: &[&'static str],
    short: &[&'static str],
    csv: bool,
) -> Result<Vec<&'static str>, Failure> {
    if asked.is_empty() {
        return Ok(if csv { all.to_vec() } else { short.to_vec() });
    }
    if asked == ["all"] {
        return Ok(all.to_vec());
    }
    let find = |name: &String| {
        all.iter().find(|one| *one == name).copied().ok_or_else(|| {
            Failure::usage(format!(
                "there is no column `{name}`\n  help: the columns are {}",
                all.join(", ")
            ))
        })
    };
    asked.iter().map(find).collect()
}

/// The order of a table: by what is read first.
fn order(row: &Assignment) -> impl Ord + use<> {
    (
        row.tenant.clone(),
        row.principal.kind.clone(),
        row.principal.to_string().to_lowercase(),
        row.role.to_string().to_lowercase(),
        row.scope.to_string(),
        row.key.clone(),
    )
}

/// Prints rows in that order.
fn print(printer: &mut Printer, mut rows: Vec<Assignment>) -> Result<(), Failure> {
    rows.sort_by_cached_key(order);
    for row in &rows {
        printer.row(row, |column| cell(row, column))?;
    }
    Ok(())
}

fn printer(global: &Global, rows: &Rows) -> Result<Printer, Failure> {
    let csv = global.output == crate::args::Form::Csv;
    let columns = columns(&rows.columns, &COLUMNS, &SHORT, csv)?;
    Printer::new(global.output, "assignments", columns)
}

pub async fn list(global: &Global, rows: &Rows) -> Result<Exit, Failure> {
    let filter = rows.filter.filter();
    let options = input::options(&rows.read, global)?;
    let mut printer = printer(global, rows)?;
    // A table has its rows in order, whatever order the services tell them in; the other forms print them as they come.
    let mut sorted = Vec::new();
    let is_table = global.output == crate::args::Form::Table;
    let ledger = input::read(global, rows.from.from.as_deref(), &options, |event| {
        if let Event::Assignment(row) = event
            && filter.fits(&row)
        {
            if is_table {
                sorted.push(*row);
            } else {
                printer.row(&row, |column| cell(&row, column))?;
            }
        }
        Ok(())
    })
    .await?;
    print(&mut printer, sorted)?;
    printer.end(Some(&ledger))
}

/// Who is in which group, who is called what, and the rows that a question needs.
#[derive(Default)]
struct Known {
    groups: Groups,
    principals: BTreeMap<(Tenant, PrincipalId), Principal>,
    rows: Vec<Assignment>,
}

impl Known {
    /// Reads all memberships and principals, and the assignments that are wanted.
    async fn read(
        &mut self,
        global: &Global,
        rows: &Rows,
        wanted: impl Fn(&Assignment) -> bool,
    ) -> Result<Ledger, Failure> {
        let options = input::options(&rows.read, global)?;
        input::read(global, rows.from.from.as_deref(), &options, |event| {
            match event {
                Event::Assignment(row) => {
                    let key = (row.tenant.clone(), row.principal.identity());
                    self.principals
                        .entry(key)
                        .or_insert_with(|| row.principal.clone());
                    if wanted(&row) {
                        self.rows.push(*row);
                    }
                }
                Event::Membership(row) => self.groups.insert(&row),
                Event::Principal(tenant, principal) => {
                    let key = (tenant, principal.identity());
                    self.principals.insert(key, *principal);
                }
                _ => {}
            }
            Ok(())
        })
        .await
    }
}

pub async fn who_has(global: &Global, role: &str, rows: &Rows) -> Result<Exit, Failure> {
    let mut filter = rows.filter.filter();
    let (kinds, principals, origins) = (
        std::mem::take(&mut filter.kinds),
        std::mem::take(&mut filter.principals),
        std::mem::take(&mut filter.origins),
    );
    let statuses = std::mem::take(&mut filter.statuses);
    let mut printer = printer(global, rows)?;
    let mut known = Known::default();
    let ledger = known
        .read(global, rows, |row| {
            filter::role(&row.role, role) && filter.fits(row)
        })
        .await?;
    // Who holds it by a group is judged when that is known.
    filter.kinds = kinds;
    filter.principals = principals;
    filter.origins = origins;
    filter.statuses = statuses;
    let mut found = holders(&known.rows, &known.groups, &known.principals);
    found.retain(|row| filter.fits(row));
    print(&mut printer, found)?;
    printer.end(Some(&ledger))
}

pub async fn show(global: &Global, principal: &str, rows: &Rows) -> Result<Exit, Failure> {
    let filter = rows.filter.filter();
    let mut printer = printer(global, rows)?;
    let mut known = Known::default();
    let ledger = known
        .read(global, rows, |row| {
            filter::principal(&row.principal, principal)
                || matches!(
                    row.principal.kind,
                    PrincipalKind::Group | PrincipalKind::Everyone
                )
        })
        .await?;
    let named = known.principals.iter();
    let named: Vec<_> = named
        .filter(|(_, one)| filter::principal(one, principal))
        .collect();
    if named.is_empty() {
        printer.end(None)?;
        crate::output::coverage(&ledger);
        return Err(Failure::failed(format!(
            "nobody is called `{principal}` among those that were read\n  help: give an id, a name or an e-mail address as `rolecall list` shows it; --all-principals reads those that hold nothing, too"
        )));
    }
    let held = named.into_iter().flat_map(|((tenant, _), principal)| {
        effective(principal, tenant, &known.rows, &known.groups)
    });
    print(&mut printer, held.filter(|row| filter.fits(row)).collect())?;
    printer.end(Some(&ledger))
}
