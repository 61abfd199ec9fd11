//! Time that passes only when somebody waits for it.

use rolecall::Clock;
use rolecall::rolecall_client::BoxFuture;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// A clock of whole seconds, which jumps to the time that is waited for and takes the clock of the server with it. The network
/// takes no time on it.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    start: Instant,
    passed: Arc<Mutex<u64>>,
    server: String,
}

impl VirtualClock {
    pub fn new(url: &str) -> Self {
        let server = url.trim_start_matches("http://").to_owned();
        Self {
            start: Instant::now(),
            passed: Arc::default(),
            server,
        }
    }

    pub fn passed(&self) -> u64 {
        *self.passed.lock().expect("nobody panicked with it")
    }

    fn go_to(&self, second: u64) {
        let mut passed = self.passed.lock().expect("nobody panicked with it");
        if second <= *passed {
            return;
        }
        let by = second - *passed;
        *passed = second;
        let body = format!("{{\"advance\":{by}}}");
        let request = format!(
            "POST /_standin/clock HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            self.server,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.server).expect("the server is there");
        stream.write_all(request.as_bytes()).expect("it takes it");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        self.start + Duration::from_secs(self.passed())
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + self.passed())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let until = self.passed() + duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
        let clock = self.clone();
        Box::pin(async move {
            // Others that can go on at this time do so first.
            tokio::task::yield_now().await;
            clock.go_to(until);
        })
    }
}
