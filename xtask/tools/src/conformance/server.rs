//! A server that runs while something is checked.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a server may take to say where it is.
const START: Duration = Duration::from_secs(60);

/// A server, which ends with this.
pub(super) struct Server {
    child: Child,
    /// What it says of itself, as one line of JSON.
    pub(super) description: String,
}

impl Server {
    /// Starts a program that prints one line of JSON when it is ready. What it says besides goes to `log`.
    pub(super) fn start(mut program: Command, log: &Path) -> Result<Self, String> {
        let errors =
            std::fs::File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let child = program
            // It may end when its standard input does, so that it does not outlive this process however that ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("the server could not be started: {error}"))?;
        let mut server = Self {
            child,
            description: String::new(),
        };
        let (sender, first) = mpsc::channel();
        if let Some(output) = server.child.stdout.take() {
            std::thread::spawn(move || {
                let (mut output, mut line) = (BufReader::new(output), String::new());
                let read = output.read_line(&mut line);
                let _ = sender.send(read.map(|_| line));
                // What it says later is read as well: it would end if nobody did.
                let _ = std::io::copy(&mut output, &mut std::io::sink());
            });
        }
        match first.recv_timeout(START) {
            Ok(Ok(line)) if line.starts_with('{') => server.description = line,
            _ => {
                return Err(format!(
                    "the server did not start; {} says why",
                    log.display()
                ));
            }
        }
        Ok(server)
    }

    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
