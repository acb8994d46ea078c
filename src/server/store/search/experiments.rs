//! Experiments by filter and order.

use super::{View, sql::Sql};
use crate::store::{
    StoreError,
    experiments::{self, Experiment},
};
use data::query::{Comparison, ExperimentAttribute, Expr, Field, OrderKey, Test};
use rusqlite::{Connection, params_from_iter};

/// Which experiments, in which order, and which window of them.
#[derive(Debug, Clone)]
pub struct ExperimentQuery {
    /// What they must be like.
    pub filter: Expr<ExperimentAttribute>,
    /// Sort keys, the first weighs most; none for newest first.
    pub order: Vec<OrderKey<ExperimentAttribute>>,
    /// Which lifecycle stages.
    pub view: View,
    /// How many to skip.
    pub offset: u64,
    /// How many to answer at most.
    pub limit: u64,
}

/// The experiments that `query` asks for.
pub fn search_experiments(db: &Connection, query: &ExperimentQuery) -> Result<Vec<Experiment>, StoreError> {
    let mut sql = Sql::new(&format!("SELECT {} FROM experiment e WHERE ", experiments::COLUMNS));
    sql.push(&query.view.condition("deleted"));
    for comparison in query.filter.comparisons() {
        sql.push(" AND ");
        condition(&mut sql, comparison);
    }
    sql.push(" ORDER BY ");
    for key in &query.order {
        order_term(&mut sql, key);
        sql.push(", ");
    }
    sql.push(if query.order.is_empty() { "created DESC, eid ASC" } else { "eid DESC" });
    sql.with(" LIMIT ?", query.limit as i64).with(" OFFSET ?", query.offset as i64);
    let mut statement = db.prepare_cached(&sql.text)?;
    let found = statement.query_map(params_from_iter(&sql.values), experiments::of_row)?;
    found.map(|experiment| experiments::with_tags(db, experiment?)).collect()
}

fn condition(sql: &mut Sql, Comparison { field, test }: &Comparison<ExperimentAttribute>) {
    match field {
        Field::Attribute(ExperimentAttribute::ExperimentId) => sql.test("CAST(eid AS TEXT)", test),
        Field::Attribute(attribute) => sql.test(column(*attribute), test),
        Field::Tag(key) => {
            let tag = "EXISTS (SELECT 1 FROM experiment_tag t WHERE t.eid = e.eid AND t.key = ?";
            match test {
                Test::Present(false) => sql.push("NOT ").with(tag, key.clone()),
                test => sql.with(tag, key.clone()).push(" AND ").test("t.value", test),
            };
            sql.push(")")
        }
        // The parser knows no such fields of experiments.
        Field::Metric(_) | Field::Summary(..) | Field::Param(_) | Field::Dataset(_) => sql.push("FALSE"),
    };
}

fn order_term(sql: &mut Sql, key: &OrderKey<ExperimentAttribute>) {
    match &key.field {
        Field::Attribute(attribute) => sql.push(column(*attribute)),
        // The parser orders experiments by nothing else.
        Field::Metric(_) | Field::Summary(..) | Field::Param(_) | Field::Tag(_) | Field::Dataset(_) => sql.push("TRUE"),
    };
    sql.push(if key.descending { " DESC" } else { " ASC" });
}

fn column(attribute: ExperimentAttribute) -> &'static str {
    match attribute {
        ExperimentAttribute::Name => "name",
        ExperimentAttribute::ExperimentId => "eid",
        ExperimentAttribute::CreationTime => "created",
        ExperimentAttribute::LastUpdateTime => "updated",
    }
}
