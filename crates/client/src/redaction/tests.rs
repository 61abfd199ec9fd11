use super::*;
use bytes::Bytes;
use proptest::prelude::*;

#[test]
fn hides_what_looks_like_a_secret() {
    for (text, shown) in [
        ("Invalid token: SSWS 00abcDEF", "Invalid token: SSWS ***"),
        (
            r#"{"authorization":"Bearer a.b"}"#,
            r#"{"authorization":"***"}"#,
        ),
        ("Authorization: Basic dTpw==", "Authorization: Basic ***"),
        ("got eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "got ***"),
        ("access_token=abc&state=1", "access_token=***&state=1"),
        (
            r#"{"client_secret": "a b\"c", "id": 1}"#,
            r#"{"client_secret": "***", "id": 1}"#,
        ),
        (
            "https://ada:tiger@example.com/x",
            "https://***@example.com/x",
        ),
        ("key 00a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0", "key ***"),
        ("hash d41d8cd98f00b204e9800998ecf8427e", "hash ***"),
        ("SSWS%20abc1", "SSWS%***"),
        ("Bearer+abc1", "Bearer+***"),
    ] {
        assert_eq!(redact(text), shown);
    }
}

#[test]
fn leaves_what_people_need() {
    for text in [
        "Bearer authentication is required.",
        "invalid token: expired",
        "Not found: Resource not found: 00u1abcDEFghiJKL0x7 (User)",
        "550e8400-e29b-41d4-a716-446655440000",
        "ri.multipass..organization.550e8400-e29b-41d4-a716-446655440000",
        "listApplicationTargetsForApplicationAdministratorRoleForGroup",
        "com.fasterxml.jackson.databind.exc.MismatchedInputException2",
        "/api/v1/users/00u1abcDEFghiJKL0x7/roles/irb1abcDEFghiJKL0x7",
        "my-service-account-for-production-2024-11",
        "E0000006 oaeHfmOAx1iRLa0H10DeMz5fQ",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn excerpts_are_short_and_cut_no_token_in_two() {
    assert_eq!(excerpt(b" a\n\tb\x00c ", 10), "a b c");
    assert_eq!(excerpt(b"abcdef", 3), "abc...");
    let pad = " ".repeat(WINDOW - 10);
    let body = format!("x{pad}SSWS 00abcdefghijklmnop");
    assert_eq!(excerpt(body.as_bytes(), 120), "x SSWS...");
}

fn request(header: &str, query: &str, body: &str) -> reqwest::Request {
    let mut url = reqwest::Url::parse("http://h.example/").unwrap();
    url.query_pairs_mut().append_pair("api_key", query);
    let mut request = reqwest::Request::new(http::Method::POST, url);
    let value = http::HeaderValue::from_str(&format!("Bearer {header}")).unwrap();
    request.headers_mut().insert("authorization", value);
    *request.body_mut() = Some(body.to_owned().into());
    request
}

/// What authorization servers give out (RFC 6750), and what services make up.
fn token() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9._~+/-]{21,60}", "[A-Za-z0-9]{5,20}[0-9]"]
}

proptest! {
    #[test]
    fn never_panics_and_is_stable(text in "\\PC{0,80}|[\"'\\\\:=&%3dA-Ca-e@/ tokenpass]{0,80}") {
        let once = redact(&text);
        prop_assert_eq!(redact(&once), once.clone());
        let _ = excerpt(text.as_bytes(), 40);
    }

    #[test]
    fn what_follows_a_scheme_is_hidden(
        before in "[a-z ]{0,20}",
        scheme in prop::sample::select(vec!["Bearer", "SSWS", "DPoP", "bearer", "Basic"]),
        gap in prop::sample::select(vec![" ", "  ", ": ", "\": \"", "%20"]),
        token in token(),
        after in "[\",;<]?( [a-z]{0,9})?",
    ) {
        let text = format!("{before} {scheme}{gap}{token}{after}");
        prop_assert!(!redact(&text).contains(&token), "{} {}", text, redact(&text));
    }

    #[test]
    fn what_a_secret_is_set_to_is_hidden(
        name in prop::sample::select(vec!["password", "client_secret", "X-Api-Key", "refreshToken", "code_verifier"]),
        set in prop::sample::select(vec![("=", "&x=1"), (": ", "\n"), ("\":\"", "\"}"), ("\\\":\\\"", "\\\"}"), ("%3D", "&")]),
        value in "[A-Za-z0-9!$*+./@^_-]{5,30}[0-9]",
    ) {
        let text = format!("{{\"{name}{}{value}{}", set.0, set.1);
        prop_assert!(!redact(&text).contains(&value), "{} {}", text, redact(&text));
    }

    #[test]
    fn json_web_tokens_are_hidden(parts in "eyJ[A-Za-z0-9_-]{10,40}\\.eyJ[A-Za-z0-9_-]{10,40}\\.[A-Za-z0-9_-]{10,60}") {
        let shown = redact(&format!("the token {parts} is not good"));
        prop_assert_eq!(shown, "the token *** is not good");
    }

    /// Whatever they look like, and in whatever spelling.
    #[test]
    fn secrets_of_the_request_are_taken_out(
        header in "[!-~]{6,30}",
        query in "\\PC{6,20}",
        password in "\\PC{6,20}",
        around in "[a-z ]{0,10}",
    ) {
        let body = serde_json::json!({"user": {"password": password}}).to_string();
        let secrets = RequestSecrets::of(&request(&header, &query, &body));
        for secret in [&header, &query, &password] {
            let json = serde_json::json!({"message": format!("{around}{secret}{around}")}).to_string();
            let url = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
            for answer in [format!("{around}{secret}{around}"), json, url.to_string()] {
                let shown = secrets.taken_out_of(Bytes::from(answer.clone()));
                let shown = String::from_utf8_lossy(&shown);
                prop_assert!(!shown.contains(secret.as_str()), "{} in {}", secret, shown);
                prop_assert!(shown.contains(HIDDEN));
            }
        }
    }
}
