//! The last requests and answers, for people who look.

use crate::faults::Fault;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many are kept.
const KEPT: usize = 100;

/// A request and what was answered. It holds no headers and no bodies: those have secrets.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// When the answer was ready, by the stand-in's clock.
    pub at: DateTime<Utc>,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// `operationId`, when the request reached an operation.
    pub operation: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The id that the answer carries.
    pub request_id: String,
    /// What was made to go wrong.
    pub faults: Vec<Fault>,
}

/// The last [`KEPT`] exchanges.
#[derive(Debug, Default)]
pub(crate) struct Exchanges(Mutex<VecDeque<Exchange>>);

impl Exchanges {
    pub(crate) fn push(&self, exchange: Exchange) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(exchange);
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().cloned().collect()
    }
}
