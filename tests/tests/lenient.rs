//! What is made of descriptions that others wrote: how each thing that OpenAPI does not have is read, what is left out, and
//! what `--strict` says to it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use proptest::prelude::*;
use rolecall_codegen::lint::Audience;
use rolecall_codegen::slice::Slice;
use rolecall_codegen::{Compiled, Input, bundle, compile};
use rolecall_openapi::load::{Document, parse};
use rolecall_openapi::problem::{Problems, Severity};
use serde_json::{Value, json};
use xtask::cli;

const FIXTURES: &str = "fixtures/lenient";

fn compiled(document: &Document, strict: bool) -> Result<Compiled, Problems> {
    let input = Input {
        document,
        audience: Audience::Foreign,
        examples: None,
        slice: &Slice::default(),
        strict,
    };
    compile(&input, &|_| ())
}

/// Everything that was left out, and everything that was read.
fn report(compiled: &Compiled) -> String {
    let left_out = compiled.reading.left_out.iter().map(|left| left.line());
    let warnings = compiled.reading.warnings.iter().map(|w| w.render(false));
    let told: Vec<String> = left_out.chain(warnings).collect();
    told.join("\n\n").replace('\\', "/")
}

/// `listUsers GET /users: ids in query form`, an operation a line.
fn operations(compiled: &Compiled) -> Vec<String> {
    let operations = compiled.model.operations.iter();
    operations
        .map(|operation| {
            let parameters = operation.parameters.iter().map(|p| {
                let explode = if p.explode { " exploded" } else { "" };
                let json = if p.json { " json" } else { "" };
                let fixed = p.fixed.as_ref().map(|value| format!(" = {value}"));
                let (name, place, style) = (&p.wire, &p.location, &p.style);
                let fixed = fixed.unwrap_or_default();
                format!(", {name} in {place} {style}{explode}{json}{fixed}")
            });
            let parameters: String = parameters.collect();
            let (id, method, path) = (&operation.id, &operation.method, &operation.path);
            format!("{id} {method} {path}{parameters}")
        })
        .collect()
}

/// `id: i64`, a field a line.
fn fields(compiled: &Compiled, object: &str) -> Vec<String> {
    let mut objects = compiled.model.objects.iter();
    let object = objects.find(|known| known.name == object).unwrap();
    let fields = object.fields.iter();
    fields.map(|f| format!("{}: {}", f.wire, f.ty)).collect()
}

fn of_file(name: &str) -> Compiled {
    let document = bundle::load(&Path::new(FIXTURES).join(name)).unwrap();
    compiled(&document, false).unwrap_or_else(|problems| panic!("{problems}"))
}

fn command_line(spec: &Path, out: &Path, strict: bool) -> ExitCode {
    let mut arguments: Vec<OsString> =
        ["xtask", "generate", "--quiet", "--crate", "made", "--spec"]
            .map(OsString::from)
            .to_vec();
    arguments.extend([spec.into(), "--out".into(), out.into()]);
    arguments.extend(strict.then(|| "--strict".into()));
    cli::run(arguments)
}

fn fixtures() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(FIXTURES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.push(Path::new(FIXTURES).join("files/openapi.yaml"));
    files.sort();
    files
}

#[test]
fn every_reading_is_told() {
    for file in fixtures() {
        let document = bundle::load(&file).unwrap_or_else(|problems| panic!("{problems}"));
        let name = match file.file_stem().unwrap().to_str().unwrap() {
            "openapi" => "files",
            stem => stem,
        };
        let compiled = compiled(&document, false).unwrap_or_else(|problems| panic!("{problems}"));
        insta::assert_snapshot!(name.to_owned(), report(&compiled));
    }
}

#[test]
fn a_path_is_read_with_its_query() {
    assert_eq!(
        operations(&of_file("paths.yaml")),
        [
            "sendLetter post /v1/letters",
            "sendLetterPreview post /v1/letters, preview in query form exploded = true, note in query form exploded = a b",
            "find get /v1/find, name in query form exploded, kind in query form exploded",
            "readBox get /v1/boxes/{box}, box in path simple",
            "readOldBox get /v1/{region}/boxes/{region}-old, region in path simple",
            "readUser get /v1/users/{userId}, userId in path simple",
            "listRooms get /v1/rooms, floor in query form exploded",
        ]
    );
}

