//! Rust names from the names of a description: deterministic, legal and unique.

use std::collections::{HashMap, HashSet};

use heck::{ToPascalCase, ToSnakeCase};

/// Type names that a generated `types` module must not shadow: the prelude, and what generated code mentions bare.
const RESERVED_TYPES: &[&str] = &[
    "Box",
    "Call",
    "Client",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Extra",
    "Fn",
    "From",
    "Hash",
    "Into",
    "Iterator",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Ord",
    "Paged",
    "PartialEq",
    "PartialOrd",
    "Response",
    "Result",
    "Secret",
    "Self",
    "Send",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "ToString",
    "Transport",
    "Value",
    "Vec",
    "BTreeMap",
    "Bytes",
    "Multipart",
    "Number",
    "FnMut",
    "FnOnce",
    "ToOwned",
    "TryFrom",
    "TryInto",
    "AsRef",
    "AsMut",
    "Extend",
    "IntoIterator",
    "Serialize",
    "Deserialize",
    "JsonSchema",
];

/// Spells out what a Rust identifier cannot hold, where leaving it out would make `+1` and `-1` the same.
fn spelled(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut start = true;
    for c in name.chars() {
        match c {
            '+' if start => text.push_str("plus "),
            '-' if start => text.push_str("minus "),
            '*' => text.push_str(" star "),
            '<' => text.push_str(" less "),
            '>' => text.push_str(" greater "),
            '=' => text.push_str(" equal "),
            '!' => text.push_str(" not "),
            '%' => text.push_str(" percent "),
            c if is_legal(c) => text.push(c),
            _ => text.push(' '),
        }
        start = false;
    }
    text
}

/// Whether a letter or a digit may stand in a Rust identifier: `²` may not.
fn is_legal(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c.is_alphanumeric() && syn::parse_str::<syn::Ident>(&format!("a{c}")).is_ok()
}

/// A name for a type or an enum arm: `PascalCase`, ASCII or any letter that Rust allows.
pub fn pascal(name: &str) -> String {
    let mut text = spelled(name).to_pascal_case();
    if text.is_empty() {
        text = if name.is_empty() {
            "Empty".into()
        } else {
            hex(name)
        };
    }
    if text.starts_with(|c: char| !(c.is_alphabetic() || c == '_')) {
        text.insert(0, 'V');
    }
    if text == "Self" {
        "SelfValue".into()
    } else {
        text
    }
}

/// A type name: as [`pascal`], and not a name that generated code needs for itself.
pub fn type_name(name: &str) -> String {
    let text = pascal(name);
    if RESERVED_TYPES.contains(&text.as_str()) {
        format!("{text}Object")
    } else {
        text
    }
}

/// A name for a field, a method or a module: `snake_case`, and no keyword.
pub fn snake(name: &str) -> String {
    // One word to its readers, two to a rule that splits at capitals.
    let mut text = spelled(&name.replace("OAuth", "Oauth")).to_snake_case();
    if text.is_empty() {
        text = if name.is_empty() {
            "empty".into()
        } else {
            hex(name).to_lowercase()
        };
    }
    if text.starts_with(|c: char| !(c.is_alphabetic() || c == '_')) {
        text.insert(0, 'n');
    }
    if is_keyword(&text) {
        format!("{text}_")
    } else {
        text
    }
}

fn hex(name: &str) -> String {
    let mut text = String::from("X");
    for byte in name.bytes().take(8) {
        text.push_str(&format!("{byte:02X}"));
    }
    text
}

/// Keywords of every edition, reserved ones included (the Rust Reference, "Keywords").
fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "as" | "break"
            | "const"
            | "continue"
            | "crate"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "fn"
            | "for"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "pub"
            | "ref"
            | "return"
            | "self"
            | "static"
            | "struct"
            | "super"
            | "trait"
            | "true"
            | "type"
            | "unsafe"
            | "use"
            | "where"
            | "while"
            | "async"
            | "await"
            | "dyn"
            | "abstract"
            | "become"
            | "box"
            | "do"
            | "final"
            | "macro"
            | "override"
            | "priv"
            | "typeof"
            | "unsized"
            | "virtual"
            | "yield"
            | "try"
            | "gen"
            | "union"
    )
}

/// Whether a package can have this name: the registry's rules, and no keyword.
pub fn is_package_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && snake(name) == name.replace('-', "_").to_lowercase()
}

