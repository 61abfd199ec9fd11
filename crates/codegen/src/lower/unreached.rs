//! **Real specs** have components that only other components consist of. **progenitor** makes types of them all. **Instead**
//! only what an operation still reaches, now that everything has its place, becomes a type. Nothing is lost.

use super::{Context, Direction, reach};
use rolecall_openapi::json;

pub(super) fn run(context: &mut Context) {
    let (document, plan) = (&context.document, &context.plan);
    let mut reached = reach::components(document, plan, Direction::Sent);
    reached.extend(reach::components(document, plan, Direction::Received));
    let mut unreached = Vec::new();
    json::components_mut(&mut context.document).retain(|name, _| {
        let keep = reached.contains(name);
        if !keep {
            unreached.push(name.clone());
        }
        keep
    });
    for name in unreached {
        context.touched();
        context.plan.enums.remove(&name);
        context.plan.unions.remove(&name);
    }
}
