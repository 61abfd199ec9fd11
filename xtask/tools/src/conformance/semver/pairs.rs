//! The pairs of descriptions in `tests/fixtures/semver`.

use rolecall_openapi::load::{self, Document};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// One change of the older description.
pub(super) struct Pair {
    /// What it is, in words.
    pub name: String,
    /// The newer description.
    pub new: Document,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    /// What is laid over the older description.
    over: Value,
}

/// The older description, and what becomes of it.
pub(super) fn read(folder: &Path) -> Result<(Document, Vec<Pair>), String> {
    let load = |name: &str| load::load(&folder.join(name)).map_err(|problems| problems.to_string());
    let (base, list) = (load("base.yaml")?, load("pairs.yaml")?);
    let list = list.value.get("x-pairs").cloned().unwrap_or_default();
    let list: Vec<Written> =
        serde_json::from_value(list).map_err(|error| format!("pairs.yaml: x-pairs: {error}"))?;
    let pairs = list.into_iter().map(|written| {
        let mut value = base.value.clone();
        lay_over(&mut value, written.over);
        if value == base.value {
            return Err(format!("pairs.yaml: {}: it changes nothing", written.name));
        }
        let new = load::parse(&written.name, &value.to_string());
        let new = new.map_err(|problems| problems.to_string())?;
        Ok(Pair {
            name: written.name,
            new,
        })
    });
    let pairs = pairs.collect::<Result<_, String>>()?;
    Ok((base, pairs))
}

/// JSON Merge Patch (RFC 7396): objects are merged, `null` removes a member, anything else replaces what was there.
fn lay_over(value: &mut Value, over: Value) {
    let Value::Object(over) = over else {
        *value = over;
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    let Value::Object(members) = value else {
        return;
    };
    for (key, part) in over {
        if part.is_null() {
            members.remove(&key);
        } else {
            lay_over(members.entry(key).or_insert(Value::Null), part);
        }
    }
}
