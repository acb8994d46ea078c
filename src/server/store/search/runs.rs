//! Runs by filter and order, over the narrow tables and their covering indexes.
//!
//! Two ways, chosen by counting up to [`FEW`] in the indexes:
//!
//! - a comparison that few runs pass drives: those runs are looked up and sorted;
//! - else the first sort key drives: its index is walked in order, each run is probed for the other
//!   comparisons, and the walk ends when the page is full. NaN and missing values are stages of their
//!   own after the walk, because one ORDER BY over all three would cost the index.
//!
//! Only comparisons that must hold drive or bound a walk. Below an OR or a NOT they are probes of each run.

use super::{
    View, regex,
    sql::{Sql, json},
};
use crate::store::{StoreError, keys, metrics::rid_of};
use data::{
    query::{Comparison, DatasetField, Expr, Field, OrderKey, Ordering, RunAttribute, Test},
    run::RunId,
};
use rusqlite::{Connection, params_from_iter};

/// A comparison that fewer runs pass drives the search.
const FEW: i64 = 1_000;

/// Which runs, in which order, and which window of them.
#[derive(Debug, Clone)]
pub struct RunQuery {
    /// The experiments to look in; none finds nothing.
    pub eids: Vec<i64>,
    /// What the runs must be like.
    pub filter: Expr<RunAttribute>,
    /// Sort keys, the first weighs most; none for newest first. Ties go by start, newest first, then
    /// by run id. Missing values come last, NaN just before them, whatever the direction.
    pub order: Vec<OrderKey<RunAttribute>>,
    /// Which lifecycle stages.
    pub view: View,
    /// How many to skip.
    pub offset: u64,
    /// How many to answer at most.
    pub limit: u64,
}

/// The numbers of the runs that `query` asks for, in its order.
pub fn search_runs(db: &Connection, query: &RunQuery) -> Result<Vec<i64>, StoreError> {
    search_with(db, query, FEW)
}

/// As [`search_runs`], with another idea of how many are few.
pub(super) fn search_with(db: &Connection, query: &RunQuery, few: i64) -> Result<Vec<i64>, StoreError> {
    let Some(plan) = Plan::new(db, query, few)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut skip = query.offset;
    for stage in plan.stages() {
        let wanted = query.limit - found.len() as u64;
        if wanted == 0 {
            break;
        }
        let rids = stage.rids(db, wanted, skip)?;
        if skip > 0 {
            skip = if rids.is_empty() { skip.saturating_sub(stage.count(db)?) } else { 0 };
        }
        found.extend(rids);
    }
    Ok(found)
}

/// How many runs `query` asks for, whatever its window.
pub fn count_runs(db: &Connection, query: &RunQuery) -> Result<u64, StoreError> {
    match Plan::new(db, query, FEW)? {
        None => Ok(0),
        Some(plan) => plan.stage(&[]).count(db),
    }
}

/// The narrow tables, which are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Metric,
    Param,
    Tag,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Table::Metric => "latest_metric",
            Table::Param => "param",
            Table::Tag => "tag",
        }
    }

    fn index(self) -> &'static str {
        match self {
            Table::Metric => "latest_metric_by_value",
            Table::Param => "param_by_value",
            Table::Tag => "tag_by_value",
        }
    }
}

/// What a run must be like, with names of keys looked up.
#[derive(Debug, Clone)]
enum Condition {
    /// A row of a narrow table passes the test.
    Narrow(Table, i64, Test),
    /// Something of the run itself.
    Own(Sql),
}

/// A sort key with names of keys looked up.
#[derive(Debug, Clone, Copy)]
enum Key {
    Narrow { table: Table, kid: i64, descending: bool },
    Own { column: &'static str, nullable: bool, descending: bool },
}

/// A search that can find something.
struct Plan<'a> {
    query: &'a RunQuery,
    conditions: Vec<Condition>,
    keys: Vec<Key>,
    /// Gives the `rid`s that pass the comparison which few pass.
    driver: Option<Sql>,
}

