//! The grants of access governance behind the roles of users.

use super::super::ask::{Received, ask};
use super::Run;
use crate::model::Timestamp;
use chrono::{DateTime, NaiveDateTime};
use rolecall::Error;
use rolecall::okta::types::RoleGovernance;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether grants are still asked for: an org without the product refuses each request in the same way.
#[derive(Debug)]
pub(super) struct Asking(AtomicBool);

impl Asking {
    pub(super) fn new(wanted: bool) -> Self {
        Self(AtomicBool::new(wanted))
    }

    pub(super) fn stop(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(super) fn goes_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) async fn grants(
    run: &Run,
    user: &str,
    assignment: &str,
) -> Result<Received<RoleGovernance>, Error> {
    let call = run.client.get_user_assigned_role_governance();
    let call = call.user_id(user).role_assignment_id(assignment);
    ask(&run.pace, call.send()).await
}

/// When a grant ends. The service writes RFC 3339, or a time without its zone, which is read as UTC; `Err` when it is neither.
pub(super) fn end(written: Option<&str>) -> Result<Option<Timestamp>, String> {
    let Some(text) = written else {
        return Ok(None);
    };
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(Some(time.to_utc()));
    }
    match NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f") {
        Ok(time) => Ok(Some(time.and_utc())),
        Err(_) => Err("the end of a grant is not a time".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn both_ways_of_writing_an_end_are_read() {
        let read = |text| end(Some(text)).map(|time| time.map(|time| time.to_rfc3339()));
        let same = Ok(Some("2024-12-09T14:17:22+00:00".to_owned()));
        assert_eq!(read("2024-12-09 14:17:22.0"), same);
        assert_eq!(read("2024-12-09T15:17:22.000+01:00"), same);
        assert!(read("soon").is_err());
        assert_eq!(end(None), Ok(None));
    }
}
