//! Lists as streams, page after page.

mod by_page;
mod loops;

pub use by_page::ByPage;
pub use loops::PagesProblem;

use crate::error::Error;
use futures_core::Stream;
use rolecall_client::{Cursor, Paged};
use serde::Serialize;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

/// Pagination of the request of any operation that responds with a list.
///
/// ```
/// # async fn example(
/// #     client: rolecall_policy::Client<small_client::Client>,
/// # ) -> Result<(), rolecall_policy::Error> {
/// use futures_util::TryStreamExt;
/// use rolecall_policy::PagedExt;
///
/// let mut crew = client.list_crew().items();
/// while let Some(member) = crew.try_next().await? {
///     println!("{member:?}");
/// }
/// let mut pages = client.list_crew().by_page().page_size(50);
/// while let Some(page) = pages.try_next().await? {
///     println!("{} members, then {:?}", page.items.len(), page.next);
/// }
/// # Ok(()) }
/// ```
pub trait PagedExt: Paged<Error: Serialize> {
    /// All items of the list, page after page. Nothing is sent before the first item is asked for.
    fn items(self) -> Items<Self> {
        Items::new(self)
    }

    /// The pages of the list, each with its items, the cursor of the next one, its status and its headers. Nothing is sent
    /// before the first page is asked for.
    fn by_page(self) -> ByPage<Self> {
        ByPage::new(self)
    }
}

impl<B: Paged<Error: Serialize>> PagedExt for B {}

/// All items of a list, page after page: a [`Stream`] that sends nothing before the first item is asked for, and no call for
/// the next page before the items of the last one are used up, or at most one with [`prefetch`](Self::prefetch).
///
/// After the first error it ends. Everything that was read before has been yielded by then, once.
///
/// | what goes wrong | what is yielded |
/// | --- | --- |
/// | a call fails | its error, after all items of the earlier pages |
/// | the link to the next page leads elsewhere, a cursor comes a second time, or a page repeats an earlier one | an error of [`Kind::Pages`](crate::Kind::Pages), after the items of every page once |
/// | there are more pages than [`max_pages`](Self::max_pages) | the same |
///
/// An item that does not fit its type costs the page, unless the list is asked for the results of its items:
/// `client.list_crew().results().items()` yields each as a `Result`, with the JSON of those that do not fit.
///
/// Memory does not grow with the number of pages: one page is held, or two with prefetch, and at most about 100 KiB to
/// recognise cursors.
///
/// ```
/// # async fn example(
/// #     client: rolecall_policy::Client<small_client::Client>,
/// # ) -> Result<(), rolecall_policy::Error> {
/// use futures_util::TryStreamExt;
/// use rolecall_policy::PagedExt;
///
/// let mut crew = client.list_crew().items().page_size(20);
/// while let Some(member) = crew.try_next().await? {
///     println!("{member:?}");
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<B: Paged> {
    pages: ByPage<B>,
    items: vec::IntoIter<B::Item>,
    at: Option<Cursor>,
}

impl<B: Paged> Items<B>
where
    B::Error: Serialize,
{
    pub(crate) fn new(builder: B) -> Self {
        Self {
            pages: ByPage::new(builder),
            items: Vec::new().into_iter(),
            at: None,
        }
    }

    /// Starts at a cursor that an earlier run gave: [`cursor`](Self::cursor), or the `next` of a page.
    pub fn from_cursor(mut self, cursor: Cursor) -> Self {
        self.at = Some(cursor.clone());
        self.pages.start_at(cursor);
        self
    }

    /// Asks for this many items a page. The first item is an error when the operation has no such option, or when it is
    /// more than the API's description grants, or zero.
    pub fn page_size(mut self, items: u64) -> Self {
        self.pages.ask_for(items);
        self
    }

    /// Reads at most this many pages. If there are more, an error follows after the items of the last one. Default: 100,000.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.pages.max_pages = pages;
        self
    }

    /// Fetches the next page while the items of the last one are used, at most one page ahead. It needs a tokio runtime.
    pub fn prefetch(mut self) -> Self {
        self.pages.prefetch = true;
        self
    }

    /// The pages with the settings of this stream. To be called before the first item is read: the rest of a page that was begun
    /// is not among them.
    pub fn by_page(self) -> ByPage<B> {
        self.pages
    }

    /// The cursor of the page that the last item came from; `None` on the first page. A stream that starts from it yields
    /// this page again, from its first item on.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        self.at.as_ref()
    }
}

impl<B: Paged> Stream for Items<B>
where
    B::Error: Serialize,
{
    type Item = Result<B::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            let at = this.pages.next_cursor().cloned();
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                Some(Ok(page)) => {
                    this.at = at;
                    this.items = page.items.into_iter();
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Nothing in it is pinned.
impl<B: Paged> Unpin for Items<B> {}

impl<B: Paged> fmt::Debug for Items<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("items_at_hand", &self.items.len())
            .finish()
    }
}