impl<'a> Plan<'a> {
    /// `None` if nothing can be found.
    fn new(db: &Connection, query: &'a RunQuery, few: i64) -> Result<Option<Plan<'a>>, StoreError> {
        if query.eids.is_empty() {
            return Ok(None);
        }
        let mut conditions = Vec::new();
        let summary = |field: &Field<RunAttribute>| matches!(field, Field::Summary(..));
        if query.filter.comparisons().iter().any(|comparison| summary(&comparison.field))
            || query.order.iter().any(|key| summary(&key.field))
        {
            return Err(StoreError::Invalid("summaries of metrics cannot be searched here".to_owned()));
        }
        for comparison in query.filter.comparisons() {
            if let Test::Matches(pattern) = &comparison.test {
                regex::compiled(pattern)?;
            }
        }
        for conjunct in query.filter.conjuncts() {
            let Expr::Compare(Comparison { field, test }) = conjunct else {
                conditions.push(Condition::Own(probe(db, conjunct)?));
                continue;
            };
            let Some((table, name)) = narrow(field) else {
                conditions.push(Condition::Own(own_condition(field, test)));
                continue;
            };
            match keys::of_name(db, name)? {
                Some(kid) => conditions.push(Condition::Narrow(table, kid, test.clone())),
                // Nothing has such a key.
                None if *test == Test::Present(false) => {}
                None => return Ok(None),
            }
        }
        let mut plan = Plan { query, conditions, keys: sort_keys(db, &query.order)?, driver: None };
        plan.driver = plan.choose_driver(db, few)?;
        Ok(Some(plan))
    }

    /// The comparison that the fewest runs pass, if they are few.
    fn choose_driver(&self, db: &Connection, few: i64) -> Result<Option<Sql>, StoreError> {
        let (mut fewest, mut driver) = (few, None);
        for candidate in self.candidates() {
            let mut counter = Sql::new("SELECT count(*) FROM (");
            counter.append(&candidate).with(" LIMIT ?)", fewest);
            let mut statement = db.prepare_cached(&counter.text)?;
            let count: i64 = statement.query_row(params_from_iter(&counter.values), |row| row.get(0))?;
            if count < fewest {
                (fewest, driver) = (count, Some(candidate));
            }
        }
        Ok(driver)
    }

    /// For each comparison that an index answers, the rids that pass it.
    fn candidates(&self) -> Vec<Sql> {
        let narrow = self.conditions.iter().filter_map(|condition| {
            let Condition::Narrow(table, kid, test) = condition else { return None };
            let indexed = match test {
                Test::Text(equal, _) => *equal,
                Test::Number(ordering, _) => *ordering != Ordering::NotEqual,
                Test::In(wanted, _) => *wanted,
                Test::Present(present) => *present,
                Test::Whole(..) | Test::Like { .. } | Test::Matches(_) => false,
            };
            let mut sql = Sql::new(&format!("SELECT rid FROM {} WHERE ", table.name()));
            self.in_experiments(&mut sql, "eid");
            sql.with(" AND kid = ? AND ", *kid).test("value", test);
            indexed.then_some(sql)
        });
        let own = self.query.filter.conjuncts().into_iter().filter_map(|conjunct| match conjunct {
            Expr::Compare(comparison) => self.own_candidate(comparison),
            Expr::All(_) | Expr::Any(_) | Expr::Not(_) => None,
        });
        narrow.chain(own).collect()
    }

    fn own_candidate(&self, Comparison { field, test }: &Comparison<RunAttribute>) -> Option<Sql> {
        match (field, test) {
            (Field::Attribute(RunAttribute::RunName), Test::Text(true, name)) => {
                let mut sql = Sql::new("SELECT rid FROM run WHERE ");
                self.in_experiments(&mut sql, "eid");
                sql.with(" AND name = ?", name.clone());
                Some(sql)
            }
            (Field::Attribute(RunAttribute::RunId), Test::Text(true, id)) => Some(among(std::slice::from_ref(id))),
            (Field::Attribute(RunAttribute::RunId), Test::In(true, ids)) => Some(among(ids)),
            _ => None,
        }
    }

    fn in_experiments(&self, sql: &mut Sql, column: &str) {
        match self.query.eids[..] {
            [eid] => sql.with(&format!("{column} = ?"), eid),
            ref eids => sql.with(&format!("{column} IN (SELECT value FROM json_each(?))"), json(eids)),
        };
    }

    /// The conditions on the run `r`: its experiment, its stage, the filter.
    fn wanted(&self) -> Sql {
        let mut sql = Sql::default();
        self.in_experiments(&mut sql, "r.eid");
        sql.push(" AND ").push(&self.query.view.condition("r.deleted"));
        for condition in &self.conditions {
            sql.push(" AND ");
            match condition {
                Condition::Own(own) => sql.append(own),
                Condition::Narrow(table, kid, test) => narrow_probe(&mut sql, *table, *kid, test),
            };
        }
        sql
    }

    /// What to ask one after the other to get all in order.
    fn stages(&self) -> Vec<Stage> {
        match (&self.keys[..], &self.query.eids[..], &self.driver) {
            ([Key::Narrow { table, kid, descending }, rest @ ..], [eid], None) => {
                let walked = Walked { table: *table, kid: *kid, eid: *eid };
                let mut stages = vec![self.with_value(walked, *descending, rest)];
                if *table == Table::Metric {
                    stages.push(self.with_nan(walked, rest));
                }
                stages.push(self.without_value(walked, rest));
                stages
            }
            (keys, ..) => vec![self.stage(keys)],
        }
    }

    /// All that are wanted, sorted by `keys`.
    fn stage(&self, keys: &[Key]) -> Stage {
        let mut body = Sql::default();
        match &self.driver {
            Some(driver) => body.push("(").append(driver).push(") d CROSS JOIN run r ON r.rid = d.rid"),
            None => body.push("run r"),
        };
        let order = order_by(&mut body, keys);
        body.push(" WHERE ").append(&self.wanted());
        Stage { body, order }
    }

    /// Those with a value of the walked key, in the order of its index.
    fn with_value(&self, walked: Walked, descending: bool, rest: &[Key]) -> Stage {
        let mut body = walked.rows();
        let mut order = Sql::new(if descending { "k.value DESC, " } else { "k.value, " });
        order.append(&order_by(&mut body, rest));
        walked.condition(&mut body);
        body.push(" AND k.value IS NOT NULL AND ");
        // The same comparison on the walked rows lets the index skip what cannot pass.
        for condition in &self.conditions {
            if let Condition::Narrow(table, kid, test @ (Test::Number(..) | Test::Text(..))) = condition
                && (*table, *kid) == (walked.table, walked.kid)
            {
                body.test("k.value", test).push(" AND ");
            }
        }
        body.append(&self.wanted());
        Stage { body, order }
    }

    /// Those whose value is NaN.
    fn with_nan(&self, walked: Walked, rest: &[Key]) -> Stage {
        let mut body = walked.rows();
        let order = order_by(&mut body, rest);
        walked.condition(&mut body);
        body.push(" AND k.value IS NULL AND ").append(&self.wanted());
        Stage { body, order }
    }

    /// Those that have no such key.
    fn without_value(&self, walked: Walked, rest: &[Key]) -> Stage {
        let mut body = Sql::new("run r");
        let order = order_by(&mut body, rest);
        let row = format!("SELECT 1 FROM {} k WHERE k.rid = r.rid AND k.kid = ?", walked.table.name());
        body.with(&format!(" WHERE NOT EXISTS ({row}) AND "), walked.kid).append(&self.wanted());
        Stage { body, order }
    }
}

/// Adds whether the run `r` has a row that passes the test.
fn narrow_probe<'a>(sql: &'a mut Sql, table: Table, kid: i64, test: &Test) -> &'a mut Sql {
    let row = format!("EXISTS (SELECT 1 FROM {} v WHERE v.rid = r.rid AND v.kid = ?", table.name());
    match test {
        Test::Present(false) => sql.push("NOT ").with(&row, kid),
        test => sql.with(&row, kid).push(" AND ").test("v.value", test),
    };
    sql.push(")")
}

