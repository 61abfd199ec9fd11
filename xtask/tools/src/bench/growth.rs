//! How the work of every step of the pipeline grows with the description.

use std::time::Instant;

use rolecall_codegen::lint::{Audience, lint};
use rolecall_codegen::render::{Home, Identity, files};
use rolecall_codegen::{lower, model, slice};
use rolecall_openapi::json;
use rolecall_openapi::load::{SpecVersion, load, parse};
use serde::Serialize;
use serde_json::Value;

use super::chains::CHAINS;
use crate::survive;
use xtask::project::Project;
use xtask::table::table;

/// A description in several sizes, each twice the one before.
#[derive(Serialize)]
pub struct Growth {
    /// Which description.
    of: String,
    /// What its size counts.
    unit: &'static str,
    /// Sizes.
    sizes: Vec<usize>,
    /// Seconds for each size, all steps.
    seconds: Vec<f64>,
    /// The binary logarithm of each time over the time before: 1 is linear growth, 2 quadratic.
    exponents: Vec<f64>,
    /// The step that takes longest in the largest size, and its share.
    longest: (String, f64),
}

/// How often a size is measured; the shortest time counts.
const REPEATS: usize = 3;
/// How often a size is doubled.
const DOUBLINGS: usize = 2;

/// Measures chains of schemas, and the first operations of our descriptions.
pub fn measure(project: &Project) -> Result<Vec<Growth>, String> {
    let mut all = Vec::new();
    for chain in CHAINS {
        let sizes = (0..=DOUBLINGS).map(|step| chain.size >> (DOUBLINGS - step));
        let texts = sizes.map(|size| (size, chain.document(size)));
        all.push(growth(
            chain.name.to_owned(),
            "schemas",
            texts.collect(),
            chain.survival,
        )?);
    }
    for api in project
        .apis(&[])
        .map_err(|problems| problems.render(false))?
    {
        let document = load(&api.spec()).map_err(|problems| problems.render(false))?;
        let count = json::operations(&document.value).count();
        let sizes = (0..=DOUBLINGS).map(|step| count >> (DOUBLINGS - step));
        let texts = sizes.map(|size| (size, first_operations(&document.value, size)));
        all.push(growth(
            api.name.clone(),
            "operations",
            texts.collect(),
            true,
        )?);
    }
    Ok(all)
}

/// The description with as many operations, of those at the front.
fn first_operations(document: &Value, count: usize) -> String {
    let kept: std::collections::BTreeSet<(String, String)> = json::operations(document)
        .take(count)
        .map(|(path, method, _)| (path.to_owned(), method.to_owned()))
        .collect();
    let mut document = document.clone();
    slice::retain(&mut document, |path, method, _| {
        kept.contains(&(path.to_owned(), method.to_owned()))
    });
    document.to_string()
}

fn growth(
    of: String,
    unit: &'static str,
    texts: Vec<(usize, String)>,
    survival: bool,
) -> Result<Growth, String> {
    let mut seconds = Vec::new();
    let mut longest = (String::new(), 0.0);
    for (_, text) in &texts {
        let mut best: Option<Vec<(String, f64)>> = None;
        for _ in 0..REPEATS {
            let steps = steps(text, survival).map_err(|message| format!("{of}: {message}"))?;
            if best
                .as_ref()
                .is_none_or(|known| total(&steps) < total(known))
            {
                best = Some(steps);
            }
        }
        let best = best.unwrap_or_default();
        seconds.push(total(&best));
        let slowest = best.iter().max_by(|one, other| one.1.total_cmp(&other.1));
        longest = slowest.map_or(longest, |(step, taken)| {
            (step.clone(), taken / total(&best))
        });
    }
    Ok(Growth {
        of,
        unit,
        sizes: texts.iter().map(|(size, _)| *size).collect(),
        exponents: seconds
            .windows(2)
            .map(|pair| (pair[1] / pair[0]).log2())
            .collect(),
        seconds,
        longest,
    })
}

fn total(steps: &[(String, f64)]) -> f64 {
    steps.iter().map(|(_, seconds)| seconds).sum()
}

/// Everything from the text to the files, and the survival test's own reading: the seconds of each step.
pub fn steps(text: &str, survival: bool) -> Result<Vec<(String, f64)>, String> {
    let mut steps = Vec::new();
    let mut last = Instant::now();
    let mut done = |step: &str| {
        steps.push((step.to_owned(), last.elapsed().as_secs_f64()));
        last = Instant::now();
    };
    let document = parse("growth", text).map_err(|problems| problems.render(false))?;
    done("load");
    std::hint::black_box(lint(&document, Audience::Foreign));
    done("lint");
    let v31 = document.version == SpecVersion::V3_1;
    let mut value = document.value.clone();
    slice::retain(&mut value, |_, _, _| true);
    done("slice");
    let lowered = lower::lower_watched(value, v31, &mut |pass| done(pass));
    let model = model::build("growth", &lowered).map_err(|problems| problems.render(false))?;
    done("model");
    let written = files(&model, &lowered.document, &identity())?;
    std::hint::black_box(written);
    done("render");
    if survival {
        std::hint::black_box(survive::read_only(&document.value, v31));
        done("survive");
    }
    Ok(steps)
}

fn identity() -> Identity {
    Identity {
        api: "growth".into(),
        package: "growth".into(),
        version: "0.1.0".into(),
        description: "A description in several sizes".into(),
        keywords: Vec::new(),
        categories: Vec::new(),
        documentation: None,
        source: "growth".into(),
        command: "bench".into(),
        home: Home::Workspace,
        example: None,
    }
}

/// The table that people read.
pub fn print(growths: &[Growth]) {
    let rows = growths.iter().map(|growth| {
        let list = |cells: Vec<String>| cells.join(" ");
        vec![
            growth.of.clone(),
            growth.unit.to_owned(),
            list(growth.sizes.iter().map(usize::to_string).collect()),
            list(growth.seconds.iter().map(|s| format!("{s:.3}")).collect()),
            list(growth.exponents.iter().map(|e| format!("{e:.2}")).collect()),
            format!("{} {:.0}%", growth.longest.0, growth.longest.1 * 100.0),
        ]
    });
    print!(
        "{}",
        table(
            &[
                "growth of",
                "unit",
                "sizes",
                "seconds",
                "exponents",
                "longest step"
            ],
            rows
        )
    );
}
