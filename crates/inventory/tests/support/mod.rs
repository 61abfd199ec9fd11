//! Stand-ins whose state a test makes up, and everything that a source tells of them.
#![allow(dead_code, reason = "each test binary uses its share")]

use futures_util::StreamExt;
use rolecall::auth::StaticToken;
use rolecall::rolecall_client::BoxFuture;
use rolecall::{ApiClient, Backoff, Client, Clock, Timeouts};
use rolecall_inventory::{
    Assignment, Event, Gap, GapOf, Membership, Options, Principal, RoleRow, Section, Source, Status,
};
use rolecall_standin::{Api, Standin, StandinBuilder};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// A clock that jumps ahead when somebody sleeps, and takes the clock of a stand-in with it.
#[derive(Clone, Debug)]
pub struct LinkedClock {
    start: Instant,
    slept: Arc<Mutex<Duration>>,
    standin: rolecall_standin::Clock,
}

impl LinkedClock {
    pub fn of(standin: &Standin) -> Self {
        Self {
            start: Instant::now(),
            slept: Arc::default(),
            standin: standin.clock().clone(),
        }
    }

    pub fn slept(&self) -> Duration {
        *self.slept.lock().unwrap()
    }
}

impl Clock for LinkedClock {
    fn now(&self) -> Instant {
        self.start + self.slept()
    }

    fn time_of_day(&self) -> SystemTime {
        self.standin.now().into()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        *self.slept.lock().unwrap() += duration;
        let by = chrono::TimeDelta::from_std(duration).unwrap();
        self.standin.advance(by);
        Box::pin(tokio::task::yield_now())
    }
}

/// A small stand-in, standing still in time.
pub fn small(api: Api, seed: u64, users: u32) -> StandinBuilder {
    Standin::builder(api).seed(seed).users(users)
}

/// A client of a stand-in for the holder of a token, which waits for nothing.
pub fn client<A: ApiClient>(standin: &Standin, token: &str) -> Client<A> {
    let named = standin.credentials().named(token).unwrap();
    let token = match named.scheme.as_str() {
        "SSWS" => StaticToken::ssws(named.token.as_str()),
        _ => StaticToken::bearer(named.token.as_str()),
    };
    let retry = Backoff::default()
        .attempts(30)
        .total_time(Duration::from_secs(1_000_000));
    // In the time of the clock above, which every wait of every call moves.
    let timeouts = Timeouts {
        overall: Duration::from_secs(1_000_000),
        ..Timeouts::default()
    };
    let builder = Client::builder().base_url(standin.base_url()).token(token);
    let builder = builder.retry(retry).timeouts(timeouts);
    builder.clock(LinkedClock::of(standin)).build().unwrap()
}

/// The state of a stand-in as its snapshot has it.
pub struct State {
    folder: tempfile::TempDir,
    head: String,
    pub whole: Value,
}

impl State {
    /// The state of a stand-in that runs.
    pub async fn of(standin: &Standin) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state");
        standin.save(&file).await.unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let (head, body) = text.split_once('\n').unwrap();
        Self {
            head: head.to_owned(),
            whole: serde_json::from_str(body.trim_end()).unwrap(),
            folder,
        }
    }

    pub fn state(&mut self) -> &mut Value {
        &mut self.whole["state"]
    }

    /// A file to go on from.
    pub fn file(&self) -> PathBuf {
        let file = self.folder.path().join("changed");
        std::fs::write(&file, format!("{}\n{}\n", self.head, self.whole)).unwrap();
        file
    }
}

/// The rows of a table of the state: position, id, row.
pub fn rows(table: &Value) -> Vec<(u64, &str, &Value)> {
    let rows = table["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let position = row[0].as_u64().unwrap();
        (position, row[1].as_str().unwrap(), &row[2])
    })
    .collect()
}

/// A table of the state.
pub fn table(rows: impl IntoIterator<Item = (String, Value)>) -> Value {
    let rows: Vec<Value> = (0..)
        .zip(rows)
        .map(|(at, (id, row))| json!([at, id, row]))
        .collect();
    json!({"next": rows.len(), "rows": rows})
}

/// Everything that a source told.
#[derive(Debug, Default)]
pub struct Told {
    pub assignments: Vec<Assignment>,
    pub memberships: Vec<Membership>,
    pub principals: Vec<Principal>,
    pub roles: Vec<RoleRow>,
    pub sections: Vec<Section>,
}

/// Reads a source. Every section is closed once, and no row comes twice.
pub async fn read(source: &dyn Source, options: &Options) -> Told {
    let mut told = Told::default();
    let mut events = source.events(options);
    while let Some(event) = events.next().await {
        match event {
            Event::Assignment(row) => told.assignments.push(*row),
            Event::Membership(row) => told.memberships.push(*row),
            Event::Principal(_, row) => told.principals.push(*row),
            Event::Role(row) => told.roles.push(*row),
            Event::Section(section) => told.sections.push(*section),
            _ => {}
        }
    }
    told.sections.sort_by(|one, other| one.id.cmp(&other.id));
    let mut closed: Vec<_> = told.sections.iter().map(|one| one.id.clone()).collect();
    let all = closed.len();
    closed.dedup();
    assert_eq!(closed.len(), all, "a section was closed twice");
    for planned in source.sections(options) {
        assert!(closed.contains(&planned), "{planned} was not closed");
    }
    let mut keys: Vec<_> = told.assignments.iter().map(|row| &row.key).collect();
    keys.sort();
    let all = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), all, "a row came twice");
    told
}

