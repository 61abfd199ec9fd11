//! One line on a terminal that says what is going on; silence anywhere else.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;

/// The line.
pub struct Progress {
    shown: bool,
    width: Mutex<usize>,
}

impl Progress {
    /// Shown when standard error is a terminal, unless it is not wanted.
    pub fn new(wanted: bool) -> Self {
        Self {
            shown: wanted && std::io::stderr().is_terminal(),
            width: Mutex::new(0),
        }
    }

    /// Says what `who` does now.
    pub fn step(&self, who: &str, what: &str) {
        self.show(&format!("{who}: {what}…"));
    }

    /// Clears the line.
    pub fn done(&self) {
        self.show("");
    }

    fn show(&self, text: &str) {
        if !self.shown {
            return;
        }
        if let Ok(mut width) = self.width.lock() {
            let blank = " ".repeat(width.saturating_sub(text.chars().count()));
            // A terminal that is gone is no reason to stop.
            let _ = write!(std::io::stderr(), "\r{text}{blank}\r");
            let _ = std::io::stderr().flush();
            *width = text.chars().count();
        }
    }
}
