//! Puts the sign-in code to an authorization server that others wrote. Run by `cargo xtask conformance auth`, which starts
//! the server and gives what it says of itself on standard input.

#![forbid(unsafe_code)]

mod browser;
mod people;
mod server;
mod services;

use server::Server;
use std::process::ExitCode;
use std::time::Duration;

/// No check takes longer, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

type Checked = Result<String, Box<dyn std::error::Error + Send + Sync>>;

/// Ends a check when it is not so.
macro_rules! ensure {
    ($so:expr, $($why:tt)+) => {
        if !$so {
            return Err(format!($($why)+).into());
        }
    };
}
pub(crate) use ensure;

/// What has been checked, and what came of it.
struct Table {
    failed: usize,
    rows: usize,
}

impl Table {
    async fn check(&mut self, what: &str, check: impl Future<Output = Checked>) {
        let outcome = match tokio::time::timeout(PATIENCE, check).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no end after {PATIENCE:?}").into()),
        };
        self.rows += 1;
        match outcome {
            Ok(seen) => println!("  ok    {what:<58} {seen}"),
            Err(error) => {
                self.failed += 1;
                println!("  FAIL  {what:<58} {error}");
            }
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let server = match Server::told() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("error: {error}; run `cargo xtask conformance auth`");
            return ExitCode::from(2);
        }
    };
    let mut table = Table { failed: 0, rows: 0 };
    println!("Tokens for a program itself");
    services::check(&server, &mut table).await;
    println!("Tokens of a person");
    people::check(&server, &mut table).await;
    println!("{} checks, {} failed", table.rows, table.failed);
    if table.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
