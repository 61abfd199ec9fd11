//! A description is data. Whatever stands at any place of it, the crate has the items that it has without.
//!
//! `fixtures/hostile/everything.yaml` uses every field of every object of OpenAPI, and marks whatever its author chose
//! freely with a word. Each test puts hostile text in the place of that word, everywhere at once, and compares what is
//! generated: the tokens are the same, but for names that hold the word and for the literals that hold the text.

use std::fs;
use std::process::Command;

use proc_macro2::{TokenStream, TokenTree};
use rolecall_codegen::lint::{Audience, lint, unused_fields};
use rolecall_codegen::lower::lower;
use rolecall_codegen::model;
use rolecall_codegen::render::{Example, Files, Home, Identity, files};
use rolecall_openapi::load::{SpecVersion, parse};
use serde_json::Value;

const EVERYTHING: &str = "fixtures/hostile/everything.yaml";
const NEWER: &str = "fixtures/hostile/newer.yaml";

/// What the fixture calls whatever is free.
const WORD: &str = "seed";

/// Fields that OpenAPI 3.0 does not have.
const ONLY_31: [&str; 33] = [
    "jsonSchemaDialect",
    "webhooks",
    "pathItems",
    "identifier",
    "const",
    "examples",
    "if",
    "then",
    "else",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
    "dependentRequired",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentMediaType",
    "contentEncoding",
    "contentSchema",
    "$defs",
    "$comment",
    "$id",
    "$schema",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$vocabulary",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "anyOf",
];

/// Text on one line, which a name can hold.
const IN_A_LINE: &[&str] = &[
    "*/",
    "/*",
    "]]",
    "\"#",
    "\"##",
    "\\\"",
    "\\",
    "'",
    "`",
    "``",
    "```",
    "~~~",
    "{}",
    "{{0}}",
    "{WORD}",
    "///",
    "//!",
    "// x",
    "#![feature(x)]",
    "#[cfg(any())]",
    "\");}} compile_error!(\"ran\"); fn x() {{ (\"",
    "]; compile_error!(\"ran\")",
    "<script>alert(1)</script>",
    "<!--",
    "-->",
    "--!>",
    "<b",
    "[Error]",
    "[a](javascript:b)",
    "![a](https://x.test/p.png)",
    "https://x.test/<b>",
    "| a |",
    "&lt;",
    "%0A",
    "~1~0",
    "$crate",
    "r#\"",
    "* _ ~",
    "é日本🦀",
    "/../../x",
];

/// Text that lint takes for a description, and not for a name.
const MORE: &[&str] = &[
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\nfn x() {}\n",
    "\n#![feature(x)]\n",
    "\n//! x\n",
    "\n/// x\n",
    "\n*/\nfn x() {}\n/*\n",
    "\n```\ncompile_error!(\"ran\");\n```\n",
    "\n```rust\ncompile_error!(\"ran\");\n",
    "\n\n```edition2021\ncompile_error!(\"ran\");\n```\n\n",
    "\n\n~~~ignore,rust\ncompile_error!(\"ran\");\n~~~\n\n",
    "\n\n> ~~~rust\n> compile_error!(\"ran\");\n> ~~~\n\n",
    "\n\n>     compile_error!(\"ran\");\n\n",
    "\n\n- a\n\n      compile_error!(\"ran\");\n\n",
    "\n\n1.     compile_error!(\"ran\");\n\n",
    "\n\n    compile_error!(\"ran\");\n\n",
    "\n\n\tcompile_error!(\"ran\");\n\n",
    "\n\n[^n]:\n\n    compile_error!(\"ran\");\n\n",
    "\n\n<div>\n\n# Heading\n\n</div>\n\n",
    "\n\n# Heading\n\nHeading\n=======\n\n---\n\n",
    "\n\n[Error]: https://x.test\n\n",
    "\n[dependencies]\nx = \"1\"\n",
    "\"\"\"\n[lib]\nproc-macro = true\n\"\"\"",
    "'''\n[lib]\nproc-macro = true\n'''",
];

