//! Where the workspace names the crate of an API: kept in step with `api.toml`, so that a new crate, or a new version of
//! one, breaks no command.

use std::path::Path;

use crate::project::Api;
use crate::write::Change;

const SECTION: &str = "[workspace.dependencies]";

/// What is to be changed so that the workspace knows the crates of these APIs.
pub fn changes(root: &Path, apis: &[&Api]) -> Result<Vec<Change>, String> {
    let manifest = changed(&root.join("Cargo.toml"), |text| {
        apis.iter().fold(text, |text, api| {
            let package = &api.settings.package;
            dependency(&text, &package.name, &api.name, &package.version)
        })
    })?;
    let attributes = changed(&root.join(".gitattributes"), |text| {
        apis.iter()
            .fold(text, |text, api| generated(&text, &api.name))
    })?;
    Ok(manifest.into_iter().chain(attributes).collect())
}

/// The change of a file; none where there is no such file: then this is no whole checkout.
fn changed(path: &Path, edit: impl FnOnce(String) -> String) -> Result<Option<Change>, String> {
    let old = match std::fs::read_to_string(path) {
        Ok(old) => old,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let new = edit(old.clone());
    Ok((new != old).then(|| Change {
        path: path.to_owned(),
        new: Some(new),
        old: Some(old),
    }))
}

/// The root manifest with the line of a crate: its version, or the whole line where there is none. Everything else stays as
/// it is written.
fn dependency(manifest: &str, package: &str, folder: &str, version: &str) -> String {
    let whole = format!("{package} = {{ path = \"crates/{folder}\", version = \"{version}\" }}");
    let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
    let Some(start) = lines.iter().position(|line| line.trim() == SECTION) else {
        return manifest.to_owned();
    };
    let section = start + 1..lines.len();
    let end = section.clone().find(|at| lines[*at].starts_with('['));
    let section = section.start..end.unwrap_or(section.end);
    let is_of = |line: &str| {
        line.split('=')
            .next()
            .is_some_and(|key| key.trim() == package)
    };
    match section.clone().find(|at| is_of(&lines[*at])) {
        Some(at) => lines[at] = with_version(&lines[at], version).unwrap_or(whole),
        None => {
            let ours = |at: &usize| lines[*at].contains("path = \"crates/");
            let last = section.clone().rfind(ours);
            lines.insert(last.map_or(section.start, |at| at + 1), whole);
        }
    }
    ended(&lines)
}

/// The line of a dependency with another version; `None` where it has none.
fn with_version(line: &str, version: &str) -> Option<String> {
    const KEY: &str = "version = \"";
    let start = line.find(KEY)? + KEY.len();
    let end = start + line[start..].find('"')?;
    Some(format!("{}{version}{}", &line[..start], &line[end..]))
}

/// `.gitattributes` with the folder of a generated crate.
fn generated(attributes: &str, folder: &str) -> String {
    let whole = format!("crates/{folder}/** linguist-generated");
    let mut lines: Vec<String> = attributes.lines().map(str::to_owned).collect();
    if lines.contains(&whole) {
        return attributes.to_owned();
    }
    let last = lines.iter().rposition(|line| line.starts_with("crates/"));
    lines.insert(last.map_or(0, |at| at + 1), whole);
    ended(&lines)
}

fn ended(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\nmembers = []\n\n[workspace.dependencies]\n\
        rolecall-acme = { path = \"crates/acme\", version = \"0.1.0\", default-features = false }\n\
        rolecall = { path = \"crates/rolecall\", version = \"0.1.0\" }\n\n# A comment.\naxum = \"0.8\"\n\n[profile.dev]\n";

    #[test]
    fn a_new_version_changes_nothing_else() {
        let new = dependency(MANIFEST, "rolecall-acme", "acme", "0.2.0");
        let expected = MANIFEST.replacen("0.1.0", "0.2.0", 1);
        assert_eq!(new, expected);
        assert_eq!(dependency(&new, "rolecall-acme", "acme", "0.2.0"), new);
    }

    #[test]
    fn a_new_crate_stands_beside_the_others() {
        let new = dependency(MANIFEST, "rolecall-harbour", "harbour", "0.1.0");
        let line = "rolecall-harbour = { path = \"crates/harbour\", version = \"0.1.0\" }\n";
        let (before, after) = new.split_once(line).unwrap();
        assert_eq!(format!("{before}{after}"), MANIFEST);
        assert!(before.ends_with("version = \"0.1.0\" }\n") && after.starts_with("\n# A comment."));
    }

    #[test]
    fn generated_folders_are_marked_once() {
        let text = "crates/acme/** linguist-generated\nCargo.lock linguist-generated\n";
        let new = generated(text, "harbour");
        assert_eq!(
            new,
            "crates/acme/** linguist-generated\ncrates/harbour/** linguist-generated\nCargo.lock linguist-generated\n"
        );
        assert_eq!(generated(&new, "harbour"), new);
    }
}
