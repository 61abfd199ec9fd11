//! The types that the macros write: nothing that was received is lost.
#![allow(missing_docs, reason = "test types")]

use rolecall_client::{
    DecodeProblem, Decoding, Extra, FromJson, ParamValue, Secret, Timestamp, decode,
};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq)]
pub struct StandardRole {
    pub type_: RoleType,
    pub label: Option<String>,
    pub parent: Option<String>,
    pub r#ref: Option<Box<StandardRole>>,
    pub extra: Extra,
}

rolecall_client::object! { StandardRole, extra {
    /// What kind of role it is.
    /// In two lines.
    required type_: RoleType = "type",
    optional label: String = "label",
    nullable parent: String = "parent",
    optional r#ref: Box<StandardRole> = "ref",
} }

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomRole {
    pub label: String,
    pub extra: Extra,
}

rolecall_client::object! { CustomRole, extra { required label: String = "label" } }

/// No properties at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Anything {
    pub rest: Extra,
}

rolecall_client::object! { Anything, rest {} }

rolecall_client::open_enum! {
    /// What kind of role it is.
    #[allow(clippy::upper_case_acronyms)]
    pub enum RoleType, unknown = Unknown {
        /// Of applications.
        AppAdmin = "APP_ADMIN",
        Custom = "CUSTOM",
        #[allow(non_camel_case_types)]
        r#type = "type",
    }
}

rolecall_client::union! {
    /// A role and who has it.
    pub enum RoleAssignment by "type", unknown = Unknown {
        /// One that comes with every organisation.
        StandardRole(StandardRole) = ["APP_ADMIN", "ORG_ADMIN"],
        CustomRole(CustomRole) = ["CUSTOM"],
    }
}

