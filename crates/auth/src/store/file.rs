//! Sessions in a file.

use super::{StoreLock, TokenStore};
use crate::{Error, ErrorKind};
use rolecall_client::{BoxFuture, Secret};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long another process may hold the lock: longer than renewing a session can take.
const LONGEST_LOCK: Duration = Duration::from_secs(120);
const LOCK_POLL: Duration = Duration::from_millis(20);
/// How the names of unfinished files end, and how many random characters come before that.
const UNFINISHED_SUFFIX: &str = ".rolecall-unfinished";
const UNFINISHED_RANDOM: usize = 16;
/// A larger file is not one of these.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Keeps sessions in a file that only its owner can read (mode 0600). Cloning shares it.
///
/// A file that belongs to another user, or that others can read or write, is refused. The file is replaced whole: what is new is written beside it, brought to the disk, and then renamed, so that a crash
/// leaves either the old or the new one. `FILE.lock` beside it keeps processes apart. On systems other than Unix, the file
/// has the permissions that its folder gives it.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
}

#[derive(Default, Deserialize, Serialize)]
struct Contents {
    sessions: BTreeMap<String, Secret>,
}

impl FileStore {
    /// A store in this file, which need not be there yet. Its folder is made, for its owner only, when it is first needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into().into();
        Self { path }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl TokenStore for FileStore {
    fn lock(&self) -> BoxFuture<'_, Result<StoreLock, Error>> {
        Box::pin(lock_file(beside(&self.path, ".lock")))
    }

    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, Error>> {
        let path = self.path.clone();
        Box::pin(async move {
            let read = blocking(&path.clone(), move || read(&path)).await?;
            Ok(read.sessions.get(name).cloned())
        })
    }

    fn save<'a>(
        &'a self,
        lock: &'a StoreLock,
        name: &'a str,
        session: Option<Secret>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let (path, name, lock) = (self.path.clone(), name.to_owned(), lock.clone());
        Box::pin(blocking(&self.path, move || {
            let mut contents = read(&path)?;
            match session {
                Some(session) => contents.sessions.insert(name, session),
                None => contents.sessions.remove(&name),
            };
            let written = write(&path, &contents);
            // The caller may be gone by now; the lock must outlive the write all the same.
            drop(lock);
            written
        }))
    }
}

/// Locks a file, which is made if it is not there, against everyone else who does so.
pub(super) async fn lock_file(lock: PathBuf) -> Result<StoreLock, Error> {
    let file = {
        let lock = lock.clone();
        blocking(&lock.clone(), move || open_lock(&lock)).await?
    };
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(StoreLock::new(file)),
            Err(TryLockError::Error(error)) => {
                return Err(failed("could not be locked", &lock, error));
            }
            Err(TryLockError::WouldBlock) if started.elapsed() > LONGEST_LOCK => {
                let what = format!(
                    "another process has held {} for {LONGEST_LOCK:?}",
                    lock.display()
                );
                return Err(
                    Error::new(ErrorKind::Store, what).with_advice("end the process that hangs")
                );
            }
            // Waiting in the kernel would block a thread that cannot be called back.
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_POLL).await,
        }
    }
}

/// Runs file work where it may block. It runs to its end even if nobody waits for it any more.
fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> impl Future<Output = Result<T, Error>> + Send + 'static {
    let path = path.to_owned();
    let work = tokio::task::spawn_blocking(work);
    async move {
        work.await.unwrap_or_else(|_| {
            let what = format!(
                "work on {} was given up, for the runtime has ended",
                path.display()
            );
            Err(Error::new(ErrorKind::Store, what))
        })
    }
}

