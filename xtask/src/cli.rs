//! The command line, as far as it needs no more than this package: `generate`, `lint` and `new`.
//!
//! Exit codes: 0 fine; 1 the tool failed; 2 bad usage or a bad description; 4 generated code is stale; 100 drift.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub mod generate;
pub mod lint;
pub mod new;
pub mod tools;

/// Everything is as it should be.
pub const FINE: u8 = 0;
/// The tool could not do its work.
pub const FAILED: u8 = 1;
/// Bad usage, or a bad description.
pub const BAD_INPUT: u8 = 2;
/// Generated code is not what its description calls for.
pub const STALE: u8 = 4;
/// Two descriptions differ by more than `--fail-on` allows, or an entry of the ignore file has expired.
pub const DRIFT: u8 = 100;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
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
}

/// `cargo xtask generate`.
#[derive(Args)]
pub struct Generate {
    /// APIs by their folder in `specs/`; all of them when none is named
    #[arg(value_name = "API", conflicts_with = "spec")]
    apis: Vec<String>,
    /// Write nothing: exit with 4 and a diff when generated code is stale
    #[arg(long)]
    check: bool,
    /// A description anywhere on disk, JSON or YAML, OpenAPI 3.0, 3.1 or 3.2; `-` reads standard input
    #[arg(long, value_name = "FILE", requires = "krate", requires = "out")]
    spec: Option<PathBuf>,
    /// The name of the package to generate from --spec
    #[arg(long = "crate", value_name = "NAME", requires = "spec", id = "krate")]
    krate: Option<String>,
    /// The folder to generate it in
    #[arg(long, value_name = "DIR", requires = "spec")]
    out: Option<PathBuf>,
    /// Keep operations with this tag; `*` stands for any text
    #[arg(long, value_name = "TAG", requires = "spec")]
    tag: Vec<String>,
    /// Keep operations of this path template; `*` stands for any text
    #[arg(long, value_name = "PATH", requires = "spec")]
    path: Vec<String>,
    /// Keep the operation with this operationId
    #[arg(long, value_name = "ID", requires = "spec")]
    operation: Vec<String>,
    /// Whose client is written: ours, or the one of progenitor itself
    #[arg(long, requires = "spec", value_enum, default_value_t)]
    style: crate::generate::Style,
    /// Stop at everything that `lint --spec` calls an error, rather than read it leniently or leave operations out
    #[arg(long, requires = "spec")]
    strict: bool,
    /// Print the lowering passes and stop
    #[arg(long)]
    passes: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
    /// Print the report as JSON, every loss included
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
    /// Print every loss and every warning, not their counts
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
}

/// `cargo xtask lint`.
#[derive(Args)]
pub struct Lint {
    /// APIs by their folder in `specs/`; all of them when none is named
    #[arg(value_name = "API", conflicts_with = "spec")]
    apis: Vec<String>,
    /// A description anywhere on disk, which is held to what clients need but not to the rules of this house
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Print the rules and stop
    #[arg(long)]
    rules: bool,
    /// Print the problems as JSON
    #[arg(long)]
    json: bool,
}

/// `cargo xtask new`.
#[derive(Args)]
pub struct New {
    /// The short name: the folder in `specs/`, the Cargo feature and the module
    #[arg(value_name = "NAME")]
    name: String,
}

/// Whether [`run`] has the command. All others, help and mistakes included, are those of `xtask-tools`.
pub fn is_here(arguments: &[OsString]) -> bool {
    let command = arguments.get(1);
    command.is_some_and(|command| command == "generate" || command == "lint" || command == "new")
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
    })
}
