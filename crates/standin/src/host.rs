//! The way of a request: route, caller, contract, permission, handler, contract again.

use crate::auth::{Auth, Caller};
use crate::contract::{Contract, Operation, Route, Violation};
use crate::exchanges::{Exchange, Exchanges};
use crate::faults::{self, Delivery, Fault, Faults};
use crate::ids::mix;
use crate::limits::{Limiter, Limits, Window};
use crate::oauth::{self, OauthRequest, Profile};
use crate::request::{RequestBody, pairs};
use crate::service::{Context, Handler, Refusal, Service};
use crate::snapshot::{self, Saved, Saving, SnapshotError};
use crate::{Answer, Clock, Ids, Outcome, Population, Request};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use http::header::{ALLOW, CONTENT_TYPE, DATE, HOST, LOCATION};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};
use std::time::SystemTime;

/// How many violations of clients are kept until somebody takes them.
const MOST_VIOLATIONS: usize = 10_000;

/// A stand-in without its sockets.
pub(crate) struct Host<S: Service> {
    contract: &'static Contract,
    state: RwLock<S::State>,
    pub(crate) shared: Shared,
}

/// What does not depend on the API.
pub(crate) struct Shared {
    pub(crate) population: Population,
    pub(crate) auth: Auth,
    pub(crate) clock: Clock,
    pub(crate) exchanges: Exchanges,
    pub(crate) limiter: Limiter,
    pub(crate) faults: Faults,
    violations: Mutex<Vec<Violation>>,
    /// Whether requests and answers are held against the description.
    pub(crate) checked: bool,
    /// What saves the state when the control API is asked to.
    pub(crate) on_save: OnceLock<OnSave>,
    request_ids: Mutex<Ids>,
}

/// Saves, and tells the file or what went wrong.
pub(crate) type OnSave = Box<dyn Fn() -> BoxFuture<'static, Result<String, String>> + Send + Sync>;

/// What a host is to be like.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) population: Population,
    pub(crate) clock: Clock,
    pub(crate) checked: bool,
    pub(crate) limits: Limits,
    /// How many requests are served at once; the limits decide when `None`.
    pub(crate) at_once: Option<u32>,
    pub(crate) faults: Faults,
    /// The file to go on from.
    pub(crate) snapshot: Option<PathBuf>,
}

/// A [`Host`] whose API is not known to the compiler.
pub(crate) trait Dispatch: Send + Sync {
    fn shared(&self) -> &Shared;
    fn contract(&self) -> &'static Contract;
    fn answer(&self, head: &Parts, body: &Bytes, crowded: bool) -> (Answer, Delivery);
    /// Writes its state as one JSON value without line breaks.
    fn save(&self, out: &mut dyn Write) -> serde_json::Result<()>;
}

/// A request before anybody has looked at it.
pub(crate) struct Arrival<'a> {
    head: &'a Parts,
    body: &'a Bytes,
    /// Whether more requests are being served than may be.
    pub(crate) crowded: bool,
    /// Scheme, host and port that it was sent to.
    origin: String,
    pub(crate) now: DateTime<Utc>,
    /// What is to go wrong.
    faults: Vec<Fault>,
}

impl Arrival<'_> {
    fn url(&self) -> String {
        format!("{}{}", self.origin, self.head.uri)
    }
}

impl<S: Service> Host<S> {
    /// A stand-in for a new organisation, or for one that goes on from a snapshot.
    pub(crate) fn new(settings: Settings) -> Result<Self, SnapshotError> {
        let Settings {
            mut population,
            clock,
            checked,
            limits,
            at_once,
            faults,
            snapshot,
        } = settings;
        let (auth, state, request_ids) = match snapshot {
            Some(path) => {
                let saved: Saved<S::State> = snapshot::read(&path, S::API)?;
                population = saved.population;
                clock.go_on(saved.clock);
                (Auth::from(saved.auth), saved.state, saved.request_ids)
            }
            None => {
                // A token of one service is nothing to another.
                let auth = Auth::new(mix(population.seed ^ mix(S::API as u64)));
                let state = S::populate(&population, &auth);
                (auth, state, Ids::new(population.seed ^ 0x7265_7175))
            }
        };
        let at_once = at_once.unwrap_or(match limits {
            Limits::Published => S::AT_ONCE,
            Limits::Generous | Limits::Fixed { .. } => u32::MAX,
        });
        Ok(Self {
            contract: Contract::of(S::API),
            state: RwLock::new(state),
            shared: Shared {
                population,
                auth,
                clock,
                exchanges: Exchanges::default(),
                limiter: Limiter::new(limits, at_once),
                faults,
                violations: Mutex::default(),
                checked,
                on_save: OnceLock::new(),
                request_ids: Mutex::new(request_ids),
            },
        })
    }

    /// The answer to a request, with the faults in it that are not a matter of delivery.
    fn attempt(&self, arrival: &Arrival<'_>) -> (Option<&'static Operation>, Answer) {
        if let Some(answer) = self.early(arrival) {
            return (None, answer);
        }
        if let Some(answer) = self.authorization_server(arrival) {
            return (None, answer);
        }
        let (operation, Ok(mut answer) | Err(mut answer)) = self.route(arrival);
        if let Some(operation) = operation {
            for fault in &arrival.faults {
                let url = arrival.url();
                faults::disturb(&mut answer, *fault, self.contract, operation, &url);
            }
        }
        (operation, answer)
    }

