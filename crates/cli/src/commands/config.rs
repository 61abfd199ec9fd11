//! `config`: what is set, and where it comes from.

use crate::args::{ConfigCommand, Form, Global};
use crate::config::{Config, sessions};
use crate::exit::{Exit, Failure};
use crate::output::{self, Printer};
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    setting: String,
    value: String,
    from: String,
}

pub fn run(global: &Global, command: &ConfigCommand) -> Result<Exit, Failure> {
    let config = Config::read(global)?;
    if matches!(command, ConfigCommand::Path) {
        output::print(&format!("{}\n", config.path.display()))?;
        return Ok(Exit::Complete);
    }
    let mut lines = Vec::new();
    let mut line = |setting: String, value: String, from: &str| {
        lines.push(Line {
            setting,
            value,
            from: from.to_owned(),
        });
    };
    let there = if config.there { "" } else { " (not there)" };
    line(
        "config".to_owned(),
        format!("{}{there}", config.path.display()),
        config.path_from,
    );
    line(
        "sessions".to_owned(),
        sessions()?.display().to_string(),
        if std::env::var_os("ROLECALL_STATE_DIR").is_some() {
            "ROLECALL_STATE_DIR"
        } else {
            "the platform's place"
        },
    );
    let names: Vec<&str> = config.profiles.keys().map(String::as_str).collect();
    line("profiles".to_owned(), names.join(" "), config.chosen_by);
    let form = match global.output {
        Form::Table => "table",
        Form::Json => "json",
        Form::Jsonl => "jsonl",
        Form::Csv => "csv",
    };
    let by = std::env::var("ROLECALL_OUTPUT").is_ok_and(|value| value == form);
    line(
        "output".to_owned(),
        form.to_owned(),
        if by {
            "ROLECALL_OUTPUT"
        } else {
            "--output, or the default"
        },
    );
    for (name, profile) in &config.profiles {
        let file = config.path.display().to_string();
        let mut setting = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                line(format!("profile.{name}.{key}"), value, &file);
            }
        };
        setting("service", Some(profile.service.service().to_string()));
        setting("server", profile.server.clone());
        setting("url", profile.url.clone());
        setting("tenant", profile.tenant.clone());
        setting("auth.method", Some(profile.auth.method().to_owned()));
        setting(
            "auth.secret",
            profile.auth.secret().map(ToString::to_string),
        );
        setting("share", profile.share.map(|share| share.to_string()));
        setting(
            "concurrency",
            profile.concurrency.map(|calls| calls.to_string()),
        );
        setting(
            "organizations",
            (!profile.organizations.is_empty()).then(|| profile.organizations.join(" ")),
        );
        setting(
            "roots",
            (!profile.roots.is_empty()).then(|| profile.roots.join(" ")),
        );
    }
    let mut printer = Printer::new(global.output, "settings", vec!["setting", "value", "from"])?;
    for line in &lines {
        printer.row(line, |column| match column {
            "setting" => line.setting.clone(),
            "value" => line.value.clone(),
            _ => line.from.clone(),
        })?;
    }
    printer.end(None)
}
