//! Files that runs log: kept in one folder tree, written whole or not at all.
//!
//! - [`path`]: paths that cannot lead out of the folder
//!
//! A file arrives in a folder beside the tree and moves to its place once all of it is on the disk, so
//! nobody ever reads half of one. A bucket will be another way to do what [`Artifacts`] offers; the
//! crate `object_store` was left for that day, because its local files cannot hold every name that
//! clients use (it writes some characters as `%23`), nor tell a folder from nothing.

mod path;

pub use path::{ArtifactPath, BadPath};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::{
    io::{Error, ErrorKind},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use tokio::{fs, io::AsyncWriteExt};

/// The folder tree of all artifacts.
#[derive(Debug, Clone)]
pub struct Artifacts {
    root: PathBuf,
    arriving: PathBuf,
}

/// A file or a folder in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its own name.
    pub name: String,
    /// Its size in bytes; `None` for a folder.
    pub bytes: Option<u64>,
}

impl Artifacts {
    /// The tree in the folder `root`. Files arrive in the folder `arriving`, on the same file system.
    pub fn new(root: PathBuf, arriving: PathBuf) -> Artifacts {
        Artifacts { root, arriving }
    }

    /// The folder of the whole tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Removes what was still arriving when the server last stopped. Nothing may be arriving now.
    pub fn sweep(&self) -> Result<(), Error> {
        match std::fs::remove_dir_all(&self.arriving) {
            Err(error) if !is_nothing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes `body` to `path`, in place of what was there, and makes folders on the way.
    ///
    /// When this returns, the file is on the disk. If it fails or is dropped, nothing has changed. A
    /// path that names a folder, or leads through a file or a link, is [`ErrorKind::InvalidInput`].
    pub async fn put<E: std::fmt::Display>(
        &self,
        path: &ArtifactPath,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), Error> {
        let arriving = self.receive(body).await?;
        let place = self.root.join(path.as_str());
        let folder = place.parent().unwrap_or(&self.root).to_owned();
        make_folder(folder.clone()).await?;
        self.stays_inside(&folder).await?;
        if fs::symlink_metadata(&place).await.is_ok_and(|about| about.is_dir()) {
            return Err(Error::new(ErrorKind::InvalidInput, "a folder has this name"));
        }
        fs::rename(&arriving.0, &place).await?;
        fs::File::open(&folder).await?.sync_all().await
    }

    /// Writes `body` to a new file that is on the disk when this returns.
    async fn receive<E: std::fmt::Display>(
        &self,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Arriving, Error> {
        make_folder(self.arriving.clone()).await?;
        let arriving = Arriving(self.arriving.join(random_name()?));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = fs::OpenOptions::from(options).open(&arriving.0).await?;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| Error::new(ErrorKind::UnexpectedEof, error.to_string()))?;
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        file.sync_all().await?;
        Ok(arriving)
    }

    /// What lies in the folder `path`, by name; in the root of all if it is `None`. Nothing if there is
    /// no such folder.
    pub async fn list(&self, path: Option<&ArtifactPath>) -> Result<Vec<Entry>, Error> {
        let folder = self.place(path);
        let mut entries = match fs::read_dir(&folder).await {
            Ok(entries) => entries,
            Err(error) if is_nothing(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        self.stays_inside(&folder).await?;
        let mut found = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            // Links are not ours, and names that are not UTF-8 cannot be told.
            let (about, Ok(name)) = (entry.metadata().await?, entry.file_name().into_string()) else { continue };
            if !about.is_symlink() {
                found.push(Entry { name, bytes: about.is_file().then_some(about.len()) });
            }
        }
        found.sort();
        Ok(found)
    }

    /// Removes the file or the folder `path` with all in it. It may be gone already.
    pub async fn delete(&self, path: &ArtifactPath) -> Result<(), Error> {
        let place = self.place(Some(path));
        let about = match fs::symlink_metadata(&place).await {
            Ok(about) => about,
            Err(error) if is_nothing(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.stays_inside(place.parent().unwrap_or(&self.root)).await?;
        match about.is_dir() {
            true => fs::remove_dir_all(&place).await,
            false => fs::remove_file(&place).await,
        }
    }

    fn place(&self, path: Option<&ArtifactPath>) -> PathBuf {
        path.map_or_else(|| self.root.clone(), |path| self.root.join(path.as_str()))
    }

    /// Refuses a folder that a link leads out of the tree.
    async fn stays_inside(&self, folder: &Path) -> Result<(), Error> {
        let (root, folder) = (fs::canonicalize(&self.root).await?, fs::canonicalize(folder).await?);
        match folder.starts_with(root) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::InvalidInput, "a link leads out of the artifacts")),
        }
    }
}

/// Whether the error says that there is no such file or folder.
fn is_nothing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Makes a folder that only the server's own user can enter, and the folders above it.
async fn make_folder(folder: PathBuf) -> Result<(), Error> {
    let made = tokio::task::spawn_blocking(move || {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                Error::new(ErrorKind::InvalidInput, "a file stands where a folder is needed")
            }
            _ => error,
        })
    });
    made.await.unwrap_or_else(|error| Err(Error::other(error)))
}

