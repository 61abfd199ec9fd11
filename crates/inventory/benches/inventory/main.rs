//! What it costs to read a large Okta org: requests against the least possible, time against what the rate limit allows, and
//! memory; and without limits against a loop of generated calls. `cargo xtask bench inventory` runs it; `--json` prints for
//! programs, `--scale 0.1` takes a tenth of everything, and `--rows 10000000` compares snapshots of so many rows.
//!
//! The org is a process of its own, so that only the reader's memory counts. With limits time is virtual: it passes when the
//! reader waits for the limit, and the network takes none.

mod files;
mod org;
mod virtual_clock;

use futures_util::{StreamExt, TryStreamExt};
use org::{Process, Size};
use rolecall::auth::StaticToken;
use rolecall::{Outcome, PagedExt, Timeouts, okta};
use rolecall_inventory::sources::okta::Okta;
use rolecall_inventory::{Event, Options, Source};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use virtual_clock::VirtualClock;

#[derive(Serialize)]
struct Report {
    size: Size,
    limited: Limited,
    unlimited: Unlimited,
    files: files::Files,
}

/// With the rate limit, in virtual time.
#[derive(Serialize)]
struct Limited {
    assignments: u64,
    rows: u64,
    incomplete_sections: Vec<String>,
    requests: u64,
    least_requests: u64,
    by_bucket: BTreeMap<String, u64>,
    throttled: u64,
    virtual_minutes: f64,
    /// What the fullest bucket takes at the limit, in windows of a minute.
    floor_minutes: f64,
    over_floor: Option<f64>,
    first_row_virtual_seconds: Option<u64>,
    first_row_seconds: Option<f64>,
    seconds: f64,
    peak_mib: Option<u64>,
}

/// Without limits, in real time, and without governance.
#[derive(Serialize)]
struct Unlimited {
    inventory_seconds: f64,
    inventory_requests: u64,
    loop_seconds: f64,
    loop_requests: u64,
    ratio: f64,
}

/// What the requests came to.
#[derive(Debug, Default)]
struct Requests {
    all: u64,
    throttled: u64,
    by_bucket: BTreeMap<String, u64>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|one| one == name)?;
        arguments.get(at + 1)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    if let Some(size) = after("--serve") {
        return runtime.block_on(org::serve(size));
    }
    let scale = after("--scale").and_then(|text| text.parse::<f64>().ok());
    let scaled = |full: f64| (full * scale.unwrap_or(1.0)).max(10.0);
    let rows = after("--rows").and_then(|text| text.parse().ok());
    let rows = rows.unwrap_or(1_000_000);
    let size = Size {
        users: scaled(100_000.0) as u32,
        groups: scaled(5_000.0) as usize,
        clients: scaled(500.0) as usize,
        assignments: scaled(20_000.0) as usize,
        per_minute: 600,
    };
    let report = runtime.block_on(run(size, rows));
    let text = match arguments.iter().any(|one| one == "--json") {
        true => serde_json::to_string(&report),
        false => serde_json::to_string_pretty(&report),
    };
    println!("{}", text.expect("a report is plain data"));
}

async fn run(size: Size, rows: u64) -> Report {
    let limited = limited(size).await;
    Report {
        size,
        limited,
        unlimited: unlimited(size).await,
        files: files::measure(rows),
    }
}

fn client(process: &Process, clock: Option<&VirtualClock>) -> (okta::Client, Arc<Mutex<Requests>>) {
    let requests = Arc::new(Mutex::new(Requests::default()));
    let counted = Arc::clone(&requests);
    let mut builder = okta::Client::builder()
        .base_url(process.ready.url.as_str())
        .token(StaticToken::ssws(process.ready.token.as_str()))
        .observer(move |summary| {
            let mut counted = counted.lock().expect("nobody panicked with it");
            let bucket = summary
                .operation
                .rate_limit
                .map_or("", |limit| limit.bucket);
            for attempt in &summary.attempts {
                counted.all += 1;
                *counted.by_bucket.entry(bucket.to_owned()).or_default() += 1;
                if matches!(attempt.outcome, Outcome::Answered(status) if status.as_u16() == 429) {
                    counted.throttled += 1;
                }
            }
        });
    if let Some(clock) = clock {
        // Only waits take time, and each is for its turn.
        let timeouts = Timeouts {
            overall: Duration::from_secs(100_000_000),
            ..Timeouts::default()
        };
        builder = builder.clock(clock.clone()).timeouts(timeouts);
    }
    (builder.build().expect("a client"), requests)
}

