//! The last requests and answers, for people who look.

use crate::faults::Fault;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
pub(crate) struct Exchanges(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    last: VecDeque<Exchange>,
    /// How many answers of each status there were in all.
    statuses: BTreeMap<u16, u64>,
}

impl Exchanges {
    pub(crate) fn push(&self, exchange: Exchange) {
        let mut kept = self.kept();
        *kept.statuses.entry(exchange.status).or_default() += 1;
        if kept.last.len() == KEPT {
            kept.last.pop_front();
        }
        kept.last.push_back(exchange);
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.kept().last.iter().cloned().collect()
    }

    pub(crate) fn statuses(&self) -> BTreeMap<u16, u64> {
        self.kept().statuses.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