/// Whether the run `r` passes `expr`: true or false, never NULL, so that NOT means the opposite.
fn probe(db: &Connection, expr: &Expr<RunAttribute>) -> Result<Sql, StoreError> {
    let mut sql = Sql::default();
    match expr {
        Expr::All(parts) => sql = joined(db, parts, " AND ", "TRUE")?,
        Expr::Any(parts) => sql = joined(db, parts, " OR ", "FALSE")?,
        Expr::Not(inner) => drop(sql.push("NOT ").append(&probe(db, inner)?)),
        Expr::Compare(Comparison { field, test }) => match narrow(field) {
            None => drop(sql.push("((").append(&own_condition(field, test)).push(") IS TRUE)")),
            Some((table, name)) => match keys::of_name(db, name)? {
                Some(kid) => drop(narrow_probe(&mut sql, table, kid, test)),
                None => drop(sql.push(if *test == Test::Present(false) { "TRUE" } else { "FALSE" })),
            },
        },
    }
    Ok(sql)
}

fn joined(db: &Connection, parts: &[Expr<RunAttribute>], word: &str, of_none: &str) -> Result<Sql, StoreError> {
    let mut sql = Sql::new("(");
    for (at, part) in parts.iter().enumerate() {
        sql.push(if at > 0 { word } else { "" }).append(&probe(db, part)?);
    }
    sql.push(if parts.is_empty() { of_none } else { "" }).push(")");
    Ok(sql)
}

