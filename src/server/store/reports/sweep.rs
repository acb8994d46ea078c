//! Pictures and frozen data that no report, version, comment or set-aside draft refers to any more are deleted.
//!
//! Not at once: an editor that is open may still take a change back. What is found unneeded is noted with the time,
//! and deleted when it is still unneeded some days later.

use crate::store::{Store, StoreError, WriteTx, clock::now_millis};
use rusqlite::{Connection, params};
use std::collections::{BTreeSet, HashSet};

/// How long bytes stay that nothing refers to.
const KEPT_MILLIS: i64 = 3 * 24 * 3_600_000;
/// How many files are deleted in one change, so that other changes wait for no more than a few hundred megabytes.
const AT_A_TIME: usize = 8;
/// How far the clock may go back while texts are read.
const SLACK_MILLIS: i64 = 3_600_000;

/// Everything that can refer to a file, written at or after a time.
const TEXTS: [&str; 4] = [
    "SELECT document FROM report WHERE updated >= ?",
    "SELECT document FROM report_version WHERE millis >= ?",
    "SELECT document FROM report_aside WHERE millis >= ?",
    "SELECT text FROM report_comment WHERE millis >= ?",
];

impl Store {
    /// Deletes the files of reports that nothing has referred to for some days, and those of `at_once` that nothing
    /// refers to now. Gives how many were deleted.
    pub async fn sweep_report_files(&self, at_once: BTreeSet<String>) -> Result<usize, StoreError> {
        self.sweep_report_files_at(now_millis(), at_once).await
    }

    async fn sweep_report_files_at(&self, now: i64, at_once: BTreeSet<String>) -> Result<usize, StoreError> {
        // Reading every report takes a while, so it is done beside the writer; what is written meanwhile is looked at again.
        let began = now_millis() - SLACK_MILLIS;
        let orphans = self.read(orphans).await?;
        let known: bool = self
            .read(|db| Ok(db.query_row("SELECT EXISTS (SELECT 1 FROM report_orphan)", [], |row| row.get(0))?))
            .await?;
        if orphans.is_empty() && !known {
            return Ok(0);
        }
        let before = now - KEPT_MILLIS;
        let mut expired = self.write(move |tx| note(tx, orphans, began, now, before, &at_once)).await?;
        let count = expired.len();
        while !expired.is_empty() {
            let some = expired.split_off(expired.len().saturating_sub(AT_A_TIME));
            self.write(move |tx| delete(tx, &some, began)).await?;
        }
        Ok(count)
    }
}

/// The files that nothing refers to.
fn orphans(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut query = db.prepare_cached("SELECT hash FROM report_frozen UNION SELECT hash FROM report_image")?;
    let files: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if files.is_empty() {
        return Ok(files);
    }
    let referred = referred(db, i64::MIN)?;
    Ok(files.into_iter().filter(|hash| !referred.contains(hash)).collect())
}

/// The hashes in all texts written at or after `since`.
fn referred(db: &Connection, since: i64) -> Result<HashSet<String>, StoreError> {
    let mut found = HashSet::new();
    for texts in TEXTS {
        let mut query = db.prepare_cached(texts)?;
        let mut rows = query.query([since])?;
        while let Some(row) = rows.next()? {
            found.extend(hashes_in(row.get_ref(0)?.as_str().unwrap_or_default()).map(str::to_owned));
        }
    }
    Ok(found)
}

/// Notes which files nothing refers to, forgets those that something refers to again, and gives those that have been
/// noted since `before`, or that should go at once.
fn note(
    tx: &mut WriteTx,
    mut orphans: Vec<String>,
    began: i64,
    now: i64,
    before: i64,
    at_once: &BTreeSet<String>,
) -> Result<Vec<String>, StoreError> {
    let meanwhile = referred(tx.db, began)?;
    orphans.retain(|hash| !meanwhile.contains(hash));
    let mut query = tx.db.prepare_cached("SELECT hash, since FROM report_orphan")?;
    let noted: Vec<(String, i64)> =
        query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let now_orphans: HashSet<&str> = orphans.iter().map(String::as_str).collect();
    for (hash, _) in noted.iter().filter(|(hash, _)| !now_orphans.contains(hash.as_str())) {
        tx.db.prepare_cached("DELETE FROM report_orphan WHERE hash = ?")?.execute([hash])?;
    }
    for hash in &orphans {
        tx.db
            .prepare_cached("INSERT INTO report_orphan (hash, since) VALUES (?, ?) ON CONFLICT DO NOTHING")?
            .execute(params![hash, now])?;
    }
    let expired: HashSet<&str> =
        noted.iter().filter(|(_, since)| *since <= before).map(|(hash, _)| hash.as_str()).collect();
    let goes = |hash: &String| expired.contains(hash.as_str()) || at_once.contains(hash);
    Ok(orphans.iter().filter(|hash| goes(hash)).cloned().collect())
}

/// Deletes files that are still noted and that nothing written since `began` refers to.
fn delete(tx: &mut WriteTx, hashes: &[String], began: i64) -> Result<(), StoreError> {
    let meanwhile = referred(tx.db, began)?;
    for hash in hashes.iter().filter(|hash| !meanwhile.contains(*hash)) {
        // Whoever kept the same bytes anew meanwhile took the note away.
        let noted = tx.db.prepare_cached("DELETE FROM report_orphan WHERE hash = ?")?.execute([hash])?;
        if noted > 0 {
            tx.db.prepare_cached("DELETE FROM report_frozen WHERE hash = ?")?.execute([hash])?;
            tx.db.prepare_cached("DELETE FROM report_image WHERE hash = ?")?.execute([hash])?;
        }
    }
    Ok(())
}

