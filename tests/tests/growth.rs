//! The work of the pipeline grows with the description, and not faster. Work is counted in allocations, which are the
//! same on any machine: whatever is read again for each component, or copied into each, shows in them.

use allocation_counter::measure;
use rolecall_codegen::lint::{Audience, lint};
use rolecall_codegen::lower::lower;
use rolecall_codegen::model;
use rolecall_codegen::render::{Home, Identity, files};
use rolecall_codegen::slice::retain;
use rolecall_openapi::load::{SpecVersion, parse};
use xtask_tools::bench::chains::{CHAINS, Chain};
use xtask_tools::survive;

/// The step, the number of allocations, and the bytes of all of them.
type Work = (&'static str, u64, u64);

/// What each step allocates.
fn work(text: &str, survival: bool) -> Vec<Work> {
    let mut steps = Vec::new();
    let mut count = |step: &'static str, run: &mut dyn FnMut()| {
        let allocated = measure(run);
        steps.push((step, allocated.count_total, allocated.bytes_total));
    };
    let mut document = None;
    count("load", &mut || {
        document = Some(parse("chain", text).unwrap())
    });
    let document = document.unwrap();
    count("lint", &mut || drop(lint(&document, Audience::Foreign)));
    let v31 = document.version == SpecVersion::V3_1;
    let mut value = document.value.clone();
    count("slice", &mut || retain(&mut value, |_, _, _| true));
    let mut lowered = None;
    count("lower", &mut || {
        lowered = Some(lower(std::mem::take(&mut value), v31));
    });
    let lowered = lowered.unwrap();
    let mut model = None;
    count("model", &mut || {
        model = Some(model::build("chain", &lowered).unwrap());
    });
    let model = model.unwrap();
    count("render", &mut || {
        drop(files(&model, &lowered.document, &identity()).unwrap());
    });
    if survival {
        count("survive", &mut || {
            survive::read_only(&document.value, v31);
        });
    }
    steps
}

fn identity() -> Identity {
    Identity {
        api: "chain".into(),
        package: "chain".into(),
        version: "0.1.0".into(),
        description: "A chain".into(),
        keywords: Vec::new(),
        categories: Vec::new(),
        documentation: None,
        source: "chain".into(),
        command: "test".into(),
        home: Home::Workspace,
        example: None,
    }
}

/// What a step may allocate whatever the size of the description, so that it says nothing of growth.
const FIXED: u64 = 2_000;

fn grows_no_faster(chain: Chain) {
    let size = |size| work(&chain.document(size), chain.survival);
    let (half, whole) = (size(chain.size / 2), size(chain.size));
    for ((step, count, bytes), (_, twice, twice_bytes)) in half.into_iter().zip(whole) {
        let exponent = |from: u64, to: u64| (to as f64 / from as f64).log2();
        let (by_count, by_bytes) = (exponent(count, twice), exponent(bytes, twice_bytes));
        assert!(
            twice < FIXED || by_count < chain.growth && by_bytes < chain.growth + 0.15,
            "{step} of {} {}: allocations {count} → {twice} ({by_count:.2}), bytes {bytes} → {twice_bytes} ({by_bytes:.2})",
            chain.size,
            chain.name,
        );
    }
}

/// Allocations are counted by thread, so that chains may be measured beside each other.
#[test]
fn chains() {
    std::thread::scope(|scope| {
        for chain in CHAINS {
            scope.spawn(move || grows_no_faster(chain));
        }
    });
}
