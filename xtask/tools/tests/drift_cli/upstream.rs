//! `drift --upstream` and `drift sync`: our descriptions against what vendors publish.

use std::path::Path;

use crate::server::{Server, answer};
use crate::workspace::{SETTINGS, add, drift_at, workspace};
use crate::{NEW, drift, home, read};

/// A workspace whose API has its vendor's document at an address.
fn with_upstream(url: &str) -> tempfile::TempDir {
    let folder = workspace();
    let settings = format!(
        "{SETTINGS}\n# Read on Mondays.\n[upstream]\nurl = \"{url}\" # theirs\nversion   = \"1.4.0\"\n"
    );
    let old = read(&folder.path().join("specs/lantern/openapi.yaml"));
    add(folder.path(), "lantern", &old, &settings);
    std::fs::copy(home().join(NEW), folder.path().join(THEIRS)).unwrap();
    folder
}

/// The vendor's document, in the workspace: a path from outside would say where the clone lies.
const THEIRS: &str = "theirs.yaml";

#[test]
fn a_document_that_is_given() {
    let folder = with_upstream("https://lantern.example/api.yaml");
    let outcome = drift_at(folder.path(), &["--upstream", "lantern", "--from", THEIRS]);
    assert_eq!(outcome.code, Some(100), "{outcome:?}");
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn findings_are_placed_in_our_description() {
    let folder = with_upstream("https://lantern.example/api.yaml");
    let report = |format: &str| {
        let arguments = [
            "--upstream",
            "lantern",
            "--from",
            THEIRS,
            "--format",
            format,
        ];
        drift_at(folder.path(), &arguments).stdout
    };
    let log: serde_json::Value = serde_json::from_str(&report("sarif")).unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], "specs/lantern/openapi.yaml");
        let other = &result["relatedLocations"][0];
        assert_eq!(other["message"]["text"], "In the vendor's description.");
    }
    let annotations = report("github");
    assert!(annotations.lines().count() > 5);
    for line in annotations.lines() {
        assert!(line.contains(" file=specs/lantern/openapi.yaml,"), "{line}");
    }
}

