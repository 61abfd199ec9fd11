//! Every sample body in `specs/` against the generated types: it decodes to the type that its name says, and encodes back
//! to what it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use rolecall_client::{DecodeProblem, Decoding, ErrorBody, FromJson, decode};
use rolecall_klustr::types as klustr;
use rolecall_okta::types::{self as okta, AssignRoleRequest, RoleAssignment};
use rolecall_zenml::types as zenml;
use serde::Serialize;
use serde_json::Value;

/// What became of a body: the JSON that it encodes back to, and how `Debug` shows it.
type Read = Result<(Value, String), String>;

/// Decodes a body that came with a status, and encodes it again.
type Decode = fn(u16, &[u8]) -> Read;

fn encoded<T: Serialize + Debug>(value: Result<T, DecodeProblem>) -> Read {
    let value = value.map_err(|problem| problem.to_string())?;
    let again = serde_json::to_value(&value).map_err(|error| error.to_string())?;
    Ok((again, format!("{value:?}")))
}

fn plain<T: FromJson + Serialize + Debug>(_status: u16, body: &[u8]) -> Read {
    encoded(decode::<T>(body, Decoding::Strict).map(|decoded| decoded.value))
}

fn error<T: ErrorBody + Serialize>(status: u16, body: &[u8]) -> Read {
    encoded::<T>(T::decode(status, body))
}

/// Two operations or types of one name would hide one another.
fn table<K: Ord + Debug + Copy>(entries: Vec<(K, Decode)>) -> BTreeMap<K, Decode> {
    let mut table = BTreeMap::new();
    for (key, decode) in entries {
        assert!(table.insert(key, decode).is_none(), "{key:?} twice");
    }
    table
}

macro_rules! body {
    ("error", $ty:ty) => {
        error::<$ty>
    };
    ($what:literal, $ty:ty) => {
        plain::<$ty>
    };
}

macro_rules! bodies {
    ($(($id:literal, $what:tt, $ty:ty),)*) => {
        vec![$((($id, $what), body!($what, $ty) as Decode)),*]
    };
}

macro_rules! types {
    ($($ty:ident,)*) => {
        vec![$((stringify!($ty), super::plain::<$ty> as super::Decode)),*]
    };
}

macro_rules! types_of {
    ($($module:ident from $krate:ident),*) => {$(
        mod $module {
            use $krate::types::*;

            pub fn types() -> Vec<(&'static str, super::Decode)> {
                $krate::each_type!(types)
            }
        }
    )*};
}

types_of!(
    foundry_types from rolecall_foundry, klustr_types from rolecall_klustr,
    okta_types from rolecall_okta, zenml_types from rolecall_zenml
);

/// What is known of an API: how each body of an operation and each type decodes.
struct Api {
    name: &'static str,
    bodies: BTreeMap<(&'static str, &'static str), Decode>,
    types: BTreeMap<&'static str, Decode>,
    /// Components whose type has another name.
    renamed: &'static [(&'static str, &'static str)],
    /// Examples of components that are no types: they are written out where they are used.
    aliases: &'static [&'static str],
    /// Examples that are to the letter of the contract and hold a value that it leaves open.
    open: &'static [&'static str],
    /// Examples, traps and all.
    count: usize,
}

fn apis() -> [Api; 4] {
    [
        Api {
            name: "foundry",
            bodies: table(rolecall_foundry::each_body!(bodies)),
            types: table(foundry_types::types()),
            renamed: &[],
            aliases: &[
                "schema.OrganizationRid.empty-instance.json",
                "schema.RoleId.built-in.json",
                "schema.RoleId.uuid.json",
            ],
            open: &[],
            count: 243,
        },
        Api {
            name: "klustr",
            bodies: table(rolecall_klustr::each_body!(bodies)),
            types: table(klustr_types::types()),
            renamed: &[],
            aliases: &[],
            open: &[],
            count: 70,
        },
        Api {
            name: "okta",
            bodies: table(rolecall_okta::each_body!(bodies)),
            types: table(okta_types::types()),
            renamed: &[("Error", "ErrorObject")],
            aliases: &[],
            // Attributes that an org defines for itself.
            open: &[
                "getUser.200.with-custom-attributes.json",
                "schema.GroupProfile.okta-with-custom-attribute.json",
            ],
            count: 159,
        },
        Api {
            name: "zenml",
            bodies: table(rolecall_zenml::each_body!(bodies)),
            types: table(zenml_types::types()),
            renamed: &[],
            aliases: &[],
            // What the service adds without it being described: of a key only the key is known, of an error its detail.
            open: &[
                "create_service_account_api_key.200.once.json",
                "revoke_role.422.two-errors.json",
                "schema.ErrorBody.no-detail.json",
            ],
            count: 99,
        },
    ]
}

