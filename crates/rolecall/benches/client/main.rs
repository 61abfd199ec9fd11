//! What a call over the facade costs beside one by hand: the same requests to the same server, the same bodies into the same
//! types, in turns in one run. `cargo xtask bench client` runs it; `--json` prints for programs.
//!
//! The server is a process of its own, so that only the client's time counts.

mod measure;
mod others;
mod server;
mod work;

use measure::{Ratio, cpu_seconds, resident_kib};
use serde::Serialize;
use std::time::Instant;
use work::{ByHand, Facade, Generated, Own, OwnTypes, decode_generated, decode_plain};

/// Rounds of each kind of work, and how much a round does.
const ROUNDS: usize = 15;
const CALLS: usize = 1_000;
const PAGES: u64 = 40;
/// The long list, and where memory is looked at first.
const LONG: u64 = 10_000;
const SETTLED: u64 = 200;

#[derive(Serialize)]
struct Report {
    /// One small object a call.
    call: Compared,
    /// The same over the generated client without the facade.
    call_generated: Compared,
    /// A list of 200 users a page, against the same generated types by hand.
    list: Compared,
    /// The same against own types with a few fields.
    list_own_types: Compared,
    /// Decoding a page of 200 users alone: the generated types against serde-derived ones with the same named fields.
    decode_derived: Compared,
    /// The same against the types that progenitor makes.
    decode_progenitor: Compared,
    /// The same against own types with a few fields.
    decode_own_types: Compared,
    /// Pages of 200 users in a second, over the facade.
    pages_per_second: f64,
    /// A list of 10,000 pages of 20 users.
    memory: Memory,
}

/// The facade against code by hand. Times are of the median round.
#[derive(Serialize)]
struct Compared {
    facade_cpu_us: Option<f64>,
    by_hand_cpu_us: Option<f64>,
    cpu_ratio: Option<f64>,
    facade_us: f64,
    by_hand_us: f64,
    time_ratio: f64,
}

#[derive(Serialize)]
struct Memory {
    pages: u64,
    items: u64,
    settled_kib: Option<u64>,
    end_kib: Option<u64>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |name: &str| arguments.iter().any(|one| one == name);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    if has("--serve") {
        return runtime.block_on(server::serve());
    }
    let server = server::Process::start();
    let report = runtime.block_on(run(&server.url));
    if has("--json") {
        println!(
            "{}",
            serde_json::to_string(&report).expect("a report is plain data")
        );
    } else {
        print(&report);
    }
}

async fn run(url: &str) -> Report {
    let facade = Facade::new(url);
    let by_hand = ByHand::new(url);
    let own_types = OwnTypes::new(url);
    let generated = Generated::new(url);
    // Connections, caches and the allocator warm up.
    facade.calls(CALLS).await;
    by_hand.calls(CALLS).await;
    let mut call = Ratio::default();
    let mut call_generated = Ratio::default();
    let mut list = Ratio::default();
    let mut list_own_types = Ratio::default();
    let mut decode_derived = Ratio::default();
    let mut decode_progenitor = Ratio::default();
    let mut decode_own_types = Ratio::default();
    let page = server::users(200).to_string();
    let page = page.as_bytes();
    for _ in 0..ROUNDS {
        call.first(CALLS, facade.calls(CALLS)).await;
        call.second(CALLS, by_hand.calls(CALLS)).await;
        call_generated.first(CALLS, generated.calls(CALLS)).await;
        call_generated.second(CALLS, by_hand.calls(CALLS)).await;
        let pages = usize::try_from(PAGES).unwrap_or_default();
        list.first(pages, facade.list(PAGES)).await;
        list.second(pages, by_hand.list(PAGES)).await;
        list_own_types.first(pages, facade.list(PAGES)).await;
        list_own_types.second(pages, own_types.list(PAGES)).await;
        decode_derived
            .first(pages, decode_generated(page, pages))
            .await;
        let plain = decode_plain::<others::Derived>(page, pages);
        decode_derived.second(pages, plain).await;
        decode_progenitor
            .first(pages, decode_generated(page, pages))
            .await;
        let plain = decode_plain::<others::Progenitor>(page, pages);
        decode_progenitor.second(pages, plain).await;
        decode_own_types
            .first(pages, decode_generated(page, pages))
            .await;
        decode_own_types
            .second(pages, decode_plain::<Own>(page, pages))
            .await;
    }
    let list = list.compared();
    Report {
        call: call.compared(),
        call_generated: call_generated.compared(),
        pages_per_second: 1e6 / list.facade_us,
        list,
        list_own_types: list_own_types.compared(),
        decode_derived: decode_derived.compared(),
        decode_progenitor: decode_progenitor.compared(),
        decode_own_types: decode_own_types.compared(),
        memory: memory(&facade).await,
    }
}

async fn memory(facade: &Facade) -> Memory {
    let mut settled_kib = None;
    let items = facade
        .long_list(LONG, |page| {
            if page == SETTLED {
                settled_kib = resident_kib();
            }
        })
        .await;
    Memory {
        pages: LONG,
        items,
        settled_kib,
        end_kib: resident_kib(),
    }
}

fn print(report: &Report) {
    let line = |what: &str, compared: &Compared| {
        let cpu = compared
            .cpu_ratio
            .map_or("unknown".to_owned(), |ratio| format!("{ratio:.3}"));
        println!(
            "{what}: CPU {cpu}, time {:.3} of what it takes by hand ({:.1} us and {:.1} us)",
            compared.time_ratio, compared.facade_us, compared.by_hand_us
        );
    };
    line("one call", &report.call);
    line("one call, generated client alone", &report.call_generated);
    line("a page of 200 users", &report.list);
    line("the same, own types by hand", &report.list_own_types);
    let decode = [
        ("derived types with the same fields", &report.decode_derived),
        ("progenitor's types", &report.decode_progenitor),
        ("own types with a few fields", &report.decode_own_types),
    ];
    for (what, compared) in decode {
        line(&format!("decoding it, beside {what}"), compared);
    }
    println!("pages a second: {:.0}", report.pages_per_second);
    let kib = |kib: Option<u64>| kib.map_or("unknown".to_owned(), |kib| format!("{kib} KiB"));
    println!(
        "memory: {} after {SETTLED} pages, {} after {} pages ({} items)",
        kib(report.memory.settled_kib),
        kib(report.memory.end_kib),
        report.memory.pages,
        report.memory.items
    );
}

/// Wall clock and CPU time of some work.
struct Took {
    seconds: f64,
    cpu: Option<f64>,
}

async fn took(work: impl Future<Output = ()>) -> Took {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    work.await;
    let seconds = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds().zip(cpu).map(|(after, before)| after - before);
    Took { seconds, cpu }
}
