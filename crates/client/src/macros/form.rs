//! What the variants of a union look like, and which of them a value is, told without decoding it.
//!
//! Trying to decode one variant after the other takes time that doubles with every union inside a union. Here a value is
//! looked at once, beside static tables, and then decoded once. The tables and the code that reads them are the same for all
//! types.

use crate::json::{Decoding, ReadError, Reader, integral};
use std::borrow::Cow;
use std::cmp::Reverse;

/// A value that a property is known to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// A string.
    Text(&'static str),
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number, however it is written.
    Integer(i64),
}

impl Constant {
    /// Whether a JSON text is this value.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        match self {
            Self::Text(wanted) => string(text).is_some_and(|found| found == wanted),
            Self::Boolean(wanted) => text == if wanted { "true" } else { "false" },
            Self::Integer(wanted) => is_number(text) && integral(text) == Some(wanted.into()),
        }
    }

    /// As JSON.
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn value(self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Boolean(value) => value.into(),
            Self::Integer(value) => value.into(),
        }
    }
}

/// A literal that becomes a [`Constant`].
#[derive(Debug)]
pub struct Of<T>(
    /// The literal.
    pub T,
);

impl Of<&'static str> {
    /// The constant.
    #[must_use]
    pub const fn constant(&self) -> Constant {
        Constant::Text(self.0)
    }
}

impl Of<bool> {
    /// The constant.
    #[must_use]
    pub const fn constant(&self) -> Constant {
        Constant::Boolean(self.0)
    }
}

impl Of<i64> {
    /// The constant.
    #[must_use]
    pub const fn constant(&self) -> Constant {
        Constant::Integer(self.0)
    }
}

/// What a value looks like.
///
/// Written out as a literal: what a reference in a constant refers to lives as long as the constant does only where no
/// function is called.
#[derive(Debug)]
pub struct Form {
    /// Its kind.
    pub kind: Kind,
    /// The values that it is known to have.
    pub values: &'static [Constant],
    /// Whether the properties of an object tell anything.
    pub looked: bool,
    /// The properties that do.
    pub members: &'static [Member],
    /// The form of an array's items or a map's values, if there is one.
    pub inner: &'static [Form],
}

/// A property of an object.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub key: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it looks like.
    pub form: Form,
}

/// The kind of a value, named as the macros' input names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum Kind {
    /// Any.
    any,
    /// A scalar of known values, none of which means another variant.
    tag,
    /// A string.
    string,
    /// A whole number.
    integer,
    /// A number.
    number,
    /// `true` or `false`.
    boolean,
    /// `null`.
    null,
    /// An array.
    array,
    /// An object that names no property.
    map,
    /// An object.
    object,
}

/// Whether a property is there, named as the macros' input names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub enum Presence {
    /// Always.
    required,
    /// Always, and perhaps `null`.
    nullable,
    /// Perhaps, and perhaps `null`.
    optional,
}

/// Writes a form.
#[doc(hidden)]
#[macro_export]
macro_rules! __form {
    ($kind:ident) => { $crate::__form!($kind [] false [] []) };
    ($kind:ident [$($value:literal),* $(,)?]) => {
        $crate::__form!($kind [$($crate::private::form::Of($value).constant()),*] false [] [])
    };
    (object { $($presence:ident $key:literal: $kind:ident $({ $($detail:tt)* })? $([ $($value:tt)* ])?),* $(,)? }) => {
        $crate::__form!(object [] true [$($crate::private::form::Member {
            key: $key,
            presence: $crate::private::form::Presence::$presence,
            form: $crate::__form!($kind $({ $($detail)* })? $([ $($value)* ])?),
        }),*] [])
    };
    ($kind:ident { $($inner:tt)+ }) => {
        $crate::__form!($kind [] false [] [$crate::__form!($($inner)+)])
    };
    ($kind:ident $values:tt $looked:literal $members:tt $inner:tt) => {
        $crate::private::form::Form {
            kind: $crate::private::form::Kind::$kind,
            values: &$values,
            looked: $looked,
            members: &$members,
            inner: &$inner,
        }
    };
}

/// How well a value fits, best first: the order of the fields is the order in which they count.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Values that are not among those that are known.
    contradictions: usize,
    /// Optional properties whose value is of another kind.
    misfits: usize,
    /// Properties that the variant does not name.
    unnamed: usize,
    /// Properties that the variant names and that are not there.
    absent: usize,
    /// Numbers that another kind of number is nearer to.
    loose: usize,
    /// Values that are among those that are known.
    known: Reverse<usize>,
}

/// Whether a value can be of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Yes,
    /// It is of another kind.
    No,
    /// It says itself that it is another variant.
    Other,
}

type Entries<'t> = Vec<(Cow<'t, str>, &'t str)>;

