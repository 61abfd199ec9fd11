//! `types.rs`: objects, open enums and unions.

use std::fmt::Write;

use super::features::Features;
use super::{Identity, banner, docs, rust};
use crate::model::{Answers, EnumModel, Model, ObjectModel, Presence, StatusUnion, UnionModel};

/// What documentation says of the field that keeps unknown properties.
const EXTRA: &str = "Properties that the description does not name, and nulls that it does not expect; kept so that nothing is lost.";

/// The file.
pub fn types(model: &Model, identity: &Identity) -> String {
    let features = Features::of(model);
    let mut code = String::new();
    for object in &model.objects {
        write_object(&mut code, object, features.gate(&object.name));
    }
    for item in &model.enums {
        write_enum(&mut code, item, features.gate(&item.name));
    }
    for item in &model.unions {
        write_union(&mut code, item, features.gate(&item.name));
    }
    for item in &model.by_status {
        write_by_status(&mut code, item, features.gate(&item.name));
    }
    let mut file = banner(identity, "//");
    file.push_str("//! The types of bodies and parameters. Which of them are there, and so which imports are used, depends on the features.\n\n");
    let mentioned = mentioned(model);
    if rust::used(&mentioned, &["BTreeMap"]).len() == 1 {
        file.push_str("#[allow(unused_imports)]\nuse std::collections::BTreeMap;\n\n");
    }
    for (path, names) in [
        (
            "rolecall_client",
            &["Extra", "Secret", "Timestamp", "Bytes"][..],
        ),
        (
            "rolecall_client::private::serde_json",
            &["Number", "Value"][..],
        ),
    ] {
        let used = rust::used(&mentioned, names);
        if !used.is_empty() {
            let _ = writeln!(
                file,
                "#[allow(unused_imports)]\nuse {path}::{{{}}};",
                used.join(", ")
            );
        }
    }
    file.push('\n');
    file.push_str(&code);
    file
}

/// Every type that the file names.
fn mentioned(model: &Model) -> String {
    let mut types: Vec<&str> = Vec::new();
    // The field that keeps unknown properties.
    types.extend(model.objects.iter().map(|_| "Extra").take(1));
    types.extend(
        model
            .objects
            .iter()
            .flat_map(|o| &o.fields)
            .map(|f| f.ty.as_str()),
    );
    types.extend(
        model
            .unions
            .iter()
            .flat_map(|u| &u.arms)
            .map(|arm| arm.ty.as_str()),
    );
    for arm in model.by_status.iter().flat_map(|u| &u.arms) {
        match &arm.body {
            Answers::Json(ty) => types.push(ty),
            Answers::Bytes => types.push("Bytes"),
            Answers::Text | Answers::Empty => {}
        }
    }
    types.join("\n")
}

fn write_object(code: &mut String, object: &ObjectModel, gate: &str) {
    code.push_str(&docs::outer(
        Some(object.description.as_deref().unwrap_or(&object.name)),
        "",
    ));
    let default = object
        .fields
        .iter()
        .all(|field| field.presence == Presence::Optional);
    let derives = if default {
        "Clone, Debug, Default, PartialEq"
    } else {
        "Clone, Debug, PartialEq"
    };
    let _ = writeln!(
        code,
        "{gate}#[derive({derives})]\n#[non_exhaustive]\npub struct {} {{",
        object.name
    );
    for field in &object.fields {
        code.push_str(&docs::outer(field.description.as_deref(), "    "));
        let ty = match field.presence {
            Presence::Required => field.ty.clone(),
            Presence::Nullable | Presence::Optional => format!("Option<{}>", field.ty),
        };
        let _ = writeln!(code, "    pub {}: {ty},", field.name);
    }
    let _ = writeln!(
        code,
        "    /// {EXTRA}\n    pub {}: Extra,\n}}\n",
        object.extra
    );
    let _ = writeln!(
        code,
        "{gate}rolecall_client::object! {{ {}, {} {{",
        object.name, object.extra
    );
    for field in &object.fields {
        let presence = match field.presence {
            Presence::Required => "required",
            Presence::Nullable => "nullable",
            Presence::Optional => "optional",
        };
        let _ = writeln!(
            code,
            "    {presence} {}: {} = {},",
            field.name,
            field.ty,
            rust::string(&field.wire)
        );
    }
    code.push_str("} }\n\n");
    if object.sent {
        write_constructor(code, object, default, gate);
    }
}

