//! What gets rendered: the types and operations of one client crate, with every name decided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use crate::lower::Presence;
use crate::lower::{self, Direction, Form, Lowered, Plan};
use crate::names::{Names, pascal, snake};
use crate::progenitor;
use rolecall_openapi::json::{self, Object};
use rolecall_openapi::problem::{Problem, Problems, Severity};

pub mod answers;
mod encoding;
pub mod operations;
mod server;
mod type_ref;

pub use answers::{Answers, ErrorShape, StatusArm, SuccessShape};
pub use encoding::EncodingModel;
pub use operations::{BodyKind, OperationModel, ParameterModel};
pub use server::ServerModel;
pub use type_ref::TypeRef;

/// A crate's worth of types and operations.
pub struct Model {
    /// Objects, by name.
    pub objects: Vec<ObjectModel>,
    /// Open enums, by name.
    pub enums: Vec<EnumModel>,
    /// Unions, by name.
    pub unions: Vec<UnionModel>,
    /// Types that decode by HTTP status.
    pub by_status: Vec<StatusUnion>,
    /// Operations, in the order of the description.
    pub operations: Vec<OperationModel>,
    /// Modules of operations, in the order of first use.
    pub modules: Vec<ModuleModel>,
}

impl Model {
    /// How many types there are.
    pub fn type_count(&self) -> usize {
        self.objects.len() + self.enums.len() + self.unions.len() + self.by_status.len()
    }
}

/// A module of operations: one tag.
pub struct ModuleModel {
    /// The module's name.
    pub name: String,
    /// The tag, as the description writes it.
    pub tag: String,
    /// The tag's own description.
    pub description: Option<String>,
}

/// A struct.
pub struct ObjectModel {
    /// Type name.
    pub name: String,
    /// Documentation.
    pub description: Option<String>,
    /// Fields in the order of the description.
    pub fields: Vec<FieldModel>,
    /// The name of the field that keeps what the description does not name.
    pub extra: String,
    /// Whether a request can hold it, so that callers build it.
    pub sent: bool,
}

/// A field.
pub struct FieldModel {
    /// The property's name in JSON.
    pub wire: String,
    /// The field's name.
    pub name: String,
    /// Its type, without `Option`.
    pub ty: TypeRef,
    /// Whether it may be absent or null.
    pub presence: Presence,
    /// Documentation.
    pub description: Option<String>,
}

/// An open enum.
pub struct EnumModel {
    /// Type name.
    pub name: String,
    /// Documentation.
    pub description: Option<String>,
    /// Arm and value.
    pub arms: Vec<(String, String)>,
    /// The arm that keeps any other value.
    pub unknown: String,
}

/// A union.
pub struct UnionModel {
    /// Type name.
    pub name: String,
    /// Documentation.
    pub description: Option<String>,
    /// The property that decides.
    pub discriminator: Option<String>,
    /// The alternatives.
    pub arms: Vec<ArmModel>,
    /// The arm that keeps anything else.
    pub unknown: String,
}

/// An alternative of a union.
pub struct ArmModel {
    /// Arm name.
    pub name: String,
    /// Its type.
    pub ty: TypeRef,
    /// The values of the discriminator that select it.
    pub values: Vec<Value>,
    /// What its values look like, without a discriminator.
    pub form: Form,
}

/// A type chosen by HTTP status.
pub struct StatusUnion {
    /// Type name.
    pub name: String,
    /// Documentation.
    pub description: String,
    /// The alternatives.
    pub arms: Vec<StatusArm>,
}

/// Makes the model of a lowered description. `file` is named in complaints.
pub fn build(file: &str, lowered: &Lowered) -> Result<Model, Problems> {
    let none = Object::new();
    let components = json::components(&lowered.document).unwrap_or(&none);
    let mut names = Names::default();
    names.reserve(components.keys().map(String::as_str));
    let shapes = operations::shapes(&lowered.document, &mut names);
    let mut asked: Vec<Value> = Vec::new();
    for union in lowered.plan.unions.values() {
        asked.extend(union.arms.iter().map(|arm| arm.schema.clone()));
    }
    let first_of_operations = asked.len();
    asked.extend(shapes.schemas.list.iter().cloned());
    let decided = progenitor::decide(components, &lowered.plan, &asked)
        .map_err(|refusal| complain(file, components, &asked, refusal))?;
    let (union_types, operation_types) = decided.types.split_at(first_of_operations);
    let sent = crate::lower::reach::components(&lowered.document, &lowered.plan, Direction::Sent);
    let (operations, by_status, modules) = shapes.finish(operation_types);
    Ok(Model {
        objects: objects(components, &lowered.plan, &decided.fields, &sent),
        enums: enums(&lowered.plan),
        unions: unions(&lowered.plan, union_types),
        by_status,
        operations,
        modules,
    })
}

