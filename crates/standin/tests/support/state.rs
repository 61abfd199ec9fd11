//! Random sequences of calls against a stand-in and a small model of it, which have to agree at every step.

use crate::session::{Reply, Session};
use fastrand::Rng;
use rolecall_standin::Standin;
use serde_json::Value;
use std::fmt::Debug;
use std::ops::Range;

/// What a test knows of a stand-in: enough to predict every answer.
pub trait Model {
    /// A call. It names things by what does not change from run to run, so that it means something in any state.
    type Call: Clone + Debug;

    /// Any call, those that are refused included.
    fn choose(&self, random: &mut Rng) -> Self::Call;

    /// What is sent for a call.
    fn request(&self, call: &Self::Call) -> Sent;

    /// Makes the call on the model, and compares the answer with what the model answers. Ids that the stand-in made up are
    /// learnt from the answer.
    fn check(&mut self, call: &Self::Call, reply: &Reply) -> Result<(), String>;
}

/// A request: method, path and JSON body.
pub struct Sent {
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
}

impl Sent {
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
        }
    }

    pub fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// A fresh stand-in and the model of it.
pub struct Subject<M> {
    pub standin: Standin,
    /// One connection, kept for the whole sequence.
    pub session: Session,
    pub model: M,
}

/// Runs a sequence for each seed. A sequence that fails is made shorter, and shown.
pub async fn agree<M: Model>(start: impl AsyncFn() -> Subject<M>, seeds: Range<u64>, steps: usize) {
    for seed in seeds {
        let mut random = Rng::with_seed(seed);
        let mut subject = start().await;
        let mut calls = Vec::with_capacity(steps);
        for _ in 0..steps {
            let call = subject.model.choose(&mut random);
            calls.push(call.clone());
            if step(&mut subject, &call).await.is_err() {
                let _ = subject.standin.take_violations();
                let (calls, problem) = shorten(&start, calls).await;
                let calls: Vec<String> = calls.iter().map(|call| format!("  {call:?}")).collect();
                panic!("seed {seed}: {problem}\nafter\n{}", calls.join("\n"));
            }
        }
    }
}

async fn step<M: Model>(subject: &mut Subject<M>, call: &M::Call) -> Result<(), String> {
    let sent = subject.model.request(call);
    let reply = match sent.body {
        Some(body) => {
            subject
                .session
                .send_json(sent.method, &sent.path, body)
                .await
        }
        None => subject.session.send(sent.method, &sent.path).await,
    };
    let outcome = subject.model.check(call, &reply);
    outcome.map_err(|problem| format!("{} {}: {problem}", sent.method, sent.path))
}

/// How many shorter sequences are tried.
const TRIES: usize = 200;

/// Leaves out what is not needed to fail: halves first, then ever smaller pieces.
async fn shorten<M: Model>(
    start: &impl AsyncFn() -> Subject<M>,
    mut calls: Vec<M::Call>,
) -> (Vec<M::Call>, String) {
    let mut problem = "it fails once, and not again".to_owned();
    if let Some((_, found)) = replay(start, &calls).await {
        problem = found;
    }
    let (mut piece, mut tries) = (calls.len().div_ceil(2), 0);
    while piece > 0 && tries < TRIES {
        let mut at = 0;
        while at < calls.len() && tries < TRIES {
            tries += 1;
            let end = (at + piece).min(calls.len());
            let rest: Vec<M::Call> = [&calls[..at], &calls[end..]].concat();
            match replay(start, &rest).await {
                Some((failed, found)) => {
                    calls = rest;
                    calls.truncate(failed + 1);
                    problem = found;
                }
                None => at = end,
            }
        }
        piece /= 2;
    }
    (calls, problem)
}

/// The first call that fails, and how.
async fn replay<M: Model>(
    start: &impl AsyncFn() -> Subject<M>,
    calls: &[M::Call],
) -> Option<(usize, String)> {
    let mut subject = start().await;
    for (at, call) in calls.iter().enumerate() {
        if let Err(problem) = step(&mut subject, call).await {
            let _ = subject.standin.take_violations();
            return Some((at, problem));
        }
    }
    let _ = subject.standin.take_violations();
    None
}

/// That two things are the same.
pub fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: found {found:?}, expected {expected:?}"))
}

/// One of several.
pub fn one<T: Copy>(random: &mut Rng, of: &[T]) -> T {
    of[random.usize(..of.len())]
}
