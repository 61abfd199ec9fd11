//! What looks renamed: something that is gone, and something new that is like it. The verdicts stay as they are, since on
//! the wire a name is all that counts; but whoever reads them wants to know what became of it.

use std::collections::HashMap;

use super::finding::Renamed;
use super::operations::{Operation, Pair};

/// How much alike, in percent, two things must be to be taken for one.
const ENOUGH: u8 = 65;

/// The best partners of a list of those that are gone and a list of those that are new, each taken once. `alike` says how
/// much alike two are, in percent.
pub(super) fn partners(
    gone: usize,
    new: usize,
    alike: impl Fn(usize, usize) -> u8,
) -> Vec<(usize, usize, u8)> {
    // A crowd has a likeness for everything.
    const MANY: usize = 200;
    if gone > MANY || new > MANY {
        return Vec::new();
    }
    let mut scores: Vec<(u8, usize, usize)> = (0..gone)
        .flat_map(|one| (0..new).map(move |other| (one, other)))
        .map(|(one, other)| (alike(one, other), one, other))
        .filter(|(score, ..)| *score >= ENOUGH)
        .collect();
    scores.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut pairs: Vec<(usize, usize, u8)> = Vec::new();
    for (score, one, other) in scores {
        if pairs.iter().all(|(a, b, _)| *a != one && *b != other) {
            pairs.push((one, other, score));
        }
    }
    pairs
}

/// How much alike two names are, in percent: by their letters, whatever their case and what stands between words.
pub(super) fn names(one: &str, other: &str) -> u8 {
    let letters = |name: &str| -> Vec<char> {
        let plain = name.chars().filter(|c| c.is_alphanumeric());
        plain.flat_map(char::to_lowercase).take(120).collect()
    };
    let (one, other) = (letters(one), letters(other));
    let longest = one.len().max(other.len());
    if longest == 0 {
        return 0;
    }
    // The distance of Levenshtein, row by row.
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut next = vec![index + 1];
        for ((second, above), (left_above, _)) in other
            .iter()
            .zip(row.iter().skip(1))
            .zip(row.iter().zip(&other))
        {
            let left = next.last().copied().unwrap_or_default();
            let replaced = left_above + usize::from(letter != second);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    let distance = row.last().copied().unwrap_or(longest);
    percent(longest.saturating_sub(distance), longest)
}

fn percent(part: usize, whole: usize) -> u8 {
    u8::try_from(part * 100 / whole.max(1)).unwrap_or(100)
}

/// A mean of two likenesses.
pub(super) fn mean(one: u8, other: u8) -> u8 {
    one / 2 + other / 2 + (one % 2 + other % 2) / 2
}

/// What operations that are gone, and new ones, look renamed to and from, by the number of their pair.
pub(super) fn operations(pairs: &[Pair<'_>]) -> HashMap<usize, Renamed> {
    let mut gone: Vec<(usize, &Operation<'_>)> = Vec::new();
    let mut new: Vec<(usize, &Operation<'_>)> = Vec::new();
    for (number, pair) in pairs.iter().enumerate() {
        match pair {
            Pair::Removed(one) => gone.push((number, one)),
            Pair::Added(one) => new.push((number, one)),
            Pair::Both(..) | Pair::Moved(..) => {}
        }
    }
    let alike = |one: usize, other: usize| match (gone.get(one), new.get(other)) {
        (Some((_, one)), Some((_, other))) if one.method == other.method => {
            let paths = names(&one.route(), &other.route());
            match (one.id, other.id) {
                (Some(one), Some(other)) => mean(paths, names(one, other)),
                _ => paths,
            }
        }
        _ => 0,
    };
    let mut renamed = HashMap::new();
    for (one, other, likeness) in partners(gone.len(), new.len(), alike) {
        let (Some((first, old)), Some((second, new))) = (gone.get(one), new.get(other)) else {
            continue;
        };
        let call = |one: &Operation<'_>| Renamed {
            other: format!("{} {}", one.method.to_uppercase(), one.path),
            likeness,
        };
        renamed.insert(*first, call(new));
        renamed.insert(*second, call(old));
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::{names, partners};

    #[test]
    fn names_are_alike_by_their_letters() {
        assert_eq!(names("user_name", "userName"), 100);
        assert_eq!(names("display", "displayName"), 63);
        assert_eq!(names("", "x"), 0);
        assert_eq!(names("abc", "xyz"), 0);
    }

    #[test]
    fn each_is_taken_once_and_the_likest_first() {
        let table = [[70, 90], [80, 95]];
        let alike = |one: usize, other: usize| table[one][other];
        assert_eq!(partners(2, 2, alike), [(1, 1, 95), (0, 0, 70)]);
    }
}