#[test]
fn a_parameter_is_read_as_what_it_was_meant_for() {
    assert_eq!(
        operations(&of_file("parameters.yaml")),
        [
            "listUsers get /users, ids in query form, sort in query form exploded, page in query form exploded, \
          note in query form exploded, filter in query form exploded json, X-Trace in header simple"
        ]
    );
}

#[test]
fn a_type_is_read_as_one_of_json() {
    assert_eq!(
        fields(&of_file("types.yaml"), "User"),
        [
            "id: i64",
            "name: String",
            "left: Value",
            "either: UserEither",
            "email: String",
            "joined: Timestamp",
            "avatar: String",
            "tags: Vec<String>",
            "manager: Box<User>",
            "mood: Value",
            "nothing: Value",
        ]
    );
}

#[test]
fn what_is_new_in_3_2_is_read() {
    let compiled = of_file("version-3.2.yaml");
    assert_eq!(
        operations(&compiled),
        [
            "listUsers get /users, filter in query form exploded, session in cookie form exploded",
            "followEvents get /events",
        ]
    );
    assert_eq!(
        fields(&compiled, "ListUsersFilter"),
        ["name: String", "age: i64"]
    );
    let mut kinds: Vec<&str> = compiled
        .lowered
        .losses
        .iter()
        .map(|loss| loss.kind)
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["default-mapping-not-read", "items-not-decoded"]);
}

#[test]
fn strictness_stops_what_leniency_reads() {
    for file in fixtures() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("made");
        let shown = file.display();
        assert_eq!(
            command_line(&file, &out, true),
            ExitCode::from(2),
            "{shown}"
        );
        assert!(!out.exists(), "{shown}");
        assert_eq!(
            command_line(&file, &out, false),
            ExitCode::from(0),
            "{shown}"
        );
        assert!(out.join("src/lib.rs").is_file(), "{shown}");
    }
}

#[test]
fn a_document_that_is_none_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("openapi.yaml");
    for text in [
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: 5\n",
        "[]",
        "swagger: '2.0'\n",
    ] {
        fs::write(&spec, text).unwrap();
        let out = folder.path().join("made");
        assert_eq!(
            command_line(&spec, &out, false),
            ExitCode::from(2),
            "{text}"
        );
        assert!(!out.exists(), "{text}");
    }
}

/// A schema that is one component, however it is spelled, and files that refer to each other.
#[test]
fn a_component_of_another_file_is_one_type() {
    let compiled = of_file("files/openapi.yaml");
    let names: Vec<&str> = compiled
        .model
        .objects
        .iter()
        .map(|o| o.name.as_str())
        .collect();
    assert_eq!(names, ["Address", "Group", "User"]);
    let lost: Vec<(Option<&str>, Option<usize>, &str)> = compiled
        .lowered
        .losses
        .iter()
        .map(|loss| (loss.file.as_deref(), loss.line, loss.pointer.as_str()))
        .collect();
    let file = |name: &str| format!("fixtures/lenient/files/{name}");
    let (parameters, user) = (file("parameters.json"), file("models/user.yaml"));
    assert_eq!(
        lost,
        [
            (Some(parameters.as_str()), Some(7), "/Count/maximum"),
            (Some(user.as_str()), Some(4), "/User/properties/id/pattern"),
        ]
    );
}

