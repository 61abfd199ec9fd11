//! Holds what was rendered to the model, before anybody gets it.
//!
//! [`super::source`] sees to it that no text of a description becomes code. This looks again, from the other side: every
//! file is parsed, and has exactly the items that the model calls for. What differs is a bug of the generator.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ImplItem, Item};

use super::expected;
use super::files::Files;
use super::markdown;
use crate::model::Model;

/// The attributes that templates write.
const ATTRIBUTES: [&str; 10] = [
    "allow",
    "cfg",
    "deprecated",
    "derive",
    "doc",
    "forbid",
    "macro_export",
    "must_use",
    "non_exhaustive",
    "rustfmt::skip",
];

/// Where templates take names from.
const ROOTS: [&str; 5] = ["alloc", "core", "crate", "rolecall_client", "std"];

/// The macros of the run time that define types.
const MACROS: [&str; 5] = ["by_status", "choice", "object", "open_enum", "union"];

/// The stack of a worker: a parser recurses as deep as types are nested.
const STACK: usize = 64 << 20;

/// Checks every file of a crate. An error says what differs, and that it is to be reported.
pub fn verify(files: &Files, model: &Model) -> Result<(), String> {
    let mut files: Vec<(&str, &str)> = files.iter().collect();
    // The largest first, so that no thread is left alone with one at the end.
    files.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
    let next = AtomicUsize::new(0);
    // Files are many and independent, and a large one takes a while.
    let work = || -> Result<(), String> {
        while let Some((path, text)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            file(path, text, model).map_err(|fault| format!("{path}: {fault}"))?;
        }
        Ok(())
    };
    let checked = std::thread::scope(|scope| {
        let count = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers: Vec<_> = (0..count)
            .map(|_| {
                std::thread::Builder::new()
                    .stack_size(STACK)
                    .spawn_scoped(scope, work)
            })
            .collect();
        // A file that was not checked is none that may be written. All are waited for before the first fault is told.
        let joined: Vec<Result<(), String>> = workers
            .into_iter()
            .map(|worker| {
                let worker = worker.map_err(|error| format!("no thread to check it: {error}"))?;
                worker.join().unwrap_or_else(|panic| {
                    let said = crate::panic_message(panic.as_ref());
                    Err(format!("the check stopped: {said}"))
                })
            })
            .collect();
        joined.into_iter().collect::<Result<(), String>>()
    });
    checked.map_err(|fault| {
        format!(
            "the generated crate is not what its description calls for, so nothing is written. {fault}\nThis is a bug of \
             the generator. Please report it, with the part of the description that shows it"
        )
    })
}

fn file(path: &str, text: &str, model: &Model) -> Result<(), String> {
    match path {
        "Cargo.toml" => manifest(text, model),
        "README.md" => readme(text),
        _ => rust(path, text, model),
    }
}

fn manifest(text: &str, model: &Model) -> Result<(), String> {
    let parsed: toml_edit::DocumentMut = text.parse().map_err(|e| format!("it is no TOML: {e}"))?;
    let keys = |table: Option<&toml_edit::Item>| -> Vec<String> {
        let table = table.and_then(toml_edit::Item::as_table_like);
        let keys = table.into_iter().flat_map(|table| table.iter());
        keys.map(|(key, _)| key.to_owned()).collect()
    };
    let known = [
        "package",
        "lib",
        "lints",
        "dependencies",
        "features",
        "workspace",
    ];
    let unknown = parsed.iter().find(|(key, _)| !known.contains(key));
    if let Some((key, _)) = unknown {
        return Err(format!("the key `{key}` is in no template"));
    }
    same(
        &expected::features(model),
        &keys(parsed.get("features")),
        "features",
    )?;
    same(
        &["rolecall-client".to_owned()],
        &keys(parsed.get("dependencies")),
        "dependencies",
    )
}

fn readme(text: &str) -> Result<(), String> {
    let found = markdown::outline(text);
    let call = found.iter().any(|heading| heading == "A call");
    let mut wanted = vec!["What to expect".to_owned(), "Modules".to_owned()];
    if call {
        wanted.insert(0, "A call".to_owned());
    }
    // The first heading is the name of the crate.
    let sections = found.get(1..).unwrap_or_default();
    if sections != wanted {
        return Err(format!("its headings are {found:?}"));
    }
    let (_, body) = text.split_once('\n').unwrap_or_default();
    match markdown::foreign(body, true) {
        Some(foreign) => Err(format!("it holds {foreign}")),
        None => Ok(()),
    }
}

