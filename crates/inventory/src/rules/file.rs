//! The file of the rules.

use super::Severity;
use crate::filter::{Filter, ScopeFilter};
use crate::model::{PrincipalKind, Service, UserStatus};
use chrono::NaiveDate;
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;

/// The rules of a file, and its exceptions.
#[derive(Debug)]
pub struct Rules {
    pub(super) file: String,
    pub(super) rules: Vec<Rule>,
    pub(super) exceptions: Vec<Exception>,
}

/// What is wrong with a file of rules: where, what was found, what was expected, what to do.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}:{column}: {found}\n  expected: {expected}\n  help: {help}")]
pub struct RulesError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// What to do.
    pub help: &'static str,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) why: Option<String>,
    pub(super) severity: Severity,
    pub(super) filter: Filter,
    pub(super) demand: Demand,
}

/// What must hold of the assignments that a rule is about.
#[derive(Debug)]
pub(super) enum Demand {
    /// Nobody but these holds one.
    Only(Vec<String>),
    /// There is none.
    Nobody,
    /// Only groups hold one by themselves.
    NotDirect,
    /// Nobody with one of these statuses holds one.
    NotStatus(Vec<UserStatus>),
    /// So many principals hold one at most, members of groups included.
    AtMost(u64),
    /// Each ends by itself within so many days.
    EndsWithinDays(u32),
}

