//! Device logins (RFC 8628).

use super::grants::{Device, Given};
use super::{OauthError, OauthRequest};
use crate::auth::{Auth, Client, Known, digest};
use chrono::{DateTime, TimeDelta, Utc};

/// How long codes can be polled for.
const LIFE: TimeDelta = TimeDelta::minutes(10);

/// How long a token lives that a device got.
// fact: login-device-code
pub(super) const TOKEN_LIFE: TimeDelta = TimeDelta::hours(24);

/// What a device is told when its login begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceStart {
    /// For polling.
    pub device_code: String,
    /// For the person.
    pub user_code: String,
    /// Seconds until both end.
    pub expires_in: i64,
    /// Seconds between polls.
    pub interval: i64,
}

pub(super) fn start(
    auth: &Auth,
    client: &str,
    agreed_by: Option<&str>,
    now: DateTime<Utc>,
) -> DeviceStart {
    let mut known = auth.known();
    let device_code = known.new_secret("device", "");
    let user_code: String = known.new_secret("user-code", "").chars().take(8).collect();
    let user_code = user_code.to_uppercase();
    known.grants.devices.retain(|_, device| device.ends > now);
    let interval = 5;
    known.grants.devices.insert(
        digest(&device_code),
        Device {
            client: client.to_owned(),
            user_code: user_code.clone(),
            agreed_by: agreed_by.map(str::to_owned),
            ends: now + LIFE,
            polled: None,
            interval,
        },
    );
    DeviceStart {
        device_code,
        user_code,
        expires_in: LIFE.num_seconds(),
        interval,
    }
}

pub(super) fn agree(auth: &Auth, user_code: &str, principal: &str) -> bool {
    let mut known = auth.known();
    let mut devices = known.grants.devices.values_mut();
    match devices.find(|device| device.user_code == user_code) {
        Some(device) => {
            device.agreed_by = Some(principal.to_owned());
            true
        }
        None => false,
    }
}

/// What the person agreed to, once.
pub(super) fn poll(
    known: &mut Known,
    client: &Client,
    request: &OauthRequest<'_>,
) -> Result<Given, OauthError> {
    let code = request
        .field("device_code")
        .ok_or_else(|| OauthError::request("The request has no device_code."))?;
    let code = digest(code);
    let device = known.grants.devices.get_mut(&code);
    let device = device
        .filter(|device| device.client == client.id)
        .ok_or_else(|| OauthError::grant("The device_code is not known."))?;
    if device.ends <= request.now {
        let problem = "The device_code has expired.";
        return Err(OauthError::new("expired_token", problem));
    }
    let Some(principal) = device.agreed_by.clone() else {
        let early = TimeDelta::seconds(device.interval);
        let last = device.polled.replace(request.now);
        if last.is_some_and(|last| request.now < last + early) {
            device.interval += 5;
            let problem = "Polls come too fast; wait five seconds longer between them.";
            return Err(OauthError::new("slow_down", problem));
        }
        let problem = "The person has not agreed yet.";
        return Err(OauthError::new("authorization_pending", problem));
    };
    known.grants.devices.remove(&code);
    Ok(Given {
        number: known.grants.number(),
        client: client.id.clone(),
        principal,
        scopes: None,
        offline: false,
    })
}