impl Told {
    pub fn keys(&self) -> BTreeMap<String, &Assignment> {
        let rows = self.assignments.iter();
        rows.map(|row| (row.key.as_str().to_owned(), row)).collect()
    }

    pub fn section(&self, id: &str) -> &Section {
        let mut sections = self.sections.iter();
        sections.find(|one| one.id.as_str() == id).unwrap()
    }

    /// The sections that are neither complete nor skipped, one a line.
    pub fn ledger(&self) -> String {
        let mut text = String::new();
        for section in &self.sections {
            write!(text, "{}: {}", section.id, section.status).unwrap();
            for one in section.gaps.iter().take(2) {
                write!(text, "\n  gap: {}", one.reason).unwrap();
            }
            if section.gaps.len() > 2 {
                write!(text, "\n  and {} more gaps", section.gaps.len() - 2).unwrap();
            }
            for one in &section.differences {
                write!(text, "\n  differs: {}", one.reason).unwrap();
            }
            if let Some(reason) = &section.reason {
                write!(text, "\n  {reason}").unwrap();
            }
            if !section.missing.is_empty() {
                write!(text, "\n  missing: {}", section.missing.join(", ")).unwrap();
            }
            text.push('\n');
        }
        text
    }

    /// That everything was read, and that no two places differ.
    pub fn assert_whole(&self) {
        self.assert_whole_but(&[]);
    }

    /// The same, but for sections that the service has no way to read.
    pub fn assert_whole_but(&self, unreadable: &[&str]) {
        let whole = self.sections.iter().all(|section| {
            unreadable.contains(&section.id.as_str())
                || matches!(section.status, Status::Complete | Status::Skipped)
                    && section.gaps.is_empty()
                    && section.differences.is_empty()
                    && section.more_gaps + section.more_differences == 0
        });
        assert!(whole, "{}", self.ledger());
    }

    /// Whether the ledger owns up to not having a row: its section holds less than there is, at this place.
    pub fn may_lack(&self, row: &Assignment) -> bool {
        let section = self.section(row.section.as_str());
        match section.status {
            Status::Complete => false,
            Status::Partial => {
                section.more_gaps > 0 || section.gaps.iter().any(|gap| fits(&gap.of, row))
            }
            Status::Refused | Status::Capped | Status::Skipped | Status::Failed => true,
        }
    }

    /// That this is all of `truth` but for rows that the ledger says are missing, and nothing else. Rows of which a part could
    /// not be read stand for those that it would have told.
    pub fn assert_no_silent_gap(&self, truth: &Self) {
        let here = self.keys();
        for (key, row) in truth.keys() {
            if !here.contains_key(&key) {
                assert!(
                    self.may_lack(row),
                    "{key} of {} is missing, and the ledger does not say so:\n{}",
                    row.section,
                    self.ledger()
                );
            }
        }
        let there = truth.keys();
        for (key, row) in here {
            // By a group that could not be found, or over what could not be read.
            let is_unknown = key.ends_with("/group")
                || key.contains("/inherited:unknown:")
                || row.scope.kind.as_str() == "unknown";
            let stands_for_others = is_unknown && self.may_lack(row);
            assert!(
                there.contains_key(&key) || stands_for_others,
                "{key} is nowhere in the service"
            );
        }
    }
}

/// Whether a row is in a gap.
pub fn fits(of: &GapOf, row: &Assignment) -> bool {
    let same = |wanted: Option<bool>| wanted.unwrap_or(true);
    same(
        of.principal
            .as_ref()
            .map(|one| *one == row.principal.identity()),
    ) && same(of.role.as_ref().map(|one| *one == row.role.id))
        && same(of.scope_kind.as_ref().map(|one| *one == row.scope.kind))
        && same(
            of.scope
                .as_ref()
                .map(|one| Some(one) == row.scope.id.as_ref()),
        )
}

/// The gaps of all sections.
pub fn gaps(told: &Told) -> impl Iterator<Item = &Gap> {
    told.sections.iter().flat_map(|section| &section.gaps)
}

/// That two sets of lines are the same.
pub fn similar(found: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let missing: Vec<_> = expected.difference(found).collect();
    let extra: Vec<_> = found.difference(expected).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing {missing:#?}\nextra {extra:#?}"
    );
}

/// What a refused operation costs, in a line.
pub fn lost(operation: &str, told: &Told, truth: &Told) -> String {
    let here = told.keys();
    let lost = truth
        .keys()
        .into_keys()
        .filter(|key| !here.contains_key(key));
    let changed: Vec<String> = told
        .sections
        .iter()
        .filter(|section| {
            let before = truth.sections.iter().find(|one| one.id == section.id);
            before.is_none_or(|before| {
                (before.status, before.gaps.len()) != (section.status, section.gaps.len())
            })
        })
        .map(|section| {
            let kind = section.id.as_str().split(':').next().unwrap_or_default();
            format!("{kind} {}", section.status)
        })
        .collect::<BTreeSet<String>>()
        .into_iter()
        .collect();
    let (lost, all) = (lost.count(), truth.assignments.len());
    format!(
        "{operation}: {lost} of {all} rows lost; {}\n",
        changed.join(", ")
    )
}

/// A runtime for a property.
pub fn runtime() -> tokio::runtime::Runtime {
    let builder = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    builder.unwrap()
}
