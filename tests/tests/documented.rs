//! What the documentation lists is what there is.

use std::fs;
use std::path::Path;

use rolecall_codegen::lower::PASSES;

#[test]
fn the_passes_are_documented_in_their_order() {
    let text = fs::read_to_string("../specs/README.md").unwrap();
    let section = text
        .split("\n## Lowering")
        .nth(1)
        .expect("a section on lowering");
    let names: Vec<&str> = PASSES.iter().map(|pass| pass.name).collect();
    let rows: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|name| names.contains(name))
        .collect();
    assert_eq!(rows, names);
}

#[test]
fn every_kind_of_loss_is_documented() {
    let text = fs::read_to_string("../specs/README.md").unwrap();
    let mut kinds = Vec::new();
    for code in sources(Path::new("../crates/codegen/src/lower")) {
        // A kind is the first literal after the call that reports it.
        for call in ["lose(", "lose_at(", "losses.push((", "lost("] {
            kinds.extend(code.split(call).skip(1).filter_map(|rest| {
                let (before, literal) = rest.split_once('"')?;
                let kind = literal.split('"').next()?;
                let here = before.trim().is_empty()
                    && kind.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                here.then(|| kind.to_owned())
            }));
        }
    }
    assert!(kinds.len() > 10, "{kinds:?}");
    kinds.sort();
    kinds.dedup();
    let missing: Vec<&String> = kinds
        .iter()
        .filter(|kind| !text.contains(&format!("`{kind}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "specs/README.md does not say what these losses are: {missing:?}"
    );
}

/// The text of every file below a folder.
fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![fs::read_to_string(path).unwrap()]
            }
        })
        .collect()
}
