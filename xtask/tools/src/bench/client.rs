//! `cargo xtask bench client`: what calls over the facade cost beside calls by hand, and what a program pays for depending on
//! it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::process::{Cost, cargo, run as run_command};
use xtask::project::Project;
use xtask::table::table;

/// The API that the program outside of the workspace uses.
const API: &str = "okta";

#[derive(Serialize)]
struct Report {
    calls: Calls,
    downstream: Option<Downstream>,
}

/// What `crates/rolecall/benches/client` prints.
#[derive(Deserialize, Serialize)]
struct Calls {
    call: Compared,
    call_generated: Compared,
    list: Compared,
    list_own_types: Compared,
    decode_derived: Compared,
    decode_progenitor: Compared,
    decode_own_types: Compared,
    pages_per_second: f64,
    memory: Memory,
}

#[derive(Deserialize, Serialize)]
struct Compared {
    facade_cpu_us: Option<f64>,
    by_hand_cpu_us: Option<f64>,
    cpu_ratio: Option<f64>,
    facade_us: f64,
    by_hand_us: f64,
    time_ratio: f64,
}

#[derive(Deserialize, Serialize)]
struct Memory {
    pages: u64,
    items: u64,
    settled_kib: Option<u64>,
    end_kib: Option<u64>,
}

/// A program outside of the workspace that uses one API.
#[derive(Serialize)]
struct Downstream {
    /// Crates in its tree, itself included.
    crates: usize,
    /// Crates of other APIs in its tree: none, or the features leak.
    other_apis: Vec<String>,
    /// `cargo build`, with nothing built before.
    cold: Cost,
    /// `cargo build --release`, with nothing built before, symbols stripped.
    release: Cost,
    /// The size of that program in bytes.
    bytes: u64,
}

/// Runs it; the exit code.
pub fn run(build: bool, json: bool) -> u8 {
    super::finish(report(&Project::here(), build), json, print)
}

fn report(project: &Project, build: bool) -> Result<Report, String> {
    Ok(Report {
        calls: calls(&project.root)?,
        downstream: build.then(|| downstream(project)).transpose()?,
    })
}

fn calls(root: &Path) -> Result<Calls, String> {
    eprintln!("calls: building and measuring…");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let feature = format!("rolecall/{API}");
    command
        .current_dir(root)
        .args(["bench", "--quiet", "--package", "rolecall"]);
    command.args(["--features", &feature, "--bench", "client", "--", "--json"]);
    let printed = run_command(&mut command)?.stdout;
    let line = printed.lines().last().unwrap_or_default();
    serde_json::from_str(line).map_err(|e| {
        format!("the bench of crates/rolecall printed {line:?}, which is no report: {e}")
    })
}

fn downstream(project: &Project) -> Result<Downstream, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let folder = folder.path();
    write_program(&project.root, folder)?;
    let target = folder.join("target");
    let tree = run_command(cargo(folder, &target).args([
        "tree", "--edges", "normal", "--prefix", "none", "--format", "{p}",
    ]))?
    .stdout;
    let packages: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty())
        .collect();
    let mut other_apis = Vec::new();
    for api in project
        .apis(&[])
        .map_err(|problems| problems.render(false))?
    {
        let name = api.settings.package.name.as_str();
        if api.name != API && packages.contains(name) {
            other_apis.push(name.to_owned());
        }
    }
    eprintln!("a program with the feature `{API}`: cold build…");
    let cold = run_command(cargo(folder, &target).arg("build"))?.cost;
    eprintln!("a program with the feature `{API}`: cold build, release…");
    let release = run_command(cargo(folder, &target).args(["build", "--release"]))?.cost;
    let program = target
        .join("release/downstream")
        .with_extension(std::env::consts::EXE_EXTENSION);
    let bytes = fs::metadata(&program)
        .map_err(|e| format!("{}: {e}", program.display()))?
        .len();
    Ok(Downstream {
        crates: packages.len(),
        other_apis,
        cold,
        release,
        bytes,
    })
}