rolecall_client::choice! {
    /// What went wrong.
    pub enum Detail, unknown = Other {
        /// In words.
        Text(String): string,
        Code(i64): integer,
        Share(f64): number,
        Flag(bool): boolean,
        Codes(Vec<i64>): array,
        Custom(CustomRole): object { required "label": string, optional "n": any },
        Anything(Anything): object {},
    }
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

fn problem<T: FromJson + serde::de::DeserializeOwned>(text: &str) -> (String, String) {
    let strictly = decode::<T>(text.as_bytes(), Decoding::Strict);
    let problem = strictly.err().unwrap();
    // serde_json over the same types says the same of what is an error for it, too, and at most the place less exactly.
    if let Err(error) = serde_json::from_str::<T>(text) {
        let by_serde = DecodeProblem::from_json(&error, text.as_bytes());
        assert!(by_serde.message.starts_with(&problem.message), "{by_serde}");
        assert!(problem.path.starts_with(&by_serde.path), "{by_serde}");
    }
    (problem.path, problem.message)
}

fn round_trips<T>(text: &str) -> T
where
    T: FromJson + serde::de::DeserializeOwned + serde::Serialize + PartialEq + std::fmt::Debug,
{
    let value: T = read(text);
    let decoded = decode(text.as_bytes(), Decoding::Strict).unwrap();
    assert_eq!((&value, 0), (&decoded.value, decoded.misfits.len()));
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    // The same by way of a value that is already parsed, and of text with escaped keys.
    let parsed = serde_json::from_value(serde_json::from_str(text).unwrap()).unwrap();
    assert_eq!(value, parsed);
    let escaped: T = read(&text.replace("\"label\"", "\"l\\u0061bel\""));
    assert_eq!(value, escaped);
    value
}

#[test]
fn objects_lose_nothing() {
    let role: StandardRole = round_trips(
        r#"{"type":"APP_ADMIN","label":"x","parent":null,"ref":{"type":"NEW","parent":"p","u":{}},"new":[1.0,null]}"#,
    );
    assert_eq!(role.type_, RoleType::AppAdmin);
    assert_eq!(role.parent, None);
    assert_eq!(role.r#ref.unwrap().extra.get("u"), Some(json!({})));
    assert_eq!(role.extra.get("new"), Some(json!([1.0, null])));
    round_trips::<Anything>(r#"{"b":1,"a":null}"#);
    round_trips::<Anything>("{}");
}

#[test]
fn a_null_that_a_field_does_not_hold_is_kept() {
    let mut role: StandardRole = round_trips(r#"{"type":"CUSTOM","parent":"p","label":null}"#);
    assert_eq!(
        (role.label.as_ref(), role.extra.get("label")),
        (None, Some(Value::Null))
    );
    // Once the field is set, it is written and the null is not.
    role.label = Some("new".to_owned());
    let text = serde_json::to_string(&role).unwrap();
    assert_eq!(text, r#"{"type":"CUSTOM","label":"new","parent":"p"}"#);
}

#[test]
fn the_last_of_duplicate_keys_counts() {
    let role: CustomRole = read(r#"{"label":"a","x":1,"label":"b","x":2}"#);
    assert_eq!(
        (role.label.as_str(), role.extra.get("x")),
        ("b", Some(json!(2)))
    );
    let role: StandardRole = read(r#"{"type":"a","parent":null,"label":"a","label":null}"#);
    assert_eq!((role.label, role.extra.len()), (None, 1));
    let role: StandardRole = read(r#"{"type":"a","parent":null,"label":null,"label":"a"}"#);
    assert_eq!((role.label.as_deref(), role.extra.len()), (Some("a"), 0));
}

#[test]
fn what_is_missing_or_does_not_fit_is_located() {
    let missing = |path: &str, key: &str| (path.to_owned(), format!("missing field `{key}`"));
    assert_eq!(
        problem::<StandardRole>(r#"{"parent":null}"#),
        missing("", "type")
    );
    assert_eq!(
        problem::<StandardRole>(r#"{"type":"x"}"#),
        missing("", "parent")
    );
    assert_eq!(
        problem::<Vec<CustomRole>>(r#"[{"label":""}, {} ]"#),
        missing("/1", "label")
    );
    let nested = r#"{"type":"x","parent":null,"ref":{"type":"x"},"z":1}"#;
    assert_eq!(problem::<StandardRole>(nested), missing("/ref", "parent"));
    let (path, message) = problem::<Vec<CustomRole>>(r#"[{"x":[{}],"label":["secret"]}]"#);
    assert_eq!(
        (path.as_str(), message.as_str()),
        ("/0/label", "invalid type: array, expected a string")
    );
    let (path, message) = problem::<Vec<CustomRole>>("[3]");
    assert_eq!(
        (path.as_str(), message.as_str()),
        ("/0", "invalid type: number, expected an object")
    );
}

#[test]
fn enums_are_open() {
    assert_eq!(RoleType::KNOWN, ["APP_ADMIN", "CUSTOM", "type"]);
    assert_eq!(RoleType::from("type"), RoleType::r#type);
    for text in ["APP_ADMIN", "CUSTOM", "NEW", ""] {
        let value: RoleType = round_trips(&json!(text).to_string());
        assert_eq!(value, text.parse().unwrap());
        assert_eq!(value, RoleType::from(text.to_owned()));
        assert_eq!((value.as_str(), value.to_string().as_str()), (text, text));
        assert_eq!(value.is_known(), RoleType::KNOWN.contains(&text));
        assert_eq!(ParamValue::from(value), ParamValue::from(text));
    }
    assert_eq!(
        format!("{:?} {:?}", RoleType::Custom, RoleType::from("x")),
        "Custom Unknown(\"x\")"
    );
    // The same text is the same value, however it was made.
    assert_eq!(RoleType::Unknown("CUSTOM".to_owned()), RoleType::Custom);
    assert!(RoleType::from("A") < RoleType::AppAdmin);
    assert_eq!(
        problem::<RoleType>("1").1,
        "invalid type: number, expected a string"
    );
}

#[test]
fn unions_lose_nothing() {
    let role = round_trips(r#"{"type":"ORG_ADMIN","parent":null,"x":{"y":1}}"#);
    assert!(
        matches!(&role, RoleAssignment::StandardRole(role) if role.type_.as_str() == "ORG_ADMIN")
    );
    let role: RoleAssignment = round_trips(r#"{"label":"a","type":"CUSTOM"}"#);
    assert_eq!(role.discriminator().as_deref(), Some("CUSTOM"));
    for (text, discriminator) in [
        (r#"{"type":"NEW","a":[1]}"#, Some("NEW")),
        (r#"{"type":7}"#, Some("7")),
        (r#"{"type":["x"]}"#, None),
        (r#"{"label":"a"}"#, None),
        ("[1,null,true,-1,1.5,\"x\"]", None),
        ("null", None),
    ] {
        let value: RoleAssignment = round_trips(text);
        assert!(matches!(value, RoleAssignment::Unknown(_)), "{text}");
        assert_eq!(value.discriminator().as_deref(), discriminator, "{text}");
    }
    let made = RoleAssignment::from(CustomRole {
        label: "x".to_owned(),
        ..CustomRole::default()
    });
    assert!(matches!(made, RoleAssignment::CustomRole(_)));
}

#[test]
fn a_known_shape_that_does_not_fit_is_located_within_the_whole() {
    let expected = (
        "/1/ref/label".to_owned(),
        "not a StandardRole: invalid type: number, expected a string".to_owned(),
    );
    let culprit = r#"{"type":"APP_ADMIN","parent":null,"ref":{"type":"x","label": 7}}"#;
    let text = format!("[ {{\"type\":\"x\"}},\n {culprit} , null]");
    assert_eq!(problem::<Vec<RoleAssignment>>(&text), expected);
    let text = format!("[null,{culprit}]");
    assert_eq!(problem::<Vec<RoleAssignment>>(&text), expected);

    // A union within an object within a union, at the end of each.
    #[derive(Clone, Debug, PartialEq)]
    struct Holder {
        held: Vec<RoleAssignment>,
        extra: Extra,
    }
    rolecall_client::object! { Holder, extra { required held: Vec<RoleAssignment> = "a b\"/" } }
    rolecall_client::union! { enum Outer by "o", unknown = Unknown { Holder(Holder) = ["h"] } }
    let text = r#"{"o":"h","a b\"/":[{"type":"CUSTOM","label":"secret"},{"type":"CUSTOM"}]}"#;
    let (path, message) = problem::<Outer>(text);
    assert_eq!(path, "/a b\"~1/1");
    assert_eq!(
        message,
        "not a Holder: not a CustomRole: missing field `label`"
    );
    assert_eq!(Outer::Unknown(Value::Null.into()).discriminator(), None);
}

#[test]
fn choices_take_the_variant_that_fits() {
    for (text, expected) in [
        ("\"x\"", Detail::Text("x".to_owned())),
        ("3", Detail::Code(3)),
        ("3.5", Detail::Share(3.5)),
        (
            "18446744073709551615",
            Detail::Share(18446744073709551615_u64 as f64),
        ),
        ("true", Detail::Flag(true)),
        ("[1,2]", Detail::Codes(vec![1, 2])),
        ("[1,\"x\"]", Detail::Other(json!([1, "x"]).into())),
        ("null", Detail::Other(Value::Null.into())),
        (
            r#"{"label":"x"}"#,
            CustomRole {
                label: "x".to_owned(),
                ..CustomRole::default()
            }
            .into(),
        ),
        ("{}", Anything::default().into()),
    ] {
        assert_eq!(read::<Detail>(text), expected, "{text}");
    }
    // The keys are there and the value does not fit.
    assert!(matches!(round_trips(r#"{"label":7}"#), Detail::Anything(_)));
    for text in ["\"x\"", "-3", "[]", "null", r#"{"label":"x","n":null}"#] {
        round_trips::<Detail>(text);
    }
}

/// Formats other than JSON have numbers that JSON's model has not.
#[test]
fn large_numbers_are_values_too() {
    use serde::de::Deserialize;
    use serde::de::value::{Error, I128Deserializer, U128Deserializer};

    for text in [
        "340282366920938463463374607431768211456",
        "-1e400",
        "1e-400",
    ] {
        assert!(serde_json::from_str::<Detail>(text).is_ok(), "{text}");
        // An unknown shape keeps the text.
        let role = format!(r#"{{"type":"NEW","n":{text}}}"#);
        let unknown: RoleAssignment = read(&role);
        assert_eq!(serde_json::to_string(&unknown).unwrap(), role);
    }
    let large = U128Deserializer::<Error>::new(u128::MAX);
    assert_eq!(
        Detail::deserialize(large).unwrap(),
        Detail::Share(u128::MAX as f64)
    );
    let small = I128Deserializer::<Error>::new(i128::MIN);
    assert_eq!(
        Detail::deserialize(small).unwrap(),
        Detail::Share(i128::MIN as f64)
    );
    let seven = U128Deserializer::<Error>::new(7);
    assert_eq!(Detail::deserialize(seven).unwrap(), Detail::Code(7));
    let large = U128Deserializer::<Error>::new(u128::MAX);
    assert!(matches!(
        RoleAssignment::deserialize(large),
        Ok(RoleAssignment::Unknown(_))
    ));
}

#[test]
fn timestamps_are_kept_as_they_came() {
    for text in ["2026-01-31T12:00:00.1234567+01:00", "yesterday", ""] {
        let time: Timestamp = round_trips(&json!(text).to_string());
        assert_eq!((time.as_str(), time.to_string().as_str()), (text, text));
    }
    let time = Timestamp::from("2026-01-31T13:00:00+01:00")
        .to_chrono()
        .unwrap();
    assert_eq!(
        Timestamp::from(time.to_utc()).as_str(),
        "2026-01-31T12:00:00.000Z"
    );
    assert!(Timestamp::from("yesterday").to_chrono().is_err());
}

#[test]
fn secrets_are_not_shown() {
    let secret: Secret = round_trips("\"hush\"");
    assert_eq!(
        format!("{secret:?} {:?}", ParamValue::from(secret.clone())),
        "Secret(***) ParamValue(***)"
    );
    assert_eq!(secret.expose(), "hush");
}

/// What serializes one thing after the other must not depend on the format being JSON text.
#[test]
fn inside_of_serde_buffers() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Role(RoleAssignment),
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Flat {
        #[serde(flatten)]
        role: CustomRole,
    }
    let text = r#"{"type":"CUSTOM","label":"x"}"#;
    let Either::Role(role) = read(text);
    assert!(matches!(role, RoleAssignment::CustomRole(_)));
    assert_eq!(read::<Flat>(text).role.label, "x");
}

#[cfg(feature = "schemars")]
mod schemas {
    use super::*;
    use rolecall_client::private::schemars::schema_for;

    #[test]
    fn objects() {
        let schema = schema_for!(StandardRole);
        let schema = schema.as_value();
        assert_eq!(schema["required"], json!(["type", "parent"]));
        let label = json!({ "type": ["string", "null"] });
        assert_eq!(
            (
                &schema["properties"]["label"],
                &schema["properties"]["parent"]
            ),
            (&label, &label)
        );
        let kind = &schema["properties"]["type"];
        assert_eq!(
            kind["description"],
            "What kind of role it is.\nIn two lines."
        );
        assert_eq!(kind["$ref"], "#/$defs/RoleType");
        assert_eq!(schema.get("additionalProperties"), None);
        assert_eq!(schema_for!(Anything).as_value()["properties"], json!({}));
    }

    #[test]
    fn enums_unions_and_choices() {
        assert_eq!(
            schema_for!(RoleType).as_value()["anyOf"],
            json!([{ "enum": ["APP_ADMIN", "CUSTOM", "type"] }, {}])
        );
        let schema = schema_for!(RoleAssignment);
        let arms = schema.as_value()["oneOf"].as_array().unwrap();
        assert_eq!(
            arms[1],
            json!({
                "$ref": "#/$defs/CustomRole",
                "properties": { "type": { "enum": ["CUSTOM"] } },
                "required": ["type"],
            })
        );
        assert_eq!(arms.len(), 3);
        let schema = schema_for!(Detail);
        assert_eq!(schema.as_value()["anyOf"].as_array().unwrap().len(), 8);
        assert_eq!(schema_for!(Timestamp).as_value()["format"], "date-time");
        assert_eq!(schema_for!(Secret).as_value()["format"], "password");
    }
}
