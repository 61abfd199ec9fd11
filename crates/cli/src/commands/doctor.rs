//! `doctor`: what is wrong with the configuration, and what to do.

use crate::args::{Form, Global};
use crate::config::{Config, Profile, sessions};
use crate::connect::{self, AnyClient};
use crate::exit::{Exit, Failure};
use crate::output::{self, Printer};
use crate::secret::check_mode;
use rolecall::auth::Credentials;
use rolecall::preflight::{Preflight, Verdict};
use rolecall_inventory::{Options, Service};
use serde::Serialize;

/// Before this release was written: a clock that says so is wrong, and every signed request is refused.
const WRITTEN: i64 = 1_764_374_400;

#[derive(Serialize)]
struct Finding {
    check: String,
    verdict: &'static str,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, check: impl Into<String>, found: impl Into<String>) {
        self.add(check, "ok", found, None);
    }

    fn add(
        &mut self,
        check: impl Into<String>,
        verdict: &'static str,
        found: impl Into<String>,
        remedy: Option<String>,
    ) {
        self.0.push(Finding {
            check: check.into(),
            verdict,
            found: found.into(),
            remedy,
        });
    }

    /// A failure in words has what to do on a line of its own.
    fn failed(&mut self, check: impl Into<String>, failure: &Failure) {
        let text = failure.to_string();
        let (found, remedy) = match text.split_once("\n  help: ") {
            Some((found, remedy)) => (found.to_owned(), Some(remedy.to_owned())),
            None => (text, None),
        };
        self.add(check, "failed", found.replace('\n', " "), remedy);
    }
}

pub async fn run(global: &Global, online: bool) -> Result<Exit, Failure> {
    let mut findings = Findings::default();
    machine(&mut findings);
    if global.demo {
        demo(global, online, &mut findings).await?;
    } else {
        match Config::read(global) {
            Err(failure) => findings.failed("configuration", &failure),
            Ok(config) if !config.there => findings.add(
                "configuration",
                "warning",
                format!("{} is not there", config.path.display()),
                Some("write a profile (docs/cli.md), or use --demo".to_owned()),
            ),
            Ok(config) => {
                findings.ok(
                    "configuration",
                    format!(
                        "{} profiles in {}",
                        config.profiles.len(),
                        config.path.display()
                    ),
                );
                for (name, profile) in &config.profiles {
                    of_profile(name, profile, &config, online, &mut findings).await;
                }
            }
        }
    }
    let mut printer = Printer::new(
        global.output,
        "checks",
        vec!["check", "verdict", "found", "what to do"],
    )?;
    for one in &findings.0 {
        printer.row(one, |column| match column {
            "check" => one.check.clone(),
            "verdict" => one.verdict.to_owned(),
            "found" => one.found.clone(),
            _ => one.remedy.clone().unwrap_or_default(),
        })?;
    }
    printer.end(None)?;
    let failed = findings.0.iter().any(|one| one.verdict == "failed");
    if failed && global.output == Form::Table {
        output::eprintln_quietly("some checks failed");
    }
    Ok(if failed { Exit::Failed } else { Exit::Complete })
}

/// What does not depend on a profile.
fn machine(findings: &mut Findings) {
    let now = chrono::Utc::now();
    if now.timestamp() < WRITTEN {
        let remedy = "set the clock: tokens and signed requests are judged by it".to_owned();
        findings.add("clock", "failed", now.to_rfc3339(), Some(remedy));
    } else {
        findings.ok("clock", "not before this release was written");
    }
    match sessions() {
        Err(failure) => findings.failed("sessions", &failure),
        Ok(file) if !file.exists() => findings.ok("sessions", "nobody is signed in"),
        Ok(file) => match check_mode(&file) {
            Ok(()) => findings.ok(
                "sessions",
                format!("{} is its owner's alone", file.display()),
            ),
            Err(failure) => findings.failed("sessions", &failure),
        },
    }
}

async fn of_profile(
    name: &str,
    profile: &Profile,
    config: &Config,
    online: bool,
    findings: &mut Findings,
) {
    let check = |what: &str| format!("{name}: {what}");
    let tenant = match connect::tenant(name, profile) {
        Ok(tenant) => {
            findings.ok(
                check("tenant"),
                format!("{}:{tenant}", profile.service.service()),
            );
            tenant
        }
        Err(failure) => return findings.failed(check("tenant"), &failure),
    };
    let client = match connect::client(name, profile, config).await {
        Ok(client) => {
            findings.ok(
                check("credentials"),
                format!("the method is {}", profile.auth.method()),
            );
            client
        }
        Err(failure) => return findings.failed(check("credentials"), &failure),
    };
    if online {
        ask(name, &profile.service.service(), client, tenant, findings).await;
    }
}

/// Signs in, asks what would be refused, and how much there is to read.
async fn ask(
    name: &str,
    service: &Service,
    client: AnyClient,
    tenant: String,
    findings: &mut Findings,
) {
    let check = |what: &str| format!("{name}: {what}");
    if let Some(credentials) = client.credentials() {
        let operations = super::operations::all(service).iter().copied();
        let reading = operations.filter(|one| one.is_safe());
        let told = Preflight::builder(credentials, reading).run().await;
        let refused: Vec<&str> = (told.findings.iter())
            .filter(|one| one.verdict == Verdict::Refused)
            .map(|one| one.operation)
            .collect();
        let reason = told
            .findings
            .iter()
            .find(|one| one.verdict == Verdict::Refused);
        let reason = reason.and_then(|one| one.reasons.first());
        match (refused.as_slice(), reason) {
            ([], _) => findings.ok(
                check("preflight"),
                "no reading operation is known to be refused",
            ),
            ([first, ..], reason) => findings.add(
                check("preflight"),
                "warning",
                format!(
                    "{} reading operations will be refused, such as {first}: {}",
                    refused.len(),
                    reason.map_or("", |reason| reason.says.as_str())
                ),
                reason.and_then(|reason| reason.remedy.clone()),
            ),
        }
    }
    let source = client.source(tenant);
    match source.estimate(&Options::default()).await {
        Ok(estimate) => {
            let requests: u64 = estimate.sections.iter().map(|one| one.at_least).sum();
            findings.ok(
                check("online"),
                format!("`list` needs {requests} requests at least"),
            );
        }
        Err(error) => {
            let remedy = error.diagnosis().map(|known| known.next);
            findings.add(check("online"), "failed", error.to_string(), remedy);
        }
    }
}

impl AnyClient {
    fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::Okta(client) => client.credentials(),
            Self::Foundry(client) => client.credentials(),
            Self::Zenml(client) => client.credentials(),
            Self::Klustr(client) => client.credentials(),
        }
    }
}

#[cfg(feature = "demo")]
async fn demo(_: &Global, online: bool, findings: &mut Findings) -> Result<(), Failure> {
    let demo = crate::demo::Demo::start().await?;
    for service in [
        Service::Okta,
        Service::Foundry,
        Service::Zenml,
        Service::Klustr,
    ] {
        let (client, tenant) = demo.client(&service).await?;
        findings.ok(format!("{service}: credentials"), "the stand-in's");
        if online {
            ask(service.as_str(), &service, client, tenant, findings).await;
        }
    }
    Ok(())
}

#[cfg(not(feature = "demo"))]
async fn demo(global: &Global, _: bool, _: &mut Findings) -> Result<(), Failure> {
    crate::input::live(global).await.map(|_| ())
}
