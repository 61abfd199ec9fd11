//! `call`: any operation of any service.

use super::operations;
use crate::args::{Call as Args, Global};
use crate::config::Config;
use crate::connect::{self, AnyClient};
use crate::exit::{Exit, Failure};
use crate::output;
use rolecall::rolecall_client::reqwest::{Request, Response};
use rolecall::rolecall_client::{
    BoxFuture, Call, Hook, HookError, Location, Next, Operation, Transport,
};
use rolecall::{ApiClient, CallOptions, Client};
use rolecall_inventory::Service;
use serde_json::{Map, Value};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};

pub async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let reached = Reached::new(global, &args.profile).await?;
    let operation = find(&reached.service, &args.operation)?;
    if args.describe {
        output::json(&operations::described(operation))?;
        return Ok(Exit::Complete);
    }
    let body = body(args)?;
    let transport = reached.client.transport(args.allow_hazard.as_deref());
    let seen = Seen::default();
    let transport = if args.dry_run {
        transport.with_hook(Arc::new(seen.clone()))
    } else {
        transport
    };
    let mut call = Call::new(&transport, operation);
    parameters(&mut call, operation, &args.params)?;
    if let Some(body) = &body {
        call.json(body);
    }
    let sent = call.send_bytes::<Value>().await;
    if let Some(request) = seen.take() {
        output::print(&request)?;
        return Ok(Exit::Complete);
    }
    let response = sent.map_err(rolecall::Error::from)?;
    if args.include {
        let mut text = format!("{}\n", response.status());
        for (name, value) in response.headers() {
            // Cookies and the like are secrets.
            let shown = value
                .to_str()
                .ok()
                .filter(|_| !name.as_str().contains("cookie"));
            text.push_str(&format!("{name}: {}\n", shown.unwrap_or("***")));
        }
        output::eprintln_quietly(&text);
    }
    let bytes = response.into_inner();
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(json) => output::json(&json)?,
        Err(_) => output::bytes(&bytes)?,
    }
    Ok(Exit::Complete)
}

/// A client, and what keeps it alive.
struct Reached {
    service: Service,
    client: AnyClient,
    #[cfg(feature = "demo")]
    _demo: Option<crate::demo::Demo>,
}

impl Reached {
    async fn new(global: &Global, name: &str) -> Result<Self, Failure> {
        #[cfg(feature = "demo")]
        if global.demo {
            let service = Service::from(name);
            let demo = crate::demo::Demo::start().await?;
            let (client, _) = demo.client(&service).await?;
            return Ok(Self {
                service,
                client,
                _demo: Some(demo),
            });
        }
        let config = Config::read(global)?;
        let profile = config.profile(name)?;
        Ok(Self {
            service: profile.service.service(),
            client: connect::client(name, profile, &config).await?,
            #[cfg(feature = "demo")]
            _demo: None,
        })
    }
}

impl AnyClient {
    fn transport(&self, hazard: Option<&str>) -> Transport {
        fn of<A: ApiClient>(client: &Client<A>, hazard: Option<&str>) -> Transport {
            let options = match hazard {
                Some(operation) => CallOptions::new().allow_hazard(operation),
                None => CallOptions::new(),
            };
            client.with(options).api().transport().clone()
        }
        match self {
            Self::Okta(client) => of(client, hazard),
            Self::Foundry(client) => of(client, hazard),
            Self::Zenml(client) => of(client, hazard),
            Self::Klustr(client) => of(client, hazard),
        }
    }
}

fn find(service: &Service, id: &str) -> Result<&'static Operation, Failure> {
    let all = operations::all(service);
    let found = all.iter().find(|one| one.id == id).copied();
    found.ok_or_else(|| {
        let like = all.iter().find(|one| one.id.eq_ignore_ascii_case(id));
        let like = like
            .map(|one| format!(": it is called `{}`", one.id))
            .unwrap_or_default();
        Failure::usage(format!(
            "{service} has no operation `{id}`{like}\n  help: `rolecall operations TEXT` finds one"
        ))
    })
}

fn pair(text: &str) -> Result<(&str, Value), Failure> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Failure::usage(format!(
            "`{text}` is no NAME=VALUE\n  help: put `=` between the name and the value"
        )));
    };
    // An id of digits is an id all the same: only objects, arrays and JSON words are taken as JSON here. Numbers are written
    // to the wire as the same text either way.
    let json = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name, json))
}

fn parameters(
    call: &mut Call,
    operation: &'static Operation,
    given: &[String],
) -> Result<(), Failure> {
    let known = || {
        let names = operation.parameters.iter().map(|one| one.name);
        names.collect::<Vec<_>>().join(", ")
    };
    for text in given {
        let (name, value) = pair(text)?;
        let Some(parameter) = operation.parameter(name) else {
            return Err(Failure::usage(format!(
                "{} has no parameter `{name}`\n  help: it has {}",
                operation.id,
                known()
            )));
        };
        let value = match value {
            // A path or header takes the text as it was given: 007 is not 7.
            Value::Number(_) => Value::from(text.split_once('=').map_or("", |(_, value)| value)),
            other => other,
        };
        call.set(parameter.name, value);
    }
    let is_given = |name: &str| {
        given
            .iter()
            .any(|text| text.split('=').next() == Some(name))
    };
    let missing: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|one| one.required && one.location != Location::Cookie && !is_given(one.name))
        .map(|one| one.name)
        .collect();
    if !missing.is_empty() {
        return Err(Failure::usage(format!(
            "{} needs {}\n  help: give each as -p NAME=VALUE; the parameters are {}",
            operation.id,
            missing.join(", "),
            known()
        )));
    }
    Ok(())
}

fn body(args: &Args) -> Result<Option<Value>, Failure> {
    if !args.fields.is_empty() {
        let mut body = Map::new();
        for text in &args.fields {
            let (name, value) = pair(text)?;
            body.insert(name.to_owned(), value);
        }
        return Ok(Some(Value::Object(body)));
    }
    let Some(path) = &args.input else {
        return Ok(None);
    };
    let (name, text) = if path == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        ("standard input".to_owned(), read.map(|_| text))
    } else {
        (path.display().to_string(), std::fs::read_to_string(path))
    };
    let text = text.map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let json = serde_json::from_str(&text);
    json.map(Some)
        .map_err(|error| Failure::usage(format!("{name}: not JSON: {error}")))
}

/// Looks at the request that would be sent, and does not send it.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<String>>>);

impl Seen {
    fn take(&self) -> Option<String> {
        self.0.lock().ok()?.take()
    }
}

impl Hook for Seen {
    fn execute<'a>(
        &'a self,
        request: Request,
        _: Next<'a>,
    ) -> BoxFuture<'a, Result<Response, HookError>> {
        let mut text = format!("{} {}\n", request.method(), request.url());
        for (name, value) in request.headers() {
            let shown = value.to_str().ok().filter(|_| !value.is_sensitive());
            text.push_str(&format!("{name}: {}\n", shown.unwrap_or("***")));
        }
        if let Some(body) = request.body().and_then(|body| body.as_bytes()) {
            text.push_str(&format!("\n{}\n", String::from_utf8_lossy(body)));
        }
        if let Ok(mut seen) = self.0.lock() {
            *seen = Some(text);
        }
        Box::pin(std::future::ready(Err(HookError::refused(
            "a dry run sends nothing",
        ))))
    }
}
