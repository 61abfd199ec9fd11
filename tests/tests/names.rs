//! A description may name its operations, tags, schemas, properties, values and parameters as the generated code names
//! its own things: the crate compiles, without a warning, and nothing hides anything.
//!
//! The words are not listed here. They are all that the generated code of a description with marked names says, and all
//! that the macros say whose expansions it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};
use rolecall_codegen::lint::Audience;
use rolecall_codegen::render::{Home, Identity};
use rolecall_codegen::slice::Slice;
use rolecall_codegen::{Input, compile};
use rolecall_openapi::load::parse;
use serde_json::{Map, Value, json};

/// What is in every name of the sample.
const MARK: &str = "zqx";

/// The files of the crate that a description makes.
fn files(document: &Value) -> BTreeMap<String, String> {
    let document = parse("openapi.json", &document.to_string()).unwrap();
    let input = Input {
        document: &document,
        audience: Audience::Foreign,
        examples: None,
        slice: &Slice::default(),
        strict: true,
    };
    let compiled = compile(&input, &|_| ()).unwrap();
    let identity = Identity {
        api: MARK.into(),
        package: MARK.into(),
        version: "0.1.0".into(),
        description: "Names".into(),
        keywords: Vec::new(),
        categories: Vec::new(),
        documentation: None,
        source: "openapi.json".into(),
        command: "cargo xtask generate".into(),
        home: Home::Elsewhere {
            support: PathBuf::from("client"),
            member: false,
        },
        example: None,
    };
    let files = compiled.files(&identity).unwrap();
    let files = files
        .iter()
        .map(|(path, text)| (path.to_owned(), text.to_owned()));
    files.collect()
}