/// Which of the forms the next value fits best, if it fits any. The value is not read.
pub fn choose(from: &mut Reader<'_>, forms: &[Form]) -> Result<Option<usize>, ReadError> {
    let Some(first) = from.peek() else {
        return Ok(None);
    };
    let mut likely = (0..forms.len()).filter(|index| {
        let form = forms.get(*index);
        form.is_some_and(|form| can_start(form.kind, first))
    });
    let (one, another) = (likely.next(), likely.next());
    if another.is_none() {
        return Ok(one);
    }
    let mark = from.mark();
    let text = from.raw()?;
    from.rewind(mark);
    let entries = match first {
        b'{' => entries(text)?,
        _ => Entries::new(),
    };
    let mut best: Option<(Score, usize)> = None;
    for (index, form) in forms.iter().enumerate() {
        let mut score = Score::default();
        let fit = match (form.kind, first) {
            (Kind::object, b'{') => members(form.members, &entries, &mut score)?,
            _ => weigh(form, text, &mut score)?,
        };
        if fit == Fit::Yes && best.as_ref().is_none_or(|(known, _)| score < *known) {
            best = Some((score, index));
        }
    }
    Ok(best.map(|(_, index)| index))
}

fn can_start(kind: Kind, first: u8) -> bool {
    match kind {
        Kind::any => true,
        Kind::tag => !matches!(first, b'{' | b'[' | b'n'),
        Kind::string => first == b'"',
        Kind::integer | Kind::number => matches!(first, b'-' | b'0'..=b'9'),
        Kind::boolean => matches!(first, b't' | b'f'),
        Kind::null => first == b'n',
        Kind::array => first == b'[',
        Kind::map | Kind::object => first == b'{',
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

fn string(text: &str) -> Option<Cow<'_, str>> {
    Reader::new(text, Decoding::Strict).string().ok()
}

/// The properties of an object, and the text of each value.
fn entries(text: &str) -> Result<Entries<'_>, ReadError> {
    let mut reader = Reader::new(text, Decoding::Strict);
    reader.open(b'{', "an object")?;
    let (mut entries, mut first) = (Entries::new(), true);
    while let Some(key) = reader.next_key(&mut first)? {
        entries.push((key.name, reader.raw()?));
    }
    Ok(entries)
}

fn weigh(form: &Form, text: &str, score: &mut Score) -> Result<Fit, ReadError> {
    let first = text.as_bytes().first().copied().unwrap_or_default();
    let known = form.values.iter().any(|value| value.is(text));
    if form.kind == Kind::tag && !known {
        return Ok(Fit::Other);
    }
    if !can_start(form.kind, first) {
        return Ok(Fit::No);
    }
    if known {
        score.known.0 += 1;
    } else if !form.values.is_empty() {
        score.contradictions += 1;
    }
    match form.kind {
        Kind::integer if text.parse::<i64>().is_err() => match integral(text) {
            Some(_) => score.loose += 2,
            None => return Ok(Fit::No),
        },
        Kind::number if integral(text).is_some() => score.loose += 1,
        Kind::object if form.looked => return members(form.members, &entries(text)?, score),
        Kind::map => {
            let entries = entries(text)?;
            score.unnamed += entries.len();
            if let [inner] = form.inner {
                return all(inner, entries.iter().map(|(_, value)| *value), score);
            }
        }
        Kind::array => {
            if let [inner] = form.inner {
                return all(inner, items(text)?.into_iter(), score);
            }
        }
        _ => {}
    }
    Ok(Fit::Yes)
}

fn items(text: &str) -> Result<Vec<&str>, ReadError> {
    let mut reader = Reader::new(text, Decoding::Strict);
    reader.open(b'[', "an array")?;
    let (mut items, mut first) = (Vec::new(), true);
    while reader.next_item(&mut first)? {
        items.push(reader.raw()?);
    }
    Ok(items)
}

/// What fits only if every value does, but for `null`, which is put up with.
fn all<'t>(
    form: &Form,
    values: impl Iterator<Item = &'t str>,
    score: &mut Score,
) -> Result<Fit, ReadError> {
    for value in values {
        if value == "null" && form.kind != Kind::null {
            score.misfits += 1;
            continue;
        }
        match weigh(form, value, score)? {
            Fit::Yes => {}
            fit => return Ok(fit),
        }
    }
    Ok(Fit::Yes)
}

fn members(
    named: &[Member],
    entries: &[(Cow<'_, str>, &str)],
    score: &mut Score,
) -> Result<Fit, ReadError> {
    let mut found = vec![None; named.len()];
    for (key, value) in entries {
        match named.iter().position(|member| *member.key == **key) {
            // Where a key comes twice, the last one counts.
            Some(index) => found[index] = Some(*value),
            None => score.unnamed += 1,
        }
    }
    for (member, value) in named.iter().zip(found) {
        let optional = member.presence == Presence::optional;
        let collection = matches!(member.form.kind, Kind::array | Kind::map);
        match value {
            None if optional => score.absent += 1,
            None => return Ok(Fit::No),
            Some("null") if member.presence != Presence::required => {}
            Some("null") if collection => score.misfits += 1,
            Some(value) => match weigh(&member.form, value, score)? {
                Fit::Yes => {}
                Fit::No if optional => score.misfits += 1,
                fit => return Ok(fit),
            },
        }
    }
    Ok(Fit::Yes)
}