#[test]
fn a_vendor_that_publishes_nothing() {
    let folder = workspace();
    let outcome = drift_at(folder.path(), &["--upstream"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(
        outcome.stdout,
        "lantern\n  the vendor publishes no description: there is nothing to compare with\n"
    );
    let sync = drift_at(folder.path(), &["sync", "lantern"]);
    assert_eq!(sync.code, Some(2), "{sync:?}");
    let from = drift_at(folder.path(), &["--upstream", "--from", THEIRS, "lantern"]);
    assert_eq!(from.code, Some(2), "{from:?}");
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let theirs = read(&home().join(NEW));
    let first = answer("200 OK", "etag: \"one\"\r\n", &theirs);
    let unchanged = "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n".to_owned();
    let second = answer(
        "200 OK",
        "etag: \"two\"\r\n",
        &theirs.replace("2.0.0", "3.0.0"),
    );
    let server = Server::start(vec![
        first.clone(),
        unchanged.clone(),
        second,
        unchanged,
        first,
    ]);
    let folder = with_upstream(&server.url);
    let version = || {
        let outcome = drift_at(
            folder.path(),
            &["--upstream", "--format", "json", "lantern"],
        );
        assert_eq!(outcome.code, Some(100), "{outcome:?}");
        let upstream = outcome.json()["sections"][0]["upstream"].clone();
        assert_eq!(upstream["moved"], true);
        assert_eq!(upstream["sha256"].as_str().unwrap().len(), 64);
        upstream["version"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        [version(), version(), version(), version()],
        ["2.0.0", "2.0.0", "3.0.0", "3.0.0"]
    );
    // A copy that is not what it was is of no use.
    let cache = folder.path().join(".cache/drift");
    let mut copies = std::fs::read_dir(&cache)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let copy = copies
        .find(|path| path.extension().is_some_and(|e| e == "document"))
        .unwrap();
    std::fs::write(copy, "cut off").unwrap();
    assert_eq!(version(), "2.0.0");
    let tags: Vec<Option<String>> = server
        .asked()
        .iter()
        .map(|head| {
            head.lines()
                .find_map(|line| line.strip_prefix("if-none-match: ").map(str::to_owned))
        })
        .collect();
    let tag = |text: &str| Some(format!("\"{text}\""));
    assert_eq!(tags, [None, tag("one"), tag("one"), tag("two"), None]);
}

#[test]
fn what_a_server_may_do_wrong() {
    let said = |answers: Vec<String>| {
        let server = Server::start(answers);
        let folder = with_upstream(&server.url);
        let outcome = drift_at(folder.path(), &["--upstream"]);
        assert_eq!(outcome.stdout, "", "nothing is compared");
        (outcome.code, outcome.stderr.replace(&server.url, "URL"))
    };
    let (code, missing) = said(vec![answer("404 Not Found", "", "gone")]);
    assert_eq!(code, Some(1));
    assert_eq!(
        missing,
        "error: URL: the server answered 404. Try again, or download the document and give the file (--from FILE)\n"
    );
    let (code, elsewhere) = said(vec![answer(
        "302 Found",
        "location: http://h.example/\r\n",
        "",
    )]);
    assert_eq!(code, Some(1));
    assert!(elsewhere.contains("the server answered 302"), "{elsewhere}");
    let (code, cut) = said(vec![
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nopenapi: 3".to_owned(),
    ]);
    assert_eq!(code, Some(1), "{cut}");
    for large in [
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_owned(),
        format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
            " ".repeat(65 << 20)
        ),
    ] {
        let (code, said) = said(vec![large]);
        assert_eq!(code, Some(1));
        assert!(
            said.contains("the document is larger than 64 MiB"),
            "{said}"
        );
    }
    let (code, none) = said(vec![answer("200 OK", "", "<html></html>")]);
    assert_eq!(code, Some(2), "{none}");
    let nobody = with_upstream("http://127.0.0.1:9/api.yaml");
    assert_eq!(drift_at(nobody.path(), &["--upstream"]).code, Some(1));
}

#[test]
fn one_document_for_several_apis() {
    let folder = with_upstream("https://lantern.example/api.yaml");
    add(folder.path(), "cellar", "openapi: 3.0.3\n", SETTINGS);
    let outcome = drift_at(folder.path(), &["--upstream", "--from", THEIRS]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.stderr.contains("one document is given for 2 APIs"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn deviations_are_no_news() {
    let folder = with_upstream("https://lantern.example/api.yaml");
    let file = folder.path().join("specs/lantern/deviations.toml");
    let compare = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let mut arguments = vec!["--upstream", "--format", "json", "--from"];
        arguments.push(THEIRS);
        arguments.extend(more);
        arguments.push("lantern");
        drift_at(folder.path(), &arguments)
    };
    let all = compare("", &[]).rules();
    assert_eq!(all.len(), 6, "the new operation is no finding: {all:?}");

    let known = "\
[[deviation]]
rule = \"enum-*\"
pointer = \"/components/schemas/Keeper/properties/watch/*\"
reason = \"Keepers only watch at dusk and dawn\"

[[deviation]]
rule = \"operation-removed\"
operation = \"lightLamp\"
reason = \"It goes on burning\"

[[deviation]]
rule = \"*-length-*\"
pointer = \"/paths/*\"
operation = \"listLamps\"
reason = \"This fits nothing: the length is of another operation\"
";
    let outcome = compare(known, &[]);
    let mut rules = outcome.rules();
    rules.sort();
    assert_eq!(
        rules,
        [
            "max-length-lowered",
            "optional-property-removed",
            "required-property-added"
        ]
    );
    assert_eq!(outcome.json()["sections"][0]["comparison"]["accepted"], 3);
    insta::assert_snapshot!(outcome.stderr);
    let shown = compare(known, &["--show-ignored"]).json();
    let findings = shown["sections"][0]["findings"].as_array().unwrap();
    let accepted = findings
        .iter()
        .find(|f| f["rule"] == "operation-removed")
        .unwrap();
    assert_eq!(
        accepted["accepted"]["by"],
        "specs/lantern/deviations.toml:9"
    );

    let fingerprint = findings[0]["fingerprint"].as_str().unwrap();
    let one = format!("[[deviation]]\nfingerprint = \"{fingerprint}\"\nreason = \"Known\"\n");
    assert_eq!(compare(&one, &[]).rules().len(), 5);

    for (bad, why) in [
        (
            "[[deviation]]\nreason = \"r\"\n",
            "does not say which differences",
        ),
        (
            "[[deviation]]\nrule = \"enum-value-added\"\nreason = \"r\"\n",
            "does not say which differences",
        ),
        (
            "[[deviation]]\nrule = \"nothing\"\npointer = \"/\"\nreason = \"r\"\n",
            "there is no rule `nothing`",
        ),
        (
            "[[deviation]]\nfingerprint = \"12\"\nreason = \"r\"\n",
            "`12` is no fingerprint",
        ),
        (
            "[[deviation]]\nrule = \"enum-*\"\npointer = \"/\"\nreason = \" \"\n",
            "the reason is empty",
        ),
        (
            "[[deviation]]\nrules = \"enum-*\"\n",
            "unknown field `rules`",
        ),
    ] {
        let outcome = compare(bad, &[]);
        assert_eq!(outcome.code, Some(2), "{bad}");
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    }
}

#[test]
fn our_extensions_are_not_compared_with_documents_that_have_none() {
    let folder = with_upstream("https://lantern.example/api.yaml");
    let spec = folder.path().join("specs/lantern/openapi.yaml");
    let plain = folder.path().join("theirs.yaml");
    let text = read(&spec);
    std::fs::write(&plain, &text).unwrap();
    let told = text.replace(
        "      operationId: listKeepers\n",
        "      operationId: listKeepers\n      x-hazard: It wakes them.\n      x-permissions: [keepers.read]\n",
    );
    std::fs::write(&spec, told).unwrap();
    let arguments = [
        "--upstream",
        "--format",
        "json",
        "--from",
        "theirs.yaml",
        "lantern",
    ];
    assert_eq!(drift_at(folder.path(), &arguments).rules(), [""; 0]);
}

#[test]
fn sync_records_the_release() {
    let folder = with_upstream("https://lantern.example/api.yaml");
    let settings = folder.path().join("specs/lantern/api.toml");
    let before = read(&settings);
    let look = drift_at(folder.path(), &["sync", "lantern", "--from", THEIRS]);
    assert_eq!(look.code, Some(0), "{look:?}");
    assert!(look.stdout.contains("NewKeeper.lamp"), "{}", look.stdout);
    assert!(
        look.stderr.contains("--write records it"),
        "{}",
        look.stderr
    );
    assert_eq!(read(&settings), before, "nothing is written unasked");

    let write = drift_at(
        folder.path(),
        &["sync", "lantern", "--from", THEIRS, "--write"],
    );
    assert_eq!(write.code, Some(0), "{write:?}");
    let after = read(&settings);
    let sha256 = after
        .lines()
        .find_map(|line| line.strip_prefix("sha256 = "))
        .unwrap();
    assert_eq!(sha256.len(), 66);
    let expected = before.replace(
        "version   = \"1.4.0\"\n",
        &format!("version   = \"2.0.0\"\nsha256 = {sha256}\n"),
    );
    assert_eq!(after, expected);

    let again = drift_at(
        folder.path(),
        &["sync", "lantern", "--from", THEIRS, "--write"],
    );
    assert!(
        again.stderr.contains("names this release already"),
        "{}",
        again.stderr
    );
    assert_eq!(read(&settings), after);
    let report = drift_at(
        folder.path(),
        &[
            "--upstream",
            "--format",
            "json",
            "--from",
            THEIRS,
            "lantern",
        ],
    )
    .json();
    assert_eq!(report["sections"][0]["upstream"]["moved"], false);
}

/// The deviations of our own descriptions: what they say is looked up here, since no vendor's document is at hand.
#[test]
fn our_deviations_name_facts_that_are_there() {
    let specs = home().join("../specs");
    let mut files = 0;
    for entry in std::fs::read_dir(&specs).unwrap() {
        let folder = entry.unwrap().path();
        let file = folder.join("deviations.toml");
        if !file.is_file() {
            continue;
        }
        files += 1;
        rolecall_drift::deviations::Deviations::read(&file, "deviations.toml").unwrap();
        let description = read(&folder.join("openapi.yaml"));
        for fact in facts(&file) {
            assert!(
                description.contains(&format!("id: {fact}\n")),
                "{}: no fact {fact}",
                file.display()
            );
        }
    }
    assert!(files > 0);
    let unknown = drift(&["--upstream", "attic"]);
    assert_eq!(unknown.code, Some(2));
}

/// The ids in parentheses at the end of the reasons.
fn facts(file: &Path) -> Vec<String> {
    let text = read(file);
    let reasons = text
        .lines()
        .filter_map(|line| line.strip_prefix("reason = \""));
    let fact = |reason: &str| {
        let (_, last) = reason.strip_suffix(")\"")?.rsplit_once('(')?;
        (last.contains('-') && !last.contains([' ', '.'])).then(|| last.to_owned())
    };
    reasons.filter_map(fact).collect()
}
