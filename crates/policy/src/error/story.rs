//! An error in words: one line, or the whole story.

use super::diagnosis::list;
use super::vendor::one_line;
use super::{Cause, Error};
use rolecall_client::Error as CallError;
use std::error::Error as StdError;
use std::fmt::{Formatter, Result};

/// One line: the operation, what happened, the vendor's own words, and how often it was sent.
pub(super) fn line(error: &Error, f: &mut Formatter<'_>) -> Result {
    headline(error, f)?;
    let vendor = error.vendor();
    let mut notes = Vec::new();
    if let Some(instance) = &vendor.instance {
        notes.push(format!("instance {instance}"));
    }
    if let Some(id) = &vendor.request_id {
        notes.push(format!("request {id}"));
    }
    if error.attempts() > 1 {
        notes.push(format!("sent {} times", error.attempts()));
    }
    if notes.is_empty() {
        return Ok(());
    }
    write!(f, " [{}]", notes.join(", "))
}

fn headline(error: &Error, f: &mut Formatter<'_>) -> Result {
    let operation = error.operation();
    match &error.0.cause {
        Cause::Call(CallError::Hook { source, .. }) => {
            let source = one_line(&source.to_string());
            write!(f, "{} {}: {source}", operation.api, operation.id)?;
        }
        // The rest of an undocumented body says nothing more when its message could be read.
        Cause::Call(CallError::Unexpected { status, .. }) if error.vendor().message.is_some() => {
            write!(f, "{} {}: answered {status}", operation.api, operation.id)?;
        }
        Cause::Call(call) => write!(f, "{call}")?,
        Cause::Pages(problem) => write!(f, "{} {}: {problem}", operation.api, operation.id)?,
    }
    let vendor = error.vendor();
    let names = vendor.code.iter().chain(&vendor.name);
    let names: Vec<_> = names.map(String::as_str).collect();
    if !names.is_empty() {
        write!(f, ": {}", names.join(" "))?;
    }
    if let Some(message) = &vendor.message {
        write!(f, ": {message}")?;
    }
    if vendor.missing.is_empty() {
        return Ok(());
    }
    let missing = list(vendor.missing.iter().map(String::as_str));
    write!(f, ": missing {missing}")
}

/// All that is known, a line each.
pub(super) fn tell(error: &Error, f: &mut Formatter<'_>) -> Result {
    headline(error, f)?;
    let operation = error.operation();
    let vendor = error.vendor();
    write!(f, "\n  operation: {} {}", operation.method, operation.path)?;
    if let Some(id) = &vendor.instance {
        write!(f, "\n  instance: {id}")?;
    }
    if let Some(id) = &vendor.request_id {
        write!(f, "\n  request: {id}")?;
    }
    if let Some(excerpt) = error.excerpt() {
        write!(f, "\n  received: {excerpt}")?;
    }
    refusal(error, f)?;
    if let Some(summary) = error.summary() {
        match summary.attempts.len() {
            0 => write!(f, "\n  attempts: {summary}")?,
            1 => write!(f, "\n  1 attempt: {summary}")?,
            attempts => write!(f, "\n  {attempts} attempts: {summary}")?,
        }
        if let Some(failure) = &summary.sign_in_failure
            && error.status().is_some()
        {
            write!(f, "\n  no other token: {failure}")?;
        }
    }
    let mut cause = error.source();
    if matches!(&error.0.cause, Cause::Call(CallError::Hook { .. })) {
        // The hook's own words are in the first line already.
        cause = cause.and_then(StdError::source);
    }
    while let Some(source) = cause {
        write!(f, "\n  cause: {}", one_line(&source.to_string()))?;
        cause = source.source();
    }
    match operation.docs {
        Some(docs) => write!(f, "\n  documentation: {docs}"),
        None => Ok(()),
    }
}

fn refusal(error: &Error, f: &mut Formatter<'_>) -> Result {
    let Some(diagnosis) = error.diagnosis() else {
        return Ok(());
    };
    if !diagnosis.needs_scopes.is_empty() {
        let scopes = list(diagnosis.needs_scopes.iter().copied());
        write!(f, "\n  needs scopes: {scopes}")?;
    }
    if !diagnosis.needs_permissions.is_empty() {
        let permissions = list(diagnosis.needs_permissions.iter().copied());
        write!(f, "\n  needs permissions: {permissions}")?;
    }
    match &diagnosis.credential {
        None => f.write_str("\n  signed in with: nothing")?,
        Some(credential) => {
            let kind = credential.kind;
            write!(f, "\n  signed in with: {kind} (`{}`), ", credential.source)?;
            match &credential.scopes {
                None => f.write_str("of which no scopes are known")?,
                Some(scopes) if scopes.is_empty() => f.write_str("which holds no scopes")?,
                Some(scopes) => {
                    let scopes = list(scopes.iter().map(String::as_str));
                    write!(f, "which holds {scopes}")?;
                }
            }
        }
    }
    if !diagnosis.missing.is_empty() {
        let missing = list(diagnosis.missing.iter().map(String::as_str));
        write!(f, "\n  missing: {missing}")?;
    }
    match diagnosis.refusals.as_slice() {
        [] => {}
        [known] => {
            write!(f, "\n  known reason: {}", known.when)?;
            write!(f, "\n    then: {}", known.remedy)?;
        }
        several => {
            write!(f, "\n  one of {} known reasons:", several.len())?;
            for (number, known) in (1..).zip(several) {
                write!(f, "\n    {number}. {}", known.when)?;
                write!(f, "\n       then: {}", known.remedy)?;
            }
        }
    }
    write!(f, "\n  try next: {}", diagnosis.next)
}
