//! `Retry-After` and rate-limit headers of a response.

use http::{HeaderMap, StatusCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The requests of one window.
const LIMIT: &str = "x-rate-limit-limit";
/// The requests that are left of it.
const REMAINING: &str = "x-rate-limit-remaining";
/// When the next window starts, in seconds since 1970, by the clock of the service.
const RESET: &str = "x-rate-limit-reset";
/// `do-not-retry` when a retry is of no use.
const RETRY_HINT: &str = "qos-retry-hint";

/// What the headers of a response say about a retry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryHints {
    /// How long to wait before a retry.
    pub wait: Option<Duration>,
    /// Whether the service asks for none (`QoS-Retry-Hint: do-not-retry`).
    pub do_not_retry: bool,
}

impl RetryHints {
    /// Reads `Retry-After` (RFC 9110, section 10.2.3: seconds or a date) and, on 429, `X-Rate-Limit-Reset`. Dates count from
    /// the `Date` of the response, so that a wrong clock on either side does no harm; from `local` when it has none.
    #[must_use]
    pub fn of(
        status: StatusCode,
        headers: &HeaderMap,
        local: impl Fn() -> SystemTime + Copy,
    ) -> Self {
        let hint = text(headers, RETRY_HINT);
        let reset = || {
            let window = (status == StatusCode::TOO_MANY_REQUESTS)
                .then(|| RateLimitWindow::of(headers, local))
                .flatten()?;
            // The second that the reset falls into is not over when it begins.
            Some(window.resets_in.saturating_add(Duration::from_secs(1)))
        };
        Self {
            wait: retry_after(headers, local).or_else(reset),
            do_not_retry: hint.is_some_and(|hint| hint.eq_ignore_ascii_case("do-not-retry")),
        }
    }
}

/// The window of a rate limit, as the `X-Rate-Limit-*` headers of a response have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimitWindow {
    /// The requests that it allows.
    pub limit: u64,
    /// The requests that are left of it.
    pub remaining: u64,
    /// When it ends, in seconds since 1970 by the clock of the service: tells windows apart.
    pub reset: u64,
    /// How long it lasts from the response on.
    pub resets_in: Duration,
}

impl RateLimitWindow {
    /// The window, when the response has all of its headers.
    #[must_use]
    pub fn of(headers: &HeaderMap, local: impl Fn() -> SystemTime + Copy) -> Option<Self> {
        // Most answers have none, and then the date need not be read.
        let reset = number(headers, RESET)?;
        let now = sent_at(headers, local).duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            limit: number(headers, LIMIT)?,
            remaining: number(headers, REMAINING)?,
            reset,
            resets_in: Duration::from_secs(reset.saturating_sub(now.as_secs())),
        })
    }
}

fn retry_after(headers: &HeaderMap, local: impl Fn() -> SystemTime + Copy) -> Option<Duration> {
    let text = text(headers, "retry-after")?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    // A date that has passed says to come back now.
    Some(
        date.duration_since(sent_at(headers, local))
            .unwrap_or_default(),
    )
}

/// When the answer was sent by the clock of the service, or else by ours.
fn sent_at(headers: &HeaderMap, local: impl Fn() -> SystemTime + Copy) -> SystemTime {
    text(headers, "date")
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or_else(local)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        };
        pairs.iter().map(pair).collect()
    }

    fn wait(status: u16, pairs: &[(&'static str, &str)]) -> Option<u64> {
        // A local clock that is hours off: nothing that has a `Date` may look at it.
        let local = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let status = StatusCode::from_u16(status).unwrap();
        let advice = RetryHints::of(status, &headers(pairs), || local);
        advice.wait.map(|wait| wait.as_secs())
    }

    const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");

    #[test]
    fn reads_retry_after_in_both_forms() {
        assert_eq!(wait(503, &[("retry-after", "7")]), Some(7));
        let later = ("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT");
        assert_eq!(wait(503, &[DATE, later]), Some(120));
        let earlier = ("retry-after", "Sun, 06 Nov 1994 08:40:00 GMT");
        assert_eq!(wait(503, &[DATE, earlier]), Some(0));
        assert_eq!(wait(503, &[("retry-after", "soon")]), None);
    }

    #[test]
    fn reads_the_reset_against_the_date_of_the_answer() {
        let limit = ("x-rate-limit-limit", "600");
        let none_left = ("x-rate-limit-remaining", "0");
        // 08:49:57 of the same day.
        let reset = ("x-rate-limit-reset", "784111797");
        assert_eq!(wait(429, &[DATE, limit, none_left, reset]), Some(21));
        let at_once = ("retry-after", "0");
        assert_eq!(
            wait(429, &[DATE, limit, none_left, reset, at_once]),
            Some(0)
        );
        assert_eq!(wait(503, &[DATE, limit, none_left, reset]), None);
        assert_eq!(wait(429, &[DATE, reset]), None);
    }

    #[test]
    fn takes_the_largest_numbers() {
        let most = u64::MAX.to_string();
        let zero = ("date", "Thu, 01 Jan 1970 00:00:00 GMT");
        let window = [
            (LIMIT, most.as_str()),
            (REMAINING, &most),
            (RESET, &most),
            zero,
        ];
        assert_eq!(wait(429, &window), Some(u64::MAX));
        assert_eq!(wait(429, &[("retry-after", &most)]), Some(u64::MAX));
        let late = ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT");
        assert!(wait(429, &[late, zero]).is_some());
    }

    #[test]
    fn is_told_not_to_come_back() {
        let hint = headers(&[("qos-retry-hint", "do-not-retry")]);
        let advice = RetryHints::of(StatusCode::SERVICE_UNAVAILABLE, &hint, || UNIX_EPOCH);
        assert!(advice.do_not_retry);
    }

    proptest! {
        #[test]
        fn takes_any_values(values in proptest::collection::vec("[ -~]{0,30}|[0-9]{1,25}", 5)) {
            let names = ["retry-after", "date", LIMIT, REMAINING, RESET];
            let pairs = names.into_iter().zip(values.iter().map(String::as_str));
            let _ = wait(429, &pairs.collect::<Vec<_>>());
        }
    }
}
