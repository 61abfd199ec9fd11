//! What an API's description says of its operations, in the form that serving them needs.

use crate::Api;
use crate::limits::Rate;
use http::Method;
use percent_encoding::percent_decode_str;
use rolecall_openapi::json;
use rolecall_openapi::load;
use rolecall_openapi::reference;
use rolecall_openapi::validate::Validator;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

mod check;
mod values;

pub use check::{Side, Violation};

/// A description, read.
#[derive(Debug)]
pub struct Contract {
    /// Whose it is.
    pub api: Api,
    /// The document, for those who ask for it.
    pub document: Value,
    /// Its operations, in the order of the document.
    pub operations: Vec<Operation>,
    routes: HashMap<Method, matchit::Router<usize>>,
    validator: Validator,
}

/// An operation, with references to parameters, bodies and answers followed. Schemas keep theirs.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// The HTTP method.
    pub method: Method,
    /// The path template, without the base path.
    pub path: String,
    /// Its parameters, those of the path item included.
    pub parameters: Vec<Parameter>,
    /// Its request body, when it takes one.
    pub body: Option<Body>,
    /// Its answers.
    pub answers: Vec<Answered>,
    /// `security`: the operation's, or else the document's.
    pub security: Value,
    /// `x-rate-limit`: the operation's, or else the document's.
    pub rate: Option<Rate>,
    /// The whole operation object, for extensions.
    pub raw: Value,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// `path`, `query`, `header` or `cookie`.
    pub location: String,
    /// Whether it must be there.
    pub required: bool,
    /// Whether the items of a list come as parameters of their own.
    pub explode: bool,
    /// Its schema.
    pub schema: Value,
}

/// A request body.
#[derive(Debug)]
pub struct Body {
    /// Whether it must be there.
    pub required: bool,
    /// Media types and the schemas of what they hold.
    pub content: Vec<(String, Value)>,
}

/// A documented answer.
#[derive(Debug)]
pub struct Answered {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// Media types and the schemas of what they hold; empty when there is no body.
    pub content: Vec<(String, Value)>,
}

/// Where a request leads.
#[derive(Debug)]
pub(crate) enum Route {
    /// To an operation, with the path parameters decoded.
    Operation(usize, Vec<(String, String)>),
    /// To a path that has other methods only.
    OtherMethods(Vec<Method>),
    /// Nowhere.
    Unknown,
}

impl Contract {
    /// The contract of an API. It is read once for the whole process.
    #[must_use]
    pub fn of(api: Api) -> &'static Self {
        static ALL: [OnceLock<Contract>; 4] = [const { OnceLock::new() }; 4];
        ALL[api as usize].get_or_init(|| Self::read(api))
    }

    fn read(api: Api) -> Self {
        let file = format!("specs/{api}/openapi.yaml");
        let document = match load::parse(&file, api.description()) {
            Ok(document) => document.value,
            // The text is part of this crate, and the tests of this crate read it.
            Err(problems) => panic!("{}", problems.render(false)),
        };
        let operations = operations(&document);
        let mut routes: HashMap<Method, matchit::Router<usize>> = HashMap::new();
        for (at, operation) in operations.iter().enumerate() {
            let router = routes.entry(operation.method.clone()).or_default();
            router
                .insert(operation.path.clone(), at)
                .unwrap_or_else(|problem| panic!("{}: {problem}", operation.path));
        }
        Self {
            api,
            document,
            operations,
            routes,
            validator: Validator::default(),
        }
    }

    /// The operation of this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|known| known.id == id)
    }

    pub(crate) fn route(&self, method: &Method, path: &str) -> Route {
        let path = match path.strip_prefix(self.api.base_path()) {
            Some(path) => path,
            None => return Route::Unknown,
        };
        let path = match path.strip_suffix('/') {
            Some(shorter) if self.api.tolerates_trailing_slash() => shorter,
            _ => path,
        };
        let find = |method: &Method| self.routes.get(method)?.at(path).ok();
        if let Some(found) = find(method) {
            let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let parameters = found.params.iter();
            let parameters = parameters.map(|(name, value)| (name.to_owned(), decode(value)));
            return Route::Operation(*found.value, parameters.collect());
        }
        let mut others: Vec<Method> = self.routes.keys().cloned().collect();
        others.retain(|other| find(other).is_some());
        others.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        if others.is_empty() {
            Route::Unknown
        } else {
            Route::OtherMethods(others)
        }
    }
}

