//! Bodies that services may well send although no description says so, against the generated types: nothing fails, and
//! nothing is lost. `xtask_tools::survive` says what is changed and what must come of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;

use rolecall_client::{ByStatus, DecodeProblem, Decoding, ErrorBody, FromJson, decode};
use rolecall_openapi::load::{self, SpecVersion};
use serde::Serialize;
use xtask_tools::survive::{Answer, Mutation, Tally, each_case, exact, samples, table};

/// Decodes a body that came with a status, and encodes it again.
type Decode = fn(u16, &[u8]) -> Answer;

fn answer<T: Debug + Serialize>(read: Result<T, DecodeProblem>) -> Answer {
    match read {
        Ok(value) => {
            let again = serde_json::to_string(&value).unwrap();
            Answer::decoded(again, &format!("{value:?}"))
        }
        Err(DecodeProblem { path, message, .. }) => Answer::Refused { path, message },
    }
}

fn plain<T: FromJson + Debug + Serialize>(_status: u16, body: &[u8]) -> Answer {
    answer(decode::<T>(body, Decoding::Lenient).map(|decoded| decoded.value))
}

#[allow(dead_code, reason = "no API answers with different types yet")]
fn by_status<T: ByStatus + Debug + Serialize>(status: u16, body: &[u8]) -> Answer {
    answer(T::decode(status, body))
}

fn error<T: ErrorBody + Debug + Serialize>(status: u16, body: &[u8]) -> Answer {
    answer(T::decode(status, body))
}

macro_rules! body {
    ("error", $ty:ty) => {
        ("error", error::<$ty> as Decode)
    };
    ("success by status", $ty:ty) => {
        ("success", by_status::<$ty> as Decode)
    };
    ($what:literal, $ty:ty) => {
        ($what, plain::<$ty> as Decode)
    };
}

macro_rules! bodies {
    ($(($id:literal, $what:tt, $ty:ty),)*) => {
        vec![$(($id, body!($what, $ty))),*]
    };
}

type Bodies = Vec<(&'static str, (&'static str, Decode))>;

fn apis() -> [(&'static str, Bodies); 4] {
    [
        ("foundry", rolecall_foundry::each_body!(bodies)),
        ("klustr", rolecall_klustr::each_body!(bodies)),
        ("okta", rolecall_okta::each_body!(bodies)),
        ("zenml", rolecall_zenml::each_body!(bodies)),
    ]
}

/// What comes of every case of an API.
fn tally(api: &str, bodies: Bodies) -> Tally {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../specs")
        .join(api);
    let document = load::load(&folder.join("openapi.yaml")).unwrap();
    let samples = samples(&folder.join("examples")).unwrap();
    let v31 = document.version == SpecVersion::V3_1;
    let bodies: BTreeMap<(&str, &str), Decode> = bodies
        .into_iter()
        .map(|(id, (what, decode))| ((id, what), decode))
        .collect();
    let mut tally = Tally::default();
    let mut untried: BTreeSet<(&str, &str)> = bodies.keys().copied().collect();
    each_case(&document.value, v31, &samples, &mut |case| {
        let body = exact::text(&case.body);
        let decode = bodies.get(&(case.operation.as_str(), case.body_kind.as_str()));
        let answer = decode.map_or(Answer::NoType, |decode| {
            decode(case.status, body.as_bytes())
        });
        tally.add(&case, &answer);
        untried.retain(|(id, what)| *id != case.operation || *what != case.body_kind.as_str());
    });
    // The catalog lists forms, too, which are not JSON.
    untried.retain(|(_, what)| *what != "request");
    assert!(untried.is_empty(), "{api}: no body was made of {untried:?}");
    tally
}

#[test]
fn every_body_survives_what_no_description_says() {
    let tallies = apis().map(|(api, bodies)| (api, tally(api, bodies)));
    let columns: Vec<(&str, &Tally)> = tallies.iter().map(|(api, tally)| (*api, tally)).collect();
    println!("{}", table(&columns));
    let failures: Vec<String> = tallies
        .iter()
        .flat_map(|(api, tally)| {
            tally
                .failures
                .iter()
                .map(move |told| format!("{api}: {told}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for mutation in Mutation::ALL {
        let met = tallies
            .iter()
            .any(|(_, tally)| tally.counts.contains_key(&mutation));
        assert!(met, "no body was made for: {}", mutation.as_str());
    }
}
