//! The version to give the generated crate.

use super::finding::{ApiVerdict, Bump};

/// The advice for a verdict. `from` is the version of the crate before.
pub(super) fn advise(api: ApiVerdict, from: Option<&str>) -> Bump {
    let to = from.and_then(|version| next(version, api));
    let advice = match (api, from, &to) {
        (ApiVerdict::None, ..) => "none: the generated crate stays as it is".to_owned(),
        (_, Some(from), Some(to)) => format!("{api}: {from} becomes {to}"),
        (ApiVerdict::Major, ..) => {
            "major: x.y.z becomes (x+1).0.0, below 1.0.0 0.y.z becomes 0.(y+1).0".to_owned()
        }
        (ApiVerdict::Minor, ..) => {
            "minor: x.y.z becomes x.(y+1).0, below 1.0.0 0.y.z becomes 0.y.(z+1)".to_owned()
        }
        (ApiVerdict::Patch, ..) => "patch: x.y.z becomes x.y.(z+1)".to_owned(),
    };
    Bump {
        api,
        from: from.map(str::to_owned),
        to,
        advice,
    }
}

/// Cargo compares versions by the first number that is not zero (the Cargo Book, "Default requirements"); pre-release
/// and build metadata go.
fn next(version: &str, api: ApiVerdict) -> Option<String> {
    let plain = version.split(['-', '+']).next()?;
    let mut numbers = plain.split('.').map(|part| part.parse::<u64>().ok());
    let (major, minor, patch) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() {
        return None;
    }
    let more = |number: u64| number.checked_add(1);
    let (major, minor, patch) = match (api, major, minor) {
        (ApiVerdict::None, ..) => return None,
        (ApiVerdict::Major, 0, 0) => (0, 0, more(patch)?),
        (ApiVerdict::Major, 0, _) => (0, more(minor)?, 0),
        (ApiVerdict::Major, ..) => (more(major)?, 0, 0),
        (ApiVerdict::Minor, 1.., _) => (major, more(minor)?, 0),
        (ApiVerdict::Minor | ApiVerdict::Patch, ..) => (major, minor, more(patch)?),
    };
    Some(format!("{major}.{minor}.{patch}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_one_the_first_number_that_is_not_zero_is_the_major_one() {
        let to = |from, api| advise(api, Some(from)).to;
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(to("0.1.4", ApiVerdict::Major), some("0.2.0"));
        assert_eq!(to("0.1.4", ApiVerdict::Minor), some("0.1.5"));
        assert_eq!(to("0.0.4", ApiVerdict::Major), some("0.0.5"));
        assert_eq!(to("1.2.3+api.7", ApiVerdict::Major), some("2.0.0"));
        assert_eq!(to("1.2.3", ApiVerdict::Minor), some("1.3.0"));
        assert_eq!(to("1.2.3", ApiVerdict::Patch), some("1.2.4"));
        assert_eq!(to("1.2.3", ApiVerdict::None), None);
        assert_eq!(to("one", ApiVerdict::Major), None);
    }
}
