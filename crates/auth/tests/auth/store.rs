//! Where sessions are kept.

use crate::support::shown;
use rolecall_auth::{ErrorKind, FileStore, MemoryStore, TokenStore};
use rolecall_client::Secret;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("made").join("sessions.json");
    (folder, file)
}

async fn put(store: &impl TokenStore, name: &str, text: Option<&str>) {
    let lock = store.lock().await.unwrap();
    store
        .save(&lock, name, text.map(Secret::from))
        .await
        .unwrap();
}

async fn get(store: &impl TokenStore, name: &str) -> Option<String> {
    let text = store.load(name).await.unwrap();
    text.map(|text| text.expose().to_owned())
}

async fn keeps(store: impl TokenStore) {
    assert_eq!(get(&store, "a").await, None);
    put(&store, "a", Some("one")).await;
    put(&store, "b", Some("two \"\n")).await;
    put(&store, "a", Some("three")).await;
    assert_eq!(get(&store, "a").await.as_deref(), Some("three"));
    assert_eq!(get(&store, "b").await.as_deref(), Some("two \"\n"));
    put(&store, "a", None).await;
    put(&store, "c", None).await;
    assert_eq!(get(&store, "a").await, None);
    assert_eq!(get(&store, "b").await.as_deref(), Some("two \"\n"));
    assert!(!format!("{store:?}").contains("two"));
}

#[tokio::test]
async fn every_store_keeps_what_it_is_given() {
    keeps(MemoryStore::new()).await;
    let (_folder, file) = place();
    keeps(FileStore::new(&file)).await;
}

#[cfg(feature = "keyring")]
#[tokio::test]
async fn a_keyring_keeps_what_it_is_given() {
    let (_folder, file) = place();
    let keyring = keyring_core::mock::Store::new().unwrap();
    keeps(rolecall_auth::KeyringStore::new(
        keyring,
        "rolecall-tests",
        file,
    ))
    .await;
}

async fn locks(one: impl TokenStore, other: impl TokenStore) {
    let held = one.lock().await.unwrap();
    let released = AtomicBool::new(false);
    let other = async {
        let second = other.lock().await.unwrap();
        assert!(released.load(Ordering::SeqCst), "two hold the lock");
        drop(second);
    };
    let first = async {
        // Time enough for the other one to get it, if it could.
        for round in 0..20 {
            one.save(&held, "a", Some(Secret::from(text(round))))
                .await
                .unwrap();
            tokio::task::yield_now().await;
        }
        released.store(true, Ordering::SeqCst);
        drop(held);
    };
    tokio::join!(other, first);
}

#[tokio::test]
async fn a_lock_keeps_others_waiting() {
    let memory = MemoryStore::new();
    locks(memory.clone(), memory).await;
    let (_folder, file) = place();
    locks(FileStore::new(&file), FileStore::new(&file)).await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, file) = place();
    let store = FileStore::new(&file);
    put(&store, "a", Some("one")).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    put(&store, "a", Some("two")).await;
    assert_eq!(mode(&file), 0o600);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let error = store.load("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("mode 640"), "{error}");
}

