//! What is calculated, and from which series of which runs.

use crate::store::{StoreError, keys, metrics::rid_of};
use data::{
    expression::{Expression, Needs, Whose},
    frame::{FrameRequest, RunSet, XAxis},
    run::RunId,
    series::number_of_text,
};
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::collections::BTreeMap;

/// How many digits of an id name a run, at least.
const LEAST_DIGITS: usize = 4;

/// What a frame is calculated from.
pub(super) struct Question {
    /// What is calculated for each run.
    pub expression: Expression,
    /// What that needs.
    pub needs: Needs,
    /// The metric that a run must have to be drawn, the first of its own.
    pub lead: String,
    /// The metric along x, if one lies there.
    pub x_metric: Option<String>,
    /// The numbers of all metrics that there are.
    pub kids: BTreeMap<String, i64>,
    /// The numbers of the other runs.
    pub others: BTreeMap<Whose, i64>,
}

impl Question {
    /// Reads `request`, and finds what it names.
    pub(super) fn of(db: &Connection, request: &FrameRequest) -> Result<Question, StoreError> {
        let expression = match request.expression.as_str() {
            "" => Expression::metric(&request.metric),
            text => Expression::parse(text).map_err(|error| StoreError::Invalid(format!("`expression`: {error}")))?,
        };
        let needs = expression.needs();
        let own = |(whose, name): &(Whose, String)| (*whose == Whose::Own).then(|| name.clone());
        let lead = needs.metrics.iter().find_map(own).expect("an expression has a metric of the run");
        let x_metric = (request.x == XAxis::Metric).then(|| request.x_metric.clone());
        let mut kids = BTreeMap::new();
        for name in needs.metrics.iter().map(|(_, name)| name).chain(&x_metric) {
            if let Some(kid) = keys::of_name(db, name)? {
                kids.insert(name.clone(), kid);
            }
        }
        let mut others = BTreeMap::new();
        for (whose, _) in needs.metrics.iter().chain(&needs.params) {
            if let Some(rid) = other_run(db, whose, request)? {
                others.insert(whose.clone(), rid);
            }
        }
        Ok(Question { expression, needs, lead, x_metric, kids, others })
    }

    /// Whether every metric of the run is one that somebody has logged: else no run can have a line.
    pub(super) fn has_answer(&self) -> bool {
        let own = self.needs.metrics.iter().filter(|(whose, _)| *whose == Whose::Own).map(|(_, name)| name);
        own.chain(&self.x_metric).all(|name| self.kids.contains_key(name))
    }

    /// The metrics that are read of every run: names and numbers.
    pub(super) fn own_metrics(&self) -> Vec<(&str, i64)> {
        let own = self.needs.metrics.iter().filter(|(whose, _)| *whose == Whose::Own).map(|(_, name)| name);
        let mut names: Vec<&String> = own.chain(&self.x_metric).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter_map(|name| Some((name.as_str(), *self.kids.get(name)?))).collect()
    }

    /// The metrics that are read of other runs: whose they are, their names, and both numbers.
    pub(super) fn other_metrics(&self) -> Result<Vec<(&Whose, &str, i64, i64)>, StoreError> {
        let mut found = Vec::new();
        for (whose, name) in &self.needs.metrics {
            let Some(&rid) = self.others.get(whose) else { continue };
            let Some(&kid) = self.kids.get(name) else { return Err(missing(whose, "metric", name)) };
            found.push((whose, name.as_str(), rid, kid));
        }
        Ok(found)
    }
}

/// Says that another run lacks what the expression needs.
pub(super) fn missing(whose: &Whose, kind: &str, name: &str) -> StoreError {
    let run = match whose {
        Whose::Own => "the run".to_owned(),
        Whose::Baseline => "the baseline".to_owned(),
        Whose::Named(name) => format!("the run {name:?}"),
    };
    StoreError::Invalid(format!("{run} has no {kind} {name:?}, which the expression needs"))
}

