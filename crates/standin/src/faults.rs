//! What goes wrong on demand: by a header of the request, by a plan, or at random from a seed.

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod delivery;
mod disturb;

pub(crate) use delivery::{Delivery, Dropped};
pub(crate) use disturb::{disturb, loop_back, other_origin};

/// The header that asks for faults: `X-Standin-Fault: latency=200, status=503`.
pub(crate) const HEADER: &str = "x-standin-fault";

/// Something that goes wrong. In text it is its name, and a number where there is one: `status=503`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Fault {
    /// `latency=MILLISECONDS`: the answer comes late.
    Latency(u64),
    /// `too-many-requests`: 429 in the vendor's words; the operation is not carried out.
    TooManyRequests,
    /// `status=STATUS`: this status, 400 to 599, in the vendor's words; the operation is not carried out.
    Status(u16),
    /// `reset-before-headers`: the connection is reset (RST); the operation is not carried out.
    ResetBeforeHeaders,
    /// `drop-after-effect`: the connection is reset in place of an answer, and the operation *was* carried out.
    DropAfterEffect,
    /// `reset-mid-body`: the connection is reset after half of the body.
    ResetMidBody,
    /// `truncated-body`: the connection is closed after half of the body that `Content-Length` promises.
    TruncatedBody,
    /// `malformed-json`: half of the body, as if it were all of it.
    MalformedJson,
    /// `slow-drip=MILLISECONDS`: the body comes in twenty pieces with a pause before each.
    SlowDrip(u64),
    /// `cursor-loop`: the cursor is not looked at, so that the next page is the first one again.
    CursorLoop,
    /// `cross-origin-next`: the next page is said to be on another host.
    CrossOriginNext,
    /// `cross-origin-redirect`: 307 to another host; the operation is not carried out.
    CrossOriginRedirect,
    /// `unknown-enum-value`: the first value of an enum in the body is one that the description does not know.
    UnknownEnumValue,
    /// `extra-properties`: objects have a property that the description does not know.
    ExtraProperties,
    /// `clock-offset=SECONDS`: the request is served as if it came later, or earlier, and `Date` says so.
    ClockOffset(i64),
}

/// The faults that random mode chooses from.
const RANDOM: [Fault; 12] = [
    Fault::Latency(50),
    Fault::TooManyRequests,
    Fault::Status(500),
    Fault::Status(502),
    Fault::Status(503),
    Fault::Status(504),
    Fault::ResetBeforeHeaders,
    Fault::DropAfterEffect,
    Fault::ResetMidBody,
    Fault::TruncatedBody,
    Fault::MalformedJson,
    Fault::SlowDrip(2),
];

/// What goes wrong in a stand-in. Clones share one plan.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    rules: Vec<PlannedFault>,
    random: Option<(fastrand::Rng, f64)>,
}

/// A fault that waits for requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFault {
    /// What happens.
    pub fault: Fault,
    /// To which requests: an `operationId`, or a path such as that of the token endpoint. All of them when missing.
    #[serde(default)]
    pub matching: Option<String>,
    /// How many times more. For ever when missing.
    #[serde(default)]
    pub times: Option<u32>,
}

impl Faults {
    /// Disturbs the next request, whatever it is.
    pub fn next(&self, fault: Fault) {
        self.times(1, fault);
    }

    /// Disturbs the next requests: a storm of 429 is `times(5, Fault::TooManyRequests)`.
    pub fn times(&self, times: u32, fault: Fault) {
        self.plan(PlannedFault {
            fault,
            matching: None,
            times: Some(times),
        });
    }

    /// Disturbs requests to an operation (`operationId`, or a path) a number of times.
    pub fn matching(&self, operation: impl Into<String>, times: u32, fault: Fault) {
        self.plan(PlannedFault {
            fault,
            matching: Some(operation.into()),
            times: Some(times),
        });
    }

    /// Disturbs every request from now on.
    pub fn always(&self, fault: Fault) {
        self.plan(PlannedFault {
            fault,
            matching: None,
            times: None,
        });
    }

    /// Plans a fault behind those that wait already.
    pub fn plan(&self, planned: PlannedFault) {
        self.locked().rules.push(planned);
    }

    /// Disturbs requests at random: one in `1 / rate`, the same ones for the same seed and the same requests. `rate` is
    /// from 0 (never) to 1 (always).
    pub fn random(&self, seed: u64, rate: f64) {
        self.locked().random = (rate > 0.0).then(|| (fastrand::Rng::with_seed(seed), rate));
    }

    /// Ends all of it.
    pub fn clear(&self) {
        *self.locked() = Plan::default();
    }

    /// The faults that still wait.
    #[must_use]
    pub fn planned(&self) -> Vec<PlannedFault> {
        self.locked().rules.clone()
    }

