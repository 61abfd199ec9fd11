//! Makes bodies from schemas: a minimal one, and full ones that between them hold every arm of every union.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::bodies::BodyKind;
use super::reach::Reach;
use super::read::{Reader, Schema};
use super::shape::Shape;
use super::union::Union;
use rolecall_openapi::json;

/// A body, and the part of it that is not in the bodies before.
pub struct Made {
    /// The body.
    pub body: Value,
    /// A pointer to the part that is new.
    pub focus: String,
    /// Whether the description does not contradict itself about it: a mapping may name an arm by a value that the arm's
    /// property does not list.
    pub listed: bool,
}

/// Schemas in each other, beyond which only what is required is made.
const FULL: usize = 14;
/// Schemas in each other, beyond which nothing is made.
const DEEPEST: usize = 60;
/// Bodies for one schema.
const MOST: usize = 500;

/// The bodies of a schema; none where it demands a value that has no end.
pub fn made<'a>(
    reader: &Reader<'a>,
    reach: &Reach,
    schema: &Schema<'a>,
    kind: BodyKind,
) -> Vec<Made> {
    let builder = |choices| Builder {
        reader,
        reach,
        kind,
        choices,
        sites: Vec::new(),
        inside: Vec::new(),
        listed: true,
    };
    let mut made = Vec::new();
    let mut least = builder(BTreeMap::new());
    made.extend(least.build(schema, "", false).map(|body| Made {
        body,
        focus: String::new(),
        listed: least.listed,
    }));
    let mut queue = VecDeque::from([(BTreeMap::new(), String::new())]);
    let mut explored: BTreeSet<(Option<String>, usize, usize)> = BTreeSet::new();
    while let Some((choices, focus)) = queue.pop_front() {
        let mut builder = builder(choices);
        let Some(body) = builder.build(schema, "", true) else {
            continue;
        };
        for site in builder.sites {
            let new = within(&site.at, &focus);
            for arm in (1..site.arms).filter(|_| new) {
                let known = (site.owner.clone(), site.key, arm);
                if explored.len() < MOST && explored.insert(known) {
                    let mut choices = builder.choices.clone();
                    choices.insert((site.at.clone(), site.key), arm);
                    queue.push_back((choices, site.at.clone()));
                }
            }
        }
        if !made.iter().any(|known| known.body == body) {
            let listed = builder.listed;
            made.push(Made {
                body,
                focus,
                listed,
            });
        }
    }
    made
}

/// Whether a pointer leads to the place of another, or below it.
pub fn within(pointer: &str, place: &str) -> bool {
    let rest = pointer.strip_prefix(place);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A union in a body.
struct Site {
    at: String,
    arms: usize,
    owner: Option<String>,
    key: usize,
}

struct Builder<'r, 'a> {
    reader: &'r Reader<'a>,
    reach: &'r Reach,
    kind: BodyKind,
    /// Which arms to take, by place in the body and union, since an arm can be a union itself; the first where it says
    /// nothing.
    choices: BTreeMap<(String, usize), usize>,
    sites: Vec<Site>,
    inside: Vec<(Option<String>, usize)>,
    listed: bool,
}

impl<'a> Builder<'_, 'a> {
    fn build(&mut self, schema: &Schema<'a>, at: &str, full: bool) -> Option<Value> {
        let id = (schema.owner.clone(), schema.key);
        let again = self.inside.iter().filter(|known| **known == id).count();
        if again > 1 || self.inside.len() > DEEPEST {
            return None;
        }
        let full = full && again == 0 && self.inside.len() < FULL;
        self.inside.push(id);
        let value = self.value(schema, at, full);
        self.inside.pop();
        value
    }

    fn value(&mut self, schema: &Schema<'a>, at: &str, full: bool) -> Option<Value> {
        let owner = schema.owner.as_deref();
        Some(match self.reader.shape(schema) {
            Shape::Any => json!({ "any": [1, "two", null] }),
            Shape::Text { values, format } => match values.into_iter().next() {
                Some(value) => value,
                None => text(format).into(),
            },
            Shape::Integer(values) => values.into_iter().next().unwrap_or_else(|| 7.into()),
            Shape::Number(values) => values.into_iter().next().unwrap_or_else(|| 1.5.into()),
            Shape::Boolean(values) => values.into_iter().next().unwrap_or_else(|| true.into()),
            Shape::Array(items) => {
                let items = items.map(|items| self.reader.read(items, owner));
                let item = match items {
                    Some(items) if full => self.build(&items, &format!("{at}/0"), full),
                    _ => full.then(|| json!("any")),
                };
                item.into_iter().collect()
            }
            Shape::Map(values) => {
                let values = values.map(|values| self.reader.read(values, owner));
                let value = match values {
                    Some(values) if full => self.build(&values, &format!("{at}/key"), full),
                    _ => full.then(|| json!(["any"])),
                };
                let entries = value.map(|value| ("key".to_owned(), value));
                Value::Object(entries.into_iter().collect())
            }
            Shape::Object(properties) => {
                let mut made = Map::new();
                for property in properties {
                    let required = self
                        .reach
                        .requires(self.reader, schema, &property, self.kind);
                    let read = self.reader.read_all(&property.schemas, owner);
                    let travels = match self.kind {
                        BodyKind::Request => !read.read_only,
                        BodyKind::Success | BodyKind::Error => !read.write_only,
                    };
                    if required || full && travels {
                        let below = json::join(at, property.name);
                        match self.build(&read, &below, full) {
                            Some(value) => {
                                made.insert(property.name.to_owned(), value);
                            }
                            None if !required => {}
                            None if read.nullable => {
                                made.insert(property.name.to_owned(), Value::Null);
                            }
                            None => return None,
                        }
                    }
                }
                Value::Object(made)
            }
            Shape::Union(union) => return self.arm(schema, &union, at, full),
        })
    }

    fn arm(
        &mut self,
        schema: &Schema<'a>,
        union: &Union<'a>,
        at: &str,
        full: bool,
    ) -> Option<Value> {
        if full {
            self.sites.push(Site {
                at: at.to_owned(),
                arms: union.arms.len(),
                owner: schema.owner.clone(),
                key: union.key,
            });
        }
        let chosen = self.choices.get(&(at.to_owned(), union.key)).copied();
        let order = chosen.into_iter().chain(0..union.arms.len());
        for index in order {
            let Some(arm) = union.arms.get(index) else {
                continue;
            };
            let Some(mut value) = self.build(&arm.schema, at, full) else {
                continue;
            };
            if let (Some(property), Some(name), Value::Object(entries)) =
                (&union.property, arm.values.first(), &mut value)
            {
                self.listed &= self.reader.lists(&arm.schema, property, name);
                entries.insert(property.clone(), name.clone());
            }
            return Some(value);
        }
        None
    }
}

/// A text of a format.
fn text(format: Option<&str>) -> &'static str {
    match format {
        Some("date-time") => "2026-01-31T12:00:00.000Z",
        Some("date") => "2026-01-31",
        Some("uuid") => "0b6f1a52-7c1f-4d2e-9a53-0c1d2e3f4a5b",
        Some("email") => "someone@example.com",
        Some("uri" | "url") => "https://example.com/",
        _ => "text",
    }
}
