//! `status`, `login` and `logout`.

use crate::args::Global;
use crate::config::{Auth, Config};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{self, Printer};
use rolecall::auth::oauth::Redirect;
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    profile: String,
    service: String,
    method: &'static str,
    state: String,
}

pub async fn status(global: &Global) -> Result<Exit, Failure> {
    let config = Config::read(global)?;
    let mut printer = Printer::new(
        global.output,
        "profiles",
        vec!["profile", "service", "method", "state"],
    )?;
    for (name, profile) in &config.profiles {
        let state = match &profile.auth {
            Auth::Login { .. } => match connect::session(name, profile, &config).await {
                Err(failure) => failure.to_string(),
                Ok(session) => match session.is_signed_in().await {
                    Ok(true) => "signed in".to_owned(),
                    Ok(false) => format!("not signed in: run `rolecall login {name}`"),
                    Err(error) => error.to_string(),
                },
            },
            auth => match auth.secret() {
                None => String::new(),
                Some(from) => match from.get(config.folder()).await {
                    Ok(_) => format!("secret from {from}"),
                    Err(failure) => failure.to_string(),
                },
            },
        };
        let line = Line {
            profile: name.clone(),
            service: profile.service.service().to_string(),
            method: profile.auth.method(),
            state: state.lines().next().unwrap_or_default().to_owned(),
        };
        printer.row(&line, |column| match column {
            "profile" => line.profile.clone(),
            "service" => line.service.clone(),
            "method" => line.method.to_owned(),
            _ => line.state.clone(),
        })?;
    }
    printer.end(None)
}

pub async fn login(global: &Global, name: &str, device: bool) -> Result<Exit, Failure> {
    let config = Config::read(global)?;
    let profile = config.profile(name)?;
    let session = connect::session(name, profile, &config).await?;
    if device {
        let sign_in = session.start_device_sign_in().await?;
        output::eprintln_quietly(&format!(
            "Open {} and enter {}",
            sign_in.verification_uri(),
            sign_in.user_code()
        ));
        sign_in.finish().await?;
    } else {
        let redirect = match &profile.auth {
            Auth::Login {
                port: Some(port), ..
            } => Redirect::default().port(*port),
            _ => Redirect::default(),
        };
        let open = |url: &_| output::eprintln_quietly(&format!("Open this to sign in:\n{url}"));
        session.sign_in(redirect, open).await?;
    }
    output::eprintln_quietly(&format!("{name}: signed in"));
    Ok(Exit::Complete)
}

pub async fn logout(global: &Global, name: &str) -> Result<Exit, Failure> {
    let config = Config::read(global)?;
    let profile = config.profile(name)?;
    let session = connect::session(name, profile, &config).await?;
    session.sign_out().await?;
    output::eprintln_quietly(&format!("{name}: signed out"));
    Ok(Exit::Complete)
}
