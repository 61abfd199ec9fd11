//! What threads that stopped leave behind.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The message of a panic.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied());
    said.unwrap_or("a panic without a message").to_owned()
}

/// Runs work that recurses as deep as the schemas of a description do, and turns its panics into messages.
pub fn with_large_stack<T: Send>(
    work: impl FnOnce() -> Result<T, String> + Send,
) -> Result<T, String> {
    let work = || {
        catch_unwind(AssertUnwindSafe(work))
            .unwrap_or_else(|panic| Err(panic_message(panic.as_ref())))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(256 << 20)
            .spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(panic_message(panic.as_ref())),
            Err(error) => Err(format!("no thread for the generator: {error}")),
        }
    })
}
