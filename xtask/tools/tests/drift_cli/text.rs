//! Whatever a document holds stays text, in every format.

use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;
use rolecall_drift::deviations::Deviations;
use rolecall_drift::finding::{
    ApiVerdict, Bump, Comparison, Direction, Finding, OperationRef, Operations, RustApi, Source,
    Spot, WireSummary, WireVerdict,
};
use rolecall_drift::ignore::Ignores;
use rolecall_drift::policy::{Overrides, Threshold};
use rolecall_drift::report::{Format, Judge, Report, Style};
use rolecall_openapi::validate::validate;
use serde_json::{Value, json};
use xtask_tools::drift::source::Input;

use crate::{home, read};

/// Text as documents hold it, rich in what formats read as something else.
fn odd() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "`",
            "``",
            "<",
            ">",
            "</code>",
            "<script>",
            "&",
            "\"",
            "'",
            "]]>",
            "-->",
            "<!--",
            "|",
            "\n",
            "\r\n",
            "\n- ",
            "::error::",
            "::",
            "%",
            ",",
            "\x1b[31m",
            "\0",
            "\u{202e}",
            "\u{fffe}",
            "@you",
            "#1",
            "[a](b)",
            "://",
            "\\",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn spot() -> impl Strategy<Value = Option<Spot>> {
    prop::option::of(
        (odd(), 0..9_usize, odd()).prop_map(|(file, line, pointer)| Spot {
            file,
            line,
            column: line,
            pointer,
        }),
    )
}

/// An operation; one of few often enough that a finding has the same one twice.
fn operation() -> impl Strategy<Value = OperationRef> {
    let few = || prop::sample::select(vec!["", "a", "a ", "\0a"]).prop_map(str::to_owned);
    let names = prop_oneof![(odd(), odd()), (few(), few())];
    names.prop_map(|(id, path)| OperationRef {
        id,
        method: "GET".to_owned(),
        path,
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let wire = prop::sample::select(vec![
        WireVerdict::Breaking,
        WireVerdict::Dangerous,
        WireVerdict::Compatible,
    ]);
    let operations = prop::collection::vec(operation(), 0..5);
    let texts = (odd(), odd(), odd(), prop::option::of(odd()));
    (wire, operations, texts, spot(), spot()).prop_map(|(wire, operations, texts, old, new)| {
        Finding {
            rule: "enum-value-added",
            fingerprint: "0123456789abcdef".to_owned(),
            wire,
            api: ApiVerdict::Minor,
            rust_item: texts.3,
            renamed: None,
            direction: Direction::Response,
            operations,
            old,
            new,
            message: texts.0,
            why: texts.1,
            advice: texts.2,
        }
    })
}

fn report(name: &str, title: &str, findings: Vec<Finding>) -> Report {
    let source = |file: &str| Source {
        file: file.to_owned(),
        title: Some(title.to_owned()),
        version: None,
        openapi: "3.0.3".to_owned(),
    };
    let comparison = Comparison {
        old: source("old.yaml"),
        new: source(name),
        operations: Operations::default(),
        wire: WireSummary::default(),
        rust_api: RustApi::Refused {
            reason: title.to_owned(),
        },
        bump: Bump {
            api: ApiVerdict::Minor,
            from: None,
            to: None,
            advice: title.to_owned(),
        },
        findings,
    };
    let judge = Judge {
        overrides: &Overrides::default(),
        ignores: &Ignores::default(),
        deviations: None,
        fail_on: &[Threshold::Dangerous],
        today: NaiveDate::default(),
    };
    let section = judge.section(name, comparison);
    Report::new(
        &[Threshold::Dangerous],
        vec![section],
        Vec::new(),
        Vec::new(),
    )
}

fn controls(text: &str) -> bool {
    text.chars()
        .any(|character| character.is_control() && character != '\n')
}

fn sarif_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let schema = read(&home().join("fixtures/sarif/sarif-schema-2.1.0.json"));
        serde_json::from_str(&schema).unwrap()
    });
    &SCHEMA
}

/// One finding about `operations`.
fn about(operations: &[(&str, &str)]) -> Finding {
    let operation = |&(id, path): &(&str, &str)| OperationRef {
        id: id.to_owned(),
        method: "GET".to_owned(),
        path: path.to_owned(),
    };
    Finding {
        rule: "enum-value-added",
        fingerprint: "0123456789abcdef".to_owned(),
        wire: WireVerdict::Dangerous,
        api: ApiVerdict::Minor,
        rust_item: None,
        renamed: None,
        direction: Direction::Response,
        operations: operations.iter().map(operation).collect(),
        old: None,
        new: None,
        message: "a value more".to_owned(),
        why: String::new(),
        advice: String::new(),
    }
}

#[test]
fn sarif_lists_a_logical_location_once() {
    let same = about(&[("GET ", ""), ("list", "/a"), ("GET ", ""), ("list", "/b")]);
    let report = report("new.yaml", "Lamps", vec![same]);
    let style = Style {
        colour: false,
        width: 80,
    };
    let sarif: Value = serde_json::from_str(&Format::Sarif.render(&report, style)).unwrap();
    assert_eq!(validate(sarif_schema(), sarif_schema(), &sarif), []);
    let location = |name: &str, call: &str| json!({"name": name, "fullyQualifiedName": call, "kind": "function"});
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["logicalLocations"],
        json!([
            location("GET ", "GET "),
            location("list", "GET /a"),
            location("list", "GET /b")
        ])
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stays_text(name in odd(), title in odd(), findings in prop::collection::vec(finding(), 1..4)) {
        let count = findings.len();
        let report = report(&name, &title, findings);
        let render = |format: Format| format.render(&report, Style { colour: false, width: 80 });

        let junit = render(Format::Junit);
        let document = roxmltree::Document::parse(&junit);
        prop_assert!(document.is_ok(), "{document:?}\n{junit}");
        let cases = document.unwrap().descendants().filter(|node| node.has_tag_name("testcase")).count();
        prop_assert_eq!(cases, count);

        let github = render(Format::Github);
        prop_assert_eq!(github.lines().count(), count, "{}", github);
        prop_assert!(!controls(&github));

        let html = render(Format::Html);
        prop_assert_eq!(html.matches("<script").count(), 1);
        prop_assert_eq!(html.matches("<article").count(), count);
        prop_assert_eq!(html.matches("</section>").count(), html.matches("<section").count());

        let markdown = render(Format::Markdown);
        prop_assert_eq!(markdown.matches("<details").count(), 1);
        prop_assert_eq!(markdown.matches("<!--").count(), 1);
        prop_assert_eq!(markdown.lines().filter(|line| line.starts_with("- ")).count(), count, "{}", markdown);
        prop_assert!(!controls(&markdown) && !markdown.contains("<script"));

        prop_assert!(!controls(&render(Format::Terminal)));

        let sarif: Value = serde_json::from_str(&render(Format::Sarif)).unwrap();
        prop_assert_eq!(validate(sarif_schema(), sarif_schema(), &sarif), []);
    }

    #[test]
    fn nothing_that_is_read_makes_it_panic(text in odd(), toml in "(\\[\\[(ignore|deviation)\\]\\]|[a-z]+ = (\"[^\"]{0,9}\"|[0-9:T-]{0,12})|\\PC{0,9}|\\n){0,12}") {
        let _ = Input::parse(&text);
        let _ = Ignores::parse("drift-ignore.toml", &toml);
        let _ = Deviations::parse("deviations.toml", &toml);
    }
}
