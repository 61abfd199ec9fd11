//! Every text that a description or its caller wrote, as a piece of a generated file.
//!
//! Each piece is inert where it stands: a name is a name or a literal that does not parse there, a literal ends where its
//! text ends, documentation holds no code that rustdoc would run.

use std::fmt::Write as _;

use proc_macro2::{Group, TokenStream, TokenTree};
use rolecall_openapi::problem::visible;

use super::{Code, Markdown, Page, Piece, Rust, Sink, Toml, code};
use crate::render::markdown;

/// A name from the model in code, or in Markdown as it is in code.
pub struct Name<'a>(&'a str);

/// A name.
pub fn name(name: &str) -> Name<'_> {
    Name(name)
}

impl Name<'_> {
    fn is_one(&self) -> bool {
        self.0.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && self.0.chars().all(|c| c.is_alphanumeric() || c == '_')
    }
}

impl Piece<Rust> for Name<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        if self.is_one() {
            sink.safe(self.0);
        } else {
            // What is no name must not become code. The result does not parse, and the check of the output says so.
            Piece::<Rust>::write(&literal(self.0), sink);
        }
    }
}

impl Piece<Markdown> for Name<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        if self.is_one() {
            sink.safe(self.0);
        } else {
            plain(self.0).write(sink);
        }
    }
}

/// Code that another generator wrote as tokens, in which every text is a literal. Documentation is made inert.
pub struct Tokens<'a>(&'a TokenStream);

/// Tokens.
pub fn tokens(tokens: &TokenStream) -> Tokens<'_> {
    Tokens(tokens)
}

impl Piece<Rust> for Tokens<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&inert_docs(self.0.clone()).to_string());
    }
}

/// The tokens with documentation that is inert: its text is a literal, and Markdown all the same.
fn inert_docs(tokens: TokenStream) -> TokenStream {
    let inert = |token| match token {
        TokenTree::Group(group) => {
            let inside = match syn::parse2::<DocText>(group.stream()) {
                Ok(DocText(text)) => {
                    let text = markdown::inert(&text);
                    quote::quote!(doc = #text)
                }
                Err(_) => inert_docs(group.stream()),
            };
            let mut written = Group::new(group.delimiter(), inside);
            written.set_span(group.span());
            TokenTree::Group(written)
        }
        other => other,
    };
    tokens.into_iter().map(inert).collect()
}

/// `doc = "…"`.
struct DocText(String);

impl syn::parse::Parse for DocText {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let name: syn::Ident = input.parse()?;
        let _: syn::Token![=] = input.parse()?;
        let text: syn::LitStr = input.parse()?;
        if name == "doc" {
            Ok(Self(text.value()))
        } else {
            Err(input.error("no documentation"))
        }
    }
}

/// A number of JSON.
pub struct Number<'a>(&'a serde_json::Number);

/// A number as a literal.
pub fn number(number: &serde_json::Number) -> Number<'_> {
    Number(number)
}

impl Piece<Rust> for Number<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&self.0.to_string());
    }
}

/// A text as a string literal.
pub struct Literal<'a>(&'a str);

/// A string literal.
pub fn literal(text: &str) -> Literal<'_> {
    Literal(text)
}

impl Piece<Rust> for Literal<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&proc_macro2::Literal::string(self.0).to_string());
    }
}

impl Piece<Toml> for Literal<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&toml_edit::Value::from(self.0).to_string());
    }
}

/// `Some("…")` or `None`.
pub fn option_literal(text: Option<&str>) -> Code {
    text.map_or_else(
        || code("None", &[]),
        |text| code("Some({})", &[&literal(text)]),
    )
}

/// `&["…", "…"]`.
pub fn literals<'a>(texts: impl IntoIterator<Item = &'a str>) -> Code {
    let texts = texts.into_iter().map(|text| code("{}", &[&literal(text)]));
    code("&[{}]", &[&Code::join(texts, ", ")])
}

/// A bare key of TOML, or a quoted one where it is none.
pub struct Key<'a>(&'a str);

/// A key.
pub fn key(key: &str) -> Key<'_> {
    Key(key)
}

impl Piece<Toml> for Key<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&toml_edit::Key::new(self.0).to_string());
    }
}

/// A text in a line of Markdown, as it is: none of its characters means anything.
pub struct Plain<'a>(&'a str);

