//! The stream of pages.

use super::loops::{Fingerprint, Loops, PagesProblem};
use crate::error::Error;
use futures_core::Stream;
use rolecall_client::{BoxFuture, Cursor, Error as CallError, HookNote, Page, Paged};
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::JoinHandle;

/// How many pages are read at most, unless said otherwise.
const MAX_PAGES: u64 = 100_000;

/// The pages of a list, as a [`Stream`]: each with its items, the cursor of the next one, its status and its headers. It is made
/// by [`PagedExt::by_page`](super::PagedExt::by_page), and ends as [`Items`](super::Items) does.
#[must_use = "a stream does nothing until it is polled"]
pub struct ByPage<B: Paged> {
    builder: B,
    next: Next<B::Item>,
    /// Where the page that is asked for next starts; `None` for the first.
    cursor: Option<Cursor>,
    loops: Loops,
    pub(super) max_pages: u64,
    read: u64,
    pub(super) prefetch: bool,
}

type Fetched<T> = Result<(Page<T>, Fingerprint), Error>;

/// What comes after the last page.
enum Next<T> {
    /// The first page.
    First,
    /// A page that is sent for when this is polled.
    Asked(BoxFuture<'static, Fetched<T>>),
    /// A page that is on its way by itself.
    Ahead(Ahead<T>),
    /// This error, and then nothing.
    Fails(Box<Error>),
    /// Nothing.
    Ended,
}

/// A page that is fetched ahead. Dropping it stops that.
struct Ahead<T>(JoinHandle<Fetched<T>>);

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<B: Paged> ByPage<B>
where
    B::Error: Serialize,
{
    pub(super) fn new(builder: B) -> Self {
        Self {
            builder,
            next: Next::First,
            cursor: None,
            loops: Loops::default(),
            max_pages: MAX_PAGES,
            read: 0,
            prefetch: false,
        }
    }

    pub(super) fn start_at(&mut self, cursor: Cursor) {
        self.loops.goes_to(&cursor);
        self.cursor = Some(cursor);
    }

    /// Starts at a cursor that an earlier run gave: the `next` of a page.
    pub fn from_cursor(mut self, cursor: Cursor) -> Self {
        self.start_at(cursor);
        self
    }

    /// Asks for this many items a page. The first page is an error when the operation has no such option, or when it is
    /// more than the API's description grants, or zero.
    pub fn page_size(mut self, items: u64) -> Self {
        self.ask_for(items);
        self
    }

    /// Reads at most this many pages. If there are more, an error follows after the last one. Default: 100,000.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// Fetches the next page while the last one is used, at most one page ahead. It needs a tokio runtime.
    pub fn prefetch(mut self) -> Self {
        self.prefetch = true;
        self
    }

    pub(super) fn ask_for(&mut self, items: u64) {
        let limit = self.builder.operation().pages.limit();
        let problem = match limit {
            None => Some("the operation has no option for it".to_owned()),
            Some(_) if items == 0 => Some("a page has one item at least".to_owned()),
            Some(limit) => limit
                .maximum
                .filter(|maximum| items > *maximum)
                .map(|maximum| {
                    format!("{items} items are more than the {maximum} that are granted")
                }),
        };
        match (problem, limit) {
            (Some(problem), _) => self.fails(PagesProblem::Size(problem), None),
            (None, Some(limit)) => {
                let call = self.builder.call_mut();
                call.set_page(limit.parameter, Value::from(items));
            }
            (None, None) => {}
        }
    }

    /// The cursor of the page that comes next; `None` for the first one.
    pub(super) fn next_cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn fails(&mut self, problem: PagesProblem, note: Option<HookNote>) {
        let error = Error::pages(self.builder.operation(), problem, note);
        self.next = Next::Fails(Box::new(error));
    }

    /// The call for the page at the cursor.
    fn fetch(&self) -> Result<BoxFuture<'static, Fetched<B::Item>>, PagesProblem> {
        let builder = match &self.cursor {
            None => self.builder.clone(),
            Some(cursor) => self.builder.clone().resume(cursor).map_err(|error| {
                PagesProblem::Elsewhere(match error {
                    CallError::InvalidRequest { problem, .. } => problem,
                    other => other.to_string(),
                })
            })?,
        };
        let pages = builder.operation().pages;
        Ok(Box::pin(async move {
            let mut fingerprint = Fingerprint::default();
            let look = |body: &[u8]| fingerprint = Fingerprint::of(body, pages);
            let page = builder.send_page_with(look).await?;
            Ok((page, fingerprint))
        }))
    }

    /// Takes note of a page, and of what comes after it.
    fn received(&mut self, page: &Page<B::Item>, fingerprint: Fingerprint) {
        self.read += 1;
        self.loops.has(fingerprint);
        self.cursor.clone_from(&page.next);
        let Some(cursor) = &page.next else {
            self.next = Next::Ended;
            return;
        };
        if self.loops.goes_to(cursor) {
            return self.fails(
                PagesProblem::SameCursor { pages: self.read },
                page.note.clone(),
            );
        }
        if self.read >= self.max_pages {
            return self.fails(
                PagesProblem::TooMany { pages: self.read },
                page.note.clone(),
            );
        }
        // A link that leads elsewhere is known by now, and is told after this page.
        match self.fetch() {
            Err(problem) => self.fails(problem, page.note.clone()),
            Ok(fetch) if self.prefetch => self.next = Next::Ahead(Ahead(tokio::spawn(fetch))),
            Ok(fetch) => self.next = Next::Asked(fetch),
        }
    }
}

impl<B: Paged> Stream for ByPage<B>
where
    B::Error: Serialize,
{
    type Item = Result<Page<B::Item>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let fetched = match &mut this.next {
                Next::Ended => return Poll::Ready(None),
                Next::Fails(_) => {
                    let Next::Fails(error) = std::mem::replace(&mut this.next, Next::Ended) else {
                        return Poll::Ready(None);
                    };
                    return Poll::Ready(Some(Err(*error)));
                }
                Next::First => {
                    match this.fetch() {
                        Ok(fetch) => this.next = Next::Asked(fetch),
                        Err(problem) => this.fails(problem, None),
                    }
                    continue;
                }
                Next::Asked(fetch) => ready!(fetch.as_mut().poll(context)),
                Next::Ahead(ahead) => match ready!(Pin::new(&mut ahead.0).poll(context)) {
                    Ok(fetched) => fetched,
                    // The task is never aborted while this holds it: the runtime shuts down, or it panicked.
                    Err(stopped) => {
                        if let Ok(panic) = stopped.try_into_panic() {
                            std::panic::resume_unwind(panic);
                        }
                        this.next = Next::Ended;
                        continue;
                    }
                },
            };
            let (page, fingerprint) = match fetched {
                Ok(fetched) => fetched,
                Err(error) => {
                    this.next = Next::Ended;
                    return Poll::Ready(Some(Err(error)));
                }
            };
            // A repeated page must not be yielded a second time.
            if !page.items.is_empty() && this.loops.repeats(fingerprint) {
                let problem = PagesProblem::SamePage { pages: this.read };
                this.fails(problem, page.note.clone());
                continue;
            }
            this.received(&page, fingerprint);
            return Poll::Ready(Some(Ok(page)));
        }
    }
}

/// Nothing in it is pinned.
impl<B: Paged> Unpin for ByPage<B> {}

impl<B: Paged> fmt::Debug for ByPage<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByPage")
            .field("operation", &self.builder.operation().id)
            .field("cursor", &self.cursor)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}
