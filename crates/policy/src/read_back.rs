//! Looking at the service whether a write took effect.

use crate::client::Client;
use crate::error::Error;
use futures_util::future::{Either, select};
use rolecall_client::{
    ApiClient, BoxFuture, Error as CallError, ErrorBody, HeaderMap, Response, StatusCode,
};
use serde::Serialize;
use std::error::Error as StdError;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// What a look at the service says about a write whose outcome is unknown. `T` is what the operation responds with.
#[derive(Clone)]
#[non_exhaustive]
pub enum ReadBack<T> {
    /// It took effect, and this is what it would have responded: the caller gets it in the place of the response that was lost.
    TookEffect(T),
    /// It did not, and may be sent again.
    DidNot,
    /// That could not be found out: the caller gets the failure.
    Unknown,
}

/// What was found may be personal, so it is not shown.
impl<T> fmt::Debug for ReadBack<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TookEffect(_) => "TookEffect",
            Self::DidNot => "DidNot",
            Self::Unknown => "Unknown",
        })
    }
}

/// What the hook is told. What was found stays with the one who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    TookEffect,
    DidNot,
    Unknown,
}

/// How the hook asks for a look.
pub(crate) type Look = Arc<dyn Fn() -> BoxFuture<'static, Looked> + Send + Sync>;

/// Why the hook sent nothing more, and has no response: the write was found done.
#[derive(Debug)]
pub(crate) struct FoundDone;

impl fmt::Display for FoundDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response was lost, and the write was found done")
    }
}

impl StdError for FoundDone {}

impl<A: ApiClient> Client<A> {
    /// Makes one call, and looks whether it took effect after a failure that leaves that unknown. It is sent again only when
    /// it did not ([`ReadBack::DidNot`]). When it did, the call succeeds with what was found: with the status 200, and without
    /// headers.
    ///
    /// `call` gets the client to make the call with. `look` is called once for every such failure, within the deadline of
    /// the call, and can use whatever is at hand.
    ///
    /// ```
    /// # async fn example(
    /// #     client: rolecall_policy::Client<small_client::Client>,
    /// # ) -> Result<(), rolecall_policy::Error> {
    /// use rolecall_policy::ReadBack;
    /// use small_client::types::{Member, SignOnAnswer};
    ///
    /// # fn member() -> Member { unimplemented!() }
    /// # fn is_new(_: &Member) -> bool { unimplemented!() }
    /// let signed = client
    ///     .read_back(
    ///         |client| client.sign_on().body(member()).send(),
    ///         async || {
    ///             let Ok(crew) = client.list_crew().send().await else { return ReadBack::Unknown };
    ///             let found = crew.into_inner().members.into_iter().find(is_new);
    ///             found.map_or(ReadBack::DidNot, |found| ReadBack::TookEffect(SignOnAnswer::Member(found)))
    ///         },
    ///     )
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// What the call meets.
    pub async fn read_back<T, E, F>(
        &self,
        call: impl FnOnce(Self) -> F,
        look: impl AsyncFn() -> ReadBack<T>,
    ) -> Result<Response<T>, Error>
    where
        E: ErrorBody + Serialize,
        F: Future<Output = Result<Response<T>, CallError<E>>>,
    {
        let (asks, mut asked) = mpsc::channel::<oneshot::Sender<Looked>>(1);
        let mut options = self.options().clone();
        options.look = Some(Arc::new(move || Box::pin(ask(asks.clone()))));
        let mut call = pin!(call(self.with(options)));
        let mut found = None;
        let result = loop {
            let answer = match select(call.as_mut(), pin!(asked.recv())).await {
                Either::Left((result, _)) => break result,
                Either::Right((Some(answer), _)) => answer,
                // The client is gone, and with it whoever could ask.
                Either::Right((None, _)) => break call.await,
            };
            // The call goes on meanwhile: its deadline may come.
            let looked = match select(call.as_mut(), pin!(look())).await {
                Either::Left((result, _)) => break result,
                Either::Right((looked, _)) => looked,
            };
            let looked = match looked {
                ReadBack::TookEffect(value) => {
                    found = Some(value);
                    Looked::TookEffect
                }
                ReadBack::DidNot => Looked::DidNot,
                ReadBack::Unknown => Looked::Unknown,
            };
            // Nobody waits for it when the call was given up.
            let _ = answer.send(looked);
        };
        match (result, found) {
            (Err(CallError::Hook { source, note, .. }), Some(value))
                if source.is::<FoundDone>() =>
            {
                let response = Response::new(value, StatusCode::OK, HeaderMap::new());
                Ok(match note {
                    Some(note) => response.with_note(note),
                    None => response,
                })
            }
            (result, _) => result.map_err(Error::from),
        }
    }
}

/// Asks whoever drives the call.
async fn ask(asks: mpsc::Sender<oneshot::Sender<Looked>>) -> Looked {
    let (answer, answered) = oneshot::channel();
    if asks.send(answer).await.is_err() {
        return Looked::Unknown;
    }
    answered.await.unwrap_or(Looked::Unknown)
}
