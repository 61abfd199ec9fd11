//! Lists in pages: the mechanics, without deciding how many pages to read.

use crate::send::Raw;
use crate::{
    Call, Cursor, DecodeProblem, Error, ErrorBody, FromJson, HookNote, Misfit, Operation,
    PageLimit, Pages, Results, link,
};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// One page of a list.
#[derive(Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts; `None` when this is the last one.
    pub next: Option<Cursor>,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// What of the body did not fit its type and was put up with. A `null` among the items is left out, and is one.
    pub misfits: Vec<Misfit>,
    /// What the [`Hook`](crate::Hook) had to say on the call.
    pub note: Option<HookNote>,
}

#[cfg(feature = "testing")]
impl<T> Page<T> {
    /// A page with these items, for tests. The rest is as of a response of 200 without headers, and can be changed.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<Cursor>) -> Self {
        Self {
            items,
            next,
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            misfits: Vec::new(),
            note: None,
        }
    }
}

/// Headers can hold secrets, so they are not shown.
impl<T: std::fmt::Debug> std::fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("status", &self.status.as_u16())
            .field("items", &self.items)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// A builder whose operation answers with a list. Generated code implements the first seven items, up to [`split`](Self::split).
pub trait Paged: Clone + Send + Sized + 'static {
    /// The body of an answer.
    type Body: FromJson + Send;
    /// One item of the list.
    type Item: Send + 'static;
    /// The documented error body.
    type Error: ErrorBody;

    /// The call under the builder.
    fn call(&self) -> &Call;

    /// The call under the builder.
    fn call_mut(&mut self) -> &mut Call;

    /// The call under the builder.
    fn into_call(self) -> Call;

    /// Takes the items, and the link or token of the next page, out of a body.
    fn split(body: Self::Body) -> (Vec<Self::Item>, Option<String>);

    /// The operation.
    fn operation(&self) -> &'static Operation {
        self.call().operation()
    }

    /// The same call for the page at `cursor`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] when the cursor is not one that this operation gives, or is a link that
    /// [`Call::follow`] refuses.
    fn resume(mut self, cursor: &Cursor) -> Result<Self, Error<Self::Error>> {
        let operation = self.operation();
        match resume(self.call_mut(), cursor) {
            Some(problem) => Err(Error::InvalidRequest { operation, problem }),
            None => Ok(self),
        }
    }

    /// Sends the call and takes the page apart.
    ///
    /// # Errors
    ///
    /// Every [`Error`]; [`Error::Decode`] also when the link to the next page is not a URL.
    fn send_page(
        self,
    ) -> impl Future<Output = Result<Page<Self::Item>, Error<Self::Error>>> + Send {
        self.send_page_with(|_| ())
    }

    /// As [`send_page`](Self::send_page), and shows the body as it was received: to tell a page from another one, for
    /// example.
    ///
    /// # Errors
    ///
    /// As [`send_page`](Self::send_page).
    fn send_page_with(
        self,
        look: impl FnOnce(&[u8]) + Send,
    ) -> impl Future<Output = Result<Page<Self::Item>, Error<Self::Error>>> + Send {
        let call = self.into_call();
        let window = Window::of(&call);
        async move {
            let raw = call.send_raw::<Self::Error>().await?;
            let decoded = match raw.json() {
                Ok(decoded) => decoded,
                Err(problem) => return Err(raw.misfit(problem)),
            };
            look(raw.json_text());
            let (items, in_body) = Self::split(decoded.value);
            // What was left out counts where pages are counted.
            let left_out = left_out(raw.operation, &decoded.misfits);
            page(raw, window, items, left_out, in_body, decoded.misfits)
        }
    }

    /// The same list, where an item that does not fit costs only itself: each item is a `Result`. By default it costs the
    /// page, and so the list: whoever reads a list must not believe that it is complete when it is not.
    fn results(self) -> Results<Self> {
        Results(self)
    }
}

/// How many items were left out of a page.
fn left_out(operation: &Operation, misfits: &[Misfit]) -> usize {
    let items = operation.pages.items().unwrap_or_default();
    let is_item = |misfit: &&Misfit| {
        let index = misfit
            .pointer
            .strip_prefix(items)
            .and_then(|rest| rest.strip_prefix('/'));
        index.is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
    };
    misfits.iter().filter(is_item).count()
}

