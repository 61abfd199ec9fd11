//! Types whose names are those that the macros' expansions mention: each is its own type, and the expansions still mean
//! the standard library's and this crate's.
#![allow(missing_docs, dead_code, reason = "test types")]

/// A module of types that shadow the prelude, as a generated `types` module may be.
mod types {
    macro_rules! objects {
        ($($name:ident)*) => { $(
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $name {
                pub value: ::std::option::Option<::std::string::String>,
                pub extra: ::rolecall_client::Extra,
            }

            ::rolecall_client::object! { $name, extra { optional value: ::std::string::String = "value" } }
        )* };
    }
    objects! {
        Option Result String Box Vec From Into Some None Ok Err AsRef Default Clone Debug PartialEq Parts A D S
        Extra Value Found Error Status Send Sync Sized Iterator Future
    }

    macro_rules! enums {
        ($($name:ident)*) => { $(
            ::rolecall_client::open_enum! {
                pub enum $name, unknown = Unknown {
                    Ok = "ok",
                    Err = "err",
                    Error = "error",
                    String = "string",
                    None = "none",
                }
            }
        )* };
    }
    enums! { Cow Ordering Infallible FromStr Eq Ord PartialOrd Hash H Display Formatter ParamValue }

    ::rolecall_client::union! {
        pub enum Serialize by "kind", unknown = Unknown {
            Option(Option) = ["option"],
            Err(Err) = ["err"],
        }
    }

    ::rolecall_client::choice! {
        pub enum Deserialize, unknown = Unknown {
            String(::std::string::String): string,
            Box(Box): object { required "value": string },
        }
    }

    ::rolecall_client::by_status! {
        pub enum ErrorBody {
            Ok(Ok): json = [Code(400)],
            String(::std::string::String): text = [Range(5)],
            Vec(::std::vec::Vec<Vec>): json = [Default],
        }
    }
}

#[test]
fn a_type_may_have_any_name() {
    use rolecall_client::ErrorBody as _;
    let text = r#"{"value":"v","more":[1]}"#;
    let object: types::Option = serde_json::from_str(text).unwrap();
    assert_eq!(object.value.as_deref(), Some("v"));
    assert_eq!(serde_json::to_string(&object).unwrap(), text);
    let object: types::Parts = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&object).unwrap(), text);

    assert_eq!(types::Cow::from("err"), types::Cow::Err);
    assert_eq!("new".parse(), Ok(types::FromStr::Unknown("new".to_owned())));
    assert!(types::Ordering::Ok > types::Ordering::Err);

    let union: types::Serialize = serde_json::from_str(r#"{"kind":"err","value":"v"}"#).unwrap();
    assert!(matches!(union, types::Serialize::Err(_)));
    let choice: types::Deserialize = serde_json::from_str(r#"{"value":"v"}"#).unwrap();
    assert!(matches!(choice, types::Deserialize::Box(_)));
    let body = types::ErrorBody::decode(404, br#"[{"value":"v"}]"#).unwrap();
    assert!(matches!(body, types::ErrorBody::Vec(items) if items.len() == 1));
}
