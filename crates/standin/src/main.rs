//! Runs stand-ins until it is told to stop.

#![forbid(unsafe_code)]

use clap::Parser;
use futures_util::future::try_join_all;
use rolecall_standin::{Api, Limits, OauthClient, Standin, snapshot};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Stateful stand-ins for Okta, Foundry, ZenML Pro and Klustr on this machine.
#[derive(Debug, Parser)]
#[command(name = "rolecall-standin", version)]
struct Options {
    /// Which APIs to stand in for; all four unless given. Can be repeated, or separated by commas.
    #[arg(long, value_delimiter = ',')]
    api: Vec<Api>,
    /// What everything in the organisations is derived from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many people an organisation has.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    users: u32,
    /// The address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// The port of the first API; the others follow in the order okta, foundry, zenml, klustr. 0 takes any free ports.
    #[arg(long, default_value_t = 7701)]
    port: u16,
    /// Go on from this file if it is there; save to it at the end, and when the control page is asked to.
    #[arg(long)]
    snapshot: Option<PathBuf>,
    /// Hold answers against the descriptions, and fail at the end when one was not as described.
    #[arg(long)]
    checked: bool,
    /// Have the rate limits that the vendors published, rather than very large ones.
    #[arg(long)]
    limits: bool,
    /// Print one line of JSON in place of text, with everything that a client needs.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(Options::parse()).await {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let standins = Arc::new(start(&options).await?);
    if let Some(file) = &options.snapshot {
        for standin in standins.iter() {
            let (all, file) = (Arc::downgrade(&standins), file.clone());
            standin.on_save(move || {
                let (all, file) = (all.upgrade(), file.clone());
                async move {
                    let all = all.ok_or("the program is about to end")?;
                    let saved = Standin::save_all(all.iter(), &file).await;
                    saved.map_err(|problem| problem.to_string())?;
                    Ok(file.display().to_string())
                }
            });
        }
    }
    if options.json {
        println!(
            "{}",
            json!({"standins": standins.iter().map(machine).collect::<Vec<_>>()})
        );
    } else {
        for standin in standins.iter() {
            println!("{}", human(standin));
        }
        println!("Ctrl+C ends them.");
    }
    stopped().await?;
    if let Some(file) = &options.snapshot {
        Standin::save_all(standins.iter(), file).await?;
    }
    let mut code = ExitCode::SUCCESS;
    for standin in standins.iter() {
        let violations = standin.take_violations();
        let answers = violations.iter().filter(|one| one.is_answer());
        for violation in answers.filter(|_| options.checked) {
            eprintln!("not as described: {}: {violation}", standin.api());
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// The APIs that are asked for, in the order in which ports are given out.
async fn start(options: &Options) -> Result<Vec<Standin>, Box<dyn std::error::Error>> {
    let existing = options.snapshot.as_ref().filter(|file| file.exists());
    let saved = match existing {
        Some(file) => snapshot::apis(file)?,
        None => Vec::new(),
    };
    let wanted = |api: &Api| options.api.is_empty() || options.api.contains(api);
    let others = saved.iter().filter(|api| !wanted(api));
    let others: Vec<&str> = others.map(|api| api.name()).collect();
    if let (Some(file), false) = (existing, others.is_empty()) {
        // The file is written whole at the end, with what runs.
        let problem = format!(
            "snapshot {}: holds {} too, which saving would drop; start that as well, or name another file",
            file.display(),
            others.join(", "),
        );
        return Err(problem.into());
    }
    let mut started = Vec::new();
    for (at, api) in (0_u16..).zip(Api::ALL) {
        if !wanted(&api) {
            continue;
        }
        let port = if options.port == 0 {
            0
        } else {
            let port = options.port.checked_add(at);
            port.ok_or("--port leaves no room for four ports below 65536")?
        };
        let mut builder = Standin::builder(api)
            .seed(options.seed)
            .users(options.users)
            .checked(options.checked || cfg!(debug_assertions))
            .listen(SocketAddr::new(options.host, port));
        if options.limits {
            builder = builder.limits(Limits::Published);
        }
        if let Some(file) = existing.filter(|_| saved.contains(&api)) {
            builder = builder.snapshot(file);
        }
        started.push(builder.start());
    }
    try_join_all(started).await.map_err(|problem| {
        let hint = "; `--port 0` takes free ports, `--port PORT` others";
        let hint = if matches!(problem, rolecall_standin::StartError::Listen { .. }) {
            hint
        } else {
            ""
        };
        format!("{problem}{hint}").into()
    })
}

/// Waits for Ctrl+C or SIGTERM.
async fn stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// A path that shows something to an administrator.
fn sample(api: Api) -> &'static str {
    match api {
        Api::Okta => "/api/v1/iam/assignees/users?limit=5",
        Api::Foundry => "/v2/admin/users?pageSize=5",
        Api::Zenml => "/organizations",
        Api::Klustr => "/directory/orgs/example.com/roles",
    }
}

fn curl(standin: &Standin) -> String {
    let credentials = standin.credentials();
    format!(
        "curl -sS -H 'Authorization: {} {}' '{}{}'",
        credentials.scheme,
        credentials.token,
        standin.base_url(),
        sample(standin.api()),
    )
}

/// The client that acts as an administrator by itself.
fn service(standin: &Standin) -> Option<&OauthClient> {
    standin.credentials().client("service")
}

fn human(standin: &Standin) -> String {
    let credentials = standin.credentials();
    let client = service(standin).map_or_else(String::new, |known| {
        let proof = match &known.secret {
            Some(secret) => format!("secret {secret}"),
            None => format!(
                "key {}/_standin/keys/standin-test-rsa.pem",
                standin.origin()
            ),
        };
        let dpop = if known.client.dpop { ", DPoP" } else { "" };
        format!("{}, {proof}{dpop}", known.client.id)
    });
    format!(
        "{api}\n  base URL      {base}\n  control page  {origin}/\n  admin token   {scheme} {token}\n  \
         OAuth client  {client}\n  token URL     {url}\n  try           {curl}\n",
        api = standin.api(),
        base = standin.base_url(),
        origin = standin.origin(),
        scheme = credentials.scheme,
        token = credentials.token,
        url = credentials.endpoints.token,
        curl = curl(standin),
    )
}

fn machine(standin: &Standin) -> Value {
    let mut value = standin.credentials().reveal();
    value["api"] = standin.api().name().into();
    value["origin"] = standin.origin().into();
    value["base_url"] = standin.base_url().into();
    value["curl"] = curl(standin).into();
    value
}
