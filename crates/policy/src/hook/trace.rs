//! Spans and events, in the names of OpenTelemetry's semantic conventions for HTTP clients (version 1.45).

use crate::retry::Fault;
use crate::summary::{Attempt, CallSummary, Outcome};
use rolecall_client::reqwest::{Request, Url};
use rolecall_client::{Operation, redact};
use std::time::Duration;
use tracing::Span;
use tracing::field::Empty;

/// The span of one call. What is known at its end is still empty.
pub(super) fn span(operation: &'static Operation, request: &Request) -> Span {
    let (method, url) = (request.method(), request.url());
    tracing::info_span!(
        "call",
        otel.name = format_args!("{method} {}", operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        rolecall.api = operation.api,
        rolecall.operation = operation.id,
        http.request.method = method.as_str(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        url.full = shown(url),
        url.template = operation.path,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        "error.type" = Empty,
    )
}

/// The URL without secrets.
fn shown(url: &Url) -> String {
    redact(url.as_str())
}

/// Tells of an attempt.
pub(super) fn attempt(request: &'static Operation, resent: usize, attempt: &Attempt) {
    tracing::debug!(
        rolecall.operation = request.id,
        http.request.resend_count = (resent > 0).then_some(resent),
        http.response.status_code = status(attempt),
        "error.type" = error_type(attempt),
        waited_ms = millis(attempt.waited),
        took_ms = millis(attempt.took),
        "attempt"
    );
}

/// Completes the span of a call.
pub(super) fn end(span: &Span, summary: &CallSummary, failed: bool) {
    if span.is_disabled() {
        return;
    }
    let resent = summary.attempts.len().saturating_sub(1);
    if resent > 0 {
        span.record("http.request.resend_count", resent);
    }
    let last = summary.attempts.last();
    if let Some(status) = last.and_then(status) {
        span.record("http.response.status_code", status);
    }
    let error = match last {
        Some(last) => error_type(last),
        // Nothing was sent.
        None => failed.then(|| "refused".to_owned()),
    };
    if let Some(error) = error {
        span.record("error.type", error);
        span.record("otel.status_code", "ERROR");
    }
}

fn status(attempt: &Attempt) -> Option<u16> {
    match attempt.outcome {
        Outcome::Answered(status) | Outcome::Failed(Fault::Status(status)) => Some(status.as_u16()),
        _ => None,
    }
}

/// One of few words, or the status of an error.
fn error_type(attempt: &Attempt) -> Option<String> {
    if let Some(status) = status(attempt) {
        return (status >= 400).then(|| status.to_string());
    }
    let word = match attempt.outcome {
        Outcome::Answered(_) | Outcome::FoundDone | Outcome::Failed(Fault::Status(_)) => None,
        Outcome::Failed(Fault::NotConnected) => Some("not_connected"),
        Outcome::Failed(Fault::BrokeOff) => Some("connection_lost"),
        Outcome::Failed(Fault::TimedOut) => Some("timeout"),
        Outcome::Failed(Fault::NoToken) => Some("no_token"),
        Outcome::TooLarge => Some("response_too_large"),
        Outcome::Refused => Some("refused"),
    };
    word.map(str::to_owned)
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
