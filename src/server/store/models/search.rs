//! Finding logged models, registered models and versions by filter and order.

use super::{
    logged::{self, LoggedModel},
    registry::{self, Model},
    versions::{self, Version},
};
use crate::store::{
    StoreError,
    search::sql::{Sql, json},
};
use data::query::{Comparison, Expr, Field, LoggedModelAttribute, ModelAttribute, OrderKey, Test, VersionAttribute};
use rusqlite::{Connection, Row, params_from_iter};

/// The tag that makes a registered model a prompt. Prompts are told only to those who ask for them.
const PROMPT_TAG: &str = "mlflow.prompt.is_prompt";

/// Which window of what is found.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// How many to skip.
    pub offset: u64,
    /// How many to answer at most.
    pub limit: u64,
}

fn found<T>(
    db: &Connection,
    mut sql: Sql,
    window: Window,
    of_row: fn(&Row) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    sql.with(" LIMIT ?", i64::try_from(window.limit).unwrap_or(i64::MAX));
    sql.with(" OFFSET ?", i64::try_from(window.offset).unwrap_or(i64::MAX));
    let mut statement = db.prepare_cached(&sql.text)?;
    let rows = statement.query_map(params_from_iter(&sql.values), of_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn direction(descending: bool) -> &'static str {
    if descending { " DESC, " } else { ", " }
}

/// What a filter asks about prompts: to leave them out, or to see only them; `None` if it is another
/// comparison. A model without the tag is no prompt.
fn prompts_wanted<A>(comparison: &Comparison<A>) -> Option<bool> {
    match (&comparison.field, &comparison.test) {
        (Field::Tag(key), Test::Text(equal, value)) if key == PROMPT_TAG => {
            Some(*equal == value.eq_ignore_ascii_case("true"))
        }
        _ => None,
    }
}

/// The registered models that pass `filter`, by `order` and then by name.
pub fn models(
    db: &Connection,
    filter: &Expr<ModelAttribute>,
    order: &[OrderKey<ModelAttribute>],
    window: Window,
) -> Result<Vec<Model>, StoreError> {
    let mut sql = Sql::new("SELECT m.name FROM model m WHERE ");
    let comparisons = filter.comparisons();
    let prompts = comparisons.iter().find_map(|comparison| prompts_wanted(comparison)).unwrap_or(false);
    prompt_condition(&mut sql, "SELECT 1 FROM model_tag t WHERE t.name = m.name", prompts);
    for comparison in comparisons.iter().filter(|comparison| prompts_wanted(comparison).is_none()) {
        sql.push(" AND ");
        match &comparison.field {
            Field::Attribute(attribute) => drop(sql.test(model_column(*attribute), &comparison.test)),
            field => tag_condition(&mut sql, "model_tag t WHERE t.name = m.name", field, &comparison.test),
        }
    }
    sql.push(" ORDER BY ");
    for key in order {
        if let Field::Attribute(attribute) = &key.field {
            sql.push(model_column(*attribute)).push(direction(key.descending));
        }
    }
    sql.push("m.name");
    let names: Vec<String> = found(db, sql, window, |row| row.get(0))?;
    names.iter().map(|name| registry::get(db, name)).collect()
}

fn model_column(attribute: ModelAttribute) -> &'static str {
    match attribute {
        ModelAttribute::Name => "m.name",
        ModelAttribute::LastUpdated => "m.updated",
    }
}

fn prompt_condition(sql: &mut Sql, tags: &str, prompts: bool) {
    sql.push(if prompts { "" } else { "NOT " });
    sql.with(&format!("EXISTS ({tags} AND t.key = ? AND t.value = 'true' COLLATE NOCASE)"), PROMPT_TAG.to_owned());
}

/// A comparison with a tag; `rows` says where the tags of the subject lie.
fn tag_condition<A>(sql: &mut Sql, rows: &str, field: &Field<A>, test: &Test) {
    match field {
        Field::Tag(key) => {
            sql.with(&format!("EXISTS (SELECT 1 FROM {rows} AND t.key = ? AND "), key.clone());
            sql.test("t.value", test).push(")");
        }
        // The parser knows no such fields here.
        Field::Metric(_) | Field::Summary(..) | Field::Param(_) | Field::Dataset(_) | Field::Attribute(_) => {
            sql.push("FALSE");
        }
    }
}

