//! The series of each run, from their chunks and heads, and what comes of them.

use super::{
    MOST_POINTS, Member, in_parallel, is_time,
    place::{self, Placed},
    question::{Question, missing, param},
    shares,
};
use crate::store::{
    Store, StoreError,
    metrics::{Axis, Head, Reader, Series},
};
use data::{
    expression::{Source, Trace, Value, Whose},
    frame::{FrameRequest, XAxis},
    series::Points,
};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What other runs contribute.
#[derive(Default)]
struct Others {
    metrics: BTreeMap<(Whose, String), Trace>,
    params: BTreeMap<(Whose, String), f64>,
}

/// One run's series, by the name of the metric: what their pieces say of themselves.
struct Loaded {
    member: Member,
    series: BTreeMap<String, Series>,
}

/// Every run's values along x, of the members that have all that is needed.
pub(super) fn placed(
    store: &Store,
    request: &FrameRequest,
    question: &Question,
    members: Vec<Member>,
) -> Result<Vec<Placed>, StoreError> {
    let metrics = question.own_metrics();
    let heads_of = |rid: i64, kid: i64| store.heads().of_series(rid, kid);
    // The heads of all come first, and all snapshots after them.
    let with_heads: Vec<(Member, Vec<Head>)> = members
        .into_iter()
        .map(|member| (member, metrics.iter().map(|(_, kid)| heads_of(member.rid, *kid)).collect()))
        .collect();
    let others = question.other_metrics()?;
    let other_heads: Vec<Head> = others.iter().map(|(_, _, rid, kid)| heads_of(*rid, *kid)).collect();
    let db = store.snapshot()?;
    let mut of_others = Vec::with_capacity(others.len());
    for ((whose, name, rid, kid), head) in others.into_iter().zip(other_heads) {
        of_others.push((whose, name, Series::load(&db, rid, kid, head)?));
    }

    let loaded = in_parallel(shares(with_heads, u64::MAX), |share| {
        let db = store.snapshot()?;
        let load = |(member, heads): (Member, Vec<Head>)| {
            let mut series = BTreeMap::new();
            for ((name, kid), head) in metrics.iter().zip(heads) {
                let one = Series::load(&db, member.rid, *kid, head)?;
                if one.held() > 0 {
                    series.insert((*name).to_owned(), one);
                }
            }
            Ok(Loaded { member, series })
        };
        let loaded = share.into_iter().map(load).collect::<Result<Vec<_>, StoreError>>()?;
        Ok((db, loaded))
    })?;
    let own = loaded.iter().flat_map(|(_, share)| share).flat_map(|one| one.series.values());
    refuse_too_many(own.chain(of_others.iter().map(|(_, _, series)| series)).map(Series::held).sum())?;

    let others = of_other_runs(&db, question, of_others)?;
    let placed = in_parallel(loaded, |(db, share)| {
        let place = |one: Loaded| of_run(&db, request, question, &others, one).transpose();
        share.into_iter().filter_map(place).collect::<Result<Vec<_>, StoreError>>()
    })?;
    Ok(placed.into_iter().flatten().collect())
}

fn refuse_too_many(points: u64) -> Result<(), StoreError> {
    if points <= MOST_POINTS {
        return Ok(());
    }
    Err(StoreError::Invalid(format!(
        "this would be calculated from {points} points, and can be from {MOST_POINTS} at most: narrow the run set, or \
         draw the metric itself along steps or time without groups"
    )))
}

/// What other runs contribute: all that is asked of them, or an error.
fn of_other_runs(
    db: &Connection,
    question: &Question,
    series: Vec<(&Whose, &str, Series)>,
) -> Result<Others, StoreError> {
    let mut others = Others::default();
    for (whose, name, series) in series {
        if series.held() == 0 {
            return Err(missing(whose, "metric", name));
        }
        others.metrics.insert((whose.clone(), name.to_owned()), trace(db, &series, false)?);
    }
    for (whose, name) in &question.needs.params {
        let Some(&rid) = question.others.get(whose) else { continue };
        let value = param(db, rid, name)?.ok_or_else(|| missing(whose, "number as param", name))?;
        others.params.insert((whose.clone(), name.clone()), value);
    }
    Ok(others)
}

/// What comes of one run; `None` if it lacks something.
fn of_run(
    db: &Connection,
    request: &FrameRequest,
    question: &Question,
    others: &Others,
    run: Loaded,
) -> Result<Option<Placed>, StoreError> {
    if let (Some(metric), true) = (question.expression.plain_metric(), is_time(request.x)) {
        let Some(series) = run.series.get(metric) else { return Ok(None) };
        return along_time(db, series, request, run.member).map(Some);
    }
    let mut own = BTreeMap::new();
    for (name, series) in &run.series {
        own.insert(name.as_str(), trace(db, series, true)?);
    }
    let mut params = BTreeMap::new();
    for (whose, name) in &question.needs.params {
        if *whose == Whose::Own
            && let Some(value) = param(db, run.member.rid, name)?
        {
            params.insert(name.as_str(), value);
        }
    }
    let source = RunSource { own, params, others };
    let along_x = question.x_metric.as_deref().map(|name| source.own.get(name));
    let trace = match question.expression.evaluate(&source) {
        Some(Value::Trace(trace)) => trace.into_owned(),
        // One number for the whole run stands at every step of its first metric.
        Some(Value::Number(y)) => {
            let Some(lead) = source.own.get(question.lead.as_str()) else { return Ok(None) };
            Trace { values: vec![y; lead.len()], ..lead.clone() }
        }
        None => return Ok(None),
    };
    Ok(Some(match along_x {
        Some(x) => place::along_metric(trace, x, run.member),
        None => place::along(trace, request, run.member),
    }))
}

/// Every distinct point of a metric along time.
fn along_time(db: &Connection, series: &Series, request: &FrameRequest, member: Member) -> Result<Placed, StoreError> {
    let origin = if request.x == XAxis::WallTime { 0 } else { member.start_millis };
    let axis = Axis::Time { origin };
    let mut reader = Reader::new(db, series, axis)?;
    let mut all = Points::default();
    for group in series.groups(axis) {
        let points = reader.points(&group)?;
        all.x.extend(points.x);
        all.y.extend(points.y);
    }
    Ok(place::timed(all, request, member))
}

fn trace(db: &Connection, series: &Series, own: bool) -> Result<Trace, StoreError> {
    let mut reader = Reader::new(db, series, Axis::Step)?;
    let mut trace = Trace { own, ..Trace::default() };
    for group in series.groups(Axis::Step) {
        reader.append_to(&mut trace, &group)?;
    }
    Ok(trace)
}

/// All that an expression can ask of one run and the others.
struct RunSource<'a> {
    own: BTreeMap<&'a str, Trace>,
    params: BTreeMap<&'a str, f64>,
    others: &'a Others,
}

impl Source for RunSource<'_> {
    fn metric(&self, whose: &Whose, name: &str) -> Option<&Trace> {
        match whose {
            Whose::Own => self.own.get(name),
            Whose::Baseline | Whose::Named(_) => self.others.metrics.get(&(whose.clone(), name.to_owned())),
        }
    }

    fn param(&self, whose: &Whose, name: &str) -> Option<f64> {
        match whose {
            Whose::Own => self.params.get(name).copied(),
            Whose::Baseline | Whose::Named(_) => self.others.params.get(&(whose.clone(), name.to_owned())).copied(),
        }
    }
}
