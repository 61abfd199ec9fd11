//! The people, groups and sizes that every stand-in's organisation is made of: the same for the same seed.

use crate::ids::mix;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The size of an organisation, and the seed that decides the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// What everything is derived from.
    pub seed: u64,
    /// How many people there are, from 1 to 1,000,000.
    pub users: u32,
    /// When the organisation was founded; nothing is older.
    pub founded: DateTime<Utc>,
}

/// A person who never was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The position in the population, from 0.
    pub index: u32,
    /// Given name.
    pub given: &'static str,
    /// Family name.
    pub family: &'static str,
    /// `given.family<index>`: no one else has it.
    pub login: String,
    /// Where they work in the organisation.
    pub department: &'static str,
}

/// A group of the population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// The position among the groups, from 0.
    pub index: u32,
    /// Its name; no other group has it.
    pub name: String,
    /// The members, by position in the population, ascending.
    pub members: Vec<u32>,
    /// The group that it is nested in.
    pub parent: Option<u32>,
}

const GIVEN: [&str; 16] = [
    "Amber", "Birch", "Cedar", "Dawn", "Ember", "Fern", "Garnet", "Hazel", "Indigo", "Jasper",
    "Kestrel", "Linden", "Maple", "Onyx", "Poppy", "Rowan",
];
const FAMILY: [&str; 16] = [
    "Anchor", "Bridge", "Compass", "Dial", "Engine", "Flange", "Gasket", "Hinge", "Index",
    "Junction", "Kettle", "Lever", "Mirror", "Needle", "Orbit", "Piston",
];
const DEPARTMENTS: [&str; 8] = [
    "Engineering",
    "Operations",
    "Security",
    "Finance",
    "Sales",
    "Support",
    "Legal",
    "Research",
];
const SUBJECTS: [&str; 12] = [
    "Platform", "Payments", "Identity", "Storage", "Mobile", "Billing", "Audit", "Network",
    "Release", "Data", "Search", "Field",
];

impl Population {
    /// The person at a position.
    #[must_use]
    pub fn person(&self, index: u32) -> Person {
        let bits = self.bits("person", u64::from(index));
        let given = GIVEN[(bits & 15) as usize];
        let family = FAMILY[(bits >> 4 & 15) as usize];
        Person {
            index,
            given,
            family,
            login: format!("{}.{}{index}", given.to_lowercase(), family.to_lowercase()),
            department: DEPARTMENTS[(bits >> 8 & 7) as usize],
        }
    }

    /// Everybody.
    pub fn people(&self) -> impl Iterator<Item = Person> {
        let all = *self;
        (0..self.users).map(move |index| all.person(index))
    }

    /// The groups: about one for every ten people, at least three, with sizes that fall as a power of their rank, so that a
    /// few are large and most are small. Every fifth is nested in a larger one.
    pub fn teams(&self) -> impl Iterator<Item = Team> {
        let all = *self;
        let count = (self.users / 10).clamp(3, 20_000);
        (0..count).map(move |index| all.team(index, count))
    }

    fn team(&self, index: u32, count: u32) -> Team {
        let bits = self.bits("team", u64::from(index));
        // The ranks come in no order of their own.
        let rank = 1 + mix(bits) % u64::from(count);
        let size = (u64::from(self.users) / 2 / rank).clamp(1, 50_000);
        let size = size.min(u64::from(self.users));
        // A stride that shares no factor with the population visits nobody twice.
        let people = u64::from(self.users);
        let mut stride = 1 + mix(bits ^ 1) % people;
        while gcd(stride, people) != 1 {
            stride = stride % people + 1;
        }
        let start = mix(bits ^ 2) % people;
        let mut members: Vec<u32> = (0..size)
            .map(|step| ((start + step * stride) % people) as u32)
            .collect();
        members.sort_unstable();
        let subject = SUBJECTS[(bits >> 16) as usize % SUBJECTS.len()];
        let department = DEPARTMENTS[(bits >> 24) as usize % DEPARTMENTS.len()];
        Team {
            index,
            name: format!("{department} {subject} {index}"),
            members,
            parent: (index % 5 == 4).then(|| (bits >> 32) as u32 % index),
        }
    }

    /// When the thing at a position of a kind was made: between the founding and a thousand days later.
    #[must_use]
    pub fn made(&self, kind: &str, index: u64) -> DateTime<Utc> {
        let minutes = self.bits(kind, index) % (1_000 * 24 * 60);
        self.founded + TimeDelta::minutes(minutes as i64)
    }

    /// 64 bits that belong to a position of a kind.
    #[must_use]
    pub fn bits(&self, kind: &str, index: u64) -> u64 {
        let kind = kind
            .bytes()
            .fold(self.seed, |bits, byte| mix(bits ^ u64::from(byte)));
        mix(kind ^ index)
    }

    /// One of every `of` positions of a kind, at random.
    #[must_use]
    pub fn one_in(&self, of: u64, kind: &str, index: u64) -> bool {
        self.bits(kind, index).is_multiple_of(of)
    }
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 {
        one
    } else {
        gcd(other, one % other)
    }
}

#[cfg(test)]
mod tests {
    use super::Population;
    use chrono::DateTime;
    use std::collections::HashSet;

    fn population(seed: u64, users: u32) -> Population {
        Population {
            seed,
            users,
            founded: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_seed_decides_everything() {
        let each = |seed| {
            let all = population(seed, 500);
            (
                all.people().collect::<Vec<_>>(),
                all.teams().collect::<Vec<_>>(),
            )
        };
        assert_eq!(each(1), each(1));
        assert_ne!(each(1), each(2));
    }

    #[test]
    fn logins_and_members_are_distinct_and_sizes_are_skewed() {
        let all = population(9, 5_000);
        let logins: HashSet<String> = all.people().map(|person| person.login).collect();
        assert_eq!(logins.len(), 5_000);
        let mut sizes = Vec::new();
        for team in all.teams() {
            let members: HashSet<_> = team.members.iter().collect();
            assert_eq!(members.len(), team.members.len());
            assert!(team.members.iter().all(|member| *member < 5_000));
            assert!(team.parent.is_none_or(|parent| parent < team.index));
            sizes.push(members.len());
        }
        sizes.sort_unstable();
        let (median, largest) = (sizes[sizes.len() / 2], sizes[sizes.len() - 1]);
        assert!(largest > 20 * median, "{median} {largest}");
    }

    #[test]
    fn one_person_is_an_organisation() {
        let all = population(1, 1);
        assert_eq!(all.people().count(), 1);
        assert!(all.teams().all(|team| team.members == [0]));
    }
}
