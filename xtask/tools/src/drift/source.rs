//! Where the documents of a comparison come from: a file, standard input, a revision in git, or an address.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use rolecall_openapi::load::{self, Document};
use rolecall_openapi::problem::{Problem, Problems, Severity};
use xtask::generate::Failure;

pub mod fetch;
pub mod git;

/// What names a document on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// `-`: standard input.
    Stdin,
    /// A file on disk.
    File(PathBuf),
    /// `REF:path`, as git names a file in a revision. An empty revision is git's index.
    Git {
        /// The revision: a branch, a tag, a commit, or anything else that git takes.
        revision: String,
        /// The path from the root of the repository, or with a leading `./` from the current folder.
        path: String,
    },
    /// `https://…`, or `http://` to this machine.
    Url(String),
}

impl Input {
    /// Reads what was given on the command line.
    ///
    /// A file of exactly this name always wins. A single letter before `:\` or `:/` is a drive of Windows and no
    /// revision: git has no paths that begin with a slash.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        if text == "-" {
            return Ok(Input::Stdin);
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return match scheme.to_ascii_lowercase().as_str() {
                "https" | "http" => Ok(Input::Url(text.to_owned())),
                _ => Err(bad_input(
                    text,
                    format!("`{scheme}` is no way to get a document"),
                    "an address that begins with https://",
                    "download the document and give the file",
                )
                .into()),
            };
        }
        let file = || Ok(Input::File(PathBuf::from(text)));
        if Path::new(text).exists() || text.starts_with(['.', '/', '\\']) {
            return file();
        }
        let Some((revision, path)) = text.split_once(':') else {
            return file();
        };
        let letter = revision.len() == 1 && revision.starts_with(|c: char| c.is_ascii_alphabetic());
        if letter && (cfg!(windows) || path.starts_with(['/', '\\'])) {
            return file();
        }
        if path.is_empty() || revision.starts_with('-') {
            return Err(bad_input(
                text,
                format!("`{text}` names no file in a revision"),
                "REF:path, such as main:specs/okta/openapi.yaml",
                "name the file behind the colon, and a revision that does not begin with `-`",
            )
            .into());
        }
        Ok(Input::Git {
            revision: revision.to_owned(),
            path: path.to_owned(),
        })
    }

    /// Reads the document. `cache` is the folder for what is fetched.
    pub fn load(&self, cache: &Path) -> Result<Loaded, Failure> {
        match self {
            Input::Stdin => file(Path::new("-")),
            Input::File(path) => file(path),
            Input::Git { revision, path } => {
                let text = git::show(Path::new("."), revision, path)?;
                let document = load::parse(&format!("{revision}:{path}"), &text)?;
                Ok(Loaded::new(document, text))
            }
            Input::Url(url) => {
                let bytes = fetch::fetch(url, cache)?;
                let text = String::from_utf8(bytes).map_err(|error| {
                    let at = error.utf8_error().valid_up_to();
                    bad_input(
                        &fetch::shown(url),
                        format!("byte {at} of what the server sent is not UTF-8"),
                        "an OpenAPI description in YAML or JSON",
                        "check the address",
                    )
                })?;
                let document = load::parse(&fetch::shown(url), &text)?;
                Ok(Loaded::new(document, text))
            }
        }
    }
}

/// A document, and what tells its release from every other one.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The document.
    pub document: Document,
    /// Its text.
    pub text: String,
    /// The SHA-256 of its text, in hex.
    pub sha256: String,
}

impl Loaded {
    fn new(document: Document, text: String) -> Self {
        Self {
            document,
            sha256: hex(&Sha256::digest(text.as_bytes())),
            text,
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn file(path: &Path) -> Result<Loaded, Failure> {
    let (name, text) = load::read_text(path)?;
    let document = load::parse(&name, &text)?;
    Ok(Loaded::new(document, text))
}

/// A problem with what names a document.
pub fn bad_input(text: &str, found: String, expected: &str, help: &str) -> Problem {
    Problem::of_file(Severity::Error, "bad-input", text, found, expected, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(revision: &str, path: &str) -> Input {
        Input::Git {
            revision: revision.to_owned(),
            path: path.to_owned(),
        }
    }

    #[test]
    fn a_name_is_a_file_a_revision_or_an_address() {
        let parse = |text| Input::parse(text).unwrap();
        assert_eq!(parse("-"), Input::Stdin);
        assert_eq!(parse("a.yaml"), Input::File("a.yaml".into()));
        assert_eq!(parse("main:specs/a.yaml"), git("main", "specs/a.yaml"));
        assert_eq!(parse("HEAD~2:./a.yaml"), git("HEAD~2", "./a.yaml"));
        assert_eq!(parse(":a.yaml"), git("", "a.yaml"));
        assert_eq!(parse("v:a.yaml"), git("v", "a.yaml"));
        assert_eq!(parse("C:\\a.yaml"), Input::File("C:\\a.yaml".into()));
        assert_eq!(parse("c:/a.yaml"), Input::File("c:/a.yaml".into()));
        assert_eq!(parse("./a:b.yaml"), Input::File("./a:b.yaml".into()));
        assert_eq!(
            parse("\\\\host\\c:\\a"),
            Input::File("\\\\host\\c:\\a".into())
        );
        assert_eq!(parse("HTTPS://x/a"), Input::Url("HTTPS://x/a".into()));
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in ["ftp://x/a.yaml", "main:", "--output=x:a.yaml"] {
            assert!(Input::parse(text).is_err(), "{text}");
        }
    }
}