/// A param of a run, if it has one of that name that writes a number.
pub(super) fn param(db: &Connection, rid: i64, name: &str) -> Result<Option<f64>, StoreError> {
    let mut query =
        db.prepare_cached("SELECT p.value FROM param p JOIN key k ON k.kid = p.kid WHERE p.rid = ? AND k.name = ?")?;
    let text: Option<String> = query.query_row((rid, name), |row| row.get(0)).optional()?;
    Ok(text.as_deref().and_then(number_of_text))
}

/// The number of the run that `whose` means, if it is another than the one drawn.
fn other_run(db: &Connection, whose: &Whose, request: &FrameRequest) -> Result<Option<i64>, StoreError> {
    match whose {
        Whose::Own => Ok(None),
        Whose::Baseline => {
            let none = "the expression asks for a baseline, and no run was chosen to be it";
            let id = request.baseline.ok_or_else(|| StoreError::Invalid(none.to_owned()))?;
            run_of_id(db, id)?.map(Some).ok_or_else(|| StoreError::NotFound(format!("there is no run {id}")))
        }
        Whose::Named(name) => named_run(db, name, &request.run_set).map(Some),
    }
}

fn run_of_id(db: &Connection, id: RunId) -> Result<Option<i64>, StoreError> {
    let mut find = db.prepare_cached("SELECT rid FROM run WHERE rid = ? AND uuid = ?")?;
    Ok(find.query_row((rid_of(id), id.to_string()), |row| row.get(0)).optional()?)
}

/// The run that is called so in the experiments of `set`, or else the one whose id begins so.
fn named_run(db: &Connection, name: &str, set: &RunSet) -> Result<i64, StoreError> {
    let refuse = |why: String| Err(StoreError::Invalid(why));
    match &called(db, name, set)?[..] {
        [] => {}
        [rid] => return Ok(*rid),
        _ => return refuse(format!("several runs are called {name:?}: name one by its id")),
    }
    match &of_prefix(db, name)?[..] {
        [rid] => Ok(*rid),
        [] => refuse(format!("no run is called {name:?} in these experiments, and no run's id begins so")),
        _ => refuse(format!("the ids of several runs begin with {name:?}: write more of it")),
    }
}

/// The runs with this name outside the trash, two at most.
fn called(db: &Connection, name: &str, set: &RunSet) -> Result<Vec<i64>, StoreError> {
    let eids: Vec<i64> = set.experiments.iter().filter_map(|id| id.parse().ok()).collect();
    let among = match eids.is_empty() {
        true => String::new(),
        false => format!(" AND eid IN ({})", vec!["?"; eids.len()].join(", ")),
    };
    let mut find = db.prepare(&format!("SELECT rid FROM run WHERE name = ? AND deleted = 0{among} LIMIT 2"))?;
    let eids = eids.into_iter().map(rusqlite::types::Value::from);
    let values = std::iter::once(rusqlite::types::Value::from(name.to_owned())).chain(eids);
    let rids = find.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(rids.collect::<Result<_, _>>()?)
}

/// The runs whose id begins with these digits, two at most.
fn of_prefix(db: &Connection, digits: &str) -> Result<Vec<i64>, StoreError> {
    let digits = digits.to_ascii_lowercase();
    if !(LEAST_DIGITS..=32).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Vec::new());
    }
    let rid_at = |digit: &str| {
        let id = format!("{digits}{}", digit.repeat(32 - digits.len()));
        id.parse().map(rid_of).expect("32 hexadecimal digits")
    };
    let mut find = db.prepare_cached("SELECT rid FROM run WHERE rid BETWEEN ? AND ? AND uuid LIKE ? LIMIT 2")?;
    let rids = find.query_map((rid_at("0"), rid_at("f"), format!("{digits}%")), |row| row.get(0))?;
    Ok(rids.collect::<Result<_, _>>()?)
}
