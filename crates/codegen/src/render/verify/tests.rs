use serde_json::json;

use super::{file, verify};
use crate::lower::lower;
use crate::model::{self, Model};
use crate::render::{Files, Home, Identity, files};

fn made() -> (Model, Files) {
    let role = json!({ "$ref": "#/components/schemas/Role" });
    let content = json!({ "application/json": { "schema": role } });
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "Roles", "version": "1" },
        "paths": { "/roles": { "post": {
            "operationId": "create",
            "tags": ["roles"],
            "description": "Makes one.",
            "requestBody": { "content": content },
            "responses": { "200": { "description": "ok", "content": content } },
        } } },
        "components": { "schemas": { "Role": {
            "type": "object",
            "required": ["kind"],
            "properties": { "kind": { "type": "string", "enum": ["a", "b"] }, "name": { "type": "string" } },
        } } },
    });
    let lowered = lower(document, false);
    let model = model::build("roles", &lowered).unwrap();
    let identity = Identity {
        api: "roles".into(),
        package: "roles".into(),
        version: "0.1.0".into(),
        description: "Roles".into(),
        keywords: Vec::new(),
        categories: Vec::new(),
        documentation: None,
        source: "roles.yaml".into(),
        command: "test".into(),
        home: Home::Workspace,
        example: None,
    };
    let files = files(&model, &lowered.document, &identity).unwrap();
    (model, files)
}

#[test]
fn what_the_templates_do_not_write_is_found() {
    let (model, files) = made();
    assert_eq!(verify(&files, &model), Ok(()));
    let types = "src/types.rs";
    let module = "src/roles.rs";
    // The file, a text in it, and what stands there instead.
    let cases = [
        (types, "/// Role", "fn x() {}\n/// Role"),
        (types, "/// Role", "mod x { fn y() {} }\n/// Role"),
        (types, "/// Role", "println!();\n/// Role"),
        (types, "/// Role", "#[path = \"x\"]\n/// Role"),
        (types, "/// Role", "use evil::x;\n/// Role"),
        (types, "/// Role\n", "/// ```\n/// x\n/// ```\n"),
        (types, "/// Role\n", "///     x\n"),
        (types, "/// Role\n", "/// <script>\n"),
        (
            types,
            "/// Role\n",
            "#[doc = include_str!(\"/etc/passwd\")]\n",
        ),
        (
            types,
            "    pub name:",
            "    pub other: String,\n    pub name:",
        ),
        (types, "= \"a\",", "= \"a\", X = concat!(\"b\"),"),
        (
            types,
            "    pub enum RoleKind",
            "    #[cfg(x)]\n    pub enum RoleKind",
        ),
        (
            types,
            "        Self {",
            "        std::process::abort!();\n        Self {",
        ),
        (
            types,
            "        Self {",
            "        unsafe { x() };\n        Self {",
        ),
        (types, "        Self {", "        fn y() {}\n        Self {"),
        (
            module,
            "    pub fn create(",
            "    pub fn other() {}\n    pub fn create(",
        ),
        (
            module,
            "/// Makes one.",
            "/// ```rust,no_run\n    /// x\n    /// ```",
        ),
        ("src/lib.rs", "mod catalog;", "mod catalog;\nmod other;"),
        ("src/lib.rs", "mod catalog;", "mod catalog { }"),
        ("src/lib.rs", "../README.md", "../../README.md"),
        (
            "src/operations.rs",
            "pub static ALL",
            "pub static OTHER: () = ();\npub static ALL",
        ),
        ("src/catalog.rs", "$each! {", "$each! { evil!(),"),
        (
            "Cargo.toml",
            "[features]",
            "[build-dependencies]\nx = \"1\"\n\n[features]",
        ),
        ("Cargo.toml", "default = [", "other = []\ndefault = ["),
        (
            "Cargo.toml",
            "rolecall-client.workspace",
            "x = \"1\"\nrolecall-client.workspace",
        ),
        ("README.md", "## Modules", "## Other\n\n## Modules"),
        ("README.md", "## Modules", "<b>x</b>\n\n## Modules"),
        ("README.md", "## Modules", "```rust\nx\n```\n\n## Modules"),
        (types, "}", "} }"),
    ];
    for (path, from, to) in cases {
        let text = files.get(path).unwrap();
        assert!(text.contains(from), "{from} is not in {path}:\n{text}");
        let text = text.replacen(from, to, 1);
        assert!(file(path, &text, &model).is_err(), "{to} in {path}");
    }
}
