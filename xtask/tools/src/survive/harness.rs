//! Puts cases to a generated crate from outside: a small program that depends on it reads bodies and says what became
//! of them.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;

use serde_json::{Value, json};

use super::{Answer, Case, Tally, exact};

/// What the program is made of.
const MAIN: &str = include_str!("harness/main.rs.txt");
const UNNAMED: &str = include_str!("unnamed.rs");

/// Where everything about one run lies. A folder that stays the same from run to run, so that nothing is compiled twice.
#[derive(Clone, Debug)]
pub struct Places {
    /// The workspace.
    pub root: PathBuf,
    /// A name for the run, fit for a package.
    pub name: String,
}

impl Places {
    /// What cargo builds in; nothing else is kept there.
    pub fn target(&self) -> PathBuf {
        self.root.join("target/survive")
    }

    /// The generated crate.
    pub fn krate(&self) -> PathBuf {
        self.target().join("crates").join(&self.name)
    }

    fn harness(&self) -> PathBuf {
        self.target().join("harnesses").join(&self.name)
    }

    /// Writes the program beside a generated crate of the package `package`, and builds it: the executable.
    pub fn build(&self, package: &str) -> Result<PathBuf, String> {
        let folder = self.harness();
        let name = format!("survive-{}", self.name);
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\nsubject = {{ package = {}, path = {} }}\nrolecall-client = {{ path = {} }}\nserde = \"1\"\n\
             serde_json = {{ version = \"1\", features = [\"preserve_order\"] }}\n\n\
             [profile.dev]\ndebug = false\n\n[workspace]\n",
            Value::from(package),
            quoted(&self.krate())?,
            quoted(&self.root.join("crates/client"))?,
        );
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(&folder.join("src/main.rs"), MAIN)?;
        write(&folder.join("src/unnamed.rs"), UNNAMED)?;
        // The versions that the workspace was tested with; what it does not need, cargo drops.
        if let Ok(lock) = std::fs::read_to_string(self.root.join("Cargo.lock"))
            && !folder.join("Cargo.lock").exists()
        {
            write(&folder.join("Cargo.lock"), &lock)?;
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.target())
            .status()
            .map_err(|error| format!("cargo does not run: {error}"))?;
        if !status.success() {
            return Err(format!(
                "what was generated in {} does not compile",
                self.krate().display()
            ));
        }
        Ok(self.target().join("debug").join(name))
    }
}

/// A path as TOML and JSON write it.
fn quoted(path: &Path) -> Result<Value, String> {
    let text = path.to_str();
    text.map(Value::from)
        .ok_or_else(|| format!("{} is not UTF-8", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs the program on every case that `all` hands over.
pub fn run(
    executable: &Path,
    all: impl FnOnce(&mut dyn FnMut(Case)) + Send,
) -> Result<Tally, String> {
    let mut child = Command::new(executable)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", executable.display()))?;
    let result = match (child.stdin.take(), child.stdout.take()) {
        (Some(input), Some(output)) => talk(input, output, all),
        _ => Err("the program has no standard input or output".to_owned()),
    };
    ended(child)?;
    result
}

fn ended(mut child: Child) -> Result<(), String> {
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the program stopped: {status}")),
        Err(error) => Err(error.to_string()),
    }
}

fn talk(
    mut input: ChildStdin,
    output: ChildStdout,
    all: impl FnOnce(&mut dyn FnMut(Case)) + Send,
) -> Result<Tally, String> {
    // Enough under way to keep both sides busy, not so much that it fills the memory.
    let (sender, receiver) = mpsc::sync_channel::<Case>(1000);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut broken = false;
            all(&mut |case| {
                let line = json!({
                    "operation": case.operation,
                    "kind": case.body_kind,
                    "status": case.status,
                    "body": exact::text(&case.body),
                });
                // The reading side tells what is wrong with a program that no longer reads.
                broken = broken || writeln!(input, "{line}").is_err() || sender.send(case).is_err();
            });
        });
        let mut lines = BufReader::new(output).lines();
        let mut tally = Tally::default();
        for case in receiver {
            let line = match lines.next() {
                Some(Ok(line)) => line,
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err(format!("no answer about {}", case.operation)),
            };
            let answer: Answer =
                serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
            tally.add(&case, &answer);
        }
        Ok(tally)
    })
}