fn random_name() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::other(error.to_string()))?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

/// A file that arrives: removed unless it moved to its place.
struct Arriving(PathBuf);

impl Drop for Arriving {
    fn drop(&mut self) {
        // Gone already if it moved; and nothing better can be done with what cannot be removed.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn tree() -> (tempfile::TempDir, Artifacts) {
        let dir = tempfile::tempdir().unwrap();
        let artifacts = Artifacts::new(dir.path().join("artifacts"), dir.path().join("arriving"));
        (dir, artifacts)
    }

    fn path(text: &str) -> ArtifactPath {
        ArtifactPath::parse(text).unwrap()
    }

    fn body(pieces: &'static [&'static str]) -> impl Stream<Item = Result<Bytes, Error>> + Unpin {
        stream::iter(pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))))
    }

    #[tokio::test]
    async fn files_are_written_listed_and_removed() {
        let (_dir, artifacts) = tree();
        artifacts.put(&path("0/r/ä b.txt"), body(&["one", "two"])).await.unwrap();
        artifacts.put(&path("0/r/ä b.txt"), body(&["three"])).await.unwrap();
        artifacts.put(&path("0/r/deep/er/x"), body(&[])).await.unwrap();
        assert_eq!(std::fs::read_to_string(artifacts.root().join("0/r/ä b.txt")).unwrap(), "three");
        let mode = |name: &str| artifacts.root().join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("0/r/ä b.txt"), mode("0/r/deep")), (0o600, 0o700));
        let entry = |name: &str, bytes| Entry { name: name.into(), bytes };
        let list = async |text: &str| artifacts.list(Some(&path(text))).await.unwrap();
        assert_eq!(list("0/r").await, [entry("deep", None), entry("ä b.txt", Some(5))]);
        assert_eq!(artifacts.list(None).await.unwrap(), [entry("0", None)]);
        assert_eq!(list("0/nothing").await, []);
        assert_eq!(list("0/r/ä b.txt").await, []);
        for wrong in ["0/r", "0/r/ä b.txt/below"] {
            let error = artifacts.put(&path(wrong), body(&["x"])).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{wrong}");
        }
        artifacts.delete(&path("0/r")).await.unwrap();
        artifacts.delete(&path("0/r")).await.unwrap();
        assert_eq!(list("0").await, []);
    }

    #[tokio::test]
    async fn a_file_that_breaks_off_leaves_nothing() {
        let (dir, artifacts) = tree();
        artifacts.put(&path("f"), body(&["whole"])).await.unwrap();
        let broken = stream::iter([Ok(Bytes::from_static(b"ha")), Err(Error::other("gone"))]);
        assert!(artifacts.put(&path("f"), broken).await.is_err());
        let endless = stream::pending::<Result<Bytes, Error>>();
        let waited = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(waited, artifacts.put(&path("g"), endless)).await.is_err());
        assert_eq!(std::fs::read_to_string(artifacts.root().join("f")).unwrap(), "whole");
        assert_eq!(std::fs::read_dir(dir.path().join("arriving")).unwrap().count(), 0);
        std::fs::write(dir.path().join("arriving/half"), "ha").unwrap();
        artifacts.sweep().unwrap();
        artifacts.sweep().unwrap();
        assert!(!dir.path().join("arriving").exists());
    }

    #[tokio::test]
    async fn links_lead_nowhere() {
        let (dir, artifacts) = tree();
        artifacts.put(&path("0/f"), body(&["x"])).await.unwrap();
        let outside = dir.path().join("outside");
        std::fs::create_dir(&outside).unwrap();
        std::fs::write(outside.join("secret"), "s").unwrap();
        symlink(&outside, artifacts.root().join("0/link")).unwrap();
        assert!(artifacts.put(&path("0/link/new"), body(&["x"])).await.is_err());
        assert!(artifacts.delete(&path("0/link/secret")).await.is_err());
        assert!(artifacts.list(Some(&path("0/link"))).await.is_err());
        assert_eq!(artifacts.list(Some(&path("0"))).await.unwrap().len(), 1, "the link is not told");
        assert!(outside.join("secret").exists() && !outside.join("new").exists());
    }
}