pub(crate) fn page<T, E>(
    mut raw: Raw,
    window: Window,
    items: Vec<T>,
    left_out: usize,
    in_body: Option<String>,
    misfits: Vec<Misfit>,
) -> Result<Page<T>, Error<E>> {
    match next(&raw, window, items.len() + left_out, in_body) {
        Ok(next) => {
            raw.tell(&misfits);
            Ok(Page {
                items,
                next,
                status: raw.status,
                headers: raw.headers,
                misfits,
                note: raw.note,
            })
        }
        Err(problem) => Err(raw.misfit(problem)),
    }
}

/// Points the call to the page at `cursor`, or says what speaks against it.
fn resume(call: &mut Call, cursor: &Cursor) -> Option<String> {
    match (call.operation().pages, cursor) {
        (Pages::LinkHeader { .. } | Pages::BodyLink { .. }, Cursor::Link(url)) => {
            call.follow(url.clone());
        }
        (
            Pages::BodyToken { cursor, .. }
            | Pages::LinkHeader {
                cursor: Some(cursor),
                ..
            }
            | Pages::BodyLink {
                cursor: Some(cursor),
                ..
            },
            Cursor::Token(token),
        ) => call.set_page(cursor, Value::from(token.as_str())),
        (
            Pages::Offset {
                offset: parameter, ..
            },
            Cursor::Offset(offset),
        ) => {
            call.set_page(parameter, Value::from(*offset));
        }
        (Pages::NotAList | Pages::Whole { .. }, _) => {
            call.fail("the operation has no pages to resume at".to_owned());
        }
        _ => call.fail("the cursor is not of the kind that the operation gives".to_owned()),
    }
    call.problem.clone()
}

/// The part of the list that an offset and a limit ask for.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    offset: u64,
    /// How many items every page but the last has; `None` when that is not known.
    full: Option<u64>,
}

impl Window {
    pub(crate) fn of(call: &Call) -> Self {
        let Pages::Offset { offset, limit, .. } = call.operation().pages else {
            return Self {
                offset: 0,
                full: None,
            };
        };
        Self {
            offset: call
                .page_value(offset)
                .as_ref()
                .and_then(number)
                .unwrap_or(0),
            full: full(call, limit),
        }
    }
}

/// How many items a page has that is not the last: what was asked for, up to what the description says is granted. Where it
/// says nothing of that, the service may grant less than was asked for, and a short page says nothing of the end.
fn full(call: &Call, limit: PageLimit) -> Option<u64> {
    let maximum = limit.maximum?;
    let asked = call
        .page_value(limit.parameter)
        .as_ref()
        .and_then(number)
        .or(limit.default)?;
    Some(asked.min(maximum))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn next(
    raw: &Raw,
    window: Window,
    items: usize,
    in_body: Option<String>,
) -> Result<Option<Cursor>, DecodeProblem> {
    let in_body = in_body.filter(|text| !text.is_empty());
    let (found, path) = match raw.operation.pages {
        Pages::NotAList | Pages::Whole { .. } => return Ok(None),
        Pages::BodyToken { .. } => return Ok(in_body.map(Cursor::Token)),
        Pages::Offset { .. } => {
            let items = items as u64;
            let more = items > 0 && window.full.is_none_or(|full| items >= full);
            return Ok(more.then(|| Cursor::Offset(window.offset.saturating_add(items))));
        }
        Pages::LinkHeader { next, .. } => (
            link::next(&raw.headers).or(in_body),
            next.unwrap_or_default(),
        ),
        Pages::BodyLink {
            next, link_header, ..
        } => {
            let in_header = || link_header.then(|| link::next(&raw.headers)).flatten();
            (in_body.or_else(in_header), next)
        }
    };
    let Some(found) = found else {
        return Ok(None);
    };
    match raw.url.join(&found) {
        Ok(url) => Ok(Some(Cursor::Link(url))),
        Err(_) => Err(DecodeProblem::new(
            path,
            "the link to the next page is not a URL",
        )),
    }
}
