use proptest::prelude::*;

use super::{checked, inert, is_address, is_inert, plain, span};

/// What rustdoc would run: blocks of code as it looks for them, which is without extensions.
fn tests_in(text: &str) -> Vec<String> {
    use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
    Parser::new(text)
        .filter_map(|event| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some("indented".to_owned()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &*info != "text" => {
                Some(info.into_string())
            }
            _ => None,
        })
        .collect()
}

#[test]
fn ordinary_text_stays_as_it_is() {
    for text in [
        "Lists every role of a user.",
        "First paragraph.\n\n* one\n* two\n  1. nested\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "Takes `Vec<[u8]>`, _some_ **emphasis**, 3 > 2 and a\\_b.",
        "[Acme](<https://x.test/a?b=c>) and <https://x.test/>.",
        "```text\nlet x;\n```",
    ] {
        assert_eq!(inert(text), text);
        assert!(is_inert(text), "{text}");
    }
}

#[test]
fn nothing_is_run_resolved_fetched_or_html() {
    let cases = [
        ("a [thing] of <b>", "a \\[thing\\] of \\<b>"),
        ("see https://x.test/a_b.", "see <https://x.test/a_b>."),
        (
            "[here](https://x.test) [there](#x) [both][1]\n\n[1]: https://y.test",
            "[here](<https://x.test>) there [both](<https://y.test>)",
        ),
        (
            "![a picture](https://x.test/p.png)",
            "[a picture](<https://x.test/p.png>)",
        ),
        ("[x](javascript:alert(1))", "x"),
        ("```\nx", "```text\nx\n```"),
        ("```edition2021\nx\n```", "```text\nx\n```"),
        ("> ~~~rust\n> x\n> ~~~", "> ~~~text\n> x\n> ~~~"),
        ("- ```rust,no_run\n  x\n  ```", "- ```text\n  x\n  ```"),
        (
            "words\n\n    let x;\n\n    let y;\n\nmore",
            "words\n\n```text\nlet x;\n\nlet y;\n```\n\nmore",
        ),
        ("-     let x;", "- let x;"),
        (">     let x;", "> let x;"),
        ("1. a\n\n       let x;", "1. a\n\n   let x;"),
        ("`[a]` and ` alone", "`[a]` and \\` alone"),
        ("<script>\nx\n</script>", "\\<script>\nx\n\\</script>"),
        (
            "note[^1]\n\n[^1]: the note",
            "note\\[^1\\]\n\n\\[^1\\]: the note",
        ),
        (
            "a\rb\u{202e}c\u{2028}d\0",
            "a\\rb\\u{202e}c\\u{2028}d\\u{0}",
        ),
        ("a\r\nb", "a\nb"),
    ];
    for (text, safe) in cases {
        assert_eq!(inert(text), safe, "{text}");
        assert!(is_inert(safe), "{safe}");
        assert_eq!(tests_in(safe), Vec::<String>::new());
    }
}

#[test]
fn what_the_extensions_hide_from_readers_is_seen() {
    // With footnotes these are the words of a note; without, as rustdoc looks for tests, a block of code.
    let note = "x[^n]\n\n[^n]:\n\n    let x;\n\ny";
    let safe = inert(note);
    assert!(is_inert(&safe), "{safe}");
    assert_eq!(tests_in(&safe), Vec::<String>::new());
}

#[test]
fn what_cannot_be_mended_is_shown_word_for_word() {
    assert_eq!(
        checked("```rust\nx\n```"),
        "````text\n```rust\nx\n```\n````"
    );
    assert_eq!(checked("plain words"), "plain words");
}

#[test]
fn a_text_within_a_line_is_nothing_else() {
    assert_eq!(
        plain("a|b\n# c <i> https://x.test"),
        "a\\|b\\\\n# c \\<i\\> https\\://x.test"
    );
    assert_eq!(span("a"), "`a`");
    assert_eq!(span("`a``"), "``` `a`` ```");
    assert_eq!(span("a\nb"), "`a\\nb`");
    assert!(is_address("https://x.test/a?b=c&d"));
    for text in [
        "javascript:x",
        "https://x test",
        "https://x>y",
        "https://",
        "https://x\ny",
    ] {
        assert!(!is_address(text), "{text}");
    }
}

/// Pieces of which Markdown is made that means something.
fn piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        ">",
        "> ",
        "- ",
        "* ",
        "1. ",
        "10) ",
        "# ",
        "```",
        "````",
        "~~~",
        "`",
        "``",
        "rust",
        "edition2021",
        "text",
        "ignore",
        "let x;",
        "word",
        "[",
        "]",
        "(",
        ")",
        "[a]: ",
        "[^1]",
        "[^1]: ",
        "!",
        "<",
        ">",
        "</b>",
        "<!--",
        "-->",
        "<![CDATA[",
        "https://x.test",
        "http://",
        "javascript:x",
        "|",
        "|---|",
        "---",
        "===",
        "\\",
        "&lt;",
        "&#96;",
        "*",
        "_",
        "~~",
        "[ ] ",
        "\r",
        "\u{202e}",
        "\u{2028}",
        "\0",
        "é",
        "日本",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_inert_in_the_end(pieces in proptest::collection::vec(piece(), 0..24)) {
        let text = pieces.concat();
        let safe = inert(&text);
        prop_assert!(is_inert(&safe), "{text:?} became {safe:?}");
        prop_assert_eq!(tests_in(&safe), Vec::<String>::new());
        let hidden = safe.contains(['\r', '\u{202e}', '\u{2028}', '\0', '\t']);
        prop_assert!(!hidden, "{safe:?}");
        // Blocks that are inert alone are inert one after the other.
        let twice = format!("{safe}\n\n{safe}\n\nend");
        prop_assert_eq!(tests_in(&twice), Vec::<String>::new());
    }

    #[test]
    fn any_text_in_a_line_stays_in_it(pieces in proptest::collection::vec(piece(), 0..12)) {
        let text = pieces.concat();
        for line in [plain(&text), span(&text)] {
            let broken = line.contains(['\n', '\r']);
            prop_assert!(!broken, "{line:?}");
            let page = format!("Before {line} after.");
            prop_assert!(is_inert(&page), "{page}");
        }
    }
}