#[test]
fn references_never_leave_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    fs::create_dir_all(inside.join("sub")).unwrap();
    fs::write(
        folder.path().join("secret.yaml"),
        "Secret: {type: object, properties: {word: {type: string}}}\n",
    )
    .unwrap();
    fs::write(
        inside.join("fine.yaml"),
        "Fine: {type: object, properties: {word: {type: string}}}\n",
    )
    .unwrap();
    let mut leads = vec![
        "../secret.yaml#/Secret",
        "sub/../../secret.yaml#/Secret",
        "file:///etc/hosts",
        "https://example.com/a.yaml",
        "/etc/hosts",
        "sub",
        "fine.yaml#/Missing",
        "fine.yaml#anchor",
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.yaml", inside.join("link.yaml")).unwrap();
        std::os::unix::fs::symlink("fine.yaml", inside.join("other.yaml")).unwrap();
        leads.push("link.yaml#/Secret");
    }
    let properties: serde_json::Map<String, Value> = leads
        .iter()
        .map(|lead| ((*lead).to_owned(), json!({ "$ref": lead })))
        .collect();
    let spec = json!({
        "openapi": "3.0.3", "info": { "title": "A", "version": "1" },
        "paths": { "/a": { "get": { "operationId": "a", "responses": { "200": { "description": "A.", "content": { "application/json": { "schema": {
            "type": "object", "properties": properties,
        } } } } } } } },
    });
    fs::write(inside.join("openapi.json"), spec.to_string()).unwrap();
    let document = bundle::load(&inside.join("openapi.json")).unwrap();
    assert_eq!(document.unfollowed.len(), leads.len());
    assert!(document.parts.is_empty());
    assert!(!document.value.to_string().contains("word"));
    let compiled = compiled(&document, false).unwrap();
    let fields = &compiled.model.objects.first().unwrap().fields;
    assert!(fields.iter().all(|field| field.ty.to_string() == "Value"));
    assert_eq!(compiled.reading.warnings.len(), leads.len());
    // A link to what lies inside is the same component as what it links to.
    #[cfg(unix)]
    {
        let spec = json!({
            "openapi": "3.0.3", "info": { "title": "A", "version": "1" }, "paths": {},
            "components": { "schemas": { "One": { "$ref": "fine.yaml#/Fine" }, "Two": { "$ref": "other.yaml#/Fine" } } },
        });
        fs::write(inside.join("openapi.json"), spec.to_string()).unwrap();
        let document = bundle::load(&inside.join("openapi.json")).unwrap();
        assert_eq!(document.parts.len(), 1);
    }
}

/// The small description with one operation after the other, as method and path.
fn small() -> (Value, Vec<(String, String)>) {
    let text = fs::read_to_string("fixtures/small/openapi.yaml").unwrap();
    let value = parse("openapi.yaml", &text).unwrap().value;
    let operations = rolecall_openapi::json::operations(&value)
        .map(|(path, method, _)| (path.to_owned(), method.to_owned()))
        .collect();
    (value, operations)
}

fn signatures(compiled: &Compiled) -> BTreeSet<String> {
    let operations = compiled.model.operations.iter();
    operations
        .map(|o| {
            let parameters: Vec<String> = o
                .parameters
                .iter()
                .map(|p| format!("{}: {}", p.wire, p.ty))
                .collect();
            format!(
                "{} {} {}({}) {:?}",
                o.method,
                o.path,
                // Its name in Rust may have given way to that of the operation that is left out.
                o.id,
                parameters.join(", "),
                o.success
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// An operation that cannot be generated costs no other one anything.
    #[test]
    fn the_other_operations_stay(index in any::<prop::sample::Index>(), damage in 0..4usize) {
        let (mut value, operations) = small();
        let (path, method) = index.get(&operations).clone();
        let document = |value: &Value| parse("openapi.json", &value.to_string()).unwrap();
        let mut expected = signatures(&compiled(&document(&value), false).unwrap());
        let prefix = format!("{method} {path} ");
        expected.retain(|signature| !signature.starts_with(&prefix));
        let operation = &mut value["paths"][&path][&method];
        match damage {
            0 => operation["requestBody"] = json!({ "$ref": "#/components/requestBodies/Missing" }),
            1 => operation["parameters"] = json!([{ "in": "query", "schema": {} }]),
            2 => operation["responses"] = json!(7),
            _ => operation["parameters"] = json!([{ "$ref": "#/components/parameters/Missing" }]),
        }
        let made = compiled(&document(&value), false).unwrap();
        let left_out: Vec<_> = made.reading.left_out.iter().map(|left| (left.path.clone(), left.method.to_lowercase())).collect();
        prop_assert_eq!(left_out, [(path, method)]);
        prop_assert!(made.reading.left_out.iter().all(|left| left.reason.severity == Severity::Error && left.reason.line.is_some()));
        prop_assert_eq!(signatures(&made), expected);
    }
}
