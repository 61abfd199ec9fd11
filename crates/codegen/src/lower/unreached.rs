//! **Real specs** keep components that no operation uses: leftovers, webhooks' payloads, building blocks of others.
//! **progenitor** makes types of them all. **Instead** only what an operation reaches becomes a type. **Lost**: the
//! others (reported; a building block whose content other passes have merged elsewhere is not lost).

use serde_json::Value;

use super::{Context, Direction, ORIGIN};
use rolecall_openapi::json;

pub(super) fn run(context: &mut Context) {
    let mut reached =
        crate::lower::reach::components(&context.document, &context.plan, Direction::Sent);
    reached.extend(crate::lower::reach::components(
        &context.document,
        &context.plan,
        Direction::Received,
    ));
    let mut unreached = Vec::new();
    json::components_mut(&mut context.document).retain(|name, schema| {
        let keep = reached.contains(name);
        if !keep {
            unreached.push((
                name.clone(),
                schema
                    .get(ORIGIN)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            ));
        }
        keep
    });
    for (name, origin) in unreached {
        context.touched();
        context.plan.enums.remove(&name);
        context.plan.unions.remove(&name);
        if context.unused.contains(&name) {
            let pointer = if origin.is_empty() {
                json::join("/components/schemas", &name)
            } else {
                origin
            };
            context.lose_at(
                "component-unreached",
                pointer,
                format!("no operation uses `{name}`, which gets no type"),
            );
        }
    }
}