fn complain(
    file: &str,
    components: &Object,
    asked: &[Value],
    refusal: progenitor::Refusal,
) -> Problems {
    let schema = match (&refusal.component, refusal.schema) {
        (Some(name), _) => components.get(name),
        (None, Some(index)) => asked.get(index),
        _ => None,
    };
    let pointer = schema
        .and_then(|s| s.get(crate::lower::ORIGIN))
        .and_then(Value::as_str)
        .map(str::to_owned);
    let what = refusal
        .component
        .map_or_else(String::new, |name| format!(" at `{name}`"));
    Problems(vec![Problem {
        severity: Severity::Error,
        rule: "generator-refused",
        file: file.to_owned(),
        line: None,
        column: None,
        pointer,
        operation: None,
        found: format!("the generator stopped{what}: {}", refusal.message),
        expected: "a construct that a lowering pass rewrites into what the generator takes".to_owned(),
        help: "simplify the schema at this place, or leave its operations out with --tag, --path or --operation".to_owned(),
        read_as: None,
    }])
}

fn text(schema: &Value, key: &str) -> Option<String> {
    schema
        .get(key)
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
}

fn objects(
    components: &Object,
    plan: &Plan,
    types: &BTreeMap<String, Vec<TypeRef>>,
    sent: &BTreeSet<String>,
) -> Vec<ObjectModel> {
    let mut objects = Vec::new();
    for (name, schema) in components {
        if plan.enums.contains_key(name) || plan.unions.contains_key(name) {
            continue;
        }
        let required = lower::required(schema);
        let mut names = Names::default();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let types = types.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut fields: Vec<FieldModel> = Vec::new();
        for (index, (wire, property)) in properties.enumerate() {
            fields.push(FieldModel {
                wire: wire.clone(),
                name: names.take(&snake(wire)),
                ty: types.get(index).cloned().unwrap_or(TypeRef::Json),
                presence: Presence::of(required.contains(wire.as_str()), property, components),
                description: text(property, "description"),
            });
        }
        objects.push(ObjectModel {
            name: name.clone(),
            description: text(schema, "description"),
            extra: names.take("extra"),
            fields,
            sent: sent.contains(name),
        });
    }
    objects.sort_by(|a, b| a.name.cmp(&b.name));
    objects
}

fn enums(plan: &Plan) -> Vec<EnumModel> {
    plan.enums
        .iter()
        .map(|(name, plan)| {
            let mut names = Names::default();
            let arms: Vec<(String, String)> = plan
                .values
                .iter()
                .map(|value| (names.take(&pascal(value)), value.clone()))
                .collect();
            let unknown = names.take(if arms.iter().any(|(arm, _)| arm == "Unknown") {
                "Unrecognized"
            } else {
                "Unknown"
            });
            EnumModel {
                name: name.clone(),
                description: plan.description.clone(),
                arms,
                unknown,
            }
        })
        .collect()
}

fn unions(plan: &Plan, types: &[TypeRef]) -> Vec<UnionModel> {
    let mut types = types.iter();
    plan.unions
        .iter()
        .map(|(name, plan)| {
            let arms = plan
                .arms
                .iter()
                .map(|arm| ArmModel {
                    name: arm.name.clone(),
                    ty: types.next().cloned().unwrap_or(TypeRef::Json),
                    values: arm.values.clone(),
                    form: arm.form.clone(),
                })
                .collect();
            UnionModel {
                name: name.clone(),
                description: plan.description.clone(),
                discriminator: plan.discriminator.clone(),
                arms,
                unknown: if plan.arms.iter().any(|arm| arm.name == "Unknown") {
                    "Unrecognized"
                } else {
                    "Unknown"
                }
                .to_owned(),
            }
        })
        .collect()
}