fn rust(path: &str, text: &str, model: &Model) -> Result<(), String> {
    let mut found: Vec<String> = Vec::new();
    let mut inner = Inner {
        fault: None,
        includes_readme: path == "src/lib.rs",
    };
    for piece in pieces(text) {
        let mut parsed =
            syn::parse_file(piece).map_err(|error| format!("it does not parse: {error}"))?;
        let items = parsed.items.iter();
        found.extend(
            items
                .filter(|item| !matches!(item, Item::Use(_)))
                .map(shown),
        );
        inner.visit_file_mut(&mut parsed);
    }
    same(&expected::items(path, model), &found, "items")?;
    inner.fault.map_or(Ok(()), Err)
}

/// How much is parsed at once at least, in bytes.
const PIECE: usize = 256 * 1024;

/// A file in pieces that are parsed one by one, since the tree of a large file takes gigabytes. A piece ends after an item
/// and a blank line. Where that is not between two items, because a text got out of its place, the piece does not parse;
/// so what parses in pieces parses as a whole, and as the same.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let ends_item = |at: usize| {
            let line = rest[..at].rfind('\n').map_or(0, |before| before + 1);
            // What begins so, a file may begin with, and nothing else.
            rest[line..].starts_with('}') && !rest[at + 2..].starts_with("#!")
        };
        let ends = rest.match_indices("\n\n").map(|(at, _)| at);
        let mut ends = ends.skip_while(|at| *at < PIECE);
        match ends.find(|at| ends_item(*at)) {
            Some(at) => {
                let (piece, after) = rest.split_at(at + 2);
                pieces.push(piece);
                rest = after;
            }
            None => {
                pieces.push(rest);
                return pieces;
            }
        }
    }
}

/// Whether the same are here as there, in any order.
fn same(wanted: &[String], found: &[String], what: &str) -> Result<(), String> {
    let (mut wanted, mut found) = (wanted.to_vec(), found.to_vec());
    wanted.sort();
    found.sort();
    if wanted == found {
        return Ok(());
    }
    let surplus = found
        .iter()
        .find(|item| count(&found, item) > count(&wanted, item));
    let missing = wanted
        .iter()
        .find(|item| count(&wanted, item) > count(&found, item));
    Err(format!(
        "of its {what}, `{}` is one too many, and `{}` is missing",
        surplus.map_or("none", String::as_str),
        missing.map_or("none", String::as_str)
    ))
}

/// How often an item is in a sorted list.
fn count(list: &[String], item: &str) -> usize {
    list.partition_point(|known| known.as_str() <= item)
        - list.partition_point(|known| known.as_str() < item)
}

/// An item in a line: its kind, its name, and the names of what is in it.
fn shown(item: &Item) -> String {
    match item {
        Item::Struct(item) => {
            let fields = item.fields.iter().filter_map(|field| field.ident.as_ref());
            expected::with("struct", &item.ident.to_string(), fields)
        }
        Item::Impl(item) => {
            let inside = item.items.iter().map(|item| match item {
                ImplItem::Fn(function) => function.sig.ident.to_string(),
                ImplItem::Type(alias) => alias.ident.to_string(),
                ImplItem::Const(constant) => constant.ident.to_string(),
                other => other.to_token_stream().to_string(),
            });
            let of = item
                .self_ty
                .to_token_stream()
                .to_string()
                .replace("crate :: ", "");
            let name = match &item.trait_ {
                Some((path, _)) => format!("{} for {of}", last_of(path)),
                None => of,
            };
            expected::with("impl", &name, inside)
        }
        Item::Static(item) => format!("static {}", item.ident),
        Item::Fn(item) => format!("fn {}", item.sig.ident),
        Item::Mod(item) if item.content.is_none() => format!("mod {}", item.ident),
        Item::Macro(item) => {
            let name = match &item.ident {
                Some(name) => name.to_string(),
                None => defined(&item.mac.tokens),
            };
            format!("{}! {name}", last_of(&item.mac.path))
        }
        other => other.to_token_stream().to_string(),
    }
}

fn last_of(path: &syn::Path) -> String {
    let last = path.segments.last();
    last.map_or_else(String::new, |segment| segment.ident.to_string())
}

/// The type that a macro of ours defines: the name behind `enum`, or the first.
fn defined(tokens: &proc_macro2::TokenStream) -> String {
    let mut first = None;
    let mut is_next = false;
    for token in tokens.clone() {
        if let proc_macro2::TokenTree::Ident(ident) = token {
            if is_next {
                return ident.to_string();
            }
            is_next = ident == "enum";
            first = first.or(Some(ident));
        }
    }
    first.map_or_else(String::new, |ident| ident.to_string())
}

