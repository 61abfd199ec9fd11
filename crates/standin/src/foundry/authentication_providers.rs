//! Authentication providers, and who is registered with them before the first sign-in.

use super::permissions::on_enrollment;
use super::state::{OwnProfile, Profile, Provider, State, User};
use super::{enrollments, errors, groups, organizations, users};
use crate::service::Context;
use crate::{Answer, Outcome, Request, millis};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn show(state: &State, rid: &str, provider: &Provider) -> Value {
    let host = state
        .enrollment
        .hosts
        .first()
        .map_or("localhost", |host| host);
    let realm = &provider.realm;
    let protocol = if provider.saml {
        let expiry = millis(state.enrollment.created + TimeDelta::days(3_650));
        json!({
            "type": "saml",
            "serviceProviderMetadata": {
                "entityId": format!("urn:rolecall:{realm}"),
                "metadataUrl": format!("https://{host}/multipass/api/saml/{realm}/metadata"),
                "acsUrls": [format!("https://{host}/multipass/api/saml/{realm}/acs")],
                "logoutUrls": [format!("https://{host}/multipass/api/saml/{realm}/logout")],
                "certificates": [{
                    "pemCertificate": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                    "commonName": host,
                    "expiryDate": expiry,
                    "usageType": "SIGNING",
                }],
            },
        })
    } else {
        json!({"type": "oidc"})
    };
    let patterns: Vec<String> = match &*provider.suffix {
        "" => Vec::new(),
        suffix => vec![format!(".*{}", suffix.replace('.', "\\."))],
    };
    json!({
        "rid": rid,
        "name": provider.name,
        "realm": realm,
        "enabled": provider.enabled,
        "supportedHosts": state.enrollment.hosts,
        "supportedUsernamePatterns": patterns,
        "protocol": protocol,
    })
}

fn find<'a>(state: &'a State, request: &'a Request) -> Result<(u32, &'a Provider), Answer> {
    let (enrollment, rid) = (
        request.path("enrollmentRid"),
        request.path("authenticationProviderRid"),
    );
    let missing = || {
        errors::not_found(
            "AuthenticationProviderNotFound",
            json!({"enrollmentRid": enrollment, "authenticationProviderRid": rid}),
        )
    };
    if *state.enrollment.rid != *enrollment {
        return Err(missing());
    }
    let position = state.providers.position(rid).ok_or_else(missing)?;
    let (_, row) = state.providers.at(position).ok_or_else(missing)?;
    Ok((super::principal::narrow(position), row))
}

// fact: authentication-provider-list-stray-next-page-token
pub(super) fn list(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    enrollments::visible(state, request)?;
    let all = state.providers.iter();
    let data: Vec<Value> = all.map(|(rid, row)| show(state, rid, row)).collect();
    Ok(Answer::ok(json!({ "data": data })))
}

pub(super) fn get(state: &State, request: &Request, _: &Context<'_>) -> Outcome {
    let (_, row) = find(state, request)?;
    let rid = request.path("authenticationProviderRid");
    Ok(Answer::ok(show(state, rid, row)))
}

fn registrar<'a>(
    state: &'a State,
    request: &'a Request,
    refusal: &str,
) -> Result<(u32, &'a Provider), Answer> {
    let found = find(state, request)?;
    let acting = state.acting(request)?;
    if !state.may_on_enrollment(&acting, on_enrollment::MANAGE_PROVIDERS) {
        return Err(errors::denied(
            refusal,
            json!({
                "enrollmentRid": request.path("enrollmentRid"),
                "authenticationProviderRid": request.path("authenticationProviderRid"),
            }),
        ));
    }
    Ok(found)
}

fn bad_argument() -> Answer {
    errors::invalid("Default:InvalidArgument", json!({}))
}

/// A group of that name is registered once: a repeat answers the id that it has.
pub(super) fn preregister_group(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (provider, _) = registrar(state, request, "PreregisterGroupPermissionDenied")?;
    let name = request.text("/name").unwrap_or_default();
    let rids = request.json().get("organizations");
    let organizations = organizations::positions(state, rids).map_err(|_| bad_argument())?;
    if let Some(id) = groups::named(state, name) {
        return Ok(Answer::ok(id));
    }
    if name.is_empty() {
        return Err(bad_argument());
    }
    let mut group = groups::new(name, organizations);
    group.provider = Some(provider);
    Ok(Answer::ok(groups::add(state, group)))
}

/// A user of that name is registered once: a repeat answers the id that it has.
pub(super) fn preregister_user(state: &mut State, request: &Request, _: &Context<'_>) -> Outcome {
    let (provider, row) = registrar(state, request, "PreregisterUserPermissionDenied")?;
    let username = request.text("/username").unwrap_or_default();
    let rid = request.text("/organization").unwrap_or_default();
    let organization = state.organizations.position(rid).ok_or_else(bad_argument)?;
    if username.is_empty() || !username.ends_with(&*row.suffix) {
        return Err(bad_argument());
    }
    if let Some(id) = users::named(state, username) {
        return Ok(Answer::ok(id));
    }
    let text = |pointer: &str| request.text(pointer).map(Into::into);
    let user = User {
        profile: Profile::Own(Box::new(OwnProfile {
            username: username.into(),
            given: text("/givenName"),
            family: text("/familyName"),
            email: text("/email"),
            attributes: users::attributes(request.json().get("attributes")),
        })),
        organization: Some(super::principal::narrow(organization)),
        provider: Some(provider),
        groups: Vec::new(),
    };
    let id = state.ids.uuid();
    users::add(state, id.clone(), user);
    Ok(Answer::ok(id))
}
