//! The arguments of `cargo xtask drift`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};

use rolecall_codegen::slice::Slice;
use rolecall_drift::policy::Threshold;
use rolecall_drift::report::format::Target;

/// `cargo xtask drift`.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    override_usage = "cargo xtask drift [OPTIONS] OLD NEW\n       \
                      cargo xtask drift [OPTIONS] --base REF [API]...\n       \
                      cargo xtask drift [OPTIONS] --upstream [--from FILE] [API]...\n       \
                      cargo xtask drift sync [OPTIONS] [--from FILE] [--write] API\n       \
                      cargo xtask drift history [OPTIONS] OLD NEW...\n       \
                      cargo xtask drift history [OPTIONS] REF..REF API\n       \
                      cargo xtask drift rules [--json]\n       \
                      cargo xtask drift schema",
    after_help = "A document is a file, `-` for standard input, `REF:path` in git, or an https:// address.\n\
                  Exit codes: 0 fine; 1 the tool failed; 2 bad usage or a bad document; 100 drift"
)]
pub struct Drift {
    #[command(subcommand)]
    pub(super) what: Option<What>,
    /// Two documents; with --base or --upstream, APIs by their folder in `specs/`: all of them when none is named
    #[arg(value_name = "OLD NEW | API")]
    pub(super) inputs: Vec<String>,
    /// Compare our descriptions at this revision with those in the working tree
    #[arg(long, value_name = "REF", conflicts_with = "upstream")]
    pub(super) base: Option<String>,
    /// Compare our descriptions with what the vendors publish
    #[arg(long)]
    pub(super) upstream: bool,
    /// Read the vendor's document from here, and not from where it is published
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub(super) from: Option<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Subcommand)]
pub(super) enum What {
    /// Show what to change in our description to follow the vendor's, and record the release in api.toml
    #[command(override_usage = "cargo xtask drift sync [OPTIONS] [--from FILE] [--write] API")]
    Sync(Box<Sync>),
    /// Compare each release with the one before: documents, oldest first, or the revisions that change an API
    #[command(
        override_usage = "cargo xtask drift history [OPTIONS] OLD NEW...\n       \
                          cargo xtask drift history [OPTIONS] REF..REF API"
    )]
    History(Box<History>),
    /// Print the rules
    Rules {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of the JSON format
    Schema,
}

#[derive(Args)]
pub(super) struct Sync {
    /// An API by its folder in `specs/`
    #[arg(value_name = "API")]
    pub api: String,
    /// Read the vendor's document from here, and not from where it is published
    #[arg(long, value_name = "FILE")]
    pub from: Option<String>,
    /// Write version and digest of the release into api.toml
    #[arg(long)]
    pub write: bool,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Args)]
pub(super) struct History {
    /// Two documents or more, oldest first; or a range of revisions and an API by its folder in `specs/`
    #[arg(value_name = "OLD NEW... | REF..REF API", required = true)]
    pub inputs: Vec<String>,
    #[command(flatten)]
    pub common: Common,
}

/// `cargo xtask update`.
#[derive(Args)]
pub struct Update {
    /// An API by its folder in `specs/`
    #[arg(value_name = "API")]
    pub(super) api: String,
    /// Take the description from here: a file, `-` for standard input, `REF:path` in git, or an https:// address. Without
    /// it the one in the working tree is the new one
    #[arg(long, value_name = "FILE")]
    pub(super) from: Option<String>,
    /// The revision that callers have
    #[arg(long, value_name = "REF", default_value = "HEAD")]
    pub(super) base: String,
    /// Show what would be done, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Args)]
pub(super) struct Common {
    /// The format: terminal (the default), markdown, json, sarif, github, junit, html; with `=FILE`, written to it.
    /// Several may be given
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub format: Vec<Target>,
    /// Write the one format without a file to this one
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What exits with 100: breaking (the default, but for sync, history and update), dangerous, major, minor,
    /// missing-version-bump, any, none; several may be given, with commas
    #[arg(
        long,
        value_name = "LEVEL",
        value_parser = threshold(),
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub fail_on: Vec<Threshold>,
    /// What is shown: breaking, dangerous, major, minor, any (the default), none; counts are of all findings
    #[arg(
        long,
        value_name = "LEVEL",
        value_parser = threshold(),
        value_delimiter = ',',
        hide_possible_values = true,
        default_value = "any"
    )]
    pub level: Vec<Threshold>,
    /// Show accepted findings too
    #[arg(long)]
    pub show_ignored: bool,
    /// Accepted findings; drift-ignore.toml unless given
    #[arg(long, value_name = "FILE")]
    pub ignore: Option<PathBuf>,
    /// Verdicts of this project; drift.toml unless given
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Do not derive and compare the Rust APIs: far quicker, with estimates for verdicts on the crate
    #[arg(long)]
    pub wire_only: bool,
    /// Compare operations with this tag; `*` stands for any text
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Compare operations of this path template; `*` stands for any text
    #[arg(long, value_name = "PATH")]
    pub path: Vec<String>,
    /// Compare the operation with this operationId
    #[arg(long, value_name = "ID")]
    pub operation: Vec<String>,
    /// When there are colours
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub color: Colour,
    /// The day on which entries expire or do not; today, in UTC, unless given
    #[arg(long, value_name = "DATE", hide = true)]
    pub today: Option<NaiveDate>,
    /// The workspace; the one that this tool was built in unless given
    #[arg(long, value_name = "DIR", hide = true)]
    pub root: Option<PathBuf>,
}

impl Common {
    /// The operations to compare.
    pub fn slice(&self) -> Slice {
        Slice {
            tags: self.tag.clone(),
            paths: self.path.clone(),
            operations: self.operation.clone(),
        }
    }
}

/// Reads the word for a level.
fn threshold() -> impl TypedValueParser<Value = Threshold> {
    PossibleValuesParser::new(Threshold::ALL.map(Threshold::as_str))
        .try_map(|word| word.parse::<Threshold>())
}