/// Looks into items: no attribute, macro or item but those of the templates.
struct Inner {
    fault: Option<String>,
    /// Whether the one `include_str!` is still to come.
    includes_readme: bool,
}

impl Inner {
    fn fault(&mut self, what: &str, tokens: &dyn Fn() -> String) {
        if self.fault.is_none() {
            let shown: String = tokens().chars().take(80).collect();
            self.fault = Some(format!("no template has {what} `{shown}`"));
        }
    }

    /// The tokens of a macro of ours: names, types and literals; of attributes only documentation.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream, within: &str) {
        use proc_macro2::TokenTree;
        let mut before = String::new();
        let mut docs = String::new();
        for token in tokens {
            match &token {
                TokenTree::Group(group) if before == "#" => {
                    match syn::parse2::<syn::MetaNameValue>(group.stream()) {
                        Ok(doc) if doc.path.is_ident("doc") => docs.push_str(&line_of(&doc.value)),
                        _ => self.fault("the attribute", &|| token.to_string()),
                    }
                }
                TokenTree::Group(group) => self.tokens(group.stream(), within),
                // `$each!` in the catalog; nothing else calls a macro.
                TokenTree::Punct(punct)
                    if punct.as_char() == '!' && !(within == "macro_rules" && before == "each") =>
                {
                    self.fault("the macro call", &|| before.clone());
                }
                _ => {}
            }
            before = token.to_string();
        }
        self.docs(&docs);
    }

    fn docs(&mut self, docs: &str) {
        if let Some(foreign) = markdown::foreign(docs, false) {
            self.fault("documentation with", &|| foreign.clone());
        }
    }
}

/// A line of documentation, as rustdoc joins them.
fn line_of(value: &Expr) -> String {
    match value {
        Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => {
            let text = text.value();
            format!("{}\n", text.strip_prefix(' ').unwrap_or(&text))
        }
        _ => String::new(),
    }
}

impl VisitMut for Inner {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        let mut docs = String::new();
        for attribute in attributes.iter() {
            let path = attribute
                .path()
                .to_token_stream()
                .to_string()
                .replace(' ', "");
            let is_doc = path == "doc";
            match &attribute.meta {
                _ if !ATTRIBUTES.contains(&path.as_str()) => {
                    self.fault("the attribute", &|| path.clone());
                }
                syn::Meta::NameValue(meta) => match &meta.value {
                    Expr::Lit(_) if is_doc => docs.push_str(&line_of(&meta.value)),
                    Expr::Lit(_) => {}
                    Expr::Macro(_) if is_doc && self.includes_readme => {
                        let call = meta.value.to_token_stream().to_string();
                        self.includes_readme = false;
                        if call.replace(' ', "") != "include_str!(\"../README.md\")" {
                            self.fault("the documentation", &|| call.clone());
                        }
                    }
                    value => self.fault("the value", &|| value.to_token_stream().to_string()),
                },
                _ => {}
            }
        }
        self.docs(&docs);
    }

    fn visit_item_macro_mut(&mut self, item: &mut syn::ItemMacro) {
        self.visit_attributes_mut(&mut item.attrs);
        let name = last_of(&item.mac.path);
        if !MACROS.contains(&name.as_str()) && name != "macro_rules" {
            self.fault("the macro", &|| name.clone());
        }
        self.tokens(item.mac.tokens.clone(), &name);
    }

    fn visit_item_use_mut(&mut self, item: &mut syn::ItemUse) {
        self.visit_attributes_mut(&mut item.attrs);
        let known = match &item.tree {
            syn::UseTree::Path(path) => ROOTS.contains(&path.ident.to_string().as_str()),
            _ => false,
        };
        if !known {
            self.fault("the import", &|| item.to_token_stream().to_string());
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        self.fault("the macro call", &|| call.to_token_stream().to_string());
    }

    fn visit_stmt_mut(&mut self, statement: &mut syn::Stmt) {
        if let syn::Stmt::Item(item) = statement {
            self.fault("the inner item", &|| item.to_token_stream().to_string());
        }
        visit_mut::visit_stmt_mut(self, statement);
    }

    fn visit_expr_unsafe_mut(&mut self, block: &mut syn::ExprUnsafe) {
        self.fault("the block", &|| block.to_token_stream().to_string());
    }
}

#[cfg(test)]
mod tests;
