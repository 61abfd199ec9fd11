//! `rolecall`: who holds which role, from a shell.
//!
//! Data goes to standard output, everything else to standard error. How a run ended is its exit code.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod config;
mod connect;
#[cfg(feature = "demo")]
mod demo;
mod exit;
mod input;
mod output;
mod progress;
mod secret;
mod table;

use args::Args;
use clap::Parser;
use exit::{Exit, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        // Help and version are no errors; clap prints each where it belongs.
        Err(error) => {
            let _ = error.print();
            return match error.exit_code() {
                0 => Exit::Complete.into(),
                _ => Exit::Usage.into(),
            };
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(args)),
        Err(error) => Err(Failure::failed(format!(
            "the runtime cannot be started: {error}"
        ))),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.print();
            failure.exit.into()
        }
    }
}

/// Runs a command, unless Ctrl-C ends it first. What it holds open is dropped then: temporary files are gone, and no
/// request is sent any more.
async fn run(args: Args) -> Result<Exit, Failure> {
    tokio::select! {
        ended = commands::run(args) => ended,
        interrupted = tokio::signal::ctrl_c() => match interrupted {
            Ok(()) => Err(Failure::interrupted()),
            Err(error) => Err(Failure::failed(format!("Ctrl-C cannot be waited for: {error}"))),
        },
    }
}
