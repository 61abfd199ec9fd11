//! Why a finding matters and what to do about it.

use super::finding::{Direction, WireVerdict};

/// What a difference does to clients on the wire.
pub(super) fn why(rule: &str, direction: Direction, wire: WireVerdict) -> &'static str {
    if let Some(text) = special(rule, direction) {
        return text;
    }
    match (direction, wire) {
        (Direction::Request, WireVerdict::Breaking) => {
            "What the old description lets clients send is refused now"
        }
        (Direction::Request, WireVerdict::Dangerous) => {
            "What clients send is accepted, and may be read in another way"
        }
        (Direction::Request, WireVerdict::Compatible) => {
            "Everything that clients send today is still accepted"
        }
        (Direction::Response, WireVerdict::Breaking) => {
            "Clients that read by the old description get what they cannot read"
        }
        (Direction::Response, WireVerdict::Dangerous) => {
            "Clients get values that the old description does not name"
        }
        (Direction::Response, WireVerdict::Compatible) => {
            "Everything that is answered can be read by the old description"
        }
        (_, WireVerdict::Breaking) => "Calls that worked fail now",
        (_, WireVerdict::Dangerous) => "Calls still work, and not quite as before",
        (_, WireVerdict::Compatible) => "Calls work as before",
    }
}

fn special(rule: &str, direction: Direction) -> Option<&'static str> {
    Some(match rule {
        "operation-removed" => "Calls are answered with 404 or 405",
        "operation-moved" => "Calls go to an address where nothing answers",
        "operation-added" => "No client in use calls it",
        "operation-id-changed" | "operation-tag-changed" | "path-parameter-renamed" => {
            "The name is never sent, so clients in use notice nothing"
        }
        "operation-deprecated" | "parameter-deprecated" | "property-deprecated" => {
            "It works as before, and may be gone later"
        }
        "sunset-announced" | "sunset-advanced" => "Calls fail from that date on",
        "parameter-removed" | "optional-property-removed" | "required-property-removed"
            if direction == Direction::Request =>
        {
            "What clients send is ignored, or refused by a strict service"
        }
        "request-body-removed" => {
            "The body that clients send is ignored, or refused by a strict service"
        }
        "required-property-removed" => "Clients that count on it cannot read the answer",
        "optional-property-removed" => "Clients that use it where it is there find it nowhere",
        "enum-value-added" if direction == Direction::Response => {
            "Clients whose enums are closed cannot read it; ours keep it as unknown"
        }
        "union-arm-added" if direction == Direction::Response => {
            "Clients that know only the old shapes cannot read it, or take it for another one"
        }
        "success-status-added" => "Clients that wait for the old statuses take it for a failure",
        "success-status-removed" => "Clients that wait for it take the new answer for a failure",
        "security-added" | "security-alternative-removed" => "Calls are refused with 401 or 403",
        "security-scope-added" | "permission-added" => "Calls without it are refused with 403",
        "security-scheme-changed" | "credential-kind-changed" => {
            "The credential that clients send is not recognised"
        }
        "oauth-endpoint-changed" => "Clients that have the address built in get no token",
        "oauth-scope-removed" => "Asking for it may be refused by the authorization server",
        "server-removed" => "Clients that call it may find nobody there",
        "pagination-changed" => "Clients that page by the old rule lose items, or read them twice",
        "page-limit-lowered" => {
            "Clients that ask for larger pages are refused, or get smaller ones"
        }
        "retry-tightened" => "Clients that repeat the call may do twice what was meant once",
        "hazard-added" => "A call does more than its callers expect",
        "rate-limit-tightened" | "rate-limit-bucket-changed" => "Clients meet 429 earlier",
        "unclassified" => "Nobody can say without looking; it counts as breaking",
        "default-added" | "default-removed" | "default-changed"
            if direction == Direction::Request =>
        {
            "Calls that leave it out mean something else"
        }
        "rust-item-removed" | "rust-item-added" | "rust-item-changed" | "rust-item-renamed" => {
            "Nothing: the same is sent and read"
        }
        _ => return None,
    })
}

/// What to do about it, for whoever generates a client of the new description; empty when there is nothing to do.
pub(super) fn advice(rule: &str, direction: Direction, wire: WireVerdict) -> &'static str {
    match (rule, direction, wire) {
        ("unclassified", ..) => "Read both places and decide",
        ("reference-not-followed", ..) => {
            "Compare what it refers to by itself, or bundle the description"
        }
        ("rust-item-removed" | "rust-item-changed" | "rust-item-renamed", ..) => {
            "Name it in the changelog of the crate, or keep the old name in the description"
        }
        ("operation-removed", ..) => "Stop calling it: the new crate does not have it",
        ("operation-moved", ..) => {
            "Generate the crate again: builds with the old one call the old address"
        }
        ("operation-deprecated" | "sunset-announced" | "sunset-advanced", ..) => {
            "Plan to leave it before it goes"
        }
        ("sunset-invalid", ..) => "Ask the vendor for the date",
        ("security-scope-added" | "permission-added", ..) => {
            "Get it granted before the service asks for it"
        }
        ("security-added" | "security-alternative-removed", ..) => {
            "Get a credential that is accepted before the service asks for it"
        }
        ("property-became-required" | "required-property-added", Direction::Response, _) => {
            "Make sure that the service sends it everywhere: the new crate refuses bodies without it, which the old one read"
        }
        ("enum-value-added" | "union-arm-added", Direction::Response, _) => {
            "Look where the value is matched: the new crate names it, and the old one kept it as unknown"
        }
        ("union-overlap", ..) => {
            "Ask the vendor which alternative is meant, and send what fits one alone"
        }
        (_, Direction::Request, WireVerdict::Breaking) => {
            "Generate the crate again and change what sends the old form, before the service refuses it"
        }
        (_, Direction::Response, WireVerdict::Breaking) => {
            "Generate the crate again and roll it out before the service changes"
        }
        (_, _, WireVerdict::Breaking) => {
            "Generate the crate again and roll it out before the service changes"
        }
        (_, _, WireVerdict::Dangerous) => "Look whether your code counts on the old behaviour",
        (_, _, WireVerdict::Compatible) => "",
    }
}
