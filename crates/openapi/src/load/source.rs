//! From a path to a text, with every way in which that fails.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::problem::{Problem, Problems, Severity};

/// Reads a file or, for `-`, standard input: what to call it, and the text.
pub(super) fn read(path: &Path, largest: u64) -> Result<(String, String), Problems> {
    let from_stdin = path.as_os_str() == "-";
    let file = if from_stdin {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    };
    let outcome = match from_stdin {
        true => bytes(io::stdin().lock(), largest),
        false => File::open(path).and_then(|file| bytes(file, largest)),
    };
    let bytes = outcome.map_err(|error| unreadable(&file, &error))?;
    if bytes.len() as u64 > largest {
        return Err(Problem::of_file(
            Severity::Error,
            "too-large",
            file,
            format!("the file is larger than {} MiB", largest / 1024 / 1024),
            format!("at most {} MiB", largest / 1024 / 1024),
            "give the API description itself, or split it",
        )
        .into());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((file, text)),
        Err(error) => Err(not_utf8(
            &file,
            error.as_bytes(),
            error.utf8_error().valid_up_to(),
        )),
    }
}

fn bytes(source: impl Read, largest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source
        .take(largest.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(file: &str, error: &io::Error) -> Problems {
    let help = match error.kind() {
        io::ErrorKind::NotFound => "check the path; it is taken from the current directory",
        io::ErrorKind::PermissionDenied => "check who may read the file",
        io::ErrorKind::IsADirectory => "name the file in the directory, such as openapi.yaml",
        _ => "check the path and the file",
    };
    // The number that the system adds says nothing to a reader, and differs between systems.
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    };
    Problem::of_file(
        Severity::Error,
        "unreadable-file",
        file,
        format!("cannot read the file: {reason}"),
        "an OpenAPI description in YAML or JSON",
        help,
    )
    .into()
}

fn not_utf8(file: &str, bytes: &[u8], valid: usize) -> Problems {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let (line, column) = end_of(&before);
    let (found, help) = match (utf16, bytes.get(valid)) {
        (true, _) => ("the file is UTF-16 text".to_owned(), "save it as UTF-8"),
        (false, Some(byte)) => (
            format!("byte 0x{byte:02x} at offset {valid} is not UTF-8"),
            "save the file as UTF-8; if it is an archive or a picture, it is the wrong file",
        ),
        (false, None) => ("the file is not UTF-8".to_owned(), "save the file as UTF-8"),
    };
    Problem::of_file(
        Severity::Error,
        "not-text",
        file,
        found,
        "a text file in UTF-8",
        help,
    )
    .at(line, column)
    .into()
}

/// Refuses texts that are empty or hold characters that neither YAML nor JSON may: the YAML reader would take a NUL
/// for the end, and quietly drop what follows.
pub(super) fn check(file: &str, text: &str) -> Result<(), Problems> {
    let control = text
        .bytes()
        .position(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'));
    if let Some(offset) = control {
        let (line, column) = end_of(text.get(..offset).unwrap_or_default());
        let byte = text.as_bytes().get(offset).copied().unwrap_or_default();
        return Err(Problem::of_file(
            Severity::Error,
            "not-text",
            file,
            format!("the control character 0x{byte:02x} stands in the text"),
            "text without control characters other than tab and line breaks",
            "remove the character, or write it as an escape in a quoted string; if the file is binary, it is the wrong file",
        )
        .at(line, column)
        .into());
    }
    if text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .trim()
        .is_empty()
    {
        return Err(Problem::of_file(
            Severity::Error,
            "empty-file",
            file,
            "the file is empty",
            "an OpenAPI description in YAML or JSON",
            "check the path; if a tool wrote the file, see whether it failed",
        )
        .into());
    }
    Ok(())
}

/// Line and column of the character after a text.
fn end_of(text: &str) -> (usize, usize) {
    let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let last = text.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}