/// A name for a module, which is a file name and a Cargo feature too: ASCII, not too long, and no name that Cargo or
/// a file system keeps for itself.
pub fn module_name(name: &str) -> String {
    // Most file systems take 255 bytes; a number and an ending are to come.
    const LONGEST: usize = 100;
    let ascii = |c: char| {
        if c.is_ascii() {
            c.to_string()
        } else {
            format!(" u{:x} ", u32::from(c))
        }
    };
    let mut name = snake(&name.chars().map(ascii).collect::<String>());
    if name.len() > LONGEST {
        name.truncate(LONGEST);
        name.truncate(name.trim_end_matches('_').len());
    }
    if is_kept_file_name(&name) {
        name.push('_');
    }
    name
}

/// Whether a file of this name, with any ending, means something: to Cargo in `src/`, or to Windows, where it is a
/// device in every folder.
fn is_kept_file_name(name: &str) -> bool {
    let port = name.strip_prefix("com").or(name.strip_prefix("lpt"));
    let is_port = port.is_some_and(|port| port.len() == 1 && port.as_bytes()[0].is_ascii_digit());
    is_port || matches!(name, "main" | "lib" | "mod" | "con" | "prn" | "aux" | "nul")
}

/// Hands out names, each once: a second taker gets a number.
#[derive(Default)]
pub struct Names {
    taken: HashSet<String>,
    /// The last number that was tried for a name.
    numbers: HashMap<String, usize>,
}

impl Names {
    /// Marks names as taken.
    pub fn reserve<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.taken.extend(names.into_iter().map(str::to_lowercase));
    }

    /// `wanted`, or the first of `wanted2`, `wanted3`… that is free. Case is not enough to tell two names apart, so
    /// that module files are distinct on every file system.
    pub fn take(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while !self.taken.insert(name.to_lowercase()) {
            let joint = if wanted.ends_with(|c: char| c.is_ascii_digit()) {
                "_"
            } else {
                ""
            };
            let number = self.numbers.entry(wanted.to_owned()).or_insert(1);
            *number += 1;
            name = format!("{wanted}{joint}{number}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_legal_and_keep_apart_what_differs() {
        assert_eq!(pascal("ENTITLEMENT-BUNDLE"), "EntitlementBundle");
        assert_eq!(pascal("+1"), "Plus1");
        assert_eq!(pascal("-1"), "Minus1");
        assert_eq!(pascal(""), "Empty");
        assert_eq!(pascal("403"), "V403");
        assert_eq!(snake("acme:ORN"), "acme_orn");
        assert_eq!(snake("@class"), "class");
        assert_eq!(snake("type"), "type_");
        assert_eq!(snake("_links"), "links");
        assert_eq!(type_name("Default"), "DefaultObject");
        for odd in [
            "", "日本", "--", "é", "1", "a b", "self", "Self", "🦀", "m²", "½",
        ] {
            for name in [pascal(odd), snake(odd)] {
                assert!(
                    syn::parse_str::<syn::Ident>(&name).is_ok(),
                    "{odd:?} became {name:?}"
                );
            }
        }
    }

    #[test]
    fn a_module_has_a_file_name_that_every_system_takes() {
        for (tag, module) in [
            ("Main", "main_"),
            ("lib", "lib_"),
            ("MOD", "mod_"),
            ("Con", "con_"),
            ("nul", "nul_"),
            ("AUX", "aux_"),
            ("prn", "prn_"),
            ("COM1", "com1_"),
            ("lpt9", "lpt9_"),
            ("Command", "command"),
            ("com10", "com10"),
            ("type", "type_"),
            ("構", "u69cb"),
            ("../../etc/passwd", "etc_passwd"),
            ("C:\\x", "c_x"),
        ] {
            assert_eq!(module_name(tag), module, "{tag}");
        }
        assert_eq!(module_name(&"long ".repeat(100)).len(), 99);
        let mut names = Names::default();
        assert_eq!(names.take(&module_name("Users")), "users");
        assert_eq!(names.take(&module_name("USERS")), "users2");
    }

    #[test]
    fn a_name_is_given_once() {
        let mut names = Names::default();
        assert_eq!(names.take("Role"), "Role");
        assert_eq!(names.take("ROLE"), "ROLE2");
        assert_eq!(names.take("Role"), "Role3");
    }
}
