//! Compiles the crates of some descriptions, as members of one workspace, so that what they depend on is built once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use serde::Serialize;
use serde_json::Value;

use super::directory::{child, crate_name, file_of};
use super::process::cargo;
use xtask::progress::Progress;

/// What came of it.
#[derive(Serialize)]
pub struct Sample {
    /// What decided the choice.
    pub seed: u64,
    /// How many crates there are.
    pub crates: usize,
    /// How many compile without a warning.
    pub clean: usize,
    /// The first warning of each that compiles with some.
    pub warned: BTreeMap<String, String>,
    /// Why each of the others does not compile, or was not generated.
    pub failed: BTreeMap<String, String>,
}

impl Sample {
    /// In words.
    pub fn summary(&self) -> String {
        let mut text = format!(
            "\nOf a random {} (`--compile {} --seed {}`), {} compile without a warning.\n",
            self.crates, self.crates, self.seed, self.clean
        );
        for (title, rows) in [
            ("with warnings", &self.warned),
            ("not at all", &self.failed),
        ] {
            if !rows.is_empty() {
                text.push_str(&format!("\n{} {title}:\n\n", rows.len()));
            }
            for (label, why) in rows {
                text.push_str(&format!(
                    "- {label}: {}\n",
                    rolecall_openapi::problem::visible(why)
                ));
            }
        }
        text
    }
}

/// A seed for those who name none.
pub fn any_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |since| since.as_secs())
}

/// Some of the labels, decided by a seed alone.
pub fn choose(labels: &[String], count: usize, seed: u64) -> Vec<String> {
    let mut left: Vec<&String> = labels.iter().collect();
    let mut state = seed;
    let mut chosen = Vec::new();
    while chosen.len() < count && !left.is_empty() {
        // SplitMix64: the same numbers everywhere.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = state;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^= number >> 31;
        let index = usize::try_from(number % left.len() as u64).unwrap_or(0);
        chosen.push(left.swap_remove(index).clone());
    }
    chosen
}

/// Generates and checks them.
pub fn compile(
    folder: &Path,
    labels: &[String],
    scratch: &Path,
    seed: u64,
) -> Result<Sample, String> {
    let crates = scratch.join("crates");
    // A crate of an earlier choice is no member of this workspace.
    let _ = std::fs::remove_dir_all(&crates);
    std::fs::create_dir_all(&crates).map_err(|e| format!("{}: {e}", crates.display()))?;
    let progress = Progress::new(true);
    let mut sample = Sample {
        seed,
        crates: labels.len(),
        clean: 0,
        warned: BTreeMap::new(),
        failed: BTreeMap::new(),
    };
    let mut names: BTreeMap<String, &String> = BTreeMap::new();
    for label in labels {
        progress.step(label, "generate");
        let name = crate_name(label);
        let out = crates.join(&name);
        match child(&file_of(folder, label), &name, &out) {
            Ok(_) => {
                join_workspace(&out.join("Cargo.toml"))?;
                names.insert(name, label);
            }
            Err((rule, found)) => {
                sample
                    .failed
                    .insert(label.clone(), format!("{found} ({rule})"));
            }
        }
    }
    let manifest = scratch.join("Cargo.toml");
    let text =
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[profile.dev]\ndebug = false\n";
    std::fs::write(&manifest, text).map_err(|e| format!("{}: {e}", manifest.display()))?;
    if !names.is_empty() {
        progress.step("cargo", "check");
        check(scratch, &names, &mut sample)?;
    }
    progress.done();
    sample.clean = sample.crates - sample.warned.len() - sample.failed.len();
    Ok(sample)
}

/// A generated crate has a workspace of its own, but not among others.
fn join_workspace(manifest: &Path) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", manifest.display());
    let text = std::fs::read_to_string(manifest).map_err(said)?;
    std::fs::write(manifest, text.replace("\n[workspace]\n", "\n")).map_err(said)
}

fn check(
    scratch: &Path,
    names: &BTreeMap<String, &String>,
    sample: &mut Sample,
) -> Result<(), String> {
    let output = cargo(scratch, &scratch.join("target"))
        .args([
            "check",
            "--workspace",
            "--keep-going",
            "--message-format",
            "json",
            "--quiet",
        ])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("cargo does not run: {e}"))?;
    let mut compiled: BTreeSet<String> = BTreeSet::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let target = message["target"]["name"]
            .as_str()
            .unwrap_or_default()
            .replace('_', "-");
        let Some(label) = names.get(&target) else {
            continue;
        };
        if message["reason"] == "compiler-artifact" {
            compiled.insert((*label).clone());
        }
        let words = || {
            let at = &message["message"]["spans"][0];
            format!(
                "{} ({}:{})",
                message["message"]["message"].as_str().unwrap_or_default(),
                at["file_name"].as_str().unwrap_or_default(),
                at["line_start"]
            )
        };
        match message["message"]["level"].as_str() {
            Some("warning") => drop(sample.warned.entry((*label).clone()).or_insert_with(words)),
            Some("error") => drop(sample.failed.entry((*label).clone()).or_insert_with(words)),
            _ => {}
        }
    }
    let last = String::from_utf8_lossy(&output.stderr)
        .lines()
        .last()
        .unwrap_or("no word")
        .to_owned();
    for label in names.values() {
        if !compiled.contains(*label) {
            sample
                .failed
                .entry((*label).clone())
                .or_insert_with(|| last.clone());
        }
    }
    sample
        .warned
        .retain(|label, _| !sample.failed.contains_key(label));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn a_seed_decides_the_choice() {
        let labels: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let chosen = choose(&labels, 10, 7);
        assert_eq!(chosen, choose(&labels, 10, 7));
        assert_ne!(chosen, choose(&labels, 10, 8));
        let distinct: std::collections::BTreeSet<_> = chosen.iter().collect();
        assert_eq!(distinct.len(), 10);
        assert_eq!(choose(&labels, 100, 7).len(), 50);
    }
}