    /// The answer of a fault that keeps an operation from being carried out.
    fn early(&self, arrival: &Arrival<'_>) -> Option<Answer> {
        arrival.faults.iter().find_map(|fault| match fault {
            Fault::TooManyRequests => {
                let reset = arrival.now + TimeDelta::seconds(1);
                let mut answer = S::refuse(Refusal::TooManyRequests { reset });
                let window = Window {
                    limit: 1,
                    remaining: 0,
                    reset,
                };
                S::limit_headers(&mut answer, &window);
                Some(answer)
            }
            Fault::Status(status) => {
                let status = StatusCode::from_u16(*status).ok()?;
                Some(S::refuse(Refusal::Failure(status)))
            }
            Fault::ResetBeforeHeaders => Some(Answer::empty(StatusCode::OK)),
            Fault::CrossOriginRedirect => {
                let target = faults::other_origin(&arrival.url());
                let answer = Answer::empty(StatusCode::TEMPORARY_REDIRECT);
                Some(answer.header(LOCATION, target))
            }
            _ => None,
        })
    }

    fn authorization_server(&self, arrival: &Arrival<'_>) -> Option<Answer> {
        let head = arrival.head;
        let profile = Profile::of(S::API);
        if !profile.has(head.uri.path()) {
            return None;
        }
        let form = if head.method == Method::POST {
            std::str::from_utf8(arrival.body).unwrap_or_default()
        } else {
            head.uri.query().unwrap_or_default()
        };
        let request = OauthRequest {
            headers: &head.headers,
            fields: &pairs(form),
            origin: &arrival.origin,
            path: head.uri.path(),
            now: arrival.now,
        };
        let answer = oauth::serve(&self.shared.auth, profile, &head.method, &request)?;
        let body = answer.json_body();
        let token = body.as_ref().and_then(|body| body.get("access_token"));
        if let Some(token) = token.and_then(Value::as_str) {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            S::issued(&state, &self.shared.auth, token);
        }
        drop(body);
        Some(answer)
    }

    fn route(&self, arrival: &Arrival<'_>) -> (Option<&'static Operation>, Outcome) {
        let method = &arrival.head.method;
        let path = arrival.head.uri.path();
        match self.contract.route(method, path) {
            Route::Operation(at, parameters) => {
                let operation = &self.contract.operations[at];
                (Some(operation), self.call(operation, parameters, arrival))
            }
            Route::OtherMethods(allowed) => {
                let allowed = &allowed[..];
                let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
                let refused = S::refuse(Refusal::NoSuchMethod { method, allowed });
                (None, Err(refused.header(ALLOW, names.join(", "))))
            }
            Route::Unknown => (None, Err(S::refuse(Refusal::NoSuchPath { method, path }))),
        }
    }

    fn call(
        &self,
        operation: &'static Operation,
        path: Vec<(String, String)>,
        arrival: &Arrival<'_>,
    ) -> Outcome {
        let head = arrival.head;
        let caller = if operation.is_open() {
            Caller::nobody()
        } else {
            let url = format!("{}{}", arrival.origin, head.uri.path());
            self.shared
                .auth
                .caller(&head.method, &url, &head.headers, arrival.now)
                .map_err(|failure| S::refuse(Refusal::Unauthorized(&failure)))?
        };
        let rate = S::rate(operation, &caller);
        let taken = self.shared.limiter.take(&caller, rate.as_deref(), arrival);
        let window = match &taken {
            Ok(window) => *window,
            Err(full) => Some(*full),
        };
        let outcome = match taken {
            Ok(_) => self.handle(operation, path, caller, arrival),
            Err(_) if arrival.crowded => Err(S::refuse(Refusal::TooManyAtOnce)),
            Err(full) => Err(S::refuse(Refusal::TooManyRequests { reset: full.reset })),
        };
        let told = |mut answer: Answer| {
            if let Some(window) = &window {
                S::limit_headers(&mut answer, window);
            }
            answer
        };
        outcome.map(told).map_err(told)
    }

