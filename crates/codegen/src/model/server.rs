//! The server that an operation has for itself (OpenAPI 3.1.1, section 4.8.10.1, `servers`).

use serde_json::Value;

/// The server that an operation goes to in the place of the description's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerModel {
    /// The URL as the description writes it.
    pub url: String,
    /// Its variables and their defaults.
    pub variables: Vec<(String, String)>,
    /// The servers of the whole description: as it writes them, and with the defaults of their variables.
    pub of_all: Vec<String>,
}

/// The first of an operation's servers, unless it is one of the whole description's.
pub(super) fn read(document: &Value, operation: &Value) -> Option<ServerModel> {
    let of_all = servers(document);
    let own = servers(operation).first().copied()?;
    let url = own.get("url")?.as_str()?;
    if of_all
        .iter()
        .any(|known| known.get("url") == own.get("url"))
    {
        return None;
    }
    let mut templates = Vec::new();
    for server in of_all {
        let Some(template) = server.get("url").and_then(Value::as_str) else {
            continue;
        };
        // One that is relative depends on where the description was found.
        let filled = filled(template, &variables(server));
        for known in [template.to_owned(), filled] {
            if known.contains("://") && !templates.contains(&known) {
                templates.push(known);
            }
        }
    }
    Some(ServerModel {
        url: url.to_owned(),
        variables: variables(own),
        of_all: templates,
    })
}

fn servers(holder: &Value) -> Vec<&Value> {
    let list = holder.get("servers").and_then(Value::as_array);
    list.into_iter().flatten().collect()
}

fn variables(server: &Value) -> Vec<(String, String)> {
    let variables = server.get("variables").and_then(Value::as_object);
    let defaults = variables
        .into_iter()
        .flatten()
        .filter_map(|(name, variable)| {
            Some((name.clone(), variable.get("default")?.as_str()?.to_owned()))
        });
    defaults.collect()
}

/// A template with the defaults of its variables.
fn filled(template: &str, variables: &[(String, String)]) -> String {
    variables
        .iter()
        .fold(template.to_owned(), |text, (name, default)| {
            text.replace(&format!("{{{name}}}"), default)
        })
}