/// Everything in `text` that could be the hash of a file.
pub(super) fn hashes_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_hexdigit()).filter(|part| data::report::is_hash(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::reports::{self, comments, files, trash};
    use data::report::{
        Block, Content, Document,
        answers::NewComment,
        grid::{Frozen, PanelGrid},
    };

    const DAY: i64 = 24 * 3_600_000;

    fn grid(hash: &str) -> Document {
        let grid = PanelGrid { frozen: Some(Frozen { hash: hash.into(), millis: 1 }), ..PanelGrid::default() };
        Document { blocks: vec![Block { id: "g".into(), content: Content::Panels(grid) }], ..Document::default() }
    }

    fn plain(text: &str) -> Document {
        Document { blocks: vec![Block { id: "g".into(), content: Content::paragraph(text) }], ..Document::default() }
    }

    struct World {
        store: Store,
        hash: String,
        _dir: tempfile::TempDir,
    }

    impl World {
        async fn start() -> World {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path()).unwrap();
            let (hash, _) = store.write(|tx| files::keep_frozen(tx, b"frozen")).await.unwrap();
            World { store, hash, _dir: dir }
        }

        async fn sweep(&self, days: i64) -> usize {
            self.store.sweep_report_files_at(now_millis() + days * DAY, BTreeSet::new()).await.unwrap()
        }

        async fn holds(&self) -> bool {
            let hash = self.hash.clone();
            self.store.read(move |db| files::frozen(db, &hash)).await.is_ok()
        }

        async fn write<T: Send + 'static>(
            &self,
            change: impl FnOnce(&mut WriteTx, &str) -> Result<T, StoreError> + Send + 'static,
        ) -> T {
            let hash = self.hash.clone();
            self.store.write(move |tx| change(tx, &hash)).await.unwrap()
        }
    }

    type Change = fn(&mut WriteTx, &str) -> Result<(), StoreError>;

    #[tokio::test]
    async fn what_anything_refers_to_stays_and_the_rest_goes_after_days() {
        let refers: [(&str, Change, bool); 7] = [
            ("nothing", |_, _| Ok(()), false),
            ("a draft", |tx, hash| reports::create(tx, "r", &grid(hash)).map(drop), true),
            (
                "a version of another draft",
                |tx, hash| {
                    reports::create(tx, "r", &grid(hash))?;
                    reports::publish(tx, "r", 1, "")?;
                    reports::save(tx, "r", 1, &plain("live again")).map(drop)
                },
                true,
            ),
            (
                "a draft that was set aside",
                |tx, hash| {
                    reports::create(tx, "r", &plain("a"))?;
                    reports::save(tx, "r", 7, &grid(hash)).map(drop)
                },
                true,
            ),
            (
                "a picture's address in a comment",
                |tx, hash| {
                    reports::create(tx, "r", &plain("a"))?;
                    let text = format!("![x](/api/reports/images/{hash})");
                    comments::add(tx, "r", &NewComment { text, ..NewComment::default() }).map(drop)
                },
                true,
            ),
            (
                "a report in the trash",
                |tx, hash| {
                    reports::create(tx, "r", &grid(hash))?;
                    trash::set_removed(tx, "r", true).map(drop)
                },
                true,
            ),
            ("only a part of it", |tx, hash| reports::create(tx, "r", &plain(&hash[..63])).map(drop), false),
        ];
        for (name, refer, stays) in refers {
            let world = World::start().await;
            world.write(refer).await;
            assert_eq!(world.sweep(0).await, 0, "{name}: nothing goes at once");
            assert_eq!(world.sweep(2).await, 0, "{name}: nor after two days");
            assert!(world.holds().await, "{name}");
            assert_eq!(world.sweep(4).await, usize::from(!stays), "{name}");
            assert_eq!(world.holds().await, stays, "{name}");
        }
    }

    #[tokio::test]
    async fn a_change_that_is_taken_back_brings_its_data_back() {
        let world = World::start().await;
        world.write(|tx, hash| reports::create(tx, "r", &grid(hash)).map(drop)).await;
        world.write(|tx, _| reports::save(tx, "r", 1, &plain("")).map(drop)).await;
        world.sweep(0).await;
        world.write(|tx, hash| reports::save(tx, "r", 2, &grid(hash)).map(drop)).await;
        assert_eq!((world.sweep(4).await, world.holds().await), (0, true), "it is referred to again");
        world.write(|tx, _| reports::save(tx, "r", 3, &plain("")).map(drop)).await;
        assert_eq!((world.sweep(5).await, world.holds().await), (0, true), "and has its days again");
        world.write(|tx, _| files::keep_frozen(tx, b"frozen").map(drop)).await;
        assert_eq!((world.sweep(9).await, world.holds().await), (0, true), "so has what is frozen anew");
        assert_eq!((world.sweep(13).await, world.holds().await), (1, false));
    }

    #[tokio::test]
    async fn what_is_deleted_for_good_takes_its_data_along_but_not_that_of_others() {
        let world = World::start().await;
        world.write(|tx, hash| reports::create(tx, "r", &grid(hash)).map(drop)).await;
        world.write(|tx, hash| reports::create(tx, "s", &grid(hash)).map(drop)).await;
        let kept = world.store.write(|tx| trash::purge(tx, "r")).await;
        assert!(matches!(kept, Err(StoreError::Conflict(_))), "what is not in the trash stays: {kept:?}");
        for (report, deleted) in [("r", 0), ("s", 1)] {
            let hashes = world
                .write(move |tx, _| {
                    trash::set_removed(tx, report, true)?;
                    trash::purge(tx, report)
                })
                .await;
            assert_eq!(hashes.len(), 1);
            assert_eq!(world.store.sweep_report_files(hashes).await.unwrap(), deleted, "{report}");
        }
        assert!(!world.holds().await);
    }
}
