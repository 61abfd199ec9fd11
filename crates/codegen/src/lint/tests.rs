use std::collections::HashSet;

use super::template::variables;
use super::{Audience, lint, rules};
use rolecall_openapi::load::parse;

/// The rules that a text breaks.
fn broken(text: &str, audience: Audience) -> Vec<&'static str> {
    let document = parse("test.yaml", text).unwrap();
    lint(&document, audience)
        .into_iter()
        .map(|problem| problem.rule)
        .collect()
}

#[test]
fn rules_are_unique_and_kebab_case() {
    let mut seen = HashSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{}", rule.id);
        assert!(
            rule.id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{}",
            rule.id
        );
        assert!(!rule.summary.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn templates() {
    assert_eq!(variables("/a/{b}/{c}.json"), Ok(vec!["b", "c"]));
    for bad in ["{", "}", "{}", "{a", "{a{b}}", "{a/b}", "a}"] {
        assert!(variables(bad).is_err(), "{bad}");
    }
}

#[test]
fn names_are_not_taken_for_keywords() {
    let text = "
openapi: 3.0.3
info: {title: Names, version: '1'}
paths: {}
components:
  schemas:
    Odd:
      type: object
      required: [$ref, x-thing, type]
      properties:
        $ref: {type: string}
        x-thing: {type: string}
        type: {type: string}
        enum: {type: string, example: {$ref: nowhere, type: 5}, default: '{'}
";
    assert_eq!(broken(text, Audience::Foreign), Vec::<&str>::new());
}

#[test]
fn required_looks_at_the_whole() {
    let text = "
openapi: 3.0.3
info: {title: Parts, version: '1'}
paths: {}
components:
  schemas:
    Base: {type: object, properties: {id: {type: string}}}
    User:
      allOf:
        - $ref: '#/components/schemas/Base'
        - required: [id, name, nothing]
          properties: {name: {type: string}}
    Either:
      properties: {a: {type: string}, b: {type: string}}
      oneOf: [{required: [a]}, {required: [b]}]
    Open: {required: [anything], additionalProperties: true}
";
    assert_eq!(broken(text, Audience::Foreign), ["required-undeclared"]);
}

#[test]
fn recursion_through_properties_is_fine() {
    let text = "
openapi: 3.1.0
info: {title: Trees, version: '1'}
components:
  schemas:
    Tree:
      type: [object, 'null']
      properties:
        left: {$ref: '#/components/schemas/Tree'}
        children: {type: array, items: {$ref: '#/components/schemas/Tree'}}
      additionalProperties: {$ref: '#/components/schemas/Tree'}
    Flag: true
    Either: {oneOf: [{$ref: '#/components/schemas/Either2'}, {type: string}]}
    Either2: {allOf: [{$ref: '#/components/schemas/Tree'}]}
";
    assert_eq!(broken(text, Audience::Foreign), Vec::<&str>::new());
}

#[test]
fn findings_of_one_rule_are_capped() {
    let mut text = "openapi: 3.0.3\ninfo: {title: Many, version: '1'}\npaths:\n".to_owned();
    for index in 0..3000 {
        text.push_str(&format!("  path{index}: {{}}\n"));
    }
    assert_eq!(broken(&text, Audience::Foreign).len(), 1000);
}
