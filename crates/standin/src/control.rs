//! What people and tools ask the stand-in itself: at `/`, under `/_standin/`, and where its description lies.
//!
//! It listens for the machine's own users. So that no page in their browser can speak to it in their name, requests that
//! change something have to be of a kind that browsers ask about first, and all have to name a host that is an address.

use crate::Answer;
use crate::credentials::Credentials;
use crate::faults::PlannedFault;
use crate::host::Dispatch;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

mod documents;
mod page;
mod show;

pub(crate) use show::credentials;

/// The answer of the stand-in itself; `None` when the request is for the service.
pub(crate) async fn serve(host: &dyn Dispatch, head: &Parts, body: &Bytes) -> Option<Answer> {
    let path = head.uri.path();
    let given = documents::serve(host, &head.method, path);
    if let Some(answer) = given.or_else(|| page::serve(&head.method, path)) {
        return Some(answer);
    }
    let asked = path.strip_prefix("/_standin")?;
    let answer = match guard(head) {
        Err(refused) => refused,
        Ok(()) if asked == "/snapshot" && head.method == Method::POST => save(host).await,
        Ok(()) => control(host, head, asked, body),
    };
    let answer = answer.header("cache-control", "no-store");
    Some(answer.header("x-content-type-options", "nosniff"))
}

/// Whether a request may come from whom it comes from.
fn guard(head: &Parts) -> Result<(), Answer> {
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let literal = name.trim_start_matches('[').trim_end_matches(']');
    if name != "localhost" && literal.parse::<std::net::IpAddr>().is_err() {
        let problem = format!("the host `{host}` is no address; ask by 127.0.0.1 or localhost");
        return Err(error(StatusCode::FORBIDDEN, &problem));
    }
    let is_json = text(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"));
    if head.method == Method::POST && !is_json {
        let problem = "the body has to be sent as `Content-Type: application/json`";
        return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem));
    }
    Ok(())
}

fn control(host: &dyn Dispatch, head: &Parts, asked: &str, body: &Bytes) -> Answer {
    let shared = host.shared();
    let query = head.uri.query().unwrap_or_default();
    match (head.method.as_str(), asked) {
        ("GET", "/status") => Answer::ok(show::status(host)),
        ("GET", "/exchanges") => Answer::ok(json!(shared.exchanges.all())),
        ("GET", "/violations") => Answer::ok(json!(shared.violations())),
        ("DELETE", "/violations") => Answer::ok(json!(shared.take_violations())),
        ("GET", "/credentials") => {
            let origin = crate::host::origin(head);
            let credentials = Credentials::of(&shared.auth, host.contract().api, &origin);
            let reveal = query.split('&').any(|pair| pair == "reveal=true");
            Answer::ok(show::credentials(&credentials, reveal))
        }
        ("GET", "/faults") => Answer::ok(show::faults(&shared.faults)),
        ("POST", "/faults") => match serde_json::from_slice(body) {
            Ok(Disturb::Planned(planned)) => {
                shared.faults.plan(planned);
                Answer::ok(show::faults(&shared.faults))
            }
            Ok(Disturb::Random { random }) => {
                shared.faults.random(random.seed, random.rate);
                Answer::ok(show::faults(&shared.faults))
            }
            Err(_) => match serde_json::from_slice::<PlannedFault>(body) {
                // Neither form fits; what is wrong with the first one says more.
                Err(problem) => error(StatusCode::BAD_REQUEST, &problem.to_string()),
                Ok(_) => error(StatusCode::BAD_REQUEST, "the body is no fault"),
            },
        },
        ("DELETE", "/faults") => {
            shared.faults.clear();
            Answer::ok(show::faults(&shared.faults))
        }
        ("POST", "/clock") => match serde_json::from_slice(body) {
            Ok(Move::Advance { advance }) => match TimeDelta::try_seconds(advance) {
                Some(by) => {
                    shared.clock.advance(by);
                    Answer::ok(show::status(host))
                }
                None => error(StatusCode::BAD_REQUEST, "`advance` is too large"),
            },
            Ok(Move::Freeze { freeze }) => {
                shared.clock.freeze(freeze);
                Answer::ok(show::status(host))
            }
            Err(_) => {
                let problem = "the body has to be {\"advance\": SECONDS} or {\"freeze\": RFC 3339}";
                error(StatusCode::BAD_REQUEST, problem)
            }
        },
        ("GET", "/snapshot") => {
            let mut text = Vec::new();
            match crate::snapshot::write_to(&mut text, &[host]) {
                Ok(()) => Answer::bytes(StatusCode::OK, "application/jsonl", text),
                Err(problem) => error(StatusCode::INTERNAL_SERVER_ERROR, &problem.to_string()),
            }
        }
        (method, path) => match show::key(path) {
            Some(pem) if method == "GET" => {
                Answer::bytes(StatusCode::OK, "application/x-pem-file", pem)
            }
            _ => error(
                StatusCode::NOT_FOUND,
                "there are status, exchanges, violations, credentials, faults, clock and snapshot",
            ),
        },
    }
}

/// Has the program save what it runs, where it was told to when it started.
async fn save(host: &dyn Dispatch) -> Answer {
    let Some(save) = host.shared().on_save.get() else {
        let problem = "the program was started without a file to save to; GET gives the snapshot";
        return error(StatusCode::CONFLICT, problem);
    };
    match save().await {
        Ok(file) => Answer::ok(json!({"saved": file})),
        Err(problem) => error(StatusCode::INTERNAL_SERVER_ERROR, &problem),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Disturb {
    Planned(PlannedFault),
    Random { random: Random },
}

#[derive(Deserialize)]
struct Random {
    seed: u64,
    rate: f64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Move {
    Advance { advance: i64 },
    Freeze { freeze: DateTime<Utc> },
}

fn error(status: StatusCode, problem: &str) -> Answer {
    Answer::json(status, Value::from_iter([("error", problem)]))
}
