//! Frames: what one panel needs to be drawn at one width.
//!
//! - [`run_set`]: which runs a panel shows, and which of them have the metric
//! - [`plan`]: how many buckets, and what each keeps
//! - [`thinned`]: one series, thinned
//! - [`computed`]: what is drawn otherwise than it was logged
//!
//! A frame is made in one snapshot: the heads of all its series are taken, then each thread that helps
//! opens a transaction, reads what the chunks say of themselves, and with the plan made from that
//! decodes and thins its share of the series.

mod computed;
mod plan;
mod run_set;
#[cfg(test)]
mod tests;
mod thinned;

use super::{
    Store, StoreError,
    metrics::{Axis, Group, Head, Series},
};
use data::{
    expression::Expression,
    frame::{Frame, FrameRequest, FrameSeries, XAxis},
};
use plan::Plan;
use run_set::Member;
use rusqlite::Connection;

/// Fewer points than this are not worth a second thread.
const WORTH_THREADS: u64 = 60_000;
/// More threads than this do not help one frame.
const MOST_THREADS: usize = 4;

impl Store {
    /// The frame that `request` asks for, in one snapshot, no older than the call.
    ///
    /// Refuses what cannot be answered: a width outside `1..=10,000`, an empty range, a filter or an expression
    /// that cannot be read, an unknown experiment or run, more series, groups or points than one frame may hold.
    pub async fn frame(&self, request: FrameRequest) -> Result<Frame, StoreError> {
        plan::check(&request)?;
        let store = self.clone();
        if !request.grows() {
            // These hold all raw points in memory, so only few are made at a time.
            let leave = self.inner.computing.clone().acquire_owned().await.map_err(|_| StoreError::Stopped)?;
            return self
                .read_unlocked(move |db| {
                    let _leave = leave;
                    computed::frame(&store, db, &request)
                })
                .await;
        }
        self.read_unlocked(move |db| frame(&store, db, &request)).await
    }

    /// The version at which something last changed in what `request` asks about.
    pub fn version_for(&self, request: &FrameRequest) -> u64 {
        if request.baseline.is_some() || !request.expression.is_empty() && names_other_runs(&request.expression) {
            return self.version();
        }
        let eids: Option<Vec<i64>> = request.run_set.experiments.iter().map(|id| id.parse().ok()).collect();
        match eids {
            Some(eids) if !eids.is_empty() => eids.iter().map(|&eid| self.version_of(eid)).max().unwrap_or(0),
            _ => self.version(),
        }
    }
}

/// Whether an expression is calculated from runs that may be of any experiment.
fn names_other_runs(expression: &str) -> bool {
    Expression::parse(expression).is_ok_and(|expression| expression.needs().other_runs())
}

/// A run of the frame, its series, and the groups of that along x.
struct Loaded {
    member: Member,
    axis: Axis,
    series: Series,
    groups: Vec<Group>,
}

fn frame(store: &Store, db: &Connection, request: &FrameRequest) -> Result<Frame, StoreError> {
    let version = store.version();
    let runs = run_set::resolve(store, db, &request.run_set, &request.metric)?;
    let Some(kid) = runs.kid else {
        let plan = plan::plan(request, &[])?;
        return Ok(frame_of(request, version, runs.total, plan, Vec::new()));
    };
    let members: Vec<(Member, Head)> =
        runs.members.into_iter().map(|member| (member, store.heads().of_series(member.rid, kid))).collect();
    let points = run_set::points_about(db, &members, kid)?;
    let shares = shares(members, points);

    let (plan, mut series) = in_snapshots(store, request, kid, shares)?;
    series.sort_unstable_by_key(|series| series.run_id);
    Ok(frame_of(request, version, runs.total, plan, series))
}

fn frame_of(request: &FrameRequest, version: u64, runs: u64, plan: Plan, series: Vec<FrameSeries>) -> Frame {
    let Plan { buckets, keep } = plan;
    Frame { version, runs, x: request.x, x_unit: 1.0, buckets, keep, series, groups: Vec::new() }
}

/// Parts `members` among as many threads as their `points` are worth, dealt out one by one.
fn shares<T>(members: Vec<T>, points: u64) -> Vec<Vec<T>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if points < WORTH_THREADS { 1 } else { cores.min(MOST_THREADS).min(members.len()).max(1) };
    let mut shares: Vec<Vec<_>> = (0..threads).map(|_| Vec::new()).collect();
    for (at, member) in members.into_iter().enumerate() {
        shares[at % threads].push(member);
    }
    shares
}

/// Loads, plans and thins with one thread a share, each in a snapshot of its own.
fn in_snapshots(
    store: &Store,
    request: &FrameRequest,
    kid: i64,
    shares: Vec<Vec<(Member, Head)>>,
) -> Result<(Plan, Vec<FrameSeries>), StoreError> {
    let loaded = in_parallel(shares, |share| {
        let db = store.snapshot()?;
        let load = |(member, head): (Member, Head)| {
            let axis = axis_of(request.x, &member);
            let series = Series::load(&db, member.rid, kid, head)?;
            let groups = series.groups(axis);
            Ok(Loaded { member, axis, series, groups })
        };
        let loaded = share.into_iter().map(load).collect::<Result<Vec<_>, StoreError>>()?;
        Ok((db, loaded))
    })?;
    let groups: Vec<&[Group]> = loaded.iter().flat_map(|(_, share)| share).map(|one| &one.groups[..]).collect();
    let plan = plan::plan(request, &groups)?;
    let series = in_parallel(loaded, |(db, share)| {
        let thin = |one: &Loaded| thinned::thinned(&db, one, request, &plan).transpose();
        share.iter().filter_map(thin).collect::<Result<Vec<_>, StoreError>>()
    })?;
    Ok((plan, series.into_iter().flatten().collect()))
}

fn axis_of(x: XAxis, run: &Member) -> Axis {
    match x {
        XAxis::Step => Axis::Step,
        XAxis::WallTime => Axis::Time { origin: 0 },
        XAxis::RelativeTime | XAxis::ActiveTime | XAxis::Metric => Axis::Time { origin: run.start_millis },
    }
}

/// Runs `work` on each of `parts`, each but the first on a thread of its own.
fn in_parallel<P: Send, T: Send>(
    mut parts: Vec<P>,
    work: impl Fn(P) -> Result<T, StoreError> + Sync,
) -> Result<Vec<T>, StoreError> {
    let others = parts.split_off(1.min(parts.len()));
    std::thread::scope(|scope| {
        let helpers: Vec<_> = others.into_iter().map(|part| scope.spawn(|| work(part))).collect();
        let mut done = parts.into_iter().map(&work).collect::<Result<Vec<_>, _>>()?;
        for helper in helpers {
            done.push(helper.join().map_err(|_| StoreError::Bug)??);
        }
        Ok(done)
    })
}