/// The part of an index that is walked in order.
#[derive(Clone, Copy)]
struct Walked {
    table: Table,
    kid: i64,
    eid: i64,
}

impl Walked {
    /// The walked rows as `k`, each with its run `r`.
    fn rows(self) -> Sql {
        let (name, index) = (self.table.name(), self.table.index());
        Sql::new(&format!("{name} k INDEXED BY {index} CROSS JOIN run r ON r.rid = k.rid"))
    }

    fn condition(self, sql: &mut Sql) {
        sql.with(" WHERE k.eid = ?", self.eid).with(" AND k.kid = ?", self.kid);
    }
}

/// The runs of these ids, as a driver.
fn among(ids: &[String]) -> Sql {
    let rids: Vec<i64> = ids.iter().filter_map(|id| id.parse::<RunId>().ok()).map(rid_of).collect();
    let mut sql = Sql::default();
    sql.with("SELECT DISTINCT value AS rid FROM json_each(?)", json(&rids));
    sql
}

/// Adds to `body` the joins that the sort keys need, and gives the terms of ORDER BY.
fn order_by(body: &mut Sql, keys: &[Key]) -> Sql {
    let direction = |descending: bool| if descending { " DESC, " } else { ", " };
    let mut order = Sql::default();
    for (at, key) in keys.iter().enumerate() {
        match *key {
            Key::Narrow { table, kid, descending } => {
                let join = format!(" LEFT JOIN {} o{at} ON o{at}.rid = r.rid AND o{at}.kid = ?", table.name());
                body.with(&join, kid);
                order.push(&format!("o{at}.rid IS NULL, o{at}.value IS NULL, o{at}.value{}", direction(descending)));
            }
            Key::Own { column, nullable, descending } => {
                if nullable {
                    order.push(&format!("{column} IS NULL, "));
                }
                order.push(column).push(direction(descending));
            }
        }
    }
    order.push("r.started DESC, r.uuid");
    order
}

/// One question of a search.
struct Stage {
    /// What follows FROM.
    body: Sql,
    /// What follows ORDER BY.
    order: Sql,
}

