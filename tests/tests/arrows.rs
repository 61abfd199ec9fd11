//! Which crate may depend on which: read from the manifests and the lock file, so that a wrong arrow fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Crates that open a socket, do TLS, or are only there to do so, and the command line.
const FORBIDDEN: [&str; 12] = [
    "axum",
    "clap",
    "hyper",
    "hyper-util",
    "mio",
    "native-tls",
    "openssl",
    "reqwest",
    "rustls",
    "socket2",
    "tokio",
    "ureq",
];

fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

fn read(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A member of the workspace: what it is built from, and what only its tests need.
struct Member {
    built_from: BTreeSet<String>,
    tested_with: BTreeSet<String>,
}

/// The members that the root manifest lists, each `folder/*` taken for every folder in it.
fn members() -> BTreeMap<String, Member> {
    let manifest = read(&root().join("Cargo.toml"));
    let listed = manifest["workspace"]["members"].as_array();
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    listed
        .flat_map(|pattern| match pattern.strip_suffix("/*") {
            Some(folder) => folders(&root().join(folder)),
            None => vec![root().join(pattern)],
        })
        .map(|folder| {
            let manifest = read(&folder.join("Cargo.toml"));
            let name = manifest["package"]["name"].as_str().expect("a name");
            let member = Member {
                built_from: names(&manifest, &["dependencies", "build-dependencies"]),
                tested_with: names(&manifest, &["dev-dependencies"]),
            };
            (name.to_owned(), member)
        })
        .collect()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).unwrap_or_else(|e| panic!("{}: {e}", of.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The packages that tables of a manifest name, those for one platform included.
fn names(manifest: &Table, tables: &[&str]) -> BTreeSet<String> {
    let platforms = manifest.get("target").and_then(Value::as_table);
    let platforms = platforms.into_iter().flatten();
    let platforms = platforms.filter_map(|(_, one)| one.as_table());
    [manifest]
        .into_iter()
        .chain(platforms)
        .flat_map(|part| tables.iter().filter_map(|table| part.get(*table)))
        .filter_map(Value::as_table)
        .flatten()
        .map(|(name, dependency)| {
            let renamed = dependency.get("package").and_then(Value::as_str);
            renamed.unwrap_or(name).to_owned()
        })
        .collect()
}

/// What the lock file says that each package is built from. For members that includes what their tests need.
fn locked() -> BTreeMap<String, BTreeSet<String>> {
    let lock = read(&root().join("Cargo.lock"));
    let mut locked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name").to_owned();
        let all = package.get("dependencies").and_then(Value::as_array);
        let all = all.into_iter().flatten().filter_map(Value::as_str);
        // `name`, or `name version` where there are several. Versions are taken together.
        let all = all.map(|one| one.split(' ').next().unwrap_or(one).to_owned());
        locked.entry(name).or_default().extend(all);
    }
    locked
}

/// Everything that a member is built from, whatever the platform and the features.
fn closure(member: &str) -> BTreeSet<String> {
    let (members, locked) = (members(), locked());
    let mut reached = BTreeSet::new();
    let mut queue = vec![member.to_owned()];
    while let Some(name) = queue.pop() {
        let next = match members.get(&name) {
            Some(member) => &member.built_from,
            None => locked
                .get(&name)
                .unwrap_or_else(|| panic!("`{name}` is in no lock file")),
        };
        queue.extend(next.iter().filter(|name| !reached.contains(*name)).cloned());
        reached.extend(next.iter().cloned());
    }
    reached
}

/// The members of the workspace that a member is built from directly.
fn arrows(members: &BTreeMap<String, Member>, from: &str) -> Vec<String> {
    let member = members
        .get(from)
        .unwrap_or_else(|| panic!("there is no `{from}`"));
    let ours = member.built_from.iter();
    ours.filter(|name| members.contains_key(*name))
        .cloned()
        .collect()
}

#[test]
fn what_reads_and_compiles_descriptions_opens_no_socket() {
    for member in ["rolecall-openapi", "rolecall-codegen", "rolecall-drift"] {
        let closure = closure(member);
        let wrong: Vec<&str> = FORBIDDEN
            .into_iter()
            .filter(|name| closure.contains(*name))
            .collect();
        assert!(wrong.is_empty(), "{member} is built from {wrong:?}");
    }
    // The same reading finds them where they are.
    assert!(closure("xtask-tools").contains("rustls") && closure("xtask").contains("clap"));
    assert!(closure("rolecall-client").contains("tokio"));
}

#[test]
fn who_generates_does_not_wait_for_tls() {
    let closure = closure("xtask");
    for name in ["ring", "rolecall-drift", "rustls", "tokio", "ureq"] {
        assert!(!closure.contains(name), "xtask is built from {name}");
    }
}

#[test]
fn arrows_between_our_crates_point_down() {
    let members = members();
    let down: [(&str, &[&str]); 9] = [
        ("rolecall-openapi", &[]),
        ("rolecall-codegen", &["rolecall-openapi"]),
        ("rolecall-drift", &["rolecall-codegen", "rolecall-openapi"]),
        ("rolecall-standin", &["rolecall-openapi"]),
        ("rolecall-client", &[]),
        ("rolecall-auth", &["rolecall-client"]),
        ("rolecall-inventory", &["rolecall"]),
        (
            "rolecall-cli",
            &["rolecall", "rolecall-inventory", "rolecall-standin"],
        ),
        ("rolecall-policy", &["rolecall-auth", "rolecall-client"]),
    ];
    for (from, to) in down {
        assert_eq!(arrows(&members, from), to, "{from}");
    }
}

#[test]
fn a_generated_crate_is_built_from_the_run_time_alone() {
    let members = members();
    let specs = fs::read_dir(root().join("specs")).expect("specs/");
    let settings = specs.map(|entry| entry.expect("an entry of specs/").path().join("api.toml"));
    let mut seen = 0;
    for settings in settings.filter(|file| file.is_file()) {
        let settings = read(&settings);
        let name = settings["crate"]["name"].as_str().expect("a name");
        assert_eq!(arrows(&members, name), ["rolecall-client"], "{name}");
        seen += 1;
    }
    assert!(seen > 0);
}

/// The program can be built without them: its feature `demo` is for who tries it.
#[test]
fn only_the_demo_is_built_from_the_stand_ins() {
    for (name, member) in members() {
        let is_built = member.built_from.contains("rolecall-standin");
        assert_eq!(is_built, name == "rolecall-cli", "{name}");
    }
    let manifest = read(&root().join("crates/cli/Cargo.toml"));
    let optional = &manifest["dependencies"]["rolecall-standin"]["optional"];
    assert_eq!(optional.as_bool(), Some(true));
}

#[test]
fn nothing_but_tests_depends_on_xtask() {
    for (name, member) in members() {
        for task in ["xtask", "xtask-tools"] {
            assert!(
                name == "xtask-tools" || !member.built_from.contains(task),
                "{name}"
            );
            assert!(
                name == "rolecall-tests" || !member.tested_with.contains(task),
                "{name}"
            );
        }
    }
}

/// What is particular to a vendor is in its description, or in its modules in the facade, the inventory and the stand-in.
#[test]
fn what_works_for_any_api_names_no_vendor() {
    let mut vendors: Vec<String> = folders(&root().join("specs"))
        .iter()
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
        .collect();
    assert!(!vendors.is_empty());
    // The company behind one of the services, which its texts are full of.
    vendors.push("palantir".to_owned());
    let mut wrong = Vec::new();
    for member in ["auth", "client", "codegen", "drift", "openapi", "policy"] {
        let files = sources(&root().join("crates").join(member).join("src"));
        assert!(!files.is_empty(), "{member}");
        for file in files {
            let text = fs::read_to_string(&file).expect("a source file");
            for (number, line) in (1..).zip(text.to_lowercase().lines()) {
                if vendors.iter().any(|vendor| line.contains(vendor.as_str())) {
                    wrong.push(format!("{}:{number}: {line}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .collect()
}
