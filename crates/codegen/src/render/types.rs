//! `types.rs`: objects, open enums and unions.

use super::features::Features;
use super::source::text::{described, docs, literal, name, span, ty};
use super::source::{Code, Page, code};
use super::{Identity, banner, rust};
use crate::model::{
    Answers, EnumModel, FieldModel, Model, ObjectModel, Presence, StatusUnion, UnionModel,
};

/// What documentation says of the field that keeps unknown properties.
const EXTRA: &str = "Properties that the description does not name, and nulls that it does not expect; kept so that nothing is lost.";

/// The file.
pub fn types(model: &Model, identity: &Identity) -> Code {
    let features = Features::of(model);
    let mut file = Code::new();
    file.line("//{}", &[&banner(identity)]);
    file.push("//! The types of bodies and parameters. Which of them are there, and so which imports are used, depends on the features.\n\n");
    let mentioned = mentioned(model);
    if rust::used(&mentioned, &["BTreeMap"]).len() == 1 {
        file.push("#[allow(unused_imports)]\nuse std::collections::BTreeMap;\n\n");
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
            let used = Code::join(used.into_iter().map(|name| code(name, &[])), ", ");
            file.line("#[allow(unused_imports)]\nuse {}::{{{}}};", &[&path, &used]);
        }
    }
    file.push("\n");
    for object in &model.objects {
        write_object(&mut file, object, &features.gate(&object.name));
    }
    for item in &model.enums {
        write_enum(&mut file, item, &features.gate(&item.name));
    }
    for item in &model.unions {
        write_union(&mut file, item, &features.gate(&item.name));
    }
    for item in &model.by_status {
        write_by_status(&mut file, item, &features.gate(&item.name));
    }
    file
}

