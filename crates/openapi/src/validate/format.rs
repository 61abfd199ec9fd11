//! The formats that the generated types depend on. Of others nothing is known, so nothing breaks them.

/// What was expected, if a text breaks its format.
pub(super) fn broken(name: &str, text: &str) -> Option<&'static str> {
    let (fits, expected) = match name {
        "date-time" => (
            is_date_time(text),
            "a time by RFC 3339, such as `2026-03-01T12:00:00Z`",
        ),
        "date" => (is_date(text), "a date such as `2026-03-01`"),
        "uuid" => (
            is_uuid(text),
            "a UUID such as `0b5c1f0e-7a53-4c4e-9f2b-3f6d2a1c9e77`",
        ),
        _ => (true, ""),
    };
    (!fits).then_some(expected)
}

fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else {
        return false;
    };
    let clock = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => clock,
        None => {
            let Some(sign) = time.rfind(['+', '-']) else {
                return false;
            };
            let (clock, offset) = time.split_at(sign);
            let offset = offset.get(1..).and_then(|offset| offset.split_once(':'));
            let fits = offset.is_some_and(|(hours, minutes)| {
                digits(hours, 2).is_some_and(|hours| hours < 24)
                    && digits(minutes, 2).is_some_and(|minutes| minutes < 60)
            });
            if !fits {
                return false;
            }
            clock
        }
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else {
        return false;
    };
    is_date(date)
        && digits(hours, 2).is_some_and(|hours| hours < 24)
        && digits(minutes, 2).is_some_and(|minutes| minutes < 60)
        // 60 is a leap second.
        && digits(seconds, 2).is_some_and(|seconds| seconds <= 60)
        && fraction.is_none_or(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