impl Api {
    /// How a file decodes, by its name; nothing, when it is an example of what is no type.
    fn decode(&self, file: &str) -> Result<Option<(u16, Decode)>, String> {
        // From behind: the `operationId` may hold dots.
        let mut parts = file.rsplitn(4, '.');
        let (Some("json"), Some(_case), Some(second), Some(first)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("is not named as specs/README.md says".to_owned());
        };
        let first = &*rolecall_codegen::lint::unescaped(first);
        if first == "schema" {
            let mut renamed = self.renamed.iter().filter(|(known, _)| *known == second);
            let ty = renamed.next().map_or(second, |(_, ty)| *ty);
            return match self.types.get(ty) {
                Some(decode) => Ok(Some((0, *decode))),
                None if self.aliases.contains(&file) => Ok(None),
                None => Err(format!("there is no type `{ty}`")),
            };
        }
        let status: u16 = second.parse().unwrap_or_default();
        let what = match (second, status) {
            ("request", _) => "request",
            (_, 200..=299) => "success",
            (_, 400..=599) => "error",
            _ => return Err(format!("`{second}` is neither `request` nor a status")),
        };
        let body = self.bodies.get(&(first, what));
        let body = body.ok_or_else(|| format!("`{first}` has no {what} body"))?;
        Ok(Some((status, *body)))
    }
}

fn folder(api: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../specs")
        .join(api)
        .join("examples")
}

/// The names of the files in a folder, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Whether two values are the same JSON: numbers by value, objects without regard to order.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, a)| other.get(key).is_some_and(|b| same(a, b)))
        }
        _ => one == other,
    }
}

/// Whether something of a value went into the arm for the unknown, or beside the fields: it goes round without being
/// understood. The `null` of an optional property is kept beside the fields too, and is no such thing.
fn not_understood(shown: &str) -> bool {
    let beside = shown.split("extra: {").skip(1).any(|mut rest| {
        while let Some((_, value)) = rest.split_once("\": ").filter(|_| rest.starts_with('"')) {
            let Some(after) = value.strip_prefix("Null") else {
                return true;
            };
            rest = after.trim_start_matches(", ");
        }
        false
    });
    beside || shown.contains("Unknown(")
}

/// Decodes a file and encodes it again; what is wrong with that, else how it is shown.
fn round_trip(status: u16, decode: Decode, path: &Path) -> Result<String, String> {
    let body = std::fs::read(path).map_err(|error| error.to_string())?;
    let before: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let (after, shown) = decode(status, &body)?;
    if same(&before, &after) {
        Ok(shown)
    } else {
        Err(format!("was {before}, became {after}"))
    }
}

