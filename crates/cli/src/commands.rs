//! The commands.

mod call;
mod check;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod diff;
mod doctor;
mod operations;
mod people;
mod rows;
mod session;
mod snapshot;

use crate::args::{Args, Command};
use crate::exit::{Exit, Failure};
use crate::output;
use clap::CommandFactory;

pub async fn run(args: Args) -> Result<Exit, Failure> {
    let global = &args.global;
    match args.command {
        Command::List(rows) => rows::list(global, &rows).await,
        Command::WhoHas { role, rows } => rows::who_has(global, &role, &rows).await,
        Command::Show { principal, rows } => rows::show(global, &principal, &rows).await,
        Command::Roles(rows) => people::roles(global, &rows).await,
        Command::Principals {
            people: false,
            rows,
            ..
        } => people::principals(global, &rows).await,
        Command::Principals {
            people: true,
            overrides,
            rows,
        } => people::people(global, overrides.as_deref(), &rows).await,
        Command::Snapshot { file, resume, read } => {
            snapshot::run(global, &file, resume, &read).await
        }
        Command::Diff {
            before,
            after,
            exit_code,
            read,
        } => diff::run(global, &before, &after, exit_code, &read).await,
        Command::Check {
            rules,
            format,
            from,
            read,
        } => check::run(global, &rules, format, from.from.as_deref(), &read).await,
        Command::Estimate(read) => snapshot::estimate(global, &read).await,
        Command::Status => session::status(global).await,
        Command::Login { name, device } => session::login(global, &name, device).await,
        Command::Logout { name } => session::logout(global, &name).await,
        Command::Doctor { online } => doctor::run(global, online).await,
        Command::Operations { search, service } => {
            operations::run(global, search.as_deref(), service.as_ref())
        }
        Command::Call(call) => call::run(global, &call).await,
        Command::Config { command } => config::run(global, &command),
        #[cfg(feature = "demo")]
        Command::Demo => demo::run().await,
        #[cfg(not(feature = "demo"))]
        Command::Demo => Err(Failure::usage("this program was built without stand-ins")),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "rolecall", &mut text);
            output::bytes(&text)?;
            Ok(Exit::Complete)
        }
        Command::Man { command } => man(command.as_deref()),
    }
}

fn man(command: Option<&str>) -> Result<Exit, Failure> {
    let mut program = Args::command();
    program.build();
    let page = match command {
        None => program,
        Some(name) => {
            let found = program.find_subcommand(name).cloned();
            found.ok_or_else(|| {
                Failure::usage(format!(
                    "there is no command `{name}`\n  help: `rolecall --help` lists them"
                ))
            })?
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    output::bytes(&text)?;
    Ok(Exit::Complete)
}
