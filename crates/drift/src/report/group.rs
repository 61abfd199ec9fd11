//! Findings by the operations that they reach, and the words that several formats share.

use std::collections::{BTreeMap, HashMap};

use crate::finding::{ApiVerdict, Direction, OperationRef, Spot, WireVerdict};

use super::{Judged, Section, State};

/// Findings that reach the same operations.
pub struct Group<'a> {
    /// The operations, sorted; none for what no operation uses.
    pub operations: &'a [OperationRef],
    /// The findings, in their order.
    pub findings: Vec<&'a Judged>,
}

/// The groups of a section, those with the worst findings first: of single operations by path, then what several share,
/// then what none uses. What one change does in requests and in responses stands together.
pub fn groups(section: &Section) -> Vec<Group<'_>> {
    let mut clusters: Vec<Vec<&Judged>> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for judged in &section.findings {
        let finding = &judged.finding;
        let pointer = |spot: &'_ Option<Spot>| spot.as_ref().map(|spot| spot.pointer.clone());
        let key = (
            finding.message.as_str(),
            pointer(&finding.old),
            pointer(&finding.new),
        );
        let twin = known.get(&key).and_then(|index| clusters.get_mut(*index));
        match twin.filter(|twin| {
            twin.iter()
                .all(|one| one.finding.direction != finding.direction)
        }) {
            Some(twin) => twin.push(judged),
            None => {
                known.insert(key, clusters.len());
                clusters.push(vec![judged]);
            }
        }
    }
    let mut groups: BTreeMap<_, Group<'_>> = BTreeMap::new();
    for cluster in clusters {
        let Some(first) = cluster.first() else {
            continue;
        };
        let operations = &first.finding.operations;
        let rank = match operations.len() {
            1 => 0,
            0 => 2,
            _ => 1,
        };
        let names: Vec<_> = operations
            .iter()
            .map(|one| (&one.path, &one.method))
            .collect();
        let group = groups.entry((rank, names)).or_insert_with(|| Group {
            operations,
            findings: Vec::new(),
        });
        group.findings.extend(cluster);
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    let worst = |group: &Group<'_>| {
        group
            .findings
            .iter()
            .map(|judged| judged.finding.wire)
            .max()
    };
    groups.sort_by_key(|group| std::cmp::Reverse(worst(group)));
    groups
}

/// The operations of a finding, where they are others than those of its group.
pub fn reached<'a>(group: &Group<'_>, judged: &'a Judged) -> Option<&'a [OperationRef]> {
    let operations = judged.finding.operations.as_slice();
    (operations != group.operations).then_some(operations)
}

/// `looks renamed to `mail` (80% alike)`.
pub fn renamed(judged: &Judged) -> Option<String> {
    let renamed = judged.finding.renamed.as_ref()?;
    let word = match judged.finding.rule.ends_with("-added") {
        true => "from",
        false => "to",
    };
    Some(format!(
        "looks renamed {word} `{}` ({}% alike)",
        renamed.other, renamed.likeness
    ))
}

/// What a section says in one line, when nothing differs.
pub fn unchanged(section: &Section) -> Option<String> {
    let summary = section.comparison.as_ref()?;
    let wire = summary.wire;
    let lacking = section
        .upstream
        .as_ref()
        .is_some_and(|published| published.moved || published.lacking.iter().any(|one| one.near));
    let differs = wire.breaking + wire.dangerous + wire.compatible + summary.accepted > 0;
    let bump = summary
        .bump
        .as_ref()
        .is_some_and(|bump| bump.api != ApiVerdict::None);
    (!differs && !lacking && !bump).then(|| {
        let compared = number(summary.operations.compared, "operation", "operations");
        format!("unchanged, {compared} compared")
    })
}

/// `GET /users/{id}`.
pub fn call(operation: &OperationRef) -> String {
    format!("{} {}", operation.method, operation.path)
}

/// `GET /users/{id} (getUser)`; the id is left out where there is none.
pub fn call_with_id(operation: &OperationRef) -> String {
    let call = call(operation);
    if operation.id == call {
        return call;
    }
    format!("{call} ({})", operation.id)
}

/// The operations as a list of at most `most`, and how many are left.
pub fn calls(operations: &[OperationRef], most: usize) -> String {
    let mut names: Vec<String> = operations.iter().take(most).map(call).collect();
    if operations.len() > most {
        names.push(format!("and {} more", operations.len() - most));
    }
    names.join(", ")
}

/// `specs/lantern/openapi.yaml:12:5`.
pub fn place(spot: &Spot) -> String {
    format!("{}:{}:{}", spot.file, spot.line, spot.column)
}