/// The versions that pass `filter`, by `order`; without one, those that changed last come first.
pub fn versions(
    db: &Connection,
    filter: &Expr<VersionAttribute>,
    order: &[OrderKey<VersionAttribute>],
    window: Window,
) -> Result<Vec<Version>, StoreError> {
    let mut sql = Sql::new(&format!("SELECT {} FROM model_version v WHERE ", versions::COLUMNS));
    let comparisons = filter.comparisons();
    let prompts = comparisons.iter().find_map(|comparison| prompts_wanted(comparison)).unwrap_or(false);
    let tags = "SELECT 1 FROM model_version_tag t WHERE t.name = v.name AND t.version = v.version";
    prompt_condition(&mut sql, tags, prompts);
    for comparison in comparisons.iter().filter(|comparison| prompts_wanted(comparison).is_none()) {
        sql.push(" AND ");
        let rows = "model_version_tag t WHERE t.name = v.name AND t.version = v.version";
        match &comparison.field {
            Field::Attribute(attribute) => drop(sql.test(version_column(*attribute), &comparison.test)),
            field => tag_condition(&mut sql, rows, field, &comparison.test),
        }
    }
    sql.push(" ORDER BY ");
    for key in order {
        if let Field::Attribute(attribute) = &key.field {
            sql.push(version_column(*attribute)).push(direction(key.descending));
        }
    }
    sql.push(if order.is_empty() { "updated DESC, name, version DESC" } else { "name, version DESC" });
    let found = found(db, sql, window, versions::of_row)?;
    found.into_iter().map(|version| versions::complete(db, version)).collect()
}

fn version_column(attribute: VersionAttribute) -> &'static str {
    match attribute {
        VersionAttribute::Name => "name",
        VersionAttribute::VersionNumber => "version",
        VersionAttribute::RunId => "run",
        VersionAttribute::SourcePath => "source",
        VersionAttribute::Created => "created",
        VersionAttribute::LastUpdated => "updated",
    }
}

/// Which logged models, in which order, and which window of them.
#[derive(Debug, Clone)]
pub struct LoggedModelQuery {
    /// The experiments to look in.
    pub eids: Vec<i64>,
    /// What the models must be like.
    pub filter: Expr<LoggedModelAttribute>,
    /// Datasets, by name and digest, that the metrics in the filter were measured on; none for any.
    pub datasets: Vec<DatasetFilter>,
    /// Sort keys, the first weighs most; newest first after them. Missing values come last.
    pub order: Vec<LoggedModelOrder>,
    /// Which window.
    pub window: Window,
}

/// A dataset that a metric was measured on.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct DatasetFilter {
    /// Its name.
    pub name: String,
    /// Its digest; any if not given.
    pub digest: Option<String>,
}

/// A sort key of a search for logged models.
#[derive(Debug, Clone)]
pub struct LoggedModelOrder {
    /// What is looked at.
    pub key: OrderKey<LoggedModelAttribute>,
    /// For a metric: measured on this dataset.
    pub dataset: Option<DatasetFilter>,
}

/// The logged models that `query` asks for, those in the trash left out.
pub fn logged_models(db: &Connection, query: &LoggedModelQuery) -> Result<Vec<LoggedModel>, StoreError> {
    let mut sql = Sql::new(&format!("SELECT {} FROM logged_model l WHERE deleted = 0", logged::COLUMNS));
    sql.with(" AND eid IN (SELECT value FROM json_each(?))", json(&query.eids));
    let comparisons = query.filter.comparisons();
    for comparison in &comparisons {
        sql.push(" AND ");
        logged_condition(&mut sql, comparison, &query.datasets);
    }
    let measured = comparisons.iter().any(|comparison| matches!(comparison.field, Field::Metric(_)));
    if !measured && !query.datasets.is_empty() {
        sql.push(" AND EXISTS (SELECT 1 FROM logged_model_metric k WHERE k.mid = l.mid");
        on_datasets(&mut sql, &query.datasets);
        sql.push(")");
    }
    sql.push(" ORDER BY ");
    for order in &query.order {
        logged_order(&mut sql, order);
    }
    sql.push("created DESC, uuid");
    let found = found(db, sql, query.window, logged::of_row)?;
    found.into_iter().map(|model| logged::complete(db, model)).collect()
}

