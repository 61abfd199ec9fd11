//! What threads that stopped leave behind.

use std::any::Any;

/// The message of a panic.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied());
    said.unwrap_or("a panic without a message").to_owned()
}