/// A program that lists the users who hold roles, with the versions of the workspace.
fn write_program(root: &Path, folder: &Path) -> Result<(), String> {
    let facade = root.join("crates/rolecall");
    let facade = serde_json::to_string(&facade.to_string_lossy()).unwrap_or_default();
    let manifest = format!(
        "[package]\nname = \"downstream\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nfutures-util = {{ version = \"0.3\", default-features = false }}\n\
         rolecall = {{ path = {facade}, features = [\"{API}\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n[profile.release]\nstrip = true\n"
    );
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    };
    fs::create_dir(folder.join("src")).map_err(|e| e.to_string())?;
    write("Cargo.toml", &manifest)?;
    write("src/main.rs", PROGRAM)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).map_err(|e| e.to_string())?;
    Ok(())
}

const PROGRAM: &str = r#"use futures_util::TryStreamExt;
use rolecall::auth::StaticToken;
use rolecall::{PagedExt, okta};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (domain, token) = (arguments.next(), arguments.next());
    let client = okta::Client::builder()
        .server(&domain.unwrap_or_default())
        .token(StaticToken::ssws(token.unwrap_or_default()))
        .build()?;
    let mut users = client.list_users_with_role_assignments().items();
    while let Some(user) = users.try_next().await? {
        let id = user.id.unwrap_or_default();
        let roles = client.list_assigned_roles_for_user().user_id(&id).send();
        let roles = roles.await.map_err(rolecall::Error::from)?;
        println!("{id}: {:?}", roles.into_inner());
    }
    Ok(())
}
"#;

fn print(report: &Report) {
    let calls = &report.calls;
    let row = |what: &str, compared: &Compared| {
        let ratio = |ratio: f64| format!("{ratio:.3}");
        let micros = |micros: f64| format!("{micros:.1}");
        let known = |value: Option<f64>, shown: fn(f64) -> String| {
            value.map_or("unknown".to_owned(), shown)
        };
        vec![
            what.to_owned(),
            known(compared.cpu_ratio, |value| format!("{value:.3}")),
            ratio(compared.time_ratio),
            known(compared.facade_cpu_us, |value| format!("{value:.1}")),
            known(compared.by_hand_cpu_us, |value| format!("{value:.1}")),
            micros(compared.facade_us),
            micros(compared.by_hand_us),
        ]
    };
    let rows = [
        row("one small object a call", &calls.call),
        row("the same, generated client alone", &calls.call_generated),
        row("a page of 200 users", &calls.list),
        row("the same, own types by hand", &calls.list_own_types),
        row(
            "decoding it, derived types of the same fields",
            &calls.decode_derived,
        ),
        row("decoding it, progenitor's types", &calls.decode_progenitor),
        row(
            "decoding it, own types with a few fields",
            &calls.decode_own_types,
        ),
    ];
    let head = [
        "work",
        "CPU ratio",
        "time ratio",
        "CPU us",
        "by hand",
        "time us",
        "by hand",
    ];
    print!("{}", table(&head, rows));
    let kib = |kib: Option<u64>| kib.map_or("unknown".to_owned(), |kib| format!("{kib} KiB"));
    println!(
        "\npages of 200 users a second: {:.0}",
        calls.pages_per_second
    );
    println!(
        "memory: {} early on, {} after {} pages ({} items)",
        kib(calls.memory.settled_kib),
        kib(calls.memory.end_kib),
        calls.memory.pages,
        calls.memory.items
    );
    if let Some(downstream) = &report.downstream {
        let others = match downstream.other_apis.as_slice() {
            [] => "none of another API".to_owned(),
            others => format!("among them {}", others.join(", ")),
        };
        println!(
            "a program with the feature `{API}`: {} crates, {others}; cold build {:.1} s / {} MiB, release {:.1} s / {} MiB, \
             {:.2} MiB stripped",
            downstream.crates,
            downstream.cold.seconds,
            downstream.cold.peak_mib,
            downstream.release.seconds,
            downstream.release.peak_mib,
            downstream.bytes as f64 / f64::from(1 << 20)
        );
    }
}