async fn limited(size: Size) -> Limited {
    let process = Process::start(size);
    let clock = VirtualClock::new(&process.ready.url);
    let (client, requests) = client(&process, Some(&clock));
    let okta = Okta::new(client, "example.okta.com");
    let start = Instant::now();
    let (mut rows, mut first, mut incomplete) = (0, None, Vec::new());
    let mut events = okta.events(&Options::default());
    while let Some(event) = events.next().await {
        match event {
            Event::Assignment(_) => {
                rows += 1;
                first.get_or_insert((clock.passed(), start.elapsed().as_secs_f64()));
            }
            Event::Section(section)
                if section.is_incomplete() || !section.differences.is_empty() =>
            {
                incomplete.push(format!("{}: {}", section.id, section.status));
            }
            _ => {}
        }
    }
    let requests = requests.lock().expect("nobody panicked with it");
    let fullest = requests
        .by_bucket
        .values()
        .max()
        .copied()
        .unwrap_or_default();
    // The first window is there at once, and of the last one only its beginning is needed.
    let floor = (fullest as f64 / f64::from(size.per_minute)).ceil() - 1.0;
    let minutes = clock.passed() as f64 / 60.0;
    Limited {
        assignments: process.ready.assignments,
        rows,
        incomplete_sections: incomplete,
        requests: requests.all,
        least_requests: process.ready.least.values().sum(),
        by_bucket: requests.by_bucket.clone(),
        throttled: requests.throttled,
        virtual_minutes: minutes,
        floor_minutes: floor,
        over_floor: (floor > 0.0).then(|| minutes / floor - 1.0),
        first_row_virtual_seconds: first.map(|(passed, _)| passed),
        first_row_seconds: first.map(|(_, real)| real),
        seconds: start.elapsed().as_secs_f64(),
        peak_mib: peak_mib(),
    }
}

async fn unlimited(size: Size) -> Unlimited {
    let size = Size {
        per_minute: 100_000_000,
        ..size
    };
    let process = Process::start(size);
    let (reader, read) = client(&process, None);
    let options = Options {
        governance: false,
        concurrency: 10,
        ..Options::default()
    };
    let start = Instant::now();
    let okta = Okta::new(reader, "example.okta.com");
    okta.events(&options).for_each(|_| async {}).await;
    let inventory_seconds = start.elapsed().as_secs_f64();
    let (client, asked) = client(&process, None);
    let start = Instant::now();
    one_after_another(&client)
        .await
        .expect("the server answers");
    let loop_seconds = start.elapsed().as_secs_f64();
    let count = |requests: &Mutex<Requests>| requests.lock().expect("nobody panicked with it").all;
    Unlimited {
        inventory_seconds,
        inventory_requests: count(&read),
        loop_seconds,
        loop_requests: count(&asked),
        ratio: loop_seconds / inventory_seconds,
    }
}

/// What one would write without the inventory: the roles of each user, group and client, without names, targets of clients,
/// members and bindings.
async fn one_after_another(client: &okta::Client) -> Result<(), rolecall::Error> {
    let mut users = client.list_users_with_role_assignments().items();
    while let Some(user) = users.try_next().await? {
        let id = user.id.unwrap_or_default();
        let call = client.list_assigned_roles_for_user().user_id(id);
        call.expand("targets/groups").send().await?;
    }
    let mut groups = client.list_groups().items().page_size(200);
    while let Some(group) = groups.try_next().await? {
        let id = group.id.unwrap_or_default();
        let call = client.list_group_assigned_roles().group_id(id);
        call.expand("targets/groups").send().await?;
    }
    let mut clients = client.list_clients().items().page_size(200);
    while let Some(one) = clients.try_next().await? {
        let id = one.client_id.unwrap_or_default();
        // Those without roles are not found.
        let _ = client.list_roles_for_client().client_id(id).send().await;
    }
    Ok(())
}

/// The most memory that this process had. `None` where the system does not tell.
fn peak_mib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024)
}