fn on_datasets(sql: &mut Sql, datasets: &[DatasetFilter]) {
    if datasets.is_empty() {
        return;
    }
    sql.push(" AND (FALSE");
    for dataset in datasets {
        sql.with(" OR (k.dataset_name = ?", dataset.name.clone());
        if let Some(digest) = &dataset.digest {
            sql.with(" AND k.dataset_digest = ?", digest.clone());
        }
        sql.push(")");
    }
    sql.push(")");
}

fn logged_condition(sql: &mut Sql, comparison: &Comparison<LoggedModelAttribute>, datasets: &[DatasetFilter]) {
    let test = &comparison.test;
    match &comparison.field {
        Field::Attribute(attribute) => drop(sql.test(logged_column(*attribute), test)),
        Field::Metric(key) => {
            sql.with("EXISTS (SELECT 1 FROM logged_model_metric k WHERE k.mid = l.mid AND k.key = ?", key.clone());
            on_datasets(sql, datasets);
            sql.push(" AND ").test("k.value", test).push(")");
        }
        Field::Param(key) => {
            sql.with("EXISTS (SELECT 1 FROM logged_model_param p WHERE p.mid = l.mid AND p.key = ? AND ", key.clone());
            sql.test("p.value", test).push(")");
        }
        field => tag_condition(sql, "logged_model_tag t WHERE t.mid = l.mid", field, test),
    }
}

fn logged_order(sql: &mut Sql, LoggedModelOrder { key, dataset }: &LoggedModelOrder) {
    match &key.field {
        Field::Attribute(attribute) => {
            sql.push(logged_column(*attribute)).push(direction(key.descending));
        }
        Field::Metric(name) => {
            let mut value = Sql::new("(SELECT k.value FROM logged_model_metric k WHERE k.mid = l.mid");
            value.with(" AND k.key = ?", name.clone());
            on_datasets(&mut value, dataset.as_slice());
            value.push(" ORDER BY k.time DESC, k.step DESC, k.run LIMIT 1)");
            sql.append(&value).push(" IS NULL, ").append(&value).push(direction(key.descending));
        }
        // Nothing else can be ordered by.
        Field::Summary(..) | Field::Param(_) | Field::Tag(_) | Field::Dataset(_) => {}
    }
}

fn logged_column(attribute: LoggedModelAttribute) -> &'static str {
    match attribute {
        LoggedModelAttribute::Name => "name",
        LoggedModelAttribute::ModelId => "uuid",
        LoggedModelAttribute::ExperimentId => "CAST(eid AS TEXT)",
        LoggedModelAttribute::SourceRunId => "source_run",
        LoggedModelAttribute::ModelType => "model_type",
        LoggedModelAttribute::Status => "CASE status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'FAILED' END",
        LoggedModelAttribute::ArtifactUri => "artifact_uri",
        LoggedModelAttribute::Created => "created",
        LoggedModelAttribute::LastUpdated => "updated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::query::parse_filter;

    #[test]
    fn prompts_are_asked_for_by_their_tag_alone() {
        for (filter, wanted) in [
            ("tag.`mlflow.prompt.is_prompt` != 'true'", Some(false)),
            ("tag.`mlflow.prompt.is_prompt` = 'true'", Some(true)),
            ("tag.`mlflow.prompt.is_prompt` = 'false'", Some(false)),
            ("tag.other = 'true'", None),
            ("name = 'true'", None),
        ] {
            let expr = parse_filter::<ModelAttribute>(filter).unwrap();
            assert_eq!(prompts_wanted(expr.comparisons()[0]), wanted, "{filter}");
        }
    }
}
