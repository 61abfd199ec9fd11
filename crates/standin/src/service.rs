//! What a stand-in for one API is made of. Everything else in this crate is the same for all four.

use crate::auth::{Auth, AuthFailure, Caller};
use crate::contract::{Contract, Operation, Violation};
use crate::limits::{Rate, Window};
use crate::{Answer, Api, Outcome, Population, Request};
use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// What a stand-in for one API is made of.
pub trait Service: Sized + Send + Sync + 'static {
    /// The API.
    const API: Api;

    /// Everything that calls read and write. A snapshot is this, serialized.
    type State: Clone + Send + Sync + Serialize + DeserializeOwned + 'static;

    /// How many requests the vendor serves at once, where that is published. Default: no limit.
    const AT_ONCE: u32 = u32::MAX;

    /// Statuses that the vendor sends although its description does not declare them, so that they are no violations.
    /// Default: none.
    const UNDECLARED: &'static [u16] = &[];

    /// The state of a new organisation, and who can sign in to it.
    fn populate(population: &Population, auth: &Auth) -> Self::State;

    /// What serves an operation. Every operation of the description has a handler.
    fn handler(operation: &str) -> Option<Handler<Self::State>>;

    /// Whether the caller may do this: by the scopes of the token, and by what the caller is allowed to do.
    ///
    /// # Errors
    ///
    /// The vendor's refusal.
    fn permit(state: &Self::State, request: &Request, context: &Context<'_>) -> Result<(), Answer>;

    /// Told of every token that the authorization server gives out, for services that write into a token what its owner
    /// may do at that time.
    fn issued(state: &Self::State, auth: &Auth, token: &str) {
        let _ = (state, auth, token);
    }

    /// The vendor's answer to what never reaches a handler.
    fn refuse(refusal: Refusal<'_>) -> Answer;

    /// The vendor's answer to a request that is not as the description says, where it depends on more of the request.
    fn invalid(request: &Request, violations: &[Violation], context: &Context<'_>) -> Answer {
        let _ = (request, context);
        Self::refuse(Refusal::Invalid(violations))
    }

    /// Whether the vendor takes what the description forbids here, as its own clients send it. Default: never.
    fn tolerates(request: &Request, violation: &Violation) -> bool {
        let _ = (request, violation);
        false
    }

    /// The published limit that a call is counted in. Default: `x-rate-limit` of the operation.
    fn rate<'a>(operation: &'a Operation, caller: &Caller) -> Option<Cow<'a, Rate>> {
        let _ = caller;
        operation.rate.as_ref().map(Cow::Borrowed)
    }

    /// Tells the caller where it stands, in the vendor's headers. Default: nothing, as most vendors do.
    fn limit_headers(answer: &mut Answer, window: &Window) {
        let _ = (answer, window);
    }

    /// Puts on every answer what the vendor puts on every answer, such as a request id.
    fn finish(answer: &mut Answer, request_id: &str);
}

/// What serves an operation. Reads run side by side, writes alone.
#[derive(Clone, Copy)]
pub enum Handler<S> {
    /// Leaves the state as it is.
    Read(fn(&S, &Request, &Context<'_>) -> Outcome),
    /// May change the state. When the outcome is an error the state must be as it was.
    Write(fn(&mut S, &Request, &Context<'_>) -> Outcome),
}

/// What a handler can reach besides state and request.
#[derive(Debug)]
pub struct Context<'a> {
    /// Tokens and their owners.
    pub auth: &'a Auth,
    /// The description.
    pub contract: &'static Contract,
}

/// What never reaches a handler.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal<'a> {
    /// No operation has this path.
    NoSuchPath {
        /// The method.
        method: &'a Method,
        /// The path.
        path: &'a str,
    },
    /// No operation has this path with this method.
    NoSuchMethod {
        /// The method.
        method: &'a Method,
        /// Those that the path has.
        allowed: &'a [Method],
    },
    /// The caller is not known.
    Unauthorized(&'a AuthFailure),
    /// The request is not as the description says.
    Invalid(&'a [Violation]),
    /// The body is not what its media type says.
    Malformed(&'a str),
    /// The body has a media type that the operation does not take.
    MediaType(&'a str),
    /// Too many requests in the window.
    TooManyRequests {
        /// When the window ends.
        reset: DateTime<Utc>,
    },
    /// Too many requests at once.
    TooManyAtOnce,
    /// A failure on demand.
    Failure(StatusCode),
}

#[cfg(test)]
mod tests {
    use super::Service;
    use crate::contract::Contract;
    use crate::{Api, foundry, klustr, okta, zenml};
    use serde_json::Value;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn unserved<S: Service>() -> Vec<&'static str> {
        let operations = Contract::of(S::API).operations.iter();
        let ids = operations.map(|operation| &*operation.id);
        ids.filter(|id| S::handler(id).is_none()).collect()
    }

    #[test]
    fn every_operation_is_served() {
        assert_eq!(unserved::<okta::Okta>(), [""; 0]);
        assert_eq!(unserved::<foundry::Foundry>(), [""; 0]);
        assert_eq!(unserved::<zenml::Zenml>(), [""; 0]);
        assert_eq!(unserved::<klustr::Klustr>(), [""; 0]);
        assert!(okta::Okta::handler("no such operation").is_none());
    }

    /// The ids of all `x-facts` in a description.
    fn facts(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                let listed = members.get("x-facts").and_then(Value::as_array);
                for fact in listed.into_iter().flatten() {
                    found.extend(fact["id"].as_str().map(str::to_owned));
                }
                members.values().for_each(|member| facts(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| facts(item, found)),
            _ => {}
        }
    }

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("it is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_fact_that_is_cited_is_in_the_description() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let (mut files, mut cited) = (Vec::new(), 0);
        sources(&root, &mut files);
        for file in files {
            // What is in a folder or file of an API's name speaks of that API, the rest of any of them.
            let inside = file.strip_prefix(&root).expect("it was found there");
            let first = inside.iter().next().and_then(|name| name.to_str());
            let owner = first.map(|name| name.trim_end_matches(".rs"));
            let owner = owner.and_then(|name| name.parse::<Api>().ok());
            let mut known = BTreeSet::new();
            for api in Api::ALL {
                if owner.is_none_or(|owner| owner == api) {
                    facts(&Contract::of(api).document, &mut known);
                }
            }
            let text = fs::read_to_string(&file).expect("it is text");
            for (at, line) in text.lines().enumerate() {
                let comment = line.trim_start().starts_with("//");
                for (start, mark) in line.match_indices("fact: ").filter(|_| comment) {
                    let id = &line[start + mark.len()..];
                    let end =
                        id.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
                    let id = &id[..end.unwrap_or(id.len())];
                    let place = format!("{}:{}", inside.display(), at + 1);
                    assert!(
                        known.contains(id),
                        "{place}: no description has the fact `{id}`"
                    );
                    cited += 1;
                }
            }
        }
        assert!(cited > 40, "{cited}");
    }
}