/// Puts a text in the place of the word, in keys and values alike. References stay what they refer to.
fn with(value: &Value, text: &str) -> Value {
    let put = |holder: &str| holder.replace(WORD, text);
    match value {
        Value::String(holder) if holder.starts_with("#/") => {
            let escaped = text
                .replace('~', "~0")
                .replace('/', "~1")
                .replace('%', "%25");
            holder.replace(WORD, &escaped).into()
        }
        // Pointers into bodies.
        Value::String(holder) if holder.starts_with("/seed") => {
            let escaped = text.replace('~', "~0").replace('/', "~1");
            holder.replace(WORD, &escaped).into()
        }
        Value::String(holder) => put(holder).into(),
        Value::Array(items) => items.iter().map(|item| with(item, text)).collect(),
        Value::Object(object) => {
            let entries = object.iter();
            let entries = entries.map(|(key, value)| (put(key), with(value, text)));
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}

/// The fixture, as 3.1 or as the 3.0 in it.
fn everything(version: SpecVersion) -> Value {
    let text = fs::read_to_string(EVERYTHING).unwrap();
    let mut value = parse(EVERYTHING, &text).unwrap().value;
    if version == SpecVersion::V3_0 {
        strip(&mut value);
        value["openapi"] = "3.0.3".into();
        let paths = value["paths"].as_object_mut().unwrap();
        paths.retain(|path, _| path != "/seed/referred");
        let role = &mut value["components"]["schemas"]["seedRole"]["properties"];
        role["seedMaybe"] = serde_json::json!({ "type": "string", "nullable": true });
        role["seedConst"] = serde_json::json!({ "type": "string" });
    }
    value
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(object) => {
            // In a description 3.0 has examples, too; in schemas it has none. Neither comes into the crate.
            object.retain(|key, _| !ONLY_31.contains(&key.as_str()));
            object.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn identity(text: &str) -> Identity {
    let put = |holder: &str| holder.replace(WORD, text);
    Identity {
        api: put("seed"),
        package: "seed-client".into(),
        version: "0.1.0".into(),
        description: put("Client of seed"),
        keywords: vec![put("seed")],
        categories: vec![put("seed")],
        documentation: Some(put("https://seed.test/docs")),
        source: put("seed.yaml"),
        command: put("cargo xtask generate --spec seed"),
        home: Home::Elsewhere {
            support: put("/seed/client").into(),
            member: false,
        },
        example: Some(Example {
            operation: put("seed_put"),
            arguments: [(put("seedId"), put("seed").into())].into(),
        }),
    }
}

/// The crate of a description, past lint: names that lint refuses must be harmless, too.
fn generated(document: &Value, text: &str) -> Files {
    let v31 = document["openapi"] == "3.1.0";
    let lowered = lower(document.clone(), v31);
    let model = model::build("hostile", &lowered).unwrap_or_else(|e| panic!("{text:?}: {e}"));
    files(&model, &lowered.document, &identity(text)).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

/// Code without names that the description chose, without literals, and without documentation.
fn skeleton(tokens: TokenStream) -> String {
    let mut shown = String::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                // `#![…]` and `#[…]`.
                let inner =
                    tokens.next_if(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == '!'));
                let is_doc = matches!(tokens.peek(), Some(TokenTree::Group(group)) if is_doc(group.stream()));
                if is_doc {
                    tokens.next();
                } else {
                    shown.push('#');
                    shown.push_str(inner.map_or("", |_| "!"));
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    _ => ("(", ")"),
                };
                shown.push_str(open);
                shown.push_str(&skeleton(group.stream()));
                shown.push_str(close);
            }
            TokenTree::Literal(_) => shown.push_str(" LITERAL "),
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                let ours = ident.to_lowercase().contains(WORD);
                shown.push_str(if ours { "NAME" } else { &ident });
                shown.push(' ');
            }
            TokenTree::Punct(punct) => shown.push(punct.as_char()),
        }
    }
    shown
}

/// `doc = "…"`; what is included is looked at.
fn is_doc(attribute: TokenStream) -> bool {
    let shown: Vec<TokenTree> = attribute.into_iter().collect();
    matches!(shown.as_slice(), [TokenTree::Ident(doc), _, TokenTree::Literal(_)] if doc == "doc")
}

/// The items of all Rust files, each as its skeleton, in an order that does not depend on names.
fn items(files: &Files) -> Vec<String> {
    let mut items = Vec::new();
    for (path, code) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let file = syn::parse_file(code).unwrap_or_else(|error| panic!("{path}: {error}"));
        let attributes = file.attrs.iter().map(quote::ToTokens::to_token_stream);
        let inside = file.items.iter().map(quote::ToTokens::to_token_stream);
        let skeletons = attributes.chain(inside).map(skeleton);
        // Lines of documentation have none.
        items.extend(skeletons.filter(|skeleton| !skeleton.is_empty()));
    }
    items.sort();
    items
}

