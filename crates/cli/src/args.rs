//! The command line.

use clap::{Parser, Subcommand, ValueEnum};
use rolecall_inventory::{Filter, PrincipalKind, ScopeFilter, Service, UserStatus};
use std::path::PathBuf;

/// Who holds which role, over Okta, Palantir Foundry, ZenML Pro and Klustr.
#[derive(Debug, Parser)]
#[command(
    name = "rolecall",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 complete, 1 failed, 2 wrong usage or configuration, 3 incomplete (data was printed, and \
some could not be read), 4 a broken access rule, or differences with --exit-code, 130 interrupted.\n\n\
Without an account: rolecall --demo list"
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// The file of profiles.
    #[arg(long, global = true, env = "ROLECALL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Only this profile; may be repeated. Otherwise all of the file, or those of its `default`.
    #[arg(
        long = "profile",
        global = true,
        env = "ROLECALL_PROFILE",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub profiles: Vec<String>,
    /// Use stand-ins of the four services in this program. Needs no account and no configuration.
    #[arg(long, global = true)]
    pub demo: bool,
    /// How to print.
    #[arg(
        long,
        global = true,
        env = "ROLECALL_OUTPUT",
        value_enum,
        default_value_t,
        value_name = "FORM"
    )]
    pub output: Form,
    /// Show no progress, even on a terminal.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people.
    #[default]
    Table,
    /// One JSON document, with the coverage ledger.
    Json,
    /// A JSON document a line, as it is read; then the coverage ledger.
    Jsonl,
    /// Comma-separated values (RFC 4180) with a header.
    Csv,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every role assignment.
    List(Rows),
    /// Everybody who holds a role, members of groups included.
    WhoHas {
        /// Id or name of the role.
        role: String,
        #[command(flatten)]
        rows: Rows,
    },
    /// Everything that a principal holds, with the groups that it comes by.
    Show {
        /// Id, name or e-mail address of the principal.
        principal: String,
        #[command(flatten)]
        rows: Rows,
    },
    /// The roles that can be held.
    Roles(Rows),
    /// The principals, and what they hold.
    Principals {
        /// Put accounts of one person together: by e-mail address, which is a guess.
        #[arg(long)]
        people: bool,
        /// A file that says who is whom where the e-mail address does not tell.
        #[arg(long, value_name = "FILE", requires = "people")]
        overrides: Option<PathBuf>,
        #[command(flatten)]
        rows: Rows,
    },
    /// Write the inventory to a file that `diff`, `check` and `--from` read.
    Snapshot {
        /// The file. It is replaced whole, or not at all.
        #[arg(short = 'o', long = "out", value_name = "FILE")]
        file: PathBuf,
        /// Go on with what a run that ended early has read: it is in FILE.checkpoint.
        #[arg(long)]
        resume: bool,
        #[command(flatten)]
        read: Read,
    },
    /// What changed between two snapshots.
    Diff {
        /// The earlier: a file.
        before: PathBuf,
        /// The later: a file, or `live` for the services as they are now.
        after: PathBuf,
        /// Exit with 4 when there are differences.
        #[arg(long)]
        exit_code: bool,
        #[command(flatten)]
        read: Read,
    },
    /// Hold the inventory to access rules.
    Check {
        /// The TOML file of the rules.
        rules: PathBuf,
        /// How to print the findings.
        #[arg(long, value_enum, default_value_t)]
        format: Report,
        #[command(flatten)]
        from: From,
        #[command(flatten)]
        read: Read,
    },
    /// What `list` would cost: requests and minutes.
    Estimate(Read),
    /// Which profiles are signed in.
    Status,
    /// Sign somebody in, for profiles whose method is `login`.
    Login {
        /// The profile.
        name: String,
        /// Show a code for another device, in place of a link for this one.
        #[arg(long)]
        device: bool,
    },
    /// Forget a session, and have the service revoke it.
    Logout {
        /// The profile.
        name: String,
    },
    /// Find out what is wrong with the configuration, and what to do.
    Doctor {
        /// Ask the services too: sign in, and look whether `list` would be refused anything.
        #[arg(long)]
        online: bool,
    },
    /// What can be called.
    Operations {
        /// Only operations whose id, path, tag or summary has this text.
        search: Option<String>,
        /// Only of this service.
        #[arg(long, value_parser = service)]
        service: Option<Service>,
    },
    /// Call an operation.
    Call(Call),
    /// The configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Start the stand-ins, and tell how to point at them.
    Demo,
    /// Completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// The manual page of the program, or of a command: `rolecall man list | man -l -`.
    Man {
        /// The command.
        command: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every setting, and where its value comes from. Secrets are not shown.
    Show,
    /// Where the file of profiles is, or would be.
    Path,
}