    fn handle(
        &self,
        operation: &'static Operation,
        path: Vec<(String, String)>,
        caller: Caller,
        arrival: &Arrival<'_>,
    ) -> Outcome {
        let head = arrival.head;
        let media_type = head.headers.get(CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let mut request = Request {
            operation,
            path,
            query: head.uri.query().map(pairs).unwrap_or_default(),
            headers: head.headers.clone(),
            body: read_body(media_type, arrival.body)
                .map_err(|problem| S::refuse(Refusal::Malformed(&problem)))?,
            caller,
            now: arrival.now,
            origin: arrival.origin.clone(),
            target: head.uri.to_string(),
        };
        if arrival.faults.contains(&Fault::CursorLoop) {
            faults::loop_back(&mut request);
        }
        let context = Context {
            auth: &self.shared.auth,
            contract: self.contract,
        };
        let mut violations = self.contract.check_request(operation, &request);
        violations.retain(|violation| !S::tolerates(&request, violation));
        if !violations.is_empty() {
            let refused = S::invalid(&request, &violations, &context);
            self.shared.report(violations);
            return Err(refused);
        }
        let outcome = match S::handler(&operation.id) {
            Some(Handler::Read(handle)) => {
                let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
                S::permit(&state, &request, &context)
                    .and_then(|()| handle(&state, &request, &context))
            }
            Some(Handler::Write(handle)) => {
                let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                S::permit(&state, &request, &context)
                    .and_then(|()| handle(&mut state, &request, &context))
            }
            // A test of this crate finds the operation that nobody serves.
            None => Err(S::refuse(Refusal::Failure(StatusCode::NOT_IMPLEMENTED))),
        };
        if self.shared.checked {
            let (Ok(answer) | Err(answer)) = &outcome;
            let undeclared = S::UNDECLARED;
            self.shared
                .report(self.contract.check_answer(operation, answer, undeclared));
        }
        outcome
    }
}

impl<S: Service> Dispatch for Host<S> {
    fn shared(&self) -> &Shared {
        &self.shared
    }

    fn contract(&self) -> &'static Contract {
        self.contract
    }

    fn answer(&self, head: &Parts, body: &Bytes, crowded: bool) -> (Answer, Delivery) {
        let names = || {
            let path = head.uri.path();
            let operation = match self.contract.route(&head.method, path) {
                Route::Operation(at, _) => Some(self.contract.operations[at].id.clone()),
                _ => None,
            };
            [operation, Some(path.to_owned())]
        };
        let faults = match self.shared.faults.take(&head.headers, names) {
            Ok(faults) => faults,
            Err(problem) => {
                let body = serde_json::json!({"error": format!("{}: {problem}", faults::HEADER)});
                let refused = Answer::json(StatusCode::BAD_REQUEST, body);
                return (refused, Delivery::default());
            }
        };
        let offset = faults.iter().filter_map(|fault| match fault {
            Fault::ClockOffset(seconds) => TimeDelta::try_seconds(*seconds),
            _ => None,
        });
        let now = self.shared.clock.now();
        let arrival = Arrival {
            head,
            body,
            crowded,
            origin: origin(head),
            now: offset.fold(now, |now, by| now.checked_add_signed(by).unwrap_or(now)),
            faults,
        };
        let (operation, mut answer) = self.attempt(&arrival);
        let request_id = self.shared.request_id();
        S::finish(&mut answer, &request_id);
        let date = httpdate::fmt_http_date(SystemTime::from(arrival.now));
        if let Ok(date) = HeaderValue::try_from(date) {
            answer.headers_mut().insert(DATE, date);
        }
        self.shared.exchanges.push(Exchange {
            at: arrival.now,
            method: head.method.to_string(),
            target: head.uri.to_string(),
            operation: operation.map(|operation| operation.id.clone()),
            status: answer.status().as_u16(),
            request_id,
            faults: arrival.faults.clone(),
        });
        (answer, Delivery::of(&arrival.faults))
    }

    fn save(&self, out: &mut dyn Write) -> serde_json::Result<()> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let ids = &self.shared.request_ids;
        let saving = Saving {
            population: &self.shared.population,
            clock: self.shared.clock.moved(),
            request_ids: ids.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            auth: self.shared.auth.known().clone(),
            state: &*state,
        };
        serde_json::to_writer(out, &saving)
    }
}

impl Shared {
    fn report(&self, violations: Vec<Violation>) {
        for violation in &violations {
            tracing::warn!(%violation, "not as described");
        }
        let all = self.violations.lock();
        let mut all = all.unwrap_or_else(PoisonError::into_inner);
        for violation in violations {
            // Clients may do wrong for ever; what this crate does wrong is what somebody looks for.
            if all.len() < MOST_VIOLATIONS || violation.is_answer() {
                all.push(violation);
            }
        }
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        let all = self.violations.lock();
        all.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn take_violations(&self) -> Vec<Violation> {
        let all = self.violations.lock();
        std::mem::take(&mut *all.unwrap_or_else(PoisonError::into_inner))
    }

    fn request_id(&self) -> String {
        let mut ids = self
            .request_ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        ids.base62("req", 22)
    }
}

/// Scheme, host and port that a request was sent to.
pub(crate) fn origin(head: &Parts) -> String {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("127.0.0.1"))
}

fn read_body(media_type: Option<&str>, body: &Bytes) -> Result<RequestBody, String> {
    if body.is_empty() {
        return Ok(RequestBody::Empty);
    }
    let media_type = media_type.unwrap_or("application/json");
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") || essence.ends_with("+json") {
        let value = serde_json::from_slice(body).map_err(|problem| problem.to_string())?;
        Ok(RequestBody::Json(value))
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(body).map_err(|problem| problem.to_string())?;
        Ok(RequestBody::Form(pairs(text)))
    } else {
        Ok(RequestBody::Other(essence.to_owned(), body.clone()))
    }
}