/// `new` with what is required, and a setter for what is not.
fn write_constructor(code: &mut String, object: &ObjectModel, default: bool, gate: &str) {
    let _ = writeln!(code, "{gate}impl {} {{", object.name);
    let needed: Vec<_> = object
        .fields
        .iter()
        .filter(|f| f.presence != Presence::Optional)
        .collect();
    let argument = |field: &crate::model::FieldModel| match (field.presence, field.ty.as_str()) {
        (Presence::Nullable, ty) => (format!("Option<{ty}>"), field.name.clone()),
        (_, ty @ ("bool" | "i64" | "f64" | "Value" | "Extra")) => {
            (ty.to_owned(), field.name.clone())
        }
        (_, ty) => (format!("impl Into<{ty}>"), format!("{}.into()", field.name)),
    };
    let arguments: Vec<String> = needed
        .iter()
        .map(|f| format!("{}: {}", f.name, argument(f).0))
        .collect();
    code.push_str("    /// With what is required, and nothing else.\n    #[must_use]\n");
    let _ = writeln!(code, "    pub fn new({}) -> Self {{", arguments.join(", "));
    if default {
        code.push_str("        Self::default()\n    }\n");
    } else {
        code.push_str("        Self {\n");
        for field in &object.fields {
            let value = if field.presence == Presence::Optional {
                "None".to_owned()
            } else {
                argument(field).1
            };
            if value == field.name {
                let _ = writeln!(code, "            {value},");
            } else {
                let _ = writeln!(code, "            {}: {value},", field.name);
            }
        }
        let _ = writeln!(
            code,
            "            {}: Extra::new(),\n        }}\n    }}",
            object.extra
        );
    }
    for field in object
        .fields
        .iter()
        .filter(|f| f.presence == Presence::Optional)
    {
        let (ty, value) = match field.ty.as_str() {
            ty @ ("bool" | "i64" | "f64" | "Value" | "Extra") => (ty.to_owned(), "value"),
            ty => (format!("impl Into<{ty}>"), "value.into()"),
        };
        let name = field.name.trim_end_matches('_');
        let _ = writeln!(
            code,
            "    /// Sets `{}`.\n    #[must_use]\n    pub fn with_{name}(mut self, value: {ty}) -> Self {{\n        self.{} = Some({value});\n        self\n    }}",
            field.wire.replace('`', "'"),
            field.name
        );
    }
    code.push_str("}\n\n");
}

fn write_enum(code: &mut String, item: &EnumModel, gate: &str) {
    code.push_str(gate);
    code.push_str("rolecall_client::open_enum! {\n");
    code.push_str(&docs::outer(
        Some(item.description.as_deref().unwrap_or(&item.name)),
        "    ",
    ));
    let _ = writeln!(
        code,
        "    pub enum {}, unknown = {} {{",
        item.name, item.unknown
    );
    for (arm, value) in &item.arms {
        let _ = writeln!(code, "        {arm} = {},", rust::string(value));
    }
    code.push_str("    }\n}\n\n");
}

fn write_union(code: &mut String, item: &UnionModel, gate: &str) {
    let description = docs::outer(
        Some(item.description.as_deref().unwrap_or(&item.name)),
        "    ",
    );
    match &item.discriminator {
        Some(property) => {
            let _ = writeln!(
                code,
                "{gate}rolecall_client::union! {{\n{description}    pub enum {} by {}, unknown = {} {{",
                item.name,
                rust::string(property),
                item.unknown
            );
            for arm in &item.arms {
                let values: Vec<String> =
                    arm.values.iter().map(|value| rust::string(value)).collect();
                let _ = writeln!(
                    code,
                    "        {}({}) = [{}],",
                    arm.name,
                    arm.ty,
                    values.join(", ")
                );
            }
        }
        None => {
            let _ = writeln!(
                code,
                "{gate}rolecall_client::choice! {{\n{description}    pub enum {}, unknown = {} {{",
                item.name, item.unknown
            );
            for arm in &item.arms {
                if arm.kind == "object" {
                    let required: Vec<String> =
                        arm.required.iter().map(|name| rust::string(name)).collect();
                    let _ = writeln!(
                        code,
                        "        {}({}): object requires [{}],",
                        arm.name,
                        arm.ty,
                        required.join(", ")
                    );
                } else {
                    let _ = writeln!(code, "        {}({}): {},", arm.name, arm.ty, arm.kind);
                }
            }
        }
    }
    code.push_str("    }\n}\n\n");
}

fn write_by_status(code: &mut String, item: &StatusUnion, gate: &str) {
    let _ = writeln!(
        code,
        "{gate}rolecall_client::by_status! {{\n{}    pub enum {} {{",
        docs::outer(Some(&item.description), "    "),
        item.name
    );
    for arm in &item.arms {
        let statuses: Vec<String> = arm
            .statuses
            .iter()
            .map(|status| status_literal(status))
            .collect();
        let (ty, kind) = match &arm.body {
            Answers::Json(ty) => (ty.as_str(), "json"),
            Answers::Text => ("String", "text"),
            Answers::Bytes => ("Bytes", "bytes"),
            Answers::Empty => ("()", "empty"),
        };
        let _ = writeln!(
            code,
            "        {}({ty}): {kind} = [{}],",
            arm.name,
            statuses.join(", ")
        );
    }
    code.push_str("    }\n}\n\n");
}

/// `Code(404)`, `Range(4)`, `Default`.
pub fn status_literal(status: &str) -> String {
    match status.parse::<u16>() {
        Ok(code) => format!("Code({code})"),
        Err(_) => match status.as_bytes() {
            [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => format!("Range({})", digit - b'0'),
            _ => "Default".to_owned(),
        },
    }
}
