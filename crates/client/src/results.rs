//! Lists of which single items may fail.

use crate::page::{Window, page};
use crate::{Call, Error, ItemProblem, Page, Paged};

/// A list whose items are read one by one: [`Paged::results`] makes one. An item that does not fit its type, because it
/// lacks a required property, for example, is an [`ItemProblem`] with its JSON, and the others are there.
///
/// It is a list like any other: `list.results().send_page()`, or a stream of pages over it.
#[derive(Clone, Debug)]
pub struct Results<B>(pub(crate) B);

impl<B: Paged> Paged for Results<B> {
    type Body = B::Body;
    type Item = Result<B::Item, ItemProblem>;
    type Error = B::Error;

    fn call(&self) -> &Call {
        self.0.call()
    }

    fn call_mut(&mut self) -> &mut Call {
        self.0.call_mut()
    }

    fn into_call(self) -> Call {
        self.0.into_call()
    }

    fn split(body: Self::Body) -> (Vec<Self::Item>, Option<String>) {
        let (items, next) = B::split(body);
        (items.into_iter().map(Ok).collect(), next)
    }

    fn send_page_with(
        self,
        look: impl FnOnce(&[u8]) + Send,
    ) -> impl Future<Output = Result<Page<Self::Item>, Error<Self::Error>>> + Send {
        let call = self.into_call();
        let window = Window::of(&call);
        async move {
            let raw = call.send_raw::<B::Error>().await?;
            let items = raw.operation.pages.items().unwrap_or_default();
            let (decoded, failed) = match raw.json_items(items) {
                Ok(decoded) => decoded,
                Err(problem) => return Err(raw.misfit(problem)),
            };
            look(raw.json_text());
            let (items, in_body) = B::split(decoded.value);
            let items = merge(items, failed);
            page(raw, window, items, 0, in_body, decoded.misfits)
        }
    }
}

/// The items in the order in which they came.
fn merge<T>(items: Vec<T>, failed: Vec<ItemProblem>) -> Vec<Result<T, ItemProblem>> {
    let mut merged = Vec::with_capacity(items.len() + failed.len());
    let mut items = items.into_iter();
    for problem in failed {
        let before = problem.index.saturating_sub(merged.len());
        merged.extend(items.by_ref().take(before).map(Ok));
        merged.push(Err(problem));
    }
    merged.extend(items.map(Ok));
    merged
}
