//! What is wrong with an `api.toml`: all of it at once, each with its place, like what is wrong with a spec.

use rolecall_openapi::json;
use rolecall_openapi::reference;
use rolecall_openapi::validate::Validator;
use rolecall_openapi::words::{nearest, one_of};
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use rolecall_codegen::names::is_package_name;
use rolecall_codegen::slice::Slice;
use rolecall_openapi::load::escape;
use rolecall_openapi::problem::{Problem, Severity};
use rolecall_openapi::toml::place;

/// What a key holds.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Texts,
    /// Keys, and whether each is required.
    Table(&'static [(&'static str, bool, Form)]),
    /// Any keys.
    Open,
}

/// The keys of the file, as `specs/README.md` lists them.
const KEYS: &[(&str, bool, Form)] = &[
    (
        "crate",
        true,
        Form::Table(&[
            ("name", true, Form::Text),
            ("version", true, Form::Text),
            ("description", true, Form::Text),
            ("keywords", true, Form::Texts),
            ("categories", true, Form::Texts),
        ]),
    ),
    ("docs", true, Form::Table(&[("url", true, Form::Text)])),
    (
        "upstream",
        false,
        Form::Table(&[
            ("url", true, Form::Text),
            ("version", true, Form::Text),
            ("sha256", false, Form::Text),
        ]),
    ),
    (
        "slice",
        false,
        Form::Table(&[
            ("tags", false, Form::Texts),
            ("paths", false, Form::Texts),
            ("operations", false, Form::Texts),
        ]),
    ),
    (
        "example",
        false,
        Form::Table(&[
            ("operation", true, Form::Text),
            ("arguments", false, Form::Open),
        ]),
    ),
];

/// The rule that the file as such can break.
pub const RULE: &str = "bad-api-toml";
/// The rule that the call of the README can break.
pub const EXAMPLE: &str = "example-call";
/// The rule that the slice can break.
pub const SLICE: &str = "nothing-to-keep";

/// What is wrong with the file on its own.
pub fn check(file: &str, text: &str) -> Vec<Problem> {
    let mut checker = Checker {
        file,
        text,
        problems: Vec::new(),
    };
    match DeTable::parse(text) {
        Ok(root) => {
            checker.table(root.get_ref(), "", root.span().start, KEYS);
            checker.values(root.get_ref());
        }
        Err(error) => checker.report(
            RULE,
            error.span().map_or(0, |span| span.start),
            "",
            error.message(),
            "TOML 1.1",
            "correct the file",
        ),
    }
    checker.problems
}

/// What the file says of a description that is not so.
pub fn check_against(file: &str, text: &str, slice: &Slice, document: &Value) -> Vec<Problem> {
    let mut checker = Checker {
        file,
        text,
        problems: Vec::new(),
    };
    if let Ok(root) = DeTable::parse(text) {
        checker.slice(root.get_ref(), document);
        checker.example(root.get_ref(), slice, document);
    }
    checker.problems
}

type Entry<'t, 'i> = &'t Spanned<DeValue<'i>>;