#[derive(Debug)]
pub(super) struct Exception {
    pub(super) line: usize,
    pub(super) fingerprint: String,
    pub(super) reason: String,
    pub(super) owner: String,
    pub(super) expires: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    #[serde(default)]
    rule: Vec<RawRule>,
    #[serde(default)]
    exception: Vec<RawException>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRule {
    id: Spanned<String>,
    why: Option<String>,
    #[serde(default)]
    severity: Severity,
    #[serde(default, rename = "where")]
    filter: RawFilter,
    only: Option<Vec<String>>,
    nobody: Option<bool>,
    direct: Option<bool>,
    status_not: Option<Vec<Spanned<String>>>,
    at_most: Option<u64>,
    ends_within_days: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFilter {
    #[serde(default)]
    service: Vec<Spanned<String>>,
    #[serde(default)]
    tenant: Vec<String>,
    #[serde(default)]
    kind: Vec<Spanned<String>>,
    #[serde(default)]
    principal: Vec<String>,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    scope: Vec<String>,
    #[serde(default)]
    status: Vec<Spanned<String>>,
    #[serde(default)]
    origin: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawException {
    fingerprint: Spanned<String>,
    reason: String,
    owner: String,
    expires: Spanned<toml::value::Datetime>,
}

impl Rules {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or says what no rule can. The error names the place.
    pub fn read(path: &Path) -> Result<Self, RulesError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| RulesError {
            file: name.clone(),
            line: 1,
            column: 1,
            found: format!("the file cannot be read: {error}"),
            expected: "a TOML file of access rules".to_owned(),
            help: "check the path",
        })?;
        Self::parse(&name, &text)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// As [`Rules::read`].
    pub fn parse(name: &str, text: &str) -> Result<Self, RulesError> {
        let reader = Reader { name, text };
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            reader.wrong(
                at,
                error.message().to_owned(),
                "`version = 1`, [[rule]] tables and [[exception]] tables",
                "see docs/inventory.md",
            )
        })?;
        if *file.version.get_ref() != 1 {
            return Err(reader.wrong(
                file.version.span().start,
                format!("version {}", file.version.get_ref()),
                "version 1",
                "use the release that reads this version",
            ));
        }
        let mut rules: Vec<Rule> = Vec::new();
        for raw in file.rule {
            let at = raw.id.span().start;
            let rule = reader.rule(raw)?;
            if rules.iter().any(|one| one.id == rule.id) {
                let found = format!("two rules have the id `{}`", rule.id);
                return Err(reader.wrong(at, found, "an id of its own", "rename one"));
            }
            rules.push(rule);
        }
        let mut exceptions: Vec<Exception> = Vec::new();
        for raw in file.exception {
            let at = raw.fingerprint.span().start;
            let exception = reader.exception(raw)?;
            let same = |one: &Exception| one.fingerprint == exception.fingerprint;
            if exceptions.iter().any(same) {
                let found = format!("two exceptions name `{}`", exception.fingerprint);
                return Err(reader.wrong(at, found, "one exception a finding", "remove one"));
            }
            exceptions.push(exception);
        }
        Ok(Self {
            file: name.to_owned(),
            rules,
            exceptions,
        })
    }
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let last = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, last.chars().count() + 1)
    }

    fn wrong(
        &self,
        at: usize,
        found: String,
        expected: impl Into<String>,
        help: &'static str,
    ) -> RulesError {
        let (line, column) = self.place(at);
        RulesError {
            file: self.name.to_owned(),
            line,
            column,
            found,
            expected: expected.into(),
            help,
        }
    }

    fn rule(&self, raw: RawRule) -> Result<Rule, RulesError> {
        let at = raw.id.span().start;
        let id = raw.id.get_ref();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if id.is_empty() || !id.chars().all(plain) {
            return Err(self.wrong(
                at,
                format!("`{id}` is no id"),
                "letters, digits, `-`, `_` and `.`",
                "rename the rule",
            ));
        }
        let mut demands = Vec::new();
        demands.extend(raw.only.map(Demand::Only));
        demands.extend(
            self.yes(at, raw.nobody, true, "nobody")?
                .then_some(Demand::Nobody),
        );
        demands.extend(
            self.yes(at, raw.direct, false, "direct")?
                .then_some(Demand::NotDirect),
        );
        if let Some(statuses) = &raw.status_not {
            let statuses = self.words(statuses, UserStatus::WORDS, "a status")?;
            demands.push(Demand::NotStatus(
                statuses.into_iter().map(UserStatus::from).collect(),
            ));
        }
        demands.extend(raw.at_most.map(Demand::AtMost));
        demands.extend(raw.ends_within_days.map(Demand::EndsWithinDays));
        let count = demands.len();
        let Some(demand) = demands.pop().filter(|_| count == 1) else {
            return Err(self.wrong(
                at,
                format!("the rule `{id}` demands {count} things"),
                "one of `only`, `nobody`, `direct`, `status-not`, `at-most` and `ends-within-days`",
                "write a rule for each",
            ));
        };
        Ok(Rule {
            line: self.place(at).0,
            filter: self.filter(&raw.filter)?,
            id: raw.id.into_inner(),
            why: raw.why,
            severity: raw.severity,
            demand,
        })
    }

    /// A switch that says only one thing.
    fn yes(
        &self,
        at: usize,
        given: Option<bool>,
        only: bool,
        name: &str,
    ) -> Result<bool, RulesError> {
        match given {
            None => Ok(false),
            Some(value) if value == only => Ok(true),
            Some(value) => Err(self.wrong(
                at,
                format!("`{name} = {value}` demands nothing"),
                format!("`{name} = {only}`"),
                "correct it, or remove it",
            )),
        }
    }

    fn filter(&self, raw: &RawFilter) -> Result<Filter, RulesError> {
        let origins = ["direct", "group", "governance", "inherited"];
        let origins = self.words(&raw.origin, &origins, "an origin")?;
        let services = self.words(&raw.service, Service::WORDS, "a service")?;
        let kinds = self.words(&raw.kind, PrincipalKind::WORDS, "a kind of principal")?;
        let statuses = self.words(&raw.status, UserStatus::WORDS, "a status")?;
        Ok(Filter {
            services: services.into_iter().map(Service::from).collect(),
            tenants: raw.tenant.clone(),
            kinds: kinds.into_iter().map(PrincipalKind::from).collect(),
            principals: raw.principal.clone(),
            roles: raw.role.clone(),
            scopes: raw
                .scope
                .iter()
                .map(|text| ScopeFilter::parse(text))
                .collect(),
            statuses: statuses.into_iter().map(UserStatus::from).collect(),
            origins: origins.into_iter().map(str::to_owned).collect(),
        })
    }

    fn words<'a>(
        &self,
        given: &'a [Spanned<String>],
        known: &[&str],
        what: &str,
    ) -> Result<Vec<&'a str>, RulesError> {
        let word = |word: &'a Spanned<String>| {
            let text = word.get_ref().as_str();
            if known.contains(&text) {
                return Ok(text);
            }
            let found = format!("`{text}` is not {what}");
            let expected = format!("one of {}", known.join(", "));
            Err(self.wrong(word.span().start, found, expected, "correct the word"))
        };
        given.iter().map(word).collect()
    }

    fn exception(&self, raw: RawException) -> Result<Exception, RulesError> {
        let at = raw.fingerprint.span().start;
        let fingerprint = raw.fingerprint.into_inner();
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if fingerprint.len() != 16 || !fingerprint.bytes().all(hex) {
            return Err(self.wrong(
                at,
                format!("`{fingerprint}` is no fingerprint"),
                "sixteen hexadecimal digits",
                "copy the fingerprint from the report",
            ));
        }
        if raw.reason.trim().is_empty() || raw.owner.trim().is_empty() {
            return Err(self.wrong(
                at,
                format!("the exception of `{fingerprint}` has no reason or no owner"),
                "a reason and an owner",
                "say why the finding is accepted, and who answers for that",
            ));
        }
        let date = raw.expires.get_ref();
        let day = date.date.filter(|_| date.time.is_none());
        let day = day.and_then(|day| {
            NaiveDate::from_ymd_opt(day.year.into(), day.month.into(), day.day.into())
        });
        let Some(expires) = day else {
            return Err(self.wrong(
                raw.expires.span().start,
                format!("`{date}` is no day"),
                "the last day on which the finding is accepted, such as 2030-01-31",
                "write a date without a time",
            ));
        };
        Ok(Exception {
            line: self.place(at).0,
            fingerprint,
            reason: raw.reason,
            owner: raw.owner,
            expires,
        })
    }
}