#[test]
fn every_example_decodes_and_encodes_back() {
    let mut wrong = Vec::new();
    for api in apis() {
        let root = folder(api.name);
        let (mut valid, mut traps, mut skipped) = (0, 0, BTreeSet::new());
        let mut open = BTreeSet::new();
        for (below, count) in [("", &mut valid), ("traps", &mut traps)] {
            let folder = root.join(below);
            for file in files(&folder) {
                let read = match api.decode(&file) {
                    Ok(Some((status, decode))) => round_trip(status, decode, &folder.join(&file)),
                    Ok(None) => {
                        skipped.insert(file);
                        continue;
                    }
                    Err(problem) => Err(problem),
                };
                *count += 1;
                match read {
                    Ok(shown) if below.is_empty() && not_understood(&shown) => {
                        open.insert(file);
                    }
                    Ok(_) => {}
                    Err(problem) => wrong.push(format!("{} {below} {file}: {problem}", api.name)),
                }
            }
        }
        println!(
            "{}: {valid} examples and {traps} traps go round; {} of components that are no types are skipped",
            api.name,
            skipped.len()
        );
        for (found, expected, what) in [
            (&skipped, api.aliases, "skipped"),
            (&open, api.open, "not wholly understood"),
        ] {
            if !found.iter().eq(expected) {
                wrong.push(format!("{} {what}: {found:#?}", api.name));
            }
        }
        let all = valid + traps + skipped.len();
        if all != api.count {
            wrong.push(format!("{}: {all} examples", api.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An example as its type.
fn example<T: FromJson>(api: &str, name: &str) -> T {
    let path = folder(api).join(name);
    let body = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let decoded = decode(&body, Decoding::Strict);
    decoded
        .unwrap_or_else(|error| panic!("{name}: {error}"))
        .value
}

/// The arms of role assignments, in order.
fn arms(assignments: &[RoleAssignment]) -> Vec<(&'static str, String)> {
    let arm = |assignment: &RoleAssignment| match assignment {
        RoleAssignment::StandardRole(role) => ("StandardRole", role.type_.to_string()),
        RoleAssignment::CustomRole(role) => ("CustomRole", role.type_.to_string()),
        RoleAssignment::Unknown(_) => (
            "Unknown",
            assignment
                .discriminator()
                .as_deref()
                .unwrap_or("-")
                .to_owned(),
        ),
        _ => panic!("{assignment:?}"),
    };
    assignments.iter().map(arm).collect()
}

fn listed(name: &str) -> Vec<(&'static str, String)> {
    arms(&example::<Vec<RoleAssignment>>("okta", name))
}

fn one(name: &str) -> (&'static str, String) {
    arms(&[example("okta", name)]).remove(0)
}

fn arm(arm: &'static str, tag: &str) -> (&'static str, String) {
    (arm, tag.to_owned())
}

#[test]
fn a_custom_role_is_never_a_standard_one() {
    for name in [
        "assignRoleToUser.201.custom.json",
        "assignRoleToGroup.200.custom.json",
        "getUserAssignedRole.200.custom.json",
        "getGroupAssignedRole.200.custom.json",
        "retrieveClientRole.200.custom.json",
    ] {
        assert_eq!(one(name), arm("CustomRole", "CUSTOM"), "{name}");
    }
    let RoleAssignment::CustomRole(role) = example("okta", "assignRoleToUser.201.custom.json")
    else {
        panic!("no custom role");
    };
    assert_eq!(role.role.as_deref(), Some("cr0UKBlLWFE5lQxZ35d7"));
    assert_eq!(role.resource_set.as_deref(), Some("iampj2zDBc7zU8VE05d7"));
    assert!(role.extra.is_empty(), "{role:?}");
}

#[test]
fn a_list_keeps_custom_roles_beside_standard_ones() {
    assert_eq!(
        listed("listAssignedRolesForUser.200.custom-beside-standard.json"),
        [
            arm("StandardRole", "APP_ADMIN"),
            arm("CustomRole", "CUSTOM"),
            arm("StandardRole", "ORG_ADMIN"),
        ]
    );
    for name in [
        "listGroupAssignedRoles.200.custom-beside-standard.json",
        "listRolesForClient.200.custom-beside-standard.json",
    ] {
        let found: BTreeSet<&str> = listed(name).into_iter().map(|(arm, _)| arm).collect();
        assert_eq!(
            found,
            BTreeSet::from(["CustomRole", "StandardRole"]),
            "{name}"
        );
    }
    let standard = listed("listAssignedRolesForUser.200.every-standard-type.json");
    assert_eq!(standard.len(), 9);
    assert!(
        standard.iter().all(|(arm, _)| *arm == "StandardRole"),
        "{standard:?}"
    );
}

#[test]
fn an_iam_role_has_another_shape_when_it_is_asked_for_than_when_it_is_answered() {
    assert_eq!(
        listed("listAssignedRolesForUser.200.iam-based.json"),
        [
            arm("CustomRole", "ACCESS_CERTIFICATIONS_ADMIN"),
            arm("CustomRole", "ACCESS_REQUESTS_ADMIN"),
            arm("CustomRole", "WORKFLOWS_ADMIN"),
        ]
    );
    let RoleAssignment::CustomRole(role) = example("okta", "assignRoleToUser.201.iam-based.json")
    else {
        panic!("no custom role");
    };
    assert_eq!(role.role.as_deref(), Some("WORKFLOWS_ADMIN"));
    assert_eq!(role.resource_set.as_deref(), Some("WORKFLOWS_IAM_POLICY"));
    for (name, ty) in [
        ("assignRoleToUser.request.iam-based.json", "WORKFLOWS_ADMIN"),
        (
            "assignRoleToClient.request.iam-based.json",
            "ACCESS_CERTIFICATIONS_ADMIN",
        ),
        ("assignRoleToUser.request.standard.json", "HELP_DESK_ADMIN"),
    ] {
        let AssignRoleRequest::StandardRoleAssignmentSchema(body) = example("okta", name) else {
            panic!("{name}");
        };
        assert_eq!(body.type_.to_string(), ty);
    }
    let custom: AssignRoleRequest = example("okta", "assignRoleToUser.request.custom.json");
    let AssignRoleRequest::CustomRoleAssignmentSchema(body) = custom else {
        panic!("no custom role");
    };
    assert_eq!(
        (body.role.as_str(), body.resource_set.as_str()),
        ("cr0UKBlLWFE5lQxZ35d7", "iampj2zDBc7zU8VE05d7")
    );
}

#[test]
fn a_type_that_no_description_knows_is_kept_beside_those_that_are_known() {
    assert_eq!(
        listed("traps/listAssignedRolesForUser.200.unknown-type.json"),
        [
            arm("Unknown", "AI_AGENT_ADMIN_EXAMPLE"),
            arm("StandardRole", "ORG_ADMIN"),
        ]
    );
    for (name, ty) in [
        (
            "traps/getUserAssignedRole.200.unknown-type-custom-shape.json",
            "LIFECYCLE_EXAMPLE_ADMIN",
        ),
        ("traps/getUserAssignedRole.200.api-admin.json", "API_ADMIN"),
        ("traps/assignRoleToClient.200.array-for-object.json", "-"),
    ] {
        assert_eq!(one(name), arm("Unknown", ty), "{name}");
    }
    assert_eq!(
        listed("traps/listAssignedRolesForUser.200.mobile-admin.json"),
        [
            arm("StandardRole", "MOBILE_ADMIN"),
            arm("CustomRole", "CUSTOM")
        ]
    );
}

#[test]
fn the_end_of_a_governance_grant_stays_as_it_was_written() {
    for (name, written, is_a_date) in [
        ("bundle-with-end", Some("2027-02-28 23:59:59.0"), false),
        (
            "bundle-with-rfc3339-end",
            Some("2027-02-28T23:59:59.000Z"),
            true,
        ),
        ("bundle-without-end", None, false),
    ] {
        let file = format!("getRoleAssignmentGovernanceGrant.200.{name}.json");
        let grant: okta::RoleGovernanceSource = example("okta", &file);
        let end = grant.expiration_date.as_ref().map(ToString::to_string);
        assert_eq!(end.as_deref(), written, "{name}");
        let read = end.map(|end| rolecall_client::Timestamp::from(end).to_chrono());
        assert_eq!(read.is_some_and(|read| read.is_ok()), is_a_date, "{name}");
    }
}

#[test]
fn absent_empty_and_null_lists_are_told_apart() {
    let docs = |name: &str| {
        example::<klustr::DocumentResultRoleAssignment>("klustr", name)
            .docs
            .map(|docs| docs.len())
    };
    assert_eq!(docs("getOrgRoleAssignments.200.two-holders.json"), Some(2));
    assert_eq!(docs("getOrgRoleAssignments.200.empty-docs.json"), Some(0));
    assert_eq!(docs("getOrgRoleAssignments.200.absent-docs.json"), None);
    assert_eq!(docs("traps/getOrgRoleAssignments.200.null-docs.json"), None);
}

#[test]
fn a_revocation_answers_with_null_and_a_role_has_one_holder() {
    let value: Value = example("zenml", "revoke_role.200.null.json");
    assert_eq!(value, Value::Null);
    let holders = |name: &str| -> Vec<(bool, bool, bool)> {
        example::<Vec<zenml::RoleAssignmentRead>>("zenml", name)
            .iter()
            .map(|read| {
                (
                    read.user.is_some(),
                    read.team.is_some(),
                    read.invitation.is_some(),
                )
            })
            .collect()
    };
    assert_eq!(
        holders("list_role_assignments.200.mixed-holders.json"),
        [
            (true, false, false),
            (false, true, false),
            (false, false, true)
        ]
    );
    assert_eq!(
        holders("traps/list_role_assignments.200.no-holder.json"),
        [(false, false, false)]
    );
}

#[test]
fn an_error_is_read_by_its_status() {
    use klustr::{MemberRefusalOrErrorResponse, MissingPermissionsResponseOrErrorResponse};
    let read = |name: &str| std::fs::read(folder("klustr").join(name)).unwrap();
    let missing = read("createOrgRole.401.missing-permissions.json");
    let refusal = MissingPermissionsResponseOrErrorResponse::decode(401, &missing).unwrap();
    assert!(matches!(
        refusal,
        MissingPermissionsResponseOrErrorResponse::MissingPermissionsResponse(missing)
            if missing.missing_permissions == Some(vec!["org.roles.create".to_owned()])
    ));
    let differ = read("updateOrgRole.400.ids-differ.json");
    assert!(matches!(
        MissingPermissionsResponseOrErrorResponse::decode(400, &differ).unwrap(),
        MissingPermissionsResponseOrErrorResponse::ErrorResponse(_)
    ));
    let no_relation = read("schema.MemberRefusal.no-relation.json");
    assert!(matches!(
        MemberRefusalOrErrorResponse::decode(401, &no_relation).unwrap(),
        MemberRefusalOrErrorResponse::MemberRefusal(_)
    ));
}