struct Checker<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(
        &mut self,
        rule: &'static str,
        at: usize,
        pointer: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (line, column) = place(self.text, at);
        let problem = Problem::of_file(Severity::Error, rule, self.file, found, expected, help);
        let mut problem = problem.at(line, column);
        problem.pointer = Some(pointer.to_owned());
        self.problems.push(problem);
    }

    /// Keys and forms.
    fn table(
        &mut self,
        table: &DeTable<'_>,
        pointer: &str,
        start: usize,
        keys: &[(&'static str, bool, Form)],
    ) {
        for (key, value) in table {
            let name = &**key.get_ref();
            let at = format!("{pointer}/{}", escape(name));
            match keys.iter().find(|(known, ..)| *known == name) {
                Some((.., form)) => self.form(value, &at, *form),
                None => {
                    let known = keys.iter().map(|(known, ..)| *known);
                    let help = match nearest(name, known.clone()) {
                        Some(known) => format!("did you mean `{known}`?"),
                        None => "remove it".to_owned(),
                    };
                    let found = format!("there is no key `{name}`");
                    self.report(RULE, key.span().start, &at, found, one_of(known), help);
                }
            }
        }
        for (key, ..) in keys
            .iter()
            .filter(|(key, required, _)| *required && !table.contains_key(*key))
        {
            self.report(
                RULE,
                start,
                pointer,
                format!("the key `{key}` is missing"),
                "every required key of `specs/README.md`",
                format!("add `{key}`"),
            );
        }
    }

    fn form(&mut self, value: Entry<'_, '_>, pointer: &str, form: Form) {
        let (fits, expected) = match (form, value.get_ref()) {
            (Form::Text, found) => (found.is_str(), "a string"),
            (Form::Texts, DeValue::Array(items)) => (
                items.iter().all(|item| item.get_ref().is_str()),
                "an array of strings",
            ),
            (Form::Texts, _) => (false, "an array of strings"),
            (Form::Table(keys), DeValue::Table(table)) => {
                self.table(table, pointer, value.span().start, keys);
                return;
            }
            (Form::Table(_) | Form::Open, found) => (found.is_table(), "a table"),
        };
        if !fits {
            let found = match (form, value.get_ref()) {
                (Form::Texts, DeValue::Array(_)) => "an item is not a string".to_owned(),
                (_, found) => format!("it is of type {}", found.type_str()),
            };
            self.report(
                RULE,
                value.span().start,
                pointer,
                found,
                expected,
                "correct the value",
            );
        }
    }

    /// Values that Cargo or the registry would refuse.
    fn values(&mut self, root: &DeTable<'_>) {
        let mut texts = |path: &[&str], expected: &str, fits: &dyn Fn(&str) -> bool| {
            let Some(value) = at(root, path) else { return };
            let pointer = format!("/{}", path.join("/"));
            let one = value.get_ref().is_str().then_some(value);
            let items = value
                .get_ref()
                .as_array()
                .into_iter()
                .flat_map(|items| items.iter());
            for value in one.into_iter().chain(items) {
                if let Some(text) = value.get_ref().as_str().filter(|text| !fits(text)) {
                    let found = format!("`{text}` cannot be used");
                    self.report(
                        RULE,
                        value.span().start,
                        &pointer,
                        found,
                        expected,
                        "correct the value",
                    );
                }
            }
        };
        texts(
            &["crate", "name"],
            "the name of a package: at most 64 letters, digits, `-` and `_`, beginning with a letter, and no keyword",
            &is_package_name,
        );
        texts(
            &["crate", "version"],
            "a version as Cargo takes it, such as `0.1.0`, without build metadata: that of the API is added",
            &|text| semver::Version::parse(text).is_ok_and(|version| version.build.is_empty()),
        );
        texts(&["crate", "description"], "one line of text", &|text| {
            !text.trim().is_empty() && !text.contains(char::is_control)
        });
        texts(
            &["crate", "keywords"],
            "at most 20 ASCII letters, digits, `-`, `_` and `+`, beginning with a letter or a digit",
            &|text| {
                text.len() <= 20
                    && text.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && text
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-_+".contains(c))
            },
        );
        texts(
            &["crate", "categories"],
            "the slug of a category of the registry, such as `api-bindings` or `development-tools::build-utils`",
            &|text| {
                let is_word = |word: &str| {
                    !word.is_empty()
                        && word
                            .chars()
                            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                };
                text.split("::").all(is_word)
            },
        );
        for path in [["docs", "url"], ["upstream", "url"]] {
            texts(&path, "an absolute `https` or `http` URL", &|text| {
                let rest = text
                    .strip_prefix("https://")
                    .or_else(|| text.strip_prefix("http://"));
                rest.is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
                    && !text.contains(|c: char| c.is_whitespace() || c.is_control())
            });
        }
        texts(&["upstream", "sha256"], "64 hexadecimal digits", &|text| {
            text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
        });
        for key in ["keywords", "categories"] {
            let value = at(root, &["crate", key]);
            let count = value
                .and_then(|value| value.get_ref().as_array())
                .map_or(0, |items| items.len());
            if let Some(value) = value.filter(|_| count > 5) {
                self.report(
                    RULE,
                    value.span().start,
                    &format!("/crate/{key}"),
                    format!("there are {count}"),
                    "at most five: the registry takes no more",
                    "leave some out",
                );
            }
        }
    }

    /// Patterns that keep nothing.
    fn slice(&mut self, root: &DeTable<'_>, document: &Value) {
        for key in ["tags", "paths", "operations"] {
            let items = at(root, &["slice", key]).and_then(|value| value.get_ref().as_array());
            for (index, item) in items.into_iter().flat_map(|items| items.iter()).enumerate() {
                let Some(pattern) = item.get_ref().as_str() else {
                    continue;
                };
                let mut alone = Slice::default();
                match key {
                    "tags" => alone.tags.push(pattern.to_owned()),
                    "paths" => alone.paths.push(pattern.to_owned()),
                    _ => alone.operations.push(pattern.to_owned()),
                }
                if !alone.missing(document).is_empty() {
                    self.report(
                        SLICE,
                        item.span().start,
                        &format!("/slice/{key}/{index}"),
                        format!("`{pattern}` keeps no operation"),
                        format!("{key} that the description has"),
                        "correct it, or leave it out",
                    );
                }
            }
        }
    }

    /// The call of the README.
    fn example(&mut self, root: &DeTable<'_>, slice: &Slice, document: &Value) {
        let Some(named) = at(root, &["example", "operation"]) else {
            return;
        };
        let Some(id) = named.get_ref().as_str() else {
            return;
        };
        let ids = || {
            json::operations(document)
                .filter_map(|(.., operation)| operation.get("operationId")?.as_str())
        };
        let found = json::operations(document).find(|(.., operation)| {
            operation.get("operationId").and_then(Value::as_str) == Some(id)
        });
        let Some((path, _, operation)) = found else {
            let help = match nearest(id, ids()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "name another, or remove the example".to_owned(),
            };
            return self.report(
                EXAMPLE,
                named.span().start,
                "/example/operation",
                format!("there is no operation `{id}`"),
                "an operationId of the description",
                help,
            );
        };
        if !slice.is_whole() && !slice.keeps(path, operation) {
            self.report(
                EXAMPLE,
                named.span().start,
                "/example/operation",
                format!("the slice leaves `{id}` out"),
                "an operation that the crate has",
                "name another, or widen the slice",
            );
        }
        let parameters = parameters(document, path, operation);
        let arguments =
            at(root, &["example", "arguments"]).and_then(|value| value.get_ref().as_table());
        for (key, value) in arguments.into_iter().flatten() {
            let name = &**key.get_ref();
            let pointer = format!("/example/arguments/{}", escape(name));
            let known = parameters.iter().find(|(known, _)| *known == name);
            let Some((_, schema)) = known else {
                let known = parameters.iter().map(|(known, _)| *known);
                let help = match nearest(name, known.clone()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "remove it".to_owned(),
                };
                self.report(
                    EXAMPLE,
                    key.span().start,
                    &pointer,
                    format!("`{id}` has no parameter `{name}`"),
                    format!("a parameter of the operation: {}", one_of(known)),
                    help,
                );
                continue;
            };
            self.argument(document, value, &pointer, schema);
        }
    }

    fn argument(&mut self, document: &Value, value: Entry<'_, '_>, pointer: &str, schema: &Value) {
        let at = value.span().start;
        let Some(json) = super::argument(value.get_ref()) else {
            return self.report(
                EXAMPLE,
                at,
                pointer,
                format!("it is of type {}", value.get_ref().type_str()),
                "a string, a number, a boolean or an array of these",
                "correct the value",
            );
        };
        for violation in Validator::default().validate(document, schema, &json, None) {
            let help = "correct the value";
            self.report(
                EXAMPLE,
                at,
                pointer,
                violation.found,
                violation.expected,
                help,
            );
        }
    }
}

/// The value behind some keys.
fn at<'t, 'i>(root: &'t DeTable<'i>, path: &[&str]) -> Option<Entry<'t, 'i>> {
    let (last, before) = path.split_last()?;
    let mut table = root;
    for key in before {
        table = table.get(*key)?.get_ref().as_table()?;
    }
    table.get(*last)
}

/// Names and schemas of an operation's parameters.
fn parameters<'d>(
    document: &'d Value,
    path: &str,
    operation: &'d Value,
) -> Vec<(&'d str, &'d Value)> {
    let item = document.get("paths").and_then(|paths| paths.get(path));
    let own = operation.get("parameters").and_then(Value::as_array);
    let shared = item
        .and_then(|item| item.get("parameters"))
        .and_then(Value::as_array);
    let all = own
        .into_iter()
        .flatten()
        .chain(shared.into_iter().flatten());
    all.filter_map(|parameter| {
        let target = parameter.get("$ref").and_then(Value::as_str);
        let parameter = match target.and_then(reference::pointer_of) {
            Some(pointer) => document.pointer(&pointer)?,
            None => parameter,
        };
        Some((
            parameter.get("name")?.as_str()?,
            parameter.get("schema").unwrap_or(&Value::Null),
        ))
    })
    .collect()
}
