//! Origins (scheme, host, port), and which of them is this machine.

use reqwest::Url;
use std::net::IpAddr;

/// Whether two URLs have the same scheme, host and port (RFC 6454, section 5).
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// Whether the host of a URL is this machine: a loopback address, or a name that stands for one (RFC 6761, section 6.3).
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => {
            let mapped = address.to_ipv4_mapped();
            address.is_loopback() || mapped.is_some_and(|address| address.is_loopback())
        }
        Ok(address) => address.is_loopback(),
        Err(_) => {
            let host = host.strip_suffix('.').unwrap_or(host);
            host == "localhost" || host.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_this_machine() {
        for (host, is) in [
            ("localhost", true),
            ("LOCALHOST.", true),
            ("api.localhost", true),
            ("127.0.0.1", true),
            ("127.255.0.9", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("localhost.example.com", false),
            ("notlocalhost", false),
            ("10.0.0.1", false),
            ("[::2]", false),
        ] {
            let url = Url::parse(&format!("http://{host}:8080/x")).unwrap();
            assert_eq!(is_loopback(&url), is, "{host}");
        }
    }
}