impl Stage {
    fn rids(&self, db: &Connection, limit: u64, offset: u64) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new("SELECT r.rid FROM ");
        sql.append(&self.body).push(" ORDER BY ").append(&self.order);
        sql.with(" LIMIT ?", i64::try_from(limit).unwrap_or(i64::MAX));
        sql.with(" OFFSET ?", i64::try_from(offset).unwrap_or(i64::MAX));
        let mut statement = db.prepare_cached(&sql.text)?;
        let rids = statement.query_map(params_from_iter(&sql.values), |row| row.get(0))?;
        Ok(rids.collect::<Result<_, _>>()?)
    }

    fn count(&self, db: &Connection) -> Result<u64, StoreError> {
        let mut sql = Sql::new("SELECT count(*) FROM ");
        sql.append(&self.body);
        let mut statement = db.prepare_cached(&sql.text)?;
        let count: i64 = statement.query_row(params_from_iter(&sql.values), |row| row.get(0))?;
        Ok(count as u64)
    }
}

/// The narrow table and the key's name, if `field` lies in one.
fn narrow(field: &Field<RunAttribute>) -> Option<(Table, &str)> {
    match field {
        Field::Metric(name) => Some((Table::Metric, name)),
        Field::Param(name) => Some((Table::Param, name)),
        Field::Tag(name) => Some((Table::Tag, name)),
        Field::Summary(..) | Field::Dataset(_) | Field::Attribute(_) => None,
    }
}

fn own_condition(field: &Field<RunAttribute>, test: &Test) -> Sql {
    let mut sql = Sql::default();
    match field {
        Field::Attribute(attribute) => sql.test(column(*attribute).0, test),
        Field::Dataset(DatasetField::Context) => sql
            .push("EXISTS (SELECT 1 FROM run_dataset u, json_each(u.tags) t WHERE u.rid = r.rid")
            .push(" AND t.value ->> 'key' = 'mlflow.data.context' AND ")
            .test("t.value ->> 'value'", test)
            .push(")"),
        Field::Dataset(dataset @ (DatasetField::Name | DatasetField::Digest)) => sql
            .push("EXISTS (SELECT 1 FROM run_dataset u JOIN dataset d ON d.did = u.did WHERE u.rid = r.rid AND ")
            .test(if *dataset == DatasetField::Name { "d.name" } else { "d.digest" }, test)
            .push(")"),
        Field::Summary(..) => unreachable!("refused before"),
        Field::Metric(_) | Field::Param(_) | Field::Tag(_) => unreachable!("these lie in narrow tables"),
    };
    sql
}

/// The sort keys that say something: a key that no run has leaves the order as it is.
fn sort_keys(db: &Connection, order: &[OrderKey<RunAttribute>]) -> Result<Vec<Key>, StoreError> {
    let mut found = Vec::new();
    for OrderKey { field, descending } in order {
        let descending = *descending;
        if let Some((table, name)) = narrow(field) {
            found.extend(keys::of_name(db, name)?.map(|kid| Key::Narrow { table, kid, descending }));
        } else if let Field::Attribute(attribute) = field {
            let (column, nullable) = column(*attribute);
            found.push(Key::Own { column, nullable, descending });
        }
    }
    Ok(found)
}

/// The column of an attribute, and whether it may be missing.
fn column(attribute: RunAttribute) -> (&'static str, bool) {
    match attribute {
        RunAttribute::RunId => ("r.uuid", false),
        RunAttribute::RunName => ("r.name", false),
        RunAttribute::UserId => ("r.user", false),
        RunAttribute::Status => ("r.status", false),
        RunAttribute::ArtifactUri => ("r.artifact_uri", false),
        RunAttribute::StartTime => ("r.started", false),
        RunAttribute::EndTime => ("r.ended", true),
        RunAttribute::Duration => ("(r.ended - r.started)", true),
    }
}
