//! A fifth API: `cargo xtask new` makes its description, the workspace takes in its crate, and a program calls it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall_tests::recorder::{Answer, Recorder};
use xtask::generate::prepare_all;
use xtask::progress::Progress;
use xtask::project::Project;
use xtask::{new, registration, write};

const NAME: &str = "harbour";

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A workspace without any API.
fn workspace() -> (tempfile::TempDir, Project) {
    let folder = tempfile::tempdir().unwrap();
    let client = home().canonicalize().unwrap().join("crates/client");
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\", \"program\"]\n\n\
         [workspace.package]\nedition = \"2024\"\nrust-version = \"1.95\"\nlicense = \"MIT\"\n\n\
         [workspace.lints.rust]\nunsafe_code = \"forbid\"\n\n\
         [workspace.dependencies]\n\
         rolecall-client = {{ path = {client:?}, default-features = false }}\n\n\
         [profile.dev]\ndebug = false\n"
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.path().join(".gitattributes"), "").unwrap();
    fs::create_dir_all(folder.path().join("specs")).unwrap();
    let project = Project {
        root: folder.path().to_owned(),
    };
    (folder, project)
}

/// As `cargo xtask generate`.
fn generate(project: &Project) {
    let apis = project.apis(&[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let jobs: Vec<_> = apis
        .iter()
        .map(|api| xtask::cli::generate::ours(api, project))
        .collect();
    for outcome in prepare_all(&jobs, &Progress::new(false)) {
        let outcome = outcome.unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!(outcome.warnings.len(), 0, "{:?}", outcome.warnings);
        write::apply(&outcome.changes).unwrap();
    }
    let apis: Vec<_> = apis.iter().collect();
    write::apply(&registration::changes(&project.root, &apis).unwrap()).unwrap();
}

/// What depends on the crate as members of a workspace do, built: its path.
fn program(project: &Project) -> PathBuf {
    let folder = project.root.join("program");
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         rolecall-{NAME}.workspace = true\n\
         tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"net\", \"rt\"] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let main = include_str!("../fixtures/fifth/main.rs");
    fs::write(folder.join("src/main.rs"), main).unwrap();
    fs::copy(home().join("Cargo.lock"), project.root.join("Cargo.lock")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Kept between runs: what the program depends on is built once.
    let target = home().join("target/fifth");
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", "program", "--target-dir"])
        .arg(&target)
        .current_dir(&project.root)
        .status()
        .unwrap();
    assert!(status.success());
    target
        .join("debug")
        .join(format!("program{}", std::env::consts::EXE_SUFFIX))
}

#[tokio::test]
async fn a_fifth_api_is_made_generated_built_and_called() {
    let (_folder, project) = workspace();
    new::create(&project, NAME).unwrap();
    generate(&project);
    let manifest = fs::read_to_string(project.root.join("Cargo.toml")).unwrap();
    assert!(
        manifest.contains("rolecall-harbour = { path = \"crates/harbour\", version = \"0.1.0\" }"),
        "{manifest}"
    );
    let attributes = fs::read_to_string(project.root.join(".gitattributes")).unwrap();
    assert_eq!(attributes, "crates/harbour/** linguist-generated\n");
    let program = program(&project);

    let examples = project.root.join("specs").join(NAME).join("examples");
    let example = |file: &str| fs::read_to_string(examples.join(file)).unwrap();
    let recorder = Recorder::start([
        Answer::json(200, example("listRoleAssignments.200.first-page.json")),
        Answer::json(201, example("assignRole.201.user.json")),
        Answer::json(403, example("schema.Error.not-allowed.json")),
    ])
    .await;
    let url = recorder.url().to_owned();
    let output = tokio::task::spawn_blocking(move || Command::new(program).arg(url).output());
    let output = output.await.unwrap().unwrap();
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout), @r#"
    User u1: administrator
    next Some("p2")
    assigned a1
    403 Forbidden: You are not allowed to do this.
    "#);
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );

    // A new version is one line in `api.toml`: the workspace keeps on resolving.
    let settings = project.root.join("specs").join(NAME).join("api.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("\"0.1.0\"", "\"0.2.0\"")).unwrap();
    generate(&project);
    let metadata = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(&project.root)
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{metadata:?}");
    assert!(String::from_utf8_lossy(&metadata.stdout).contains("0.2.0+1"));
}

#[test]
fn what_is_taken_or_no_name_is_refused_and_nothing_is_written() {
    let (_folder, project) = workspace();
    new::create(&project, NAME).unwrap();
    let before = project.names().unwrap();
    for name in [
        "harbour", "", "Harbour", "1st", "a--b", "-a", "a/b", "..", "type", "é", "a b",
    ] {
        let failure = new::create(&project, name).unwrap_err();
        assert!(
            matches!(failure, xtask::generate::Failure::Input(_)),
            "{name}: {failure:?}"
        );
    }
    assert_eq!(project.names().unwrap(), before);
    let entries = fs::read_dir(project.root.join("specs")).unwrap().count();
    assert_eq!(entries, 1);
    let left: Vec<_> = fs::read_to_string(project.root.join("specs/harbour/openapi.yaml"))
        .unwrap()
        .lines()
        .filter(|line| line.contains('{') && (line.contains("{name}") || line.contains("{title}")))
        .map(str::to_owned)
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
