//! `cargo xtask new`: the skeleton of an API in `specs/`, which passes lint and says what is to be filled in.

use std::fs;
use std::path::{Path, PathBuf};

use rolecall_openapi::problem::{Problem, Severity};

use crate::generate::Failure;
use crate::project::Project;

/// The files of the skeleton, with `{name}` and `{title}` in the place of what the API is called.
const SKELETON: [(&str, &str); 7] = [
    ("openapi.yaml", include_str!("new/skeleton/openapi.yaml")),
    ("api.toml", include_str!("new/skeleton/api.toml")),
    (
        "examples/listRoleAssignments.200.first-page.json",
        include_str!("new/skeleton/examples/listRoleAssignments.200.first-page.json"),
    ),
    (
        "examples/assignRole.request.user.json",
        include_str!("new/skeleton/examples/assignRole.request.user.json"),
    ),
    (
        "examples/assignRole.201.user.json",
        include_str!("new/skeleton/examples/assignRole.201.user.json"),
    ),
    (
        "examples/schema.Error.not-allowed.json",
        include_str!("new/skeleton/examples/schema.Error.not-allowed.json"),
    ),
    (
        "examples/traps/listRoleAssignments.200.unknown-principal.json",
        include_str!("new/skeleton/examples/traps/listRoleAssignments.200.unknown-principal.json"),
    ),
];

/// What marks the places that are to be filled in.
pub const FILL_IN: &str = "FILL IN";

/// Writes the skeleton of an API: all of it or nothing. Gives its folder.
pub fn create(project: &Project, name: &str) -> Result<PathBuf, Failure> {
    check(project, name)?;
    let specs = project.root.join("specs");
    let folder = specs.join(name);
    let fail =
        |path: &Path, error: std::io::Error| Failure::Tool(format!("{}: {error}", path.display()));
    let made = tempfile::Builder::new()
        .prefix(".new-")
        .tempdir_in(&specs)
        .map_err(|error| fail(&specs, error))?;
    let title = title(name);
    for (file, text) in SKELETON {
        let path = made.path().join(file);
        let parent = path.parent().unwrap_or(made.path());
        let text = text.replace("{name}", name).replace("{title}", &title);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| fail(&path, error))?;
    }
    readable(made.path()).map_err(|error| fail(made.path(), error))?;
    fs::rename(made.path(), &folder).map_err(|error| fail(&folder, error))?;
    // It is where it belongs, and is not to be removed from where it was made.
    let _ = made.keep();
    Ok(folder)
}

/// A name that a folder, a package, a Cargo feature and a module can have, and that nothing here has.
fn check(project: &Project, name: &str) -> Result<(), Failure> {
    let wrong = |found: String, expected: &str, help: &str| {
        let problem = Problem::of_file(
            Severity::Error,
            "bad-api-name",
            "specs",
            found,
            expected,
            help,
        );
        Err(Failure::from(problem))
    };
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let begins = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase());
    if !begins || !name.split('-').all(is_word) || name.len() > 40 {
        return wrong(
            format!("`{name}` is no name for an API"),
            "lower-case words of letters and digits with hyphens between them, such as `acme`, 40 characters at most",
            "choose another name",
        );
    }
    if rolecall_codegen::names::snake(name) != name.replace('-', "_") {
        return wrong(
            format!("`{name}` is a word of Rust"),
            "a name that a module can have",
            "choose another name",
        );
    }
    for taken in ["specs", "crates"] {
        if project.root.join(taken).join(name).exists() {
            return wrong(
                format!("`{taken}/{name}` exists"),
                "a name that no API and no crate here has",
                "choose another name; `cargo xtask generate` renews the crate of an API that exists",
            );
        }
    }
    Ok(())
}

/// `acme-cloud` as people write it: `Acme Cloud`.
fn title(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_uppercase())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Temporary folders are private; a folder of sources is not.
#[cfg(unix)]
fn readable(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