/// Which rows, and from where.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Rows {
    #[command(flatten)]
    pub from: From,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub read: Read,
    /// Which columns a table or CSV has, such as `principal,role,key`; `all` for all.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,
}

#[derive(Clone, Debug, Default, clap::Args)]
pub struct From {
    /// Read this snapshot, and no service.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// Only this service.
    #[arg(long, value_parser = service, value_name = "SERVICE", value_delimiter = ',')]
    pub service: Vec<Service>,
    /// Only this tenant, by its id.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub tenant: Vec<String>,
    /// Only principals of this kind: user, group, client, invitation, everyone.
    #[arg(long, value_parser = kind, value_name = "KIND", value_delimiter = ',')]
    pub kind: Vec<PrincipalKind>,
    /// Only this principal, by id, name or e-mail address.
    #[arg(long = "principal", value_name = "TEXT")]
    pub principals: Vec<String>,
    /// Only this role, by id or name.
    #[arg(long = "role", value_name = "TEXT")]
    pub roles: Vec<String>,
    /// Only over this: a kind (`workspace`), a kind and an id (`workspace:w1`), an id or a name.
    #[arg(long = "scope", value_name = "TEXT")]
    pub scopes: Vec<String>,
    /// Only principals with this status: active, suspended, deprovisioned, invited, locked.
    #[arg(long, value_parser = status, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<UserStatus>,
    /// Only held in this way: direct, group, governance, inherited.
    #[arg(long, value_parser = origin, value_name = "WAY", value_delimiter = ',')]
    pub origin: Vec<String>,
}

impl FilterArgs {
    pub fn filter(&self) -> Filter {
        Filter {
            services: self.service.clone(),
            tenants: self.tenant.clone(),
            kinds: self.kind.clone(),
            principals: self.principals.clone(),
            roles: self.roles.clone(),
            scopes: self
                .scopes
                .iter()
                .map(|text| ScopeFilter::parse(text))
                .collect(),
            statuses: self.status.clone(),
            origins: self.origin.clone(),
        }
    }
}

/// What is read of the services.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Reading")]
pub struct Read {
    /// Keep each service's own object of an assignment (JSON and snapshots).
    #[arg(long)]
    pub vendor: bool,
    /// Read what each role permits.
    #[arg(long)]
    pub permissions: bool,
    /// Read principals that hold nothing, too.
    #[arg(long)]
    pub all_principals: bool,
    /// Do not read who is in the groups that hold roles.
    #[arg(long)]
    pub no_memberships: bool,
    /// Do not ask which assignments come by access governance (Okta).
    #[arg(long)]
    pub no_governance: bool,
    /// Read roles on resources below this space, project or folder (Foundry); may be repeated.
    #[arg(long = "root", value_name = "RID")]
    pub roots: Vec<String>,
    /// Only these kinds of section, such as `user-roles`.
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub only: Vec<String>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Report {
    /// Lines for people.
    #[default]
    Text,
    /// The report as JSON: docs/schemas/inventory-check.schema.json.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for CI.
    Junit,
}

/// Call an operation.
#[derive(Debug, clap::Args)]
pub struct Call {
    /// The profile, or with --demo the service.
    pub profile: String,
    /// The operationId, as `rolecall operations` lists it.
    pub operation: String,
    /// A parameter. A value that is JSON is taken as it is, any other as a string.
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// A property of the JSON body, such as `type=USER_ADMIN`.
    #[arg(short = 'F', long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<String>,
    /// The JSON body: a file, or `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "fields")]
    pub input: Option<PathBuf>,
    /// Print the response's status and headers to standard error.
    #[arg(long)]
    pub include: bool,
    /// Allow this operation, which does more than it says.
    #[arg(long, value_name = "OPERATION")]
    pub allow_hazard: Option<String>,
    /// Print what would be sent, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What the operation does and takes.
    #[arg(long)]
    pub describe: bool,
}

fn service(text: &str) -> Result<Service, String> {
    word(text, Service::WORDS).map(Service::from)
}

fn kind(text: &str) -> Result<PrincipalKind, String> {
    word(text, PrincipalKind::WORDS).map(PrincipalKind::from)
}

fn status(text: &str) -> Result<UserStatus, String> {
    word(text, UserStatus::WORDS).map(UserStatus::from)
}

fn origin(text: &str) -> Result<String, String> {
    word(text, &["direct", "group", "governance", "inherited"]).map(str::to_owned)
}

fn word<'a>(text: &'a str, known: &[&str]) -> Result<&'a str, String> {
    if known.contains(&text) {
        return Ok(text);
    }
    Err(format!("expected one of {}", known.join(", ")))
}