/// A description with these names, each in every role.
fn description(names: &[String]) -> Value {
    let reference =
        |index: usize| json!({ "$ref": format!("#/components/schemas/{}", names[index]) });
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let mut paths = Map::new();
    let mut schemas = Map::new();
    // With a mark, so that its own name is nobody's.
    let all = format!("{MARK} all");
    let union = format!("{MARK}_union");
    let properties = |nullable: bool| -> Map<String, Value> {
        let typed = |index: usize| match index % 8 {
            0 => json!({ "type": "string", "nullable": nullable }),
            1 => json!({ "type": "integer" }),
            2 => json!({ "type": "array", "items": reference(index) }),
            3 => json!({ "type": "string", "format": "date-time" }),
            4 => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            5 => json!({ "type": "string", "format": "password" }),
            6 => json!({}),
            _ => reference(index),
        };
        names
            .iter()
            .enumerate()
            .map(|(index, name)| (name.clone(), typed(index)))
            .collect()
    };
    for (index, name) in names.iter().enumerate() {
        let schema = match index % 4 {
            0 if index == 0 => json!({ "type": "string", "enum": names }),
            0 => json!({ "type": "string", "enum": [name] }),
            _ => {
                json!({ "type": "object", "properties": { "kind": { "type": "string" }, name: { "type": "string" } } })
            }
        };
        schemas.insert(name.clone(), schema);
        let operation = json!({
            "operationId": name,
            "tags": [name],
            "x-pagination": match index % 16 {
                0 => json!({ "style": "body-token", "items": "/items", "next": "/next", "cursor": { "in": "query", "name": name } }),
                _ => json!({ "style": "none" }),
            },
            "parameters": [{ "name": name, "in": "query", "schema": { "type": "string" } }],
            "responses": {
                "200": { "description": "", "content": content(json!({ "$ref": format!("#/components/schemas/{MARK}_page") })) },
                "400": { "description": "", "content": content(reference(index)) },
                "5XX": { "description": "", "content": if index % 16 == 0 { json!({ "text/plain": {} }) } else { content(reference(index)) } },
            },
        });
        paths.insert(format!("/o{index}"), json!({ "get": operation }));
    }
    let objects: Vec<Value> = (0..names.len())
        .filter(|index| index % 4 != 0)
        .map(reference)
        .collect();
    let mapping: Map<String, Value> = (0..names.len())
        .filter(|index| index % 4 != 0)
        .map(|index| (names[index].clone(), reference(index)["$ref"].clone()))
        .collect();
    schemas.insert(
        union.clone(),
        json!({ "oneOf": objects, "discriminator": { "propertyName": "kind", "mapping": mapping } }),
    );
    schemas.insert(
        format!("{MARK}_page"),
        json!({ "type": "object", "required": ["items"], "properties": { "items": { "type": "array", "items": { "type": "string" } }, "next": { "type": "string" } } }),
    );
    let parameters: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let schema = match index % 4 {
                0 => reference(index),
                1 => json!({ "type": "array", "items": { "type": "string" } }),
                2 => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
                _ => json!({ "type": "integer" }),
            };
            json!({ "name": name, "in": "query", "schema": schema })
        })
        .collect();
    let object = |required: bool| json!({ "type": "object", "properties": properties(required), "required": if required { names } else { &[] } });
    paths.insert(
        "/all".into(),
        json!({
            "post": {
                "operationId": all, "tags": [MARK], "parameters": parameters,
                "requestBody": { "content": content(object(true)) },
                "responses": {
                    "200": { "description": "", "content": content(object(false)) },
                    "201": { "description": "", "content": content(json!({ "$ref": format!("#/components/schemas/{union}") })) },
                    "202": { "description": "" },
                },
            },
            "put": {
                "operationId": format!("{MARK} form"), "tags": [MARK],
                "requestBody": { "content": { "application/x-www-form-urlencoded": { "schema": object(false), "encoding": { MARK: { "style": "form" } } } } },
                "responses": { "200": { "description": "", "content": { "application/octet-stream": {} } } },
            },
            "patch": {
                "operationId": format!("{MARK} parts"), "tags": [MARK],
                "servers": [{ "url": "https://zqx.example" }],
                "requestBody": { "content": { "multipart/form-data": {} } },
                "responses": { "200": { "description": "", "content": content(json!({ "type": "number" })) } },
            },
        }),
    );
    json!({
        "openapi": "3.0.3",
        "info": { "title": MARK, "version": "1" },
        "servers": [{ "url": "https://api.example" }],
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// Every identifier of some tokens.
fn identifiers(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                found.insert(name.to_string());
            }
            TokenTree::Group(group) => identifiers(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// What generated code and the macros in it say of their own.
fn words() -> Vec<String> {
    let marked: Vec<String> = (0..8).map(|index| format!("{MARK}{index}")).collect();
    let mut sources: Vec<String> = files(&description(&marked))
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs"))
        .map(|(_, code)| code)
        .collect();
    // What the macros expand to, and the methods that a builder has by its trait.
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/client/src");
    let files = fs::read_dir(client.join("macros")).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    for file in files.chain([client.join("page.rs")]) {
        let code = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
        sources.extend(code.items.iter().filter_map(|item| match item {
            syn::Item::Macro(item) => Some(item.mac.tokens.to_string()),
            syn::Item::Trait(item) if item.ident == "Paged" => {
                Some(quote::ToTokens::to_token_stream(item).to_string())
            }
            _ => None,
        }));
    }
    let mut found = BTreeSet::new();
    for source in sources {
        identifiers(source.parse().unwrap(), &mut found);
    }
    found.retain(|word| !word.to_lowercase().contains(MARK));
    found.into_iter().collect()
}

/// The words, and some of them in the other cases that people write names in: `error`, `Error`, `ERROR`, `errors`.
fn cases(words: &[String]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for word in words {
        let plain = word.trim_start_matches("r#");
        names.insert(plain.to_owned());
        let lower = plain.to_lowercase();
        if ["error", "option", "client", "call"].contains(&lower.as_str()) {
            let (first, rest) = lower.split_at(1);
            let capital = format!("{}{rest}", first.to_uppercase());
            names.extend([capital, lower.to_uppercase(), format!("{lower}s"), lower]);
        }
    }
    names.into_iter().collect()
}

static WORDS: LazyLock<Vec<String>> = LazyLock::new(words);

/// The crate whose description has no other names.
static CRATE: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| files(&description(&cases(&WORDS))));

#[test]
fn the_words_are_those_of_the_templates() {
    for known in [
        "Client",
        "Call",
        "Option",
        "String",
        "Vec",
        "Result",
        "send",
        "into_iter",
        "extra",
        "deserialize",
    ] {
        assert!(WORDS.iter().any(|word| word == known), "{known} is missing");
    }
}

#[test]
fn a_crate_of_nothing_but_such_names_compiles_without_a_warning() {
    let files = &*CRATE;
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let manifest: toml::Table = toml::from_str(&files["Cargo.toml"]).unwrap();
    for feature in manifest["features"].as_table().unwrap().keys() {
        // Schemas are of the feature of `rolecall-client`, which may be off.
        if feature != "schemars" {
            command.arg("--cfg").arg(format!("feature=\"{feature}\""));
        }
    }
    // Against what the test itself was built with.
    let built = std::env::current_exe().unwrap();
    let built = built.parent().unwrap();
    let client = fs::read_dir(built)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("librolecall_client-") && name.ends_with(".rlib")
        })
        .max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap())
        .unwrap();
    let output = command
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
            "-D",
            "warnings",
        ])
        .arg("-L")
        .arg(format!("dependency={}", built.display()))
        .arg("--extern")
        .arg(format!("rolecall_client={}", client.display()))
        .arg("--out-dir")
        .arg(folder.path())
        .arg(folder.path().join("src/lib.rs"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let told: String = told.chars().take(4000).collect();
    assert!(output.status.success() && told.is_empty(), "{told}");
}

/// A method of a type hides one of the same name that a trait gives it.
#[test]
fn no_name_of_a_description_hides_a_method() {
    let files = &*CRATE;
    let mut methods: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, code) in files.iter().filter(|(name, _)| name.ends_with(".rs")) {
        for item in syn::parse_file(code).unwrap().items {
            let syn::Item::Impl(item) = item else {
                continue;
            };
            if item.trait_.is_some() {
                continue;
            }
            let owner = quote::ToTokens::to_token_stream(&item.self_ty).to_string();
            // A builder may be called like the client.
            let owner = match (file.as_str(), owner.as_str()) {
                ("src/lib.rs", "Client") | (_, "crate :: Client") => "Client".to_owned(),
                (file, owner) => format!("{file}: {owner}"),
            };
            let functions = item.items.iter().filter_map(|item| match item {
                syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                _ => None,
            });
            methods.entry(owner).or_default().extend(functions);
        }
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/client/src/page.rs");
    let page = syn::parse_file(&fs::read_to_string(page).unwrap()).unwrap();
    let paged = page.items.iter().find_map(|item| match item {
        syn::Item::Trait(item) if item.ident == "Paged" => Some(item),
        _ => None,
    });
    let by_trait: Vec<String> = (paged.unwrap().items.iter())
        .filter_map(|item| match item {
            syn::TraitItem::Fn(function) => Some(function.sig.ident.to_string()),
            _ => None,
        })
        .filter(|name| name != "split")
        .collect();
    assert!(by_trait.len() > 4, "{by_trait:?}");
    for (owner, methods) in &methods {
        let distinct: BTreeSet<&String> = methods.iter().collect();
        assert_eq!(
            distinct.len(),
            methods.len(),
            "{owner} has two methods of one name"
        );
        // The client is no builder, and may have an operation that is called `call`.
        if owner != "Client" && methods.iter().any(|name| name == "send") {
            let hidden = methods.iter().find(|name| by_trait.contains(name));
            assert_eq!(hidden, None, "of {owner}");
        }
    }
    let client = &methods["Client"];
    for word in ["send", "into", "clone", "client", "call", "into_iter"] {
        assert!(client.iter().any(|name| name.starts_with(word)), "{word}");
    }
    assert!(
        !client
            .iter()
            .any(|name| ["into", "try_into", "clone"].contains(&name.as_str()))
    );
}
