//! The program: what it prints works as printed, and what it saves it goes on from.

#[path = "../../../tests/src/program.rs"]
mod program;
mod support;

use program::program;
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use support::{client, send};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::from(program(env!("CARGO_BIN_EXE_rolecall-standin")));
    command
        .args(["--port", "0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn start(arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command(arguments).spawn().expect("it was built");
    let output = child.stdout.take().expect("it is a pipe");
    (child, BufReader::new(output).lines())
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
    let line = line.expect("it starts").expect("it is text");
    line.expect("there is a line more")
}

/// Sends what a printed command line sends, and returns status and body.
async fn curl(command: &str) -> (u16, String) {
    let parts: Vec<&str> = command.split('\'').collect();
    let ["curl -sS -H ", header, " ", url, ""] = parts[..] else {
        panic!("{command}");
    };
    let (name, value) = header.split_once(": ").expect("it is a header");
    let got = send(client().get(url).header(name, value)).await;
    (got.status.as_u16(), got.text)
}

async fn end(mut child: Child) -> i32 {
    let id = child.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(told.expect("there is such a program").success());
    let status = tokio::time::timeout(Duration::from_secs(60), child.wait()).await;
    let status = status.expect("it ends").expect("it ran");
    status.code().expect("it ended in order")
}

#[tokio::test]
async fn every_printed_command_line_works_as_printed() {
    let (child, mut lines) = start(&["--checked"]);
    let mut tried = 0;
    loop {
        let line = line(&mut lines).await;
        if line.starts_with("Ctrl+C") {
            break;
        }
        if let Some(command) = line.trim().strip_prefix("try") {
            let (status, body) = curl(command.trim()).await;
            assert_eq!(status, 200, "{command}: {body}");
            let body: Value = serde_json::from_str(&body).expect("it is JSON");
            assert!(body.to_string().len() > 100, "it shows something: {body}");
            tried += 1;
        }
    }
    assert_eq!(tried, 4);
    assert_eq!(end(child).await, 0);
}

#[tokio::test]
async fn state_is_saved_at_the_end_and_gone_on_from() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("state.snapshot");
    let file = file.to_str().expect("it is text");
    let options = [
        "--json",
        "--api",
        "klustr",
        "--seed",
        "3",
        "--snapshot",
        file,
    ];
    let (child, mut lines) = start(&options);
    let described: Value = serde_json::from_str(&line(&mut lines).await).expect("it is JSON");
    let klustr = &described["standins"][0];
    let text = |name: &str| klustr[name].as_str().expect("it is text").to_owned();
    let members = format!("{}/directory/orgs/example.com/members", text("base_url"));
    let authorization = format!("{} {}", text("scheme"), text("token"));
    let put = client().put(format!("{members}/somebody-new"));
    assert_eq!(
        send(put.header("authorization", &authorization))
            .await
            .status,
        200
    );
    let saved = client()
        .post(format!("{}/_standin/snapshot", text("origin")))
        .header("content-type", "application/json");
    assert_eq!(send(saved).await.json()["saved"], file);
    assert!(Path::new(file).exists());
    assert_eq!(end(child).await, 0);

    let options = ["--json", "--api", "klustr", "--snapshot", file];
    let (child, mut lines) = start(&options);
    let described: Value = serde_json::from_str(&line(&mut lines).await).expect("it is JSON");
    let members = format!(
        "{}/directory/orgs/example.com/members",
        described["standins"][0]["base_url"]
            .as_str()
            .expect("it is text")
    );
    let got = send(
        client()
            .get(members)
            .header("authorization", &authorization),
    )
    .await;
    assert!(got.text.contains("somebody-new"), "{}", got.text);
    assert_eq!(end(child).await, 0);

    // Without klustr its state would be gone at the end.
    let options = ["--api", "okta", "--snapshot", file];
    let output = command(&options).output().await.expect("it was built");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("holds klustr too"), "{said}");
    let left = std::fs::read_to_string(file).expect("it is text");
    assert!(left.contains("somebody-new"));
}

#[tokio::test]
async fn wrong_usage_says_what_to_do() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let taken = taken.expect("a port is free");
    let port = taken.local_addr().expect("it has one").port().to_string();
    for (options, part) in [
        (
            vec!["--api", "github"],
            "none of okta, foundry, zenml, klustr",
        ),
        (vec!["--users", "0"], "1..=1000000"),
        (
            vec!["--port", &port, "--api", "okta"],
            "`--port 0` takes free ports",
        ),
        (vec!["--port", "65534"], "room for four ports"),
    ] {
        let mut command = Command::from(program(env!("CARGO_BIN_EXE_rolecall-standin")));
        let output = command.args(&options).output().await.expect("it was built");
        assert!(!output.status.success(), "{options:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(part), "{options:?}: {said}");
    }
}
