//! Records in `api.toml` which release of the vendor's document a description was compared with.

use std::path::Path;

use rolecall_openapi::load;
use xtask::generate::Failure;
use xtask::write::{self, Change};

use rolecall_drift::report::Published;

use super::settings;

/// What was done to `api.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pinned {
    /// It names this release already.
    Fresh,
    /// It names this release now.
    Written,
}

/// Writes version and digest of a release into an `api.toml`, and leaves everything else of the file as it is.
///
/// The version stays when the document has none.
pub fn pin(file: &Path, published: &Published) -> Result<Pinned, Failure> {
    let (name, old) = load::read_text(file)?;
    let new = pinned(&old, published).map_err(|why| Failure::Tool(format!("{name}: {why}")))?;
    if new == old {
        return Ok(Pinned::Fresh);
    }
    let change = Change {
        path: file.to_owned(),
        new: Some(new),
        old: Some(old),
    };
    write::apply(&[change]).map_err(Failure::Tool)?;
    Ok(Pinned::Written)
}

fn pinned(text: &str, published: &Published) -> Result<String, String> {
    let text = match &published.version {
        Some(version) => settings::set(text, "upstream", "version", version)?,
        None => text.to_owned(),
    };
    settings::set(&text, "upstream", "sha256", &published.sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_release_changes() {
        let text = "# Who it is.\n[crate]\nname  =  'x'\n\n[upstream]\nurl = \"https://v.example/a.yaml\" # where\n\
                    version = \"1\"   # when\n\n[docs]\nurl = \"d\"\n";
        let published = Published {
            url: String::new(),
            pinned_version: "1".to_owned(),
            pinned_sha256: None,
            version: Some("2".to_owned()),
            sha256: "00ff".to_owned(),
            moved: true,
            lacking: Vec::new(),
        };
        let once = pinned(text, &published).unwrap();
        let expected = text.replace("\"1\"   # when\n", "\"2\"   # when\nsha256 = \"00ff\"\n");
        assert_eq!(once, expected);
        assert_eq!(pinned(&once, &published).unwrap(), once);
        assert!(pinned("[crate]\n", &published).is_err());
    }
}