/// What a description says of a type, or the type's name.
fn documented(description: Option<&str>, name: &str) -> Page {
    let mut page = Page::new();
    page.piece(&described(description.unwrap_or(name)));
    page
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

fn write_object(file: &mut Code, object: &ObjectModel, gate: &Code) {
    let page = documented(object.description.as_deref(), &object.name);
    file.piece(&docs("///", &page));
    let default = object
        .fields
        .iter()
        .all(|field| field.presence == Presence::Optional);
    let derives = if default {
        "Clone, Debug, Default, PartialEq"
    } else {
        "Clone, Debug, PartialEq"
    };
    file.line(
        "{}#[derive({})]\n#[non_exhaustive]\npub struct {} {{",
        &[gate, &derives, &name(&object.name)],
    );
    for field in &object.fields {
        if let Some(description) = &field.description {
            let page = documented(Some(description), "");
            file.piece(&docs("    ///", &page));
        }
        let template = match field.presence {
            Presence::Required => "    pub {}: {},",
            Presence::Nullable | Presence::Optional => "    pub {}: Option<{}>,",
        };
        file.line(template, &[&name(&field.name), &ty(&field.ty)]);
    }
    file.line(
        "    /// {}\n    pub {}: Extra,\n}}\n",
        &[&EXTRA, &name(&object.extra)],
    );
    file.line(
        "{}rolecall_client::object! {{ {}, {} {{",
        &[gate, &name(&object.name), &name(&object.extra)],
    );
    for field in &object.fields {
        let presence = match field.presence {
            Presence::Required => "required",
            Presence::Nullable => "nullable",
            Presence::Optional => "optional",
        };
        file.line(
            "    {} {}: {} = {},",
            &[
                &presence,
                &name(&field.name),
                &ty(&field.ty),
                &literal(&field.wire),
            ],
        );
    }
    file.push("} }\n\n");
    if object.sent {
        write_constructor(file, object, default, gate);
    }
}

/// Types that setters take as they are.
fn is_taken_as_it_is(ty: &str) -> bool {
    matches!(ty, "bool" | "i64" | "f64" | "Value" | "Extra")
}

/// An argument of `new`: its type, and its value in the struct.
fn argument(field: &FieldModel) -> (Code, Code) {
    let (field_ty, field_name) = (ty(&field.ty), name(&field.name));
    if field.presence == Presence::Nullable {
        (code("Option<{}>", &[&field_ty]), code("{}", &[&field_name]))
    } else if is_taken_as_it_is(&field.ty) {
        (code("{}", &[&field_ty]), code("{}", &[&field_name]))
    } else {
        (
            code("impl Into<{}>", &[&field_ty]),
            code("{0}: {0}.into()", &[&field_name]),
        )
    }
}

/// `new` with what is required, and a setter for what is not.
fn write_constructor(file: &mut Code, object: &ObjectModel, default: bool, gate: &Code) {
    file.line("{}impl {} {{", &[gate, &name(&object.name)]);
    let needed = object
        .fields
        .iter()
        .filter(|f| f.presence != Presence::Optional);
    let arguments = needed.map(|field| code("{}: {}", &[&name(&field.name), &argument(field).0]));
    file.push("    /// With what is required, and nothing else.\n    #[must_use]\n");
    file.line(
        "    pub fn new({}) -> Self {{",
        &[&Code::join(arguments, ", ")],
    );
    if default {
        file.push("        Self::default()\n    }\n");
    } else {
        file.push("        Self {\n");
        for field in &object.fields {
            if field.presence == Presence::Optional {
                file.line("            {}: None,", &[&name(&field.name)]);
            } else {
                file.line("            {},", &[&argument(field).1]);
            }
        }
        file.line(
            "            {}: Extra::new(),\n        }}\n    }}",
            &[&name(&object.extra)],
        );
    }
    for field in object
        .fields
        .iter()
        .filter(|f| f.presence == Presence::Optional)
    {
        let mut page = Page::new();
        page.add("Sets {}.", &[&span(&field.wire)]);
        let template = if is_taken_as_it_is(&field.ty) {
            "{}    #[must_use]\n    pub fn with_{}(mut self, value: {}) -> Self {{\n        self.{} = Some(value);\n        self\n    }}"
        } else {
            "{}    #[must_use]\n    pub fn with_{}(mut self, value: impl Into<{}>) -> Self {{\n        self.{} = Some(value.into());\n        self\n    }}"
        };
        file.line(
            template,
            &[
                &docs("    ///", &page),
                &name(field.name.trim_end_matches('_')),
                &ty(&field.ty),
                &name(&field.name),
            ],
        );
    }
    file.push("}\n\n");
}

fn write_enum(file: &mut Code, item: &EnumModel, gate: &Code) {
    let page = documented(item.description.as_deref(), &item.name);
    file.line(
        "{}rolecall_client::open_enum! {{\n{}    pub enum {}, unknown = {} {{",
        &[
            gate,
            &docs("    ///", &page),
            &name(&item.name),
            &name(&item.unknown),
        ],
    );
    for (arm, value) in &item.arms {
        file.line("        {} = {},", &[&name(arm), &literal(value)]);
    }
    file.push("    }\n}\n\n");
}

fn write_union(file: &mut Code, item: &UnionModel, gate: &Code) {
    let page = documented(item.description.as_deref(), &item.name);
    let docs = docs("    ///", &page);
    let (union, unknown) = (name(&item.name), name(&item.unknown));
    match &item.discriminator {
        Some(property) => {
            file.line(
                "{}rolecall_client::union! {{\n{}    pub enum {} by {}, unknown = {} {{",
                &[gate, &docs, &union, &literal(property), &unknown],
            );
            for arm in &item.arms {
                file.line(
                    "        {}({}) = {},",
                    &[&name(&arm.name), &ty(&arm.ty), &list(&arm.values)],
                );
            }
        }
        None => {
            file.line(
                "{}rolecall_client::choice! {{\n{}    pub enum {}, unknown = {} {{",
                &[gate, &docs, &union, &unknown],
            );
            for arm in &item.arms {
                let (variant, body) = (name(&arm.name), ty(&arm.ty));
                if arm.kind == "object" {
                    file.line(
                        "        {}({}): object requires {},",
                        &[&variant, &body, &list(&arm.required)],
                    );
                } else {
                    file.line("        {}({}): {},", &[&variant, &body, &arm.kind]);
                }
            }
        }
    }
    file.push("    }\n}\n\n");
}

/// `["…", "…"]`.
fn list(texts: &[String]) -> Code {
    let texts = texts.iter().map(|text| code("{}", &[&literal(text)]));
    code("[{}]", &[&Code::join(texts, ", ")])
}

fn write_by_status(file: &mut Code, item: &StatusUnion, gate: &Code) {
    let page = documented(Some(&item.description), &item.name);
    file.line(
        "{}rolecall_client::by_status! {{\n{}    pub enum {} {{",
        &[gate, &docs("    ///", &page), &name(&item.name)],
    );
    for arm in &item.arms {
        let statuses = arm.statuses.iter().map(|status| status_literal(status));
        let (body, kind) = match &arm.body {
            Answers::Json(ty) => (ty.as_str(), "json"),
            Answers::Text => ("String", "text"),
            Answers::Bytes => ("Bytes", "bytes"),
            Answers::Empty => ("()", "empty"),
        };
        file.line(
            "        {}({}): {} = [{}],",
            &[
                &name(&arm.name),
                &ty(body),
                &kind,
                &Code::join(statuses, ", "),
            ],
        );
    }
    file.push("    }\n}\n\n");
}

/// `Code(404)`, `Range(4)`, `Default`.
pub fn status_literal(status: &str) -> Code {
    match status.parse::<u16>() {
        Ok(number) => code("Code({})", &[&number]),
        Err(_) => match status.as_bytes() {
            [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => {
                code("Range({})", &[&(digit - b'0')])
            }
            _ => code("Default", &[]),
        },
    }
}