/// A text as it is.
pub fn plain(text: &str) -> Plain<'_> {
    Plain(text)
}

impl Piece<Markdown> for Plain<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&markdown::plain(self.0));
    }
}

/// A text as a code span.
pub struct Span<'a>(&'a str);

/// A code span.
pub fn span(text: &str) -> Span<'_> {
    Span(text)
}

impl Piece<Markdown> for Span<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&markdown::span(self.0));
    }
}

/// A link to an address as a reader sees it, or the address as text where it is none.
pub struct Link<'a>(&'a str, &'static str);

/// A link with words of ours.
pub fn link<'a>(words: &'static str, address: &'a str) -> Link<'a> {
    Link(address, words)
}

/// A link that shows its address.
pub fn address(address: &str) -> Link<'_> {
    Link(address, "")
}

impl Piece<Markdown> for Link<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        let Self(address, words) = *self;
        match (markdown::is_address(address), words) {
            (true, "") => sink.safe(&format!("<{address}>")),
            (true, _) => sink.safe(&format!("[{words}](<{address}>)")),
            (false, "") => span(address).write(sink),
            (false, _) => sink.safe(&format!("{words}: {}", markdown::span(address))),
        }
    }
}

/// Markdown of a description as blocks of its own.
pub struct Described<'a>(&'static str, &'a str, &'static str);

/// A description.
pub fn described(text: &str) -> Described<'_> {
    Described("", text, "")
}

/// A description with words of ours around it, in its first and its last block.
pub fn described_within<'a>(
    before: &'static str,
    text: &'a str,
    after: &'static str,
) -> Described<'a> {
    Described(before, text, after)
}

impl Piece<Markdown> for Described<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        let Self(before, text, after) = *self;
        sink.safe(&markdown::inert(&format!("{before}{}{after}", text.trim())));
    }
}

/// Rust code in a page, which rustdoc compiles and does not run.
pub struct Example<'a>(&'a Code);

/// An example.
pub fn example(code: &Code) -> Example<'_> {
    Example(code)
}

impl Piece<Markdown> for Example<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        let code = self.0.as_str();
        let fence = "`".repeat(markdown::longest_run(code, '`').max(2) + 1);
        sink.safe(&format!(
            "{fence}rust,no_run\n{}\n{fence}\n",
            code.trim_end()
        ));
    }
}

/// A page as the documentation of an item.
pub struct Docs<'a> {
    page: &'a Page,
    prefix: &'static str,
}

/// `///` lines with an indentation that is in the prefix; nothing for an empty page.
pub fn docs<'a>(prefix: &'static str, page: &'a Page) -> Docs<'a> {
    Docs { page, prefix }
}

impl Piece<Rust> for Docs<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        let text = self.page.as_str().trim();
        if text.is_empty() {
            return;
        }
        // Pages are put together of inert blocks. Whether the whole is one is asked of the parser again.
        let checked = markdown::checked(text);
        let mut lines = String::with_capacity(checked.len() + 64);
        for line in checked.lines() {
            let line = line.trim_end();
            let gap = if line.is_empty() { "" } else { " " };
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{}{gap}{line}", self.prefix);
        }
        sink.safe(&lines);
    }
}

/// What a file was made from, for the comment in its first line.
pub struct Origin<'a>(&'a str);

/// A file name or a command in the first line.
pub fn origin(text: &str) -> Origin<'_> {
    Origin(text)
}

impl<L> Piece<L> for Origin<'_> {
    fn write(&self, sink: &mut Sink<'_>) {
        // What would end a comment of HTML.
        let shown = visible(self.0)
            .replace("-->", "--\\u{3e}")
            .replace("--!>", "--!\\u{3e}");
        sink.safe(&shown);
    }
}

#[cfg(test)]
mod tests {
    use super::{code, tokens};

    #[test]
    fn documentation_of_other_generators_is_inert() {
        let theirs = quote::quote! {
            mod client {
                #[doc = "Words.\n\n```\ncompile_error!();\n```\n<b>"]
                pub struct Client { doc: &'static str }
            }
        };
        let written = code("{}", &[&tokens(&theirs)]);
        let expected = "Words.\\n\\n```text\\ncompile_error!();\\n```\\n\\\\<b>";
        assert!(written.as_str().contains(expected), "{}", written.as_str());
        assert!(written.as_str().contains("doc : & 'static str"));
    }
}
