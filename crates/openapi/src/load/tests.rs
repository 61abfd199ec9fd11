use serde_json::{Value, json};

use super::{LIMITS, Limits, Place, SpecVersion, parse};

fn value(text: &str) -> Value {
    let document = parse("test.yaml", &format!("openapi: 3.0.3\nvalue: {text}\n")).unwrap();
    document.value["value"].clone()
}

fn rule(text: &str) -> &'static str {
    parse("test.yaml", text).unwrap_err().0[0].rule
}

#[test]
fn scalars_of_the_core_schema() {
    for (text, expected) in [
        ("", json!(null)),
        ("~", json!(null)),
        ("Null", json!(null)),
        ("True", json!(true)),
        ("FALSE", json!(false)),
        ("yes", json!("yes")),
        ("on", json!("on")),
        ("12", json!(12)),
        ("-12", json!(-12)),
        ("+12", json!(12)),
        ("012", json!(12)),
        ("0o17", json!(15)),
        ("0x1F", json!(31)),
        ("0x", json!("0x")),
        ("0x-1", json!("0x-1")),
        ("1.50", json!(1.5)),
        ("1.", json!(1.0)),
        (".5", json!(0.5)),
        ("1e3", json!(1000.0)),
        ("1e", json!("1e")),
        (".", json!(".")),
        ("+.e1", json!("+.e1")),
        ("1e999", json!("1e999")),
        (".inf", json!(".inf")),
        (".nan", json!(".nan")),
        ("18446744073709551615", json!(u64::MAX)),
        ("18446744073709551616", json!(18446744073709551616.0)),
        ("2026-01-01", json!("2026-01-01")),
        ("12:30", json!("12:30")),
        ("3.0.3", json!("3.0.3")),
        ("1_000", json!("1_000")),
        ("'12'", json!("12")),
        ("!!str 12", json!("12")),
        ("! 12", json!("12")),
        ("!<tag:yaml.org,2002:str> 12", json!("12")),
        ("!!int 12", json!(12)),
        ("!other 12", json!(12)),
        ("|\n  a\n  b\n", json!("a\nb\n")),
        (">-\n  a\n  b\n", json!("a b")),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn keys_are_texts() {
    let document = parse(
        "test.yaml",
        "openapi: 3.0.3\n200: a\ntrue: b\n4XX: c\n1.0: d\n~: e\n'<<': f\n",
    )
    .unwrap();
    let keys: Vec<&String> = document.value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["openapi", "200", "true", "4XX", "1.0", "~", "<<"]);
}

#[test]
fn anchors_are_repeated() {
    let text = "openapi: 3.1.0\na: &a\n  b: [1, &c 2]\nd: *a\ne: [*c, *a]\n";
    let document = parse("test.yaml", text).unwrap();
    assert_eq!(document.value["d"], json!({"b": [1, 2]}));
    assert_eq!(document.value["e"], json!([2, {"b": [1, 2]}]));
    assert_eq!(document.version, SpecVersion::V3_1);
    // The entry stands where its key does, what is repeated where it was written.
    assert_eq!(document.place("/d"), Some(Place { line: 4, column: 1 }));
    assert_eq!(
        document.place("/d/b/1"),
        Some(Place {
            line: 3,
            column: 10
        })
    );
    assert_eq!(document.place("/e/1/b"), Some(Place { line: 3, column: 3 }));
}

#[test]
fn places() {
    let yaml = "openapi: 3.0.3\npaths:\n  /ä/{b}: {get: {x: [1, {y: 2}]}}\nlast: 1\n";
    let json = "{\"openapi\": \"3.0.3\",\n\"paths\":\n  {\"/ä/{b}\": {\"get\": {\"x\": [1, {\"y\": 2}]}}},\n\"last\":1}";
    for (text, [path, get, y, last]) in [(yaml, [3, 12, 26, 1]), (json, [4, 15, 33, 1])] {
        let document = parse("test", text).unwrap();
        let at = |pointer: &str| {
            document
                .place(pointer)
                .map(|place| (place.line, place.column))
        };
        assert_eq!(at(""), Some((1, 1)));
        assert_eq!(
            at("/paths/~1ä~1{b}").map(|place| place.1),
            Some(if path == 3 { 3 } else { 4 })
        );
        assert_eq!(at("/paths/~1ä~1{b}/get").map(|place| place.1), Some(get));
        assert_eq!(
            at("/paths/~1ä~1{b}/get/x/1/y").map(|place| place.1),
            Some(y)
        );
        assert_eq!(at("/last"), Some((4, last)));
        // What is not there stands where its nearest ancestor does.
        assert_eq!(
            at("/paths/~1ä~1{b}/get/nothing/at/all").map(|place| place.1),
            Some(get)
        );
        assert_eq!(at("/nothing"), Some((1, 1)));
    }
}

#[test]
fn any_json_is_read() {
    let text = "\u{feff}{\t\"openapi\":\t\"3.0.3\",\r\n\"a\\/b\\u00e9\": \"\\ud83d\\ude00 \\n\\t\", \"\": [1e2, -0, 123456789012345678901234567890, {}, []],\n\"<<\": {\"~\": null}}";
    let document = parse("test.json", text).unwrap();
    let expected: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    assert_eq!(document.value, expected);
}

#[test]
fn flow_yaml_is_not_json() {
    let document = parse("test.yaml", "{openapi: 3.0.3, # a comment\n 'a': [b, c,]}").unwrap();
    assert_eq!(document.value, json!({"openapi": "3.0.3", "a": ["b", "c"]}));
}

#[test]
fn operations_are_named() {
    let text = "openapi: 3.0.3\npaths:\n  /a:\n    get: {operationId: listA}\n    put: {x: 1}\n";
    let document = parse("test.yaml", text).unwrap();
    let operation = |pointer: &str| {
        document
            .problem(crate::problem::Severity::Error, "rule", pointer, "", "", "")
            .operation
    };
    assert_eq!(
        operation("/paths/~1a/get/responses").as_deref(),
        Some("listA")
    );
    assert_eq!(operation("/paths/~1a/put/x").as_deref(), Some("PUT /a"));
    assert_eq!(operation("/paths/~1a/parameters/0"), None);
    assert_eq!(operation(""), None);
}

#[test]
fn several_duplicates_are_all_told() {
    let problems = parse("test.yaml", "openapi: 3.0.3\na: 1\na: 2\nb: {c: 1, c: 2}\n").unwrap_err();
    let places: Vec<_> = problems
        .0
        .iter()
        .map(|problem| (problem.line, problem.column))
        .collect();
    assert_eq!(places, [(Some(3), Some(1)), (Some(4), Some(11))]);
    assert_eq!(
        rule("{\"openapi\": \"3.0.3\", \"a\": 1, \"a\": 2}"),
        "duplicate-key"
    );
}

#[test]
fn a_recursive_alias_is_refused() {
    assert_eq!(rule("openapi: 3.0.3\na: &a [*a]\n"), "recursive-alias");
    assert_eq!(rule("openapi: 3.0.3\na: *nowhere\n"), "syntax");
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let problem = parse("a\u{1b}[31m.yaml", "\"\\e[31m\": 1\n").unwrap_err();
    let text = problem.to_string();
    assert!(!text.contains('\u{1b}'), "{text}");
}

/// The rule that a text breaks with these limits, and the line of the place.
fn breaks(text: &str, limits: Limits) -> (&'static str, Option<usize>) {
    let problems = super::read("test", text, limits).unwrap_err();
    (problems.0[0].rule, problems.0[0].line)
}

#[test]
fn repeated_text_is_counted_in_bytes() {
    let long = "x".repeat(1 << 20);
    let aliases = ["*a"; 200].join(", ");
    let scalar = format!("openapi: 3.0.3\na: &a {long}\nb: [{aliases}]\n");
    let key = format!("openapi: 3.0.3\na: &a\n  ? {long}\n  : 1\nb: [{aliases}]\n");
    assert_eq!(breaks(&scalar, LIMITS), ("too-many-bytes", Some(3)));
    assert_eq!(breaks(&key, LIMITS).0, "too-many-bytes");
    // Anchors in each other keep their content several times, too.
    let anchors: String = (0..100).map(|level| format!("&a{level} [")).collect();
    let nested = format!("openapi: 3.0.3\na: {anchors}{long}{}\n", "]".repeat(100));
    assert_eq!(breaks(&nested, LIMITS).0, "too-many-bytes");
    // Nothing is against some repetition.
    let some = format!("openapi: 3.0.3\na: &a {long}\nb: [*a, *a, *a]\n");
    assert!(parse("test.yaml", &some).is_ok());
}

#[test]
fn doubling_ends_at_a_limit() {
    // Each level repeats the level before ten times: text, keys, empty collections.
    for first in ["[xxxxxxxx]", "{xxxxxxxx: 1}", "[[], []]", "[{}, {}]", "''"] {
        let mut text = format!("openapi: 3.0.3\na0: &a0 {first}\n");
        for level in 1..12 {
            let before = [format!("*a{}", level - 1).as_str(); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert_eq!(breaks(&text, LIMITS).0, "too-many-nodes", "{first}");
    }
}

#[test]
fn memory_is_counted_before_it_is_taken() {
    let limits = Limits {
        bytes: 1 << 20,
        ..LIMITS
    };
    for item in ["{\"a\":1}", "[]", "{}", "0", "\"x\""] {
        let json = format!("[{}]", [item; 20_000].join(","));
        assert_eq!(breaks(&json, limits).0, "too-many-bytes", "{item}");
        let yaml = format!("- {item}\n").repeat(20_000);
        assert_eq!(breaks(&yaml, limits).0, "too-many-bytes", "{item}");
    }
    let long = format!("[\"{}\"]", "x".repeat(1 << 20));
    assert_eq!(breaks(&long, limits), ("too-many-bytes", Some(1)));
    assert_eq!(breaks(&long.replace('"', "'"), limits).0, "too-many-bytes");
}

#[test]
fn huge_scalars_are_read() {
    let long = "x".repeat(5_000_000);
    for text in [
        format!("openapi: 3.0.3\na: {long}\n"),
        format!("openapi: 3.0.3\na: |\n  {long}\n"),
        format!("openapi: 3.0.3\na: '{long}'\n"),
        format!("{{\"openapi\": \"3.0.3\", \"a\": \"{long}\"}}"),
    ] {
        let document = parse("test", &text).unwrap();
        assert_eq!(
            document.value["a"].as_str().map(|a| a.trim().len()),
            Some(long.len())
        );
    }
    let folded = "x\n  ".repeat(500_000);
    let document = parse("test", &format!("openapi: 3.0.3\na: >\n  {folded}\n")).unwrap();
    assert_eq!(
        document.value["a"].as_str().map(|a| a.trim().len()),
        Some(999_999)
    );
}

#[test]
fn a_finder_finds_what_a_look_up_finds() {
    let entries: String = (0..500)
        .map(|n| format!("  k{n}: {{a: [1, {{b: 2}}]}}\n"))
        .collect();
    let text = format!("openapi: 3.0.3\nall:\n{entries}last: [1]\n");
    let document = parse("test.yaml", &text).unwrap();
    let mut finder = document.finder();
    for pointer in [
        "/all/k0/a/1/b",
        "/all/k499/a/1/b",
        "/all/k250",
        "/all/k500/a",
        "/all",
        "/last/0",
        "/nothing",
        "",
    ] {
        for _ in 0..2 {
            assert_eq!(finder.place(pointer), document.place(pointer), "{pointer}");
        }
    }
}