impl Operation {
    /// Whether it is for anybody: its `security` is an empty list.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.security.as_array().is_some_and(Vec::is_empty)
    }

    /// The scopes of the first requirement that names this security scheme.
    #[must_use]
    pub fn scopes(&self, scheme: &str) -> Vec<&str> {
        let requirements = self.security.as_array().into_iter().flatten();
        let scopes = requirements.filter_map(|set| set.get(scheme)).next();
        let scopes = scopes.and_then(Value::as_array).into_iter().flatten();
        scopes.filter_map(Value::as_str).collect()
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let all = json::operations(document);
    let each = all.filter_map(|(path, method, raw)| {
        let item = document.get("paths")?.get(path)?;
        operation(document, path, item, method, raw)
    });
    each.collect()
}

fn operation(
    document: &Value,
    path: &str,
    item: &Value,
    method: &str,
    raw: &Value,
) -> Option<Operation> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for owner in [item, raw] {
        let declared = owner.get("parameters").and_then(Value::as_array);
        for declared in declared.into_iter().flatten() {
            let parameter = parameter(resolve(document, declared))?;
            parameters.retain(|former| {
                (&former.name, &former.location) != (&parameter.name, &parameter.location)
            });
            parameters.push(parameter);
        }
    }
    let body = raw.get("requestBody").map(|body| {
        let body = resolve(document, body);
        Body {
            required: body.get("required") == Some(&Value::Bool(true)),
            content: content(body),
        }
    });
    let answers = raw.get("responses").and_then(Value::as_object);
    let answers = answers
        .into_iter()
        .flatten()
        .map(|(status, answer)| Answered {
            status: status.clone(),
            content: content(resolve(document, answer)),
        });
    let security = raw.get("security").or_else(|| document.get("security"));
    Some(Operation {
        id: raw.get("operationId")?.as_str()?.to_owned(),
        method: method.to_uppercase().parse().ok()?,
        path: path.to_owned(),
        parameters,
        body,
        answers: answers.collect(),
        security: security.cloned().unwrap_or_default(),
        rate: raw
            .get("x-rate-limit")
            .or_else(|| document.get("x-rate-limit"))
            .and_then(Rate::read),
        raw: raw.clone(),
    })
}

fn parameter(declared: &Value) -> Option<Parameter> {
    let text = |key| declared.get(key).and_then(Value::as_str);
    let location = text("in")?;
    let style = text("style");
    Some(Parameter {
        name: text("name")?.to_owned(),
        location: location.to_owned(),
        required: declared.get("required") == Some(&Value::Bool(true)),
        explode: match declared.get("explode") {
            Some(explode) => explode == &Value::Bool(true),
            None => style.map_or(matches!(location, "query" | "cookie"), |style| {
                style == "form"
            }),
        },
        schema: declared.get("schema").cloned().unwrap_or_default(),
    })
}

fn content(owner: &Value) -> Vec<(String, Value)> {
    let content = owner.get("content").and_then(Value::as_object);
    let each = content.into_iter().flatten().map(|(media_type, held)| {
        let schema = held.get("schema").cloned().unwrap_or(Value::Bool(true));
        (media_type.clone(), schema)
    });
    each.collect()
}

/// What a chain of references leads to; the reference itself when it leads nowhere.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    reference::resolve(document, value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::{Contract, Route};
    use crate::Api;
    use http::Method;

    #[test]
    fn every_description_is_read_and_every_operation_is_found_by_its_own_path() {
        for api in Api::ALL {
            let contract = Contract::of(api);
            assert!(contract.operations.len() > 30, "{api}");
            for (at, operation) in contract.operations.iter().enumerate() {
                let path = operation.path.replace('{', "x").replace('}', "y");
                let path = format!("{}{path}", api.base_path());
                match contract.route(&operation.method, &path) {
                    Route::Operation(found, _) => assert_eq!(found, at, "{path}"),
                    other => panic!("{path}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn path_parameters_are_decoded_and_other_methods_are_told() {
        let contract = Contract::of(Api::Okta);
        match contract.route(&Method::GET, "/api/v1/users/a%2Fb%20c/roles") {
            Route::Operation(at, parameters) => {
                assert_eq!(contract.operations[at].id, "listAssignedRolesForUser");
                assert_eq!(parameters, [("userId".to_owned(), "a/b c".to_owned())]);
            }
            other => panic!("{other:?}"),
        }
        let other = contract.route(&Method::PATCH, "/api/v1/users/a/roles");
        match other {
            Route::OtherMethods(methods) => assert_eq!(methods, [Method::GET, Method::POST]),
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            contract.route(&Method::GET, "/nowhere"),
            Route::Unknown
        ));
    }
}
