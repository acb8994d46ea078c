//! The chunk table: what each chunk of a series says of itself, and its blobs.

use super::chunk::{self, ChunkMeta, Columns};
use crate::store::StoreError;
use rusqlite::{CachedStatement, Connection, Row, params};

/// A chunk, ready to be stored.
#[derive(Debug)]
pub(super) struct Encoded {
    pub meta: ChunkMeta,
    pub levels: Vec<u8>,
    pub points: Vec<u8>,
}

/// What the chunks of a series say of themselves, in arrival order.
pub(super) fn metas(db: &Connection, rid: i64, kid: i64) -> Result<Vec<ChunkMeta>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT no, n, rising, step_min, step_max, time_min, time_max, value_min, value_max, non_finite
         FROM chunk WHERE rid = ? AND kid = ? ORDER BY no",
    )?;
    let metas = query.query_map([rid, kid], meta_of_row)?;
    Ok(metas.collect::<Result<_, _>>()?)
}

fn meta_of_row(row: &Row) -> rusqlite::Result<ChunkMeta> {
    let rising: i64 = row.get(2)?;
    Ok(ChunkMeta {
        no: row.get(0)?,
        n: row.get::<_, i64>(1)? as usize,
        steps_rise: rising & 1 != 0,
        times_rise: rising & 2 != 0,
        step_min: row.get(3)?,
        step_max: row.get(4)?,
        time_min: row.get(5)?,
        time_max: row.get(6)?,
        value_min: row.get::<_, Option<f64>>(7)?.unwrap_or(f64::NAN),
        value_max: row.get::<_, Option<f64>>(8)?.unwrap_or(f64::NAN),
        non_finite: row.get::<_, i64>(9)? as u64,
    })
}

/// Stores `encoded` as a chunk of the series.
pub(super) fn insert(db: &Connection, rid: i64, kid: i64, encoded: &Encoded) -> Result<(), StoreError> {
    let Encoded { meta, levels, points } = encoded;
    let rising = i64::from(meta.steps_rise) | i64::from(meta.times_rise) << 1;
    db.prepare_cached(
        "INSERT INTO chunk (rid, kid, no, n, rising, step_min, step_max, time_min, time_max, value_min, value_max,
                            non_finite, levels, points)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        rid,
        kid,
        meta.no,
        meta.n as i64,
        rising,
        meta.step_min,
        meta.step_max,
        meta.time_min,
        meta.time_max,
        meta.value_min,
        meta.value_max,
        meta.non_finite as i64,
        levels,
        points
    ])?;
    Ok(())
}

/// Reads the blobs of chunks, one after the other.
pub(super) struct Blobs<'a> {
    points: CachedStatement<'a>,
    levels: CachedStatement<'a>,
}

impl<'a> Blobs<'a> {
    pub(super) fn new(db: &'a Connection) -> Result<Blobs<'a>, StoreError> {
        Ok(Blobs {
            points: db.prepare_cached("SELECT points FROM chunk WHERE rid = ? AND kid = ? AND no = ?")?,
            levels: db.prepare_cached("SELECT levels FROM chunk WHERE rid = ? AND kid = ? AND no = ?")?,
        })
    }

    /// All points of a chunk, with their times if asked for.
    pub(super) fn points(
        &mut self,
        (rid, kid): (i64, i64),
        meta: &ChunkMeta,
        with_times: bool,
    ) -> Result<Columns, StoreError> {
        let mut rows = self.points.query(params![rid, kid, meta.no])?;
        let row = rows.next()?.ok_or_else(gone)?;
        let blob = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        chunk::decode_points(blob, meta.n, with_times)
    }

    /// Level `level` of a chunk; `None` if it does not have that level.
    pub(super) fn level(
        &mut self,
        (rid, kid): (i64, i64),
        meta: &ChunkMeta,
        level: usize,
        with_times: bool,
    ) -> Result<Option<Columns>, StoreError> {
        let mut rows = self.levels.query(params![rid, kid, meta.no])?;
        let row = rows.next()?.ok_or_else(gone)?;
        let blob = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        chunk::decode_level(blob, level, with_times)
    }
}

fn gone() -> StoreError {
    StoreError::Damaged("a chunk of metric points is gone".to_owned())
}
