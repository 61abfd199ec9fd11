//! Requests, and what their responses tell besides their values.

use super::pace::Pace;
use futures_util::{Stream, StreamExt, stream};
use rolecall::rolecall_client::reqwest::header::HeaderMap;
use rolecall::rolecall_client::{
    CredentialKind, Error as CallError, ErrorBody, Misfit, Operation, Paged, Refusal, Response,
    StatusCode,
};
use rolecall::{CallSummary, Error, Items};
use serde::Serialize;

/// What was received.
#[derive(Debug)]
pub(crate) struct Received<T> {
    pub(crate) value: T,
    /// Values that did not fit the description. What depends on one of them is not known.
    pub(crate) misfits: Vec<Misfit>,
    pub(crate) headers: HeaderMap,
    /// What the request was signed in with.
    pub(crate) credential: Option<CredentialKind>,
}

/// Sends a request, and has the pace learn from it.
pub(crate) async fn ask<T, E>(
    pace: &Pace,
    sent: impl Future<Output = Result<Response<T>, CallError<E>>>,
) -> Result<Received<T>, Error>
where
    E: ErrorBody + Serialize,
{
    match sent.await {
        Ok(response) => {
            let summary = CallSummary::of_response(&response);
            pace.learn(summary);
            Ok(Received {
                misfits: response.misfits().to_vec(),
                headers: response.headers().clone(),
                credential: credential(summary),
                value: response.into_inner(),
            })
        }
        Err(error) => {
            let error = Error::from(error);
            pace.learn(error.summary());
            Err(error)
        }
    }
}

/// The pages of a list. After an error there is none.
pub(crate) fn pages<'a, B>(
    pace: &'a Pace,
    list: Items<B>,
) -> impl Stream<Item = Result<Received<Vec<B::Item>>, Error>> + Send + use<'a, B>
where
    B: Paged + Sync,
    B::Error: Serialize,
    B::Item: Send,
{
    list.by_page().map(|page| match page {
        Ok(page) => {
            let summary = CallSummary::of_page(&page);
            pace.learn(summary);
            Ok(Received {
                credential: credential(summary),
                value: page.items,
                misfits: page.misfits,
                headers: page.headers,
            })
        }
        Err(error) => {
            pace.learn(error.summary());
            Err(error)
        }
    })
}

/// All items of a list, read to its end: for lists that are short by nature.
pub(crate) async fn whole<B>(pace: &Pace, list: Items<B>) -> Result<Received<Vec<B::Item>>, Error>
where
    B: Paged + Sync,
    B::Error: Serialize,
    B::Item: Send,
{
    let mut all = Received {
        value: Vec::new(),
        misfits: Vec::new(),
        headers: HeaderMap::new(),
        credential: None,
    };
    let mut pages = std::pin::pin!(pages(pace, list));
    while let Some(page) = pages.next().await {
        let page = page?;
        all.value.extend(page.value);
        all.misfits.extend(page.misfits);
        all.headers = page.headers;
        all.credential = page.credential;
    }
    Ok(all)
}

/// Why a list gave no item where it should have.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It broke off.
    Broken(Box<Error>),
    /// Some of a page's values were not as described.
    Misfits(Vec<Misfit>),
}

/// All items of a list, with what was wrong in between.
pub(crate) fn items<'a, B>(
    pace: &'a Pace,
    list: Items<B>,
) -> impl Stream<Item = Result<B::Item, Trouble>> + Send + use<'a, B>
where
    B: Paged + Sync,
    B::Error: Serialize,
    B::Item: Send,
{
    pages(pace, list).flat_map(|page| {
        let mut all = Vec::new();
        match page {
            Err(error) => all.push(Err(Trouble::Broken(Box::new(error)))),
            Ok(page) => {
                if !page.misfits.is_empty() {
                    all.push(Err(Trouble::Misfits(page.misfits)));
                }
                all.extend(page.value.into_iter().map(Ok));
            }
        }
        stream::iter(all)
    })
}

fn credential(summary: Option<&CallSummary>) -> Option<CredentialKind> {
    Some(summary?.credential.as_ref()?.kind)
}

/// What the description foretells of an empty list that is a refusal in truth, for this kind of credential.
pub(crate) fn empty_refusal(
    operation: &'static Operation,
    credential: Option<CredentialKind>,
) -> Option<&'static Refusal> {
    operation.refusals.iter().find(|refusal| {
        refusal.status == StatusCode::OK
            && (refusal.credential.is_none()
                || credential.is_none()
                || refusal.credential == credential)
    })
}
