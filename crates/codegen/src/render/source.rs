//! The only way into a generated file.
//!
//! A [`Source`] grows by templates and [`Piece`]s. A template is a `&'static str`: part of this program, never of a
//! description. A piece knows how to stand in one language as exactly what it is: a name, a type, a literal, a line of
//! documentation. Nothing else can be appended, and the inside of a source is private, so no text of a description
//! reaches a file unless a piece of [`text`] has escaped it.

use std::marker::PhantomData;

pub mod text;

/// Rust.
#[derive(Clone, Debug, Default)]
pub struct Rust;

/// CommonMark with the extensions of rustdoc.
#[derive(Clone, Debug, Default)]
pub struct Markdown;

/// TOML.
#[derive(Clone, Debug, Default)]
pub struct Toml;

/// Rust code.
pub type Code = Source<Rust>;

/// A Markdown text.
pub type Page = Source<Markdown>;

/// What is written in one language so far.
#[derive(Clone, Debug, Default)]
pub struct Source<L> {
    text: String,
    language: PhantomData<L>,
}

/// What can stand in a source of the language `L`.
pub trait Piece<L> {
    /// Writes it.
    fn write(&self, sink: &mut Sink<'_>);
}

/// Where a piece writes to. Only pieces of this module and of [`text`] can open it.
pub struct Sink<'a>(&'a mut String);

impl Sink<'_> {
    /// Appends text that is safe where the piece stands. Private, so that there are no pieces elsewhere.
    fn safe(&mut self, text: &str) {
        self.0.push_str(text);
    }
}

/// Code from a template and pieces: see [`Source::add`].
pub fn code(template: &'static str, pieces: &[&dyn Piece<Rust>]) -> Code {
    let mut code = Code::new();
    code.add(template, pieces);
    code
}

impl<L> Source<L> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            text: String::new(),
            language: PhantomData,
        }
    }

    /// What is written so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing is written so far.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends what the program itself says.
    pub fn push(&mut self, text: &'static str) {
        self.text.push_str(text);
    }

    /// Appends one piece.
    pub fn piece(&mut self, piece: &dyn Piece<L>) {
        piece.write(&mut Sink(&mut self.text));
    }

    /// Appends a template, with a piece in the place of each `{}`, or of `{0}`, `{1}`… by number. `{{` and `}}` stand for
    /// braces, as in `format!`.
    pub fn add(&mut self, template: &'static str, pieces: &[&dyn Piece<L>]) {
        let mut rest = template;
        let mut next = 0;
        while let Some(at) = rest.find(['{', '}']) {
            self.text.push_str(&rest[..at]);
            let brace = &rest[at..];
            if brace.starts_with("{{") || brace.starts_with("}}") {
                self.text.push_str(&brace[..1]);
                rest = &brace[2..];
                continue;
            }
            let end = brace.find('}').unwrap_or(0);
            let number = brace[1..end.max(1)].parse().unwrap_or_else(|_| {
                next += 1;
                next - 1
            });
            debug_assert!(number < pieces.len(), "{template} has too few pieces");
            if let Some(piece) = pieces.get(number) {
                self.piece(*piece);
            }
            rest = &brace[end + 1..];
        }
        self.text.push_str(rest);
    }

    /// As [`Source::add`], and ends the line.
    pub fn line(&mut self, template: &'static str, pieces: &[&dyn Piece<L>]) {
        self.add(template, pieces);
        self.text.push('\n');
    }

    /// Sources with something between them.
    pub fn join(sources: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut joined = Self::new();
        for (index, source) in sources.into_iter().enumerate() {
            if index > 0 {
                joined.push(between);
            }
            joined.text.push_str(&source.text);
        }
        joined
    }
}

impl<L> Piece<L> for Source<L> {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(&self.text);
    }
}

/// Text of this program. A text that was read at run time does not live long enough.
impl<L> Piece<L> for &'static str {
    fn write(&self, sink: &mut Sink<'_>) {
        sink.safe(self);
    }
}

macro_rules! shown {
    ($($plain:ty),*) => {$(
        impl<L> Piece<L> for $plain {
            fn write(&self, sink: &mut Sink<'_>) {
                sink.safe(&self.to_string());
            }
        }
    )*};
}

shown!(bool, i64, u8, u16, u32, u64, usize);

#[cfg(test)]
mod tests {
    use super::{Code, code};

    #[test]
    fn a_template_takes_pieces_in_order_and_by_number() {
        assert_eq!(code("a {{{}}} {}", &[&1_usize, &"b"]).as_str(), "a {1} b");
        assert_eq!(code("{1}{0}{1}", &[&"x", &"y"]).as_str(), "yxy");
        let joined = Code::join([code("a", &[]), code("b", &[])], ", ");
        assert_eq!(code("&[{}]", &[&joined]).as_str(), "&[a, b]");
    }
}
