//! Time, memory, and what two kinds of work cost beside each other.

use crate::{Compared, Took, took};

/// CPU time of this thread so far, which is the whole client: the runtime has one thread. `None` where the system does not
/// tell.
pub fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// Resident memory of this process in KiB. `None` where the system does not tell.
pub fn resident_kib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Rounds of two kinds of work in turns.
#[derive(Default)]
pub struct Ratio {
    facade: Vec<Took>,
    by_hand: Vec<Took>,
}

impl Ratio {
    /// A round over the facade, of so many pieces.
    pub async fn first(&mut self, pieces: usize, work: impl Future<Output = ()>) {
        self.facade.push(each(pieces, took(work).await));
    }

    /// A round by hand.
    pub async fn second(&mut self, pieces: usize, work: impl Future<Output = ()>) {
        self.by_hand.push(each(pieces, took(work).await));
    }

    /// The medians, and the median of the rounds' ratios: what disturbs the machine disturbs both of a round.
    pub fn compared(&self) -> Compared {
        let seconds = |took: &Took| Some(took.seconds);
        let cpu = |took: &Took| took.cpu;
        let of = |rounds: &[Took], value: fn(&Took) -> Option<f64>| {
            median(rounds.iter().filter_map(value).collect())
        };
        let ratio = |value: fn(&Took) -> Option<f64>| {
            let rounds = self.facade.iter().zip(&self.by_hand);
            median(
                rounds
                    .filter_map(|(one, other)| Some(value(one)? / value(other)?))
                    .collect(),
            )
        };
        Compared {
            facade_cpu_us: of(&self.facade, cpu).map(|seconds| seconds * 1e6),
            by_hand_cpu_us: of(&self.by_hand, cpu).map(|seconds| seconds * 1e6),
            cpu_ratio: ratio(cpu),
            facade_us: of(&self.facade, seconds).unwrap_or_default() * 1e6,
            by_hand_us: of(&self.by_hand, seconds).unwrap_or_default() * 1e6,
            time_ratio: ratio(seconds).unwrap_or_default(),
        }
    }
}

fn each(pieces: usize, took: Took) -> Took {
    let pieces = pieces as f64;
    Took {
        seconds: took.seconds / pieces,
        cpu: took.cpu.map(|cpu| cpu / pieces),
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
