//! What it costs to write, check and compare snapshots of very many rows.

use crate::peak_mib;
use rolecall_inventory::diff::{Totals, diff};
use rolecall_inventory::snapshot::{Snapshot, Writer};
use rolecall_inventory::{
    Assignment, Event, Options, Origin, Principal, PrincipalKind, Role, RoleKind, Scope, Section,
    SectionId, Service, Tenant,
};
use serde::Serialize;
use std::path::Path;
use std::time::Instant;

#[derive(Serialize)]
pub struct Files {
    rows: u64,
    write_rows_per_second: f64,
    open_rows_per_second: f64,
    diff_rows_per_second: f64,
    /// Rows that only one of the two files has.
    differences: u64,
    file_mib: u64,
    /// Of all of it, by the whole process.
    peak_mib: Option<u64>,
}

pub fn measure(rows: u64) -> Files {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = ["before", "after"].map(|name| folder.path().join(name));
    let start = Instant::now();
    // One row in a thousand is not in the second.
    write(&paths[0], rows, |_| true);
    write(&paths[1], rows, |row| row % 1_000 != 0);
    let written = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let opened = paths
        .each_ref()
        .map(|path| Snapshot::open(path).expect("it was just written"));
    let checked = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut totals = Totals::default();
    for difference in diff(&opened[0], &opened[1]).expect("they can be compared") {
        totals.add(&difference.expect("they were checked"));
    }
    let compared = start.elapsed().as_secs_f64();
    let both = 2.0 * rows as f64;
    let bytes = std::fs::metadata(&paths[0]).map_or(0, |file| file.len());
    Files {
        rows,
        write_rows_per_second: both / written,
        open_rows_per_second: both / checked,
        diff_rows_per_second: both / compared,
        differences: totals.lost,
        file_mib: bytes >> 20,
        peak_mib: peak_mib(),
    }
}

fn write(path: &Path, rows: u64, keeps: impl Fn(u64) -> bool) {
    let tenant = Tenant::new(Service::Okta, "example.okta.com");
    let section = SectionId::new("user-roles");
    let mut writer = Writer::new(path).expect("a file");
    for row in 0..rows {
        // An order of its own, so that there is something to sort.
        let row = row.wrapping_mul(7_919) % rows;
        if !keeps(row) {
            continue;
        }
        let mut user = Principal::new(PrincipalKind::User, format!("00u{:017}", row / 3));
        user.name = Some(format!("user{}@example.com", row / 3));
        let role = Role::new(
            RoleKind::Standard,
            ["ORG_ADMIN", "APP_ADMIN", "REPORT_ADMIN"][(row % 3) as usize],
        );
        let (tenant, section) = (tenant.clone(), section.clone());
        let row = Assignment::new(
            tenant,
            section,
            user,
            role,
            Scope::organization(),
            Origin::Direct,
        );
        writer
            .push(Event::Assignment(Box::new(row)))
            .expect("there is room");
    }
    let mut done = Section::new(tenant.clone(), section);
    done.count = rows;
    writer
        .push(Event::Section(Box::new(done)))
        .expect("there is room");
    writer
        .finish(vec![tenant], &Options::default())
        .expect("it is written");
}