    /// The rate of random faults.
    pub(crate) fn rate(&self) -> f64 {
        self.locked().random.as_ref().map_or(0.0, |(_, rate)| *rate)
    }

    /// The faults of a request. The error says which text is none.
    pub(crate) fn take(
        &self,
        headers: &HeaderMap,
        names: impl Fn() -> [Option<String>; 2],
    ) -> Result<Vec<Fault>, String> {
        let mut taken = Vec::new();
        for value in headers.get_all(HEADER) {
            let text = value.to_str().unwrap_or_default();
            for one in text.split(',') {
                taken.push(one.trim().parse()?);
            }
        }
        let mut plan = self.locked();
        if !plan.rules.is_empty() {
            let names = names();
            let fits = |rule: &PlannedFault| {
                let wanted = rule.matching.as_ref();
                wanted.is_none_or(|wanted| names.iter().flatten().any(|name| name == wanted))
            };
            if let Some(at) = plan.rules.iter().position(fits)
                && let Some(rule) = plan.rules.get_mut(at)
            {
                taken.push(rule.fault);
                if let Some(times) = &mut rule.times {
                    *times = times.saturating_sub(1);
                }
                if rule.times == Some(0) {
                    plan.rules.remove(at);
                }
            }
        }
        if let Some((random, rate)) = &mut plan.random
            && random.f64() < *rate
        {
            taken.extend(random.choice(RANDOM));
        }
        Ok(taken)
    }

    fn locked(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    /// One of each, in the order of the documentation; numbers are examples.
    pub const EACH: [Self; 15] = [
        Self::Latency(500),
        Self::TooManyRequests,
        Self::Status(503),
        Self::ResetBeforeHeaders,
        Self::DropAfterEffect,
        Self::ResetMidBody,
        Self::TruncatedBody,
        Self::MalformedJson,
        Self::SlowDrip(50),
        Self::CursorLoop,
        Self::CrossOriginNext,
        Self::CrossOriginRedirect,
        Self::UnknownEnumValue,
        Self::ExtraProperties,
        Self::ClockOffset(600),
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency(millis) => write!(f, "latency={millis}"),
            Self::TooManyRequests => f.write_str("too-many-requests"),
            Self::Status(status) => write!(f, "status={status}"),
            Self::ResetBeforeHeaders => f.write_str("reset-before-headers"),
            Self::DropAfterEffect => f.write_str("drop-after-effect"),
            Self::ResetMidBody => f.write_str("reset-mid-body"),
            Self::TruncatedBody => f.write_str("truncated-body"),
            Self::MalformedJson => f.write_str("malformed-json"),
            Self::SlowDrip(millis) => write!(f, "slow-drip={millis}"),
            Self::CursorLoop => f.write_str("cursor-loop"),
            Self::CrossOriginNext => f.write_str("cross-origin-next"),
            Self::CrossOriginRedirect => f.write_str("cross-origin-redirect"),
            Self::UnknownEnumValue => f.write_str("unknown-enum-value"),
            Self::ExtraProperties => f.write_str("extra-properties"),
            Self::ClockOffset(seconds) => write!(f, "clock-offset={seconds}"),
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = match text.split_once('=') {
            Some((name, number)) => (name, Some(number.trim())),
            None => (text, None),
        };
        let known = Self::EACH.into_iter().find(|known| {
            let known = known.to_string();
            known.split('=').next() == Some(name)
        });
        let known = known.ok_or_else(|| {
            let names = Self::EACH.map(|known| known.to_string());
            format!("`{name}` is no fault; there are {}", names.join(", "))
        })?;
        let Some(number) = number else {
            return Ok(known);
        };
        let wrong = |wanted: &str| format!("`{text}`: `{number}` is not {wanted}");
        match known {
            Self::Latency(_) => number.parse().map(Self::Latency).ok(),
            Self::SlowDrip(_) => number.parse().map(Self::SlowDrip).ok(),
            Self::ClockOffset(_) => number.parse().map(Self::ClockOffset).ok(),
            Self::Status(_) => {
                let status = number.parse().ok();
                let status = status.filter(|status| (400..600).contains(status));
                return status
                    .map(Self::Status)
                    .ok_or_else(|| wrong("a status from 400 to 599"));
            }
            _ => return Err(format!("`{name}` takes no number")),
        }
        .ok_or_else(|| wrong("a whole number"))
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

impl TryFrom<String> for Fault {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn every_fault_reads_back_from_its_text() {
        for fault in Fault::EACH {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        assert_eq!("status".parse(), Ok(Fault::Status(503)));
        assert_eq!("clock-offset=-600".parse(), Ok(Fault::ClockOffset(-600)));
        for wrong in ["", "fire", "status=200", "latency=soon", "cursor-loop=1"] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
    }
}