fn keys(toml: &str) -> Vec<String> {
    fn collect(table: &dyn toml_edit::TableLike, prefix: &str, keys: &mut Vec<String>) {
        for (key, item) in table.iter() {
            let name = if prefix == ".features" && !matches!(key, "default" | "schemars") {
                "NAME"
            } else {
                key
            };
            let path = format!("{prefix}.{name}");
            if let Some(table) = item.as_table_like() {
                collect(table, &path, keys);
            }
            keys.push(path);
        }
    }
    let document: toml_edit::DocumentMut = toml.parse().unwrap();
    let mut keys_ = Vec::new();
    collect(document.as_table(), "", &mut keys_);
    keys_
}

/// The lines of a README that are its structure. A fence is as long as the code in it needs.
fn structure(readme: &str) -> Vec<String> {
    let lines = readme.lines().skip(1);
    let marks = lines.filter(|line| {
        let is_setter = line.starts_with("    .");
        line.starts_with(['#', '`', '~', '<', '>', '-']) || line.starts_with("    ") && !is_setter
    });
    let fences = marks.map(|line| match line.trim_start_matches('`') {
        info if line.starts_with("```") => format!("```{info}"),
        _ => line.to_owned(),
    });
    fences.collect()
}

/// What differs; nothing when all is as it is without the text.
fn difference(clean: &Files, hostile: &Files) -> Option<String> {
    let (before, after) = (items(clean), items(hostile));
    let first = before.iter().zip(&after).find(|(one, other)| one != other);
    if let Some((one, other)) = first {
        return Some(format!("{one}\n{other}"));
    }
    if before.len() != after.len() {
        return Some(format!("{} items, {} before", after.len(), before.len()));
    }
    let manifest = |files: &Files| keys(files.get("Cargo.toml").unwrap());
    let (before, after) = (manifest(clean), manifest(hostile));
    if before != after {
        return Some(format!("{before:?}\n{after:?}"));
    }
    let page = |files: &Files| structure(files.get("README.md").unwrap());
    let (before, after) = (page(clean), page(hostile));
    if before != after {
        return Some(format!("{before:?}\n{after:?}"));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let odd = hostile.iter().map(|(path, _)| path).find(|path| {
        let name = path.strip_prefix("src/").unwrap_or(path);
        !name.chars().all(is_plain)
    });
    if let Some(path) = odd {
        return Some(format!("a file called {path}"));
    }
    let count = |files: &Files| files.iter().count();
    (count(clean) != count(hostile)).then(|| "another number of files".to_owned())
}

#[test]
fn the_fixture_uses_every_field_of_openapi() {
    let text = fs::read_to_string(EVERYTHING).unwrap();
    let document = parse(EVERYTHING, &text).unwrap();
    let newer = fs::read_to_string(NEWER).unwrap();
    let newer = unused_fields(&parse(NEWER, &newer).unwrap());
    let mut unused = unused_fields(&document);
    unused.retain(|field| newer.contains(field));
    assert_eq!(unused, Vec::<String>::new());
    let problems = lint(&document, Audience::Foreign);
    let errors: Vec<String> = problems
        .iter()
        .filter(|problem| problem.severity == rolecall_openapi::problem::Severity::Error)
        .map(ToString::to_string)
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn every_free_text_of_the_fixture_is_marked() {
    // Values that OpenAPI lists, and names of ours.
    let listed = [
        "3.1.0",
        "query",
        "path",
        "header",
        "cookie",
        "form",
        "simple",
        "string",
        "integer",
        "number",
        "object",
        "array",
        "null",
        "oauth2",
        "apiKey",
        "http",
        "openIdConnect",
        "bearer",
        "body-token",
        "pat",
        "documented",
        "date-time",
        "password",
        "binary",
        "base64",
        "Gone",
    ];
    fn look(value: &Value, listed: &[&str], bare: &mut Vec<String>) {
        match value {
            Value::String(text) if !text.contains(WORD) && !listed.contains(&text.as_str()) => {
                bare.push(text.clone());
            }
            Value::Array(items) => items.iter().for_each(|item| look(item, listed, bare)),
            Value::Object(object) => object.values().for_each(|value| look(value, listed, bare)),
            _ => {}
        }
    }
    let mut bare = Vec::new();
    look(&everything(SpecVersion::V3_1), &listed, &mut bare);
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn no_text_anywhere_changes_what_the_crate_is_made_of() {
    let mut differences = Vec::new();
    for version in [SpecVersion::V3_0, SpecVersion::V3_1] {
        let document = everything(version);
        let clean = generated(&document, WORD);
        // What differs between the versions is how they are read, not what is written.
        let all: Vec<&str> = match version {
            SpecVersion::V3_0 => vec!["\n```rust\ncompile_error!(\"ran\");\n\n*/ \"# <b> {} ]]"],
            _ => IN_A_LINE.iter().chain(MORE).copied().collect(),
        };
        for text in all {
            let text = format!("{text}{WORD}{text}");
            let hostile = generated(&with(&document, &text), &text);
            if let Some(difference) = difference(&clean, &hostile) {
                differences.push(format!("{text:?}: {difference}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn lint_lets_a_name_hold_what_can_be_seen_and_nothing_else() {
    let document = everything(SpecVersion::V3_1);
    let found = |text: &str| {
        let hostile = with(&document, &format!("{WORD}{text}")).to_string();
        let document = parse("hostile.json", &hostile).unwrap();
        let problems = lint(&document, Audience::Foreign);
        let found = problems.iter().filter(|p| p.rule == "invisible-character");
        found.filter_map(|p| p.pointer.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("`\"{}"), Vec::<String>::new());
    let refused = found("\u{202e}");
    for place in [
        "/info/termsOfService",
        "/externalDocs/url",
        "/servers/0/url",
        "/tags/0/name",
        "/security/0/seed\u{202e}Auth",
        "/paths/~1seed\u{202e}~1{seed\u{202e}Id}",
        "/components/schemas/seed\u{202e}Role/properties/seed\u{202e}Kind",
        "/components/securitySchemes/seed\u{202e}Key/name",
    ] {
        assert!(refused.iter().any(|p| p == place), "{place} in {refused:?}");
    }
    // Texts may hold anything: they are shown escaped.
    for place in ["/info/title", "/info/description", "/tags/0/description"] {
        assert!(!refused.iter().any(|p| p == place), "{place}");
    }
}

/// Everything that documentation says, as one file that depends on nothing.
fn documentation(files: &Files) -> String {
    fn collect(tokens: TokenStream, docs: &mut Vec<String>) {
        let mut block = String::new();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let TokenTree::Punct(punct) = &token else {
                if !block.is_empty() {
                    docs.push(std::mem::take(&mut block));
                }
                if let TokenTree::Group(group) = token {
                    collect(group.stream(), docs);
                }
                continue;
            };
            if punct.as_char() == '#' {
                tokens.next_if(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == '!'));
                if let Some(TokenTree::Group(group)) = tokens.peek()
                    && is_doc(group.stream())
                {
                    block.push_str(&format!("#[{}]\n", group.stream()));
                    tokens.next();
                }
            }
        }
    }
    let mut docs = Vec::new();
    for (_, code) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        collect(code.parse().unwrap(), &mut docs);
    }
    // Links of the templates lead to items that are not here.
    docs.retain(|docs| !docs.contains("[`"));
    let items = docs.iter().enumerate();
    let items: String = items
        .map(|(n, docs)| format!("{docs}pub struct D{n};\n"))
        .collect();
    format!("//! Documentation.\n{items}")
}

/// rustdoc itself finds nothing to run and nothing to warn of.
#[test]
fn rustdoc_runs_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let texts = IN_A_LINE.iter().chain(MORE);
    let texts: Vec<String> = texts.map(|text| format!("{text}{WORD}{text}")).collect();
    let mut all = String::from("#![allow(dead_code)]\n");
    for (number, text) in texts.iter().enumerate() {
        let made = generated(&with(&everything(SpecVersion::V3_1), text), text);
        let file = format!("m{number}.rs");
        fs::write(folder.path().join(&file), documentation(&made)).unwrap();
        let readme = made.get("README.md").unwrap();
        fs::write(folder.path().join(format!("m{number}.md")), readme).unwrap();
        all.push_str(&format!(
            "#[doc = include_str!(\"m{number}.md\")]\npub mod m{number};\n"
        ));
    }
    let root = folder.path().join("lib.rs");
    fs::write(&root, all).unwrap();
    let rustdoc = |arguments: &[&str]| {
        let mut command = Command::new("rustdoc");
        command
            .args(["--edition", "2021"])
            .args(arguments)
            .arg(&root);
        command.arg("--out-dir").arg(folder.path().join("doc"));
        let output = command.output().unwrap();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (shown(&output.stdout), shown(&output.stderr));
        assert!(output.status.success(), "{out}{err}");
        out
    };
    rustdoc(&["-D", "warnings"]);
    let list = rustdoc(&["--test", "--test-args", "--list"]);
    // The example of the README is a template.
    let tests: Vec<&str> = list
        .lines()
        .filter(|line| line.ends_with(": test"))
        .collect();
    let foreign: Vec<&&str> = tests.iter().filter(|test| test.contains("::D")).collect();
    assert_eq!(foreign, Vec::<&&str>::new());
    assert_eq!(tests.len(), texts.len(), "{tests:?}");
}