/// Where a finding is shown: in the document that this project can change. That is the new one, and ours where the new
/// one is the vendor's. Where it says nothing, its first line.
pub fn primary(section: &Section, judged: &Judged) -> Spot {
    let finding = &judged.finding;
    let published = section.upstream.is_some();
    let spot = if published {
        &finding.old
    } else {
        &finding.new
    };
    spot.clone().unwrap_or_else(|| {
        let summary = section.comparison.as_ref();
        let file = summary.map_or("", |s| if published { &s.old.file } else { &s.new.file });
        Spot {
            file: file.to_owned(),
            line: 1,
            column: 1,
            pointer: String::new(),
        }
    })
}

/// Where the other document says it.
pub fn other<'a>(section: &Section, judged: &'a Judged) -> Option<&'a Spot> {
    let finding = &judged.finding;
    if section.upstream.is_some() {
        finding.new.as_ref()
    } else {
        finding.old.as_ref()
    }
}

/// ` in requests`, where that says something.
pub fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => " in requests",
        Direction::Response => " in responses",
        Direction::Both | Direction::None => "",
    }
}

/// `1 finding`, `2 findings`.
pub fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Why a finding does not count: `accepted until 2030-01-31 by team-roles: reason (drift-ignore.toml:4)`.
pub fn acceptance(judged: &Judged) -> Option<String> {
    let accepted = judged.accepted.as_ref()?;
    let mut text = "accepted".to_owned();
    if let Some(expires) = &accepted.expires {
        text.push_str(&format!(" until {expires}"));
    }
    if let Some(owner) = &accepted.owner {
        text.push_str(&format!(" by {owner}"));
    }
    Some(format!("{text}: {} ({})", accepted.reason, accepted.by))
}

/// The verdict that the project replaced: `not breaking, as the rule says: reason`.
pub fn overridden(judged: &Judged) -> Option<String> {
    let before = judged.overridden.as_ref()?;
    let from = before.from;
    Some(format!("not {from}, as the rule says: {}", before.reason))
}

/// What there is to say of an API that has no comparison.
pub fn alone(section: &Section) -> Option<&'static str> {
    match section.state {
        State::Compared => None,
        State::Added => Some("the API is new: there is nothing to compare it with"),
        State::Removed => Some("the API is gone: there is nothing to compare it with"),
        State::Unpublished => {
            Some("the vendor publishes no description: there is nothing to compare with")
        }
    }
}

/// `3 breaking, 2 dangerous, 7 compatible`, and how many are accepted.
pub fn counts(section: &Section) -> String {
    let Some(summary) = &section.comparison else {
        return String::new();
    };
    let wire = summary.wire;
    let mut text = format!(
        "{} breaking, {} dangerous, {} compatible",
        wire.breaking, wire.dangerous, wire.compatible
    );
    if summary.accepted > 0 {
        text.push_str(&format!("; {} accepted", summary.accepted));
    }
    text
}

/// How many findings of the whole report count, by verdict.
pub fn total(sections: &[Section]) -> [(WireVerdict, usize); 3] {
    let sum = |count: fn(&super::Summary) -> usize| {
        let summaries = sections
            .iter()
            .filter_map(|section| section.comparison.as_ref());
        summaries.map(count).sum()
    };
    [
        (WireVerdict::Breaking, sum(|summary| summary.wire.breaking)),
        (
            WireVerdict::Dangerous,
            sum(|summary| summary.wire.dangerous),
        ),
        (
            WireVerdict::Compatible,
            sum(|summary| summary.wire.compatible),
        ),
    ]
}

/// The version that the crate must get, and whether it has it: `major: 0.1.0 becomes 0.2.0, which api.toml has`.
pub fn bump(section: &Section) -> Option<String> {
    let bump = section.comparison.as_ref()?.bump.as_ref()?;
    let mut text = bump.advice.clone();
    if let (Some(to), Some(declared)) = (&bump.to, &section.declared) {
        if to == declared {
            text.push_str(", which api.toml has");
        } else {
            text.push_str(&format!("; api.toml has {declared}"));
        }
    }
    Some(text)
}

/// What the vendor's document is, against what `api.toml` names: one sentence without a full stop.
pub fn release(section: &Section) -> Option<String> {
    let published = section.upstream.as_ref()?;
    let version = published.version.as_deref().unwrap_or("without a version");
    let pinned = &published.pinned_version;
    Some(match (published.moved, &published.pinned_sha256) {
        (false, Some(_)) => format!("release {version}, which api.toml names with its digest"),
        (false, None) => format!("release {version}, which api.toml names, without a digest"),
        (true, _) if version == pinned => {
            format!("release {version}, of which api.toml names another digest")
        }
        (true, _) => format!("release {version}; api.toml names {pinned}"),
    })
}