#[tokio::test]
async fn a_file_that_holds_something_else_is_left_alone() {
    let (_folder, file) = place();
    let store = FileStore::new(&file);
    put(&store, "a", Some("one")).await;
    for text in [
        "",
        "{\"sessions\":{\"a\":\"hunter2",
        "[]",
        "hunter2",
        "{\"sessions\":{\"a\":7}}",
    ] {
        fs::write(&file, text).unwrap();
        let lock = store.lock().await.unwrap();
        let error = store
            .save(&lock, "b", Some("two".into()))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{text}");
        assert!(
            error.to_string().contains(&file.display().to_string()),
            "{error}"
        );
        assert!(!shown(&error).contains("hunter2"));
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

/// Set for the process that is killed while it writes.
const WRITES: &str = "ROLECALL_TESTS_WRITES_SESSIONS_TO";

/// Texts of different lengths, each of one letter, so that half a text or a mixture of two is seen.
fn text(round: usize) -> String {
    let letter = char::from(b'a' + (round % 26) as u8);
    letter.to_string().repeat(1 + (round * 7919) % 100_000)
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_writes_leaves_whole_sessions() {
    if let Some(file) = std::env::var_os(WRITES) {
        // It must not outlive the test, however that ends.
        std::thread::spawn(|| {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            std::process::exit(0)
        });
        let store = FileStore::new(file);
        for round in 0.. {
            put(&store, "a", Some(&text(round))).await;
        }
    }
    let (_folder, file) = place();
    let store = FileStore::new(&file);
    for _ in 0..10 {
        let module = module_path!()
            .split_once("::")
            .map_or("", |(_, module)| module);
        let this = "a_process_that_is_killed_while_it_writes_leaves_whole_sessions";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::{this}")])
            .env(WRITES, &file)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // It is in the middle of it when some of its texts have been seen.
        let mut seen = std::collections::HashSet::new();
        while seen.len() < 5 {
            seen.insert(get(&store, "a").await);
            assert!(child.try_wait().unwrap().is_none(), "it writes nothing");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let left = get(&store, "a").await.unwrap();
        let letter = left.chars().next().unwrap();
        assert!(
            left.chars().all(|char| char == letter),
            "a mixture of {} characters",
            left.len()
        );
        // Its lock went with it.
        put(&store, "b", Some("two")).await;
        assert_eq!(get(&store, "b").await.as_deref(), Some("two"));
        // So did what it had not finished.
        let names = fs::read_dir(file.parent().unwrap()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["sessions.json", "sessions.json.lock"]);
    }
}

#[tokio::test]
async fn stores_whose_names_begin_alike_leave_each_other_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = |name: &str| FileStore::new(folder.path().join(name));
    // What a killed process left of `env`, then everything that only looks like it.
    let leftover = ".env.0123456789abcdef.rolecall-unfinished";
    let others = [
        ".env.local",
        ".env.production",
        ".env.",
        ".env.0123456789abcdef",
        ".env.0123456789abcde.rolecall-unfinished",
        ".env.local.0123456789abcdef.rolecall-unfinished",
        "env.0123456789abcdef.rolecall-unfinished",
    ];
    for name in others.iter().chain([&leftover]) {
        fs::write(folder.path().join(name), name).unwrap();
    }
    put(&store("env"), "a", Some("one")).await;
    put(&store("env.local"), "a", Some("two")).await;
    put(&store("env"), "a", None).await;
    assert!(!folder.path().join(leftover).exists());
    // The one of `env.local` went when `env.local` was written.
    for name in others
        .iter()
        .filter(|name| !name.starts_with(".env.local."))
    {
        let text = fs::read_to_string(folder.path().join(name));
        assert_eq!(text.ok().as_deref(), Some(*name));
    }
    assert_eq!(get(&store("env.local"), "a").await.as_deref(), Some("two"));
}

#[tokio::test]
async fn stores_whose_names_begin_alike_can_be_written_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["env", "env.a", "env.a.b"];
    let writers = names.map(|name| {
        let store = FileStore::new(folder.path().join(name));
        tokio::spawn(async move {
            for round in 0..50 {
                put(&store, "a", Some(&text(round))).await;
                assert_eq!(get(&store, "a").await, Some(text(round)));
            }
        })
    });
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn the_lock_is_held_until_a_save_that_nobody_waits_for_has_ended() {
    let (_folder, file) = place();
    let store = FileStore::new(&file);
    put(&store, "a", Some("one")).await;
    for round in 0..100 {
        let long = text(round);
        let lock = store.lock().await.unwrap();
        // Polled once, which starts the work, and dropped.
        let mut save = store.save(&lock, "a", Some(long.as_str().into()));
        let once =
            std::future::poll_fn(|cx| std::task::Poll::Ready(save.as_mut().poll(cx).is_ready()));
        once.await;
        drop(save);
        drop(lock);
        // Whoever gets the lock next finds the work done.
        let lock = store.lock().await.unwrap();
        assert_eq!(get(&store, "a").await, Some(long));
        drop(lock);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_not_a_file_of_this_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = FileStore::new(folder.path()).load("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    // Only root can give a file away, and for everybody else there is none to be had.
    let file = folder.path().join("sessions.json");
    let store = FileStore::new(&file);
    put(&store, "a", Some("one")).await;
    if std::os::unix::fs::chown(&file, Some(12_345), None).is_ok() {
        let error = store.load("a").await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("belongs to the user with id 12345"),
            "{error}"
        );
    }
}