fn read(path: &Path) -> Result<Contents, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
        Err(error) => return Err(failed("could not be opened", path, error)),
    };
    let metadata = file.metadata();
    let metadata = metadata.map_err(|error| failed("could not be looked at", path, error))?;
    if metadata.len() > MAX_BYTES {
        return Err(not_ours(path, "it is too large"));
    }
    private(path, &metadata)?;
    let mut text = Zeroizing::new(Vec::with_capacity(metadata.len() as usize));
    let mut file = file.take(MAX_BYTES);
    let read = file.read_to_end(&mut text);
    read.map_err(|error| failed("could not be read", path, error))?;
    serde_json::from_slice(&text).map_err(|problem| {
        // Only where: the message could show what is there.
        let (line, column) = (problem.line(), problem.column());
        not_ours(
            path,
            &format!("it is not the JSON that it should be at line {line} column {column}"),
        )
    })
}

fn not_ours(path: &Path, why: &str) -> Error {
    let what = format!("{} does not hold sessions: {why}", path.display());
    Error::new(ErrorKind::Store, what)
        .with_advice("name another file, or remove it and sign in again")
}

/// Refuses a file that others can use, or that another user could change at any time because it is theirs.
#[cfg(unix)]
fn private(path: &Path, metadata: &fs::Metadata) -> Result<(), Error> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    if !metadata.is_file() {
        return Err(not_ours(path, "it is not a regular file"));
    }
    let (owner, user) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner != user {
        let what = format!(
            "{} belongs to the user with id {owner}, and this program runs as {user}",
            path.display()
        );
        return Err(Error::new(ErrorKind::Store, what)
            .with_advice("run as its owner, or name a file of this user's"));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let what = format!(
        "others can use {}, which holds sessions (mode {mode:o})",
        path.display()
    );
    Err(Error::new(ErrorKind::Store, what).with_advice(
        "take it as known to others: remove it and sign in again, or set its mode to 600",
    ))
}

#[cfg(not(unix))]
fn private(_: &Path, _: &fs::Metadata) -> Result<(), Error> {
    Ok(())
}

fn write(path: &Path, contents: &Contents) -> Result<(), Error> {
    let text = serde_json::to_vec(contents).map(Zeroizing::new);
    let text = text.map_err(|error| failed("could not be written", path, error))?;
    let put = || {
        let folder = folder(path);
        make_folder(folder)?;
        let prefix = unfinished_prefix(path);
        remove_unfinished(folder, &prefix);
        // Made with mode 0600 on Unix, and removed again if anything fails.
        let mut file = tempfile::Builder::new()
            .prefix(&prefix)
            .rand_bytes(UNFINISHED_RANDOM)
            .suffix(UNFINISHED_SUFFIX)
            .tempfile_in(folder)?;
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|failure| failure.error)?;
        sync_folder(folder)
    };
    put().map_err(|error: io::Error| failed("could not be written", path, error))
}

/// How the names of unfinished files begin: `.NAME.`, then [`UNFINISHED_RANDOM`] letters and digits, then
/// [`UNFINISHED_SUFFIX`].
fn unfinished_prefix(path: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name
}

/// Removes what a process left that was killed while it wrote: it may hold a session. With the lock held, nobody else is
/// writing. What cannot be removed does no harm.
fn remove_unfinished(folder: &Path, prefix: &OsStr) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        if is_unfinished(&entry.file_name(), prefix)
            && entry.file_type().is_ok_and(|kind| kind.is_file())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a name is one that [`write`] makes for this store and for no other: a store `a` must not touch what belongs to
/// `a.b`, whose unfinished files begin with `.a.` as well.
fn is_unfinished(name: &OsStr, prefix: &OsStr) -> bool {
    let middle = name
        .as_encoded_bytes()
        .strip_prefix(prefix.as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(UNFINISHED_SUFFIX.as_bytes()));
    middle.is_some_and(|middle| {
        middle.len() == UNFINISHED_RANDOM && middle.iter().all(u8::is_ascii_alphanumeric)
    })
}

/// A rename is on the disk when the folder is (fsync(2)).
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn open_lock(lock: &Path) -> Result<File, Error> {
    make_folder(folder(lock)).map_err(|error| failed("could not be made", folder(lock), error))?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(lock);
    opened.map_err(|error| failed("could not be opened", lock, error))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn failed(
    how: &str,
    path: &Path,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::new(ErrorKind::Store, format!("{} {how}", path.display())).with_source(error)
}
