//! Which columns the runs of a workspace have, and which of them the table shows.

use super::{Workspace, runs::RunList};
use data::{
    column::{Attribute, Column},
    run::RunRow,
};
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

/// All columns of `rows`: attributes, params, metrics, and the tags that people set, in order of kind and name.
pub fn columns_of<'a>(rows: impl Iterator<Item = &'a RunRow>) -> BTreeSet<Column> {
    let (mut params, mut metrics, mut tags) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut summaries = BTreeSet::new();
    for row in rows {
        summaries.extend(row.summaries.keys());
        params.extend(row.params.keys());
        metrics.extend(row.metrics.keys());
        // MLflow keeps its own books in tags; they are no labels.
        tags.extend(row.tags.keys().filter(|name| !name.starts_with("mlflow.")));
    }
    let attributes = Attribute::ALL.into_iter().map(Column::Attribute);
    let params = params.into_iter().cloned().map(Column::Param);
    let metrics = metrics.into_iter().cloned().map(Column::Metric);
    let tags = tags.into_iter().cloned().map(Column::Tag);
    attributes.chain(params).chain(metrics).chain(summaries.into_iter().cloned()).chain(tags).collect()
}

impl Workspace {
    /// All columns that the loaded runs have.
    pub fn columns(&self) -> Memo<Arc<BTreeSet<Column>>> {
        let list = self.runs.pictured;
        Memo::new(move |_| list.with(|list| list.columns().clone()))
    }

    /// The columns that the table shows beside the name, in order: those that are pinned come first.
    pub fn table_columns(&self) -> Memo<Arc<Vec<Column>>> {
        let all = self.columns();
        let table =
            self.view(|view| (view.table.columns.clone(), view.table.only_differing, view.table.pinned.clone()));
        let runs = self.runs;
        Memo::new(move |before: Option<&Arc<Vec<Column>>>| {
            // Columns that came and went with each part of a page would move what is read.
            if let Some(before) = before
                && runs.list.with(RunList::coming) > 0
            {
                return before.clone();
            }
            let (chosen, only_differing, pinned) = table.get();
            let name = Column::Attribute(Attribute::Name);
            let mut columns = if chosen.is_empty() { all.get().iter().cloned().collect() } else { chosen };
            columns.retain(|column| *column != name);
            columns.sort_by_key(|column| !pinned.contains(column));
            if only_differing {
                let places = runs.matching.get();
                let list = runs.list.get();
                let rows = || places.iter().filter_map(|&at| Some(&**list.row(at)?));
                columns.retain(|column| column.differs(rows()));
            }
            Arc::new(columns)
        })
    }
}

impl Workspace {
    /// Changes the columns that the table shows; an untouched table begins with all of them. Changes of one `topic`
    /// in quick succession are undone as one.
    pub fn change_columns(&self, topic: &'static str, change: impl FnOnce(&mut Vec<Column>)) {
        let all = self.runs.list.with_untracked(|list| list.columns().clone());
        self.change(topic, |view| {
            if view.table.columns.is_empty() {
                let name = Column::Attribute(Attribute::Name);
                view.table.columns = all.iter().filter(|column| **column != name).cloned().collect();
            }
            change(&mut view.table.columns);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::run::{RunId, RunStatus, RunsPage};
    use std::collections::BTreeMap;

    fn row(id: u128, params: &[(&str, &str)]) -> RunRow {
        RunRow {
            run_id: RunId(id),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Finished,
            end_millis: Some(5),
            params: params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            tags: BTreeMap::from([("team".into(), "a".into()), ("mlflow.user".into(), "b".into())]),
            ..RunRow::default()
        }
    }

    #[test]
    fn columns_come_in_order_of_kind_and_leave_the_books_out() {
        let runs = vec![row(1, &[("z", "1")]), row(2, &[("a", "1")])];
        let list = RunList::of_page(RunsPage { total: 2, runs, cut: None }, Default::default());
        let names: Vec<_> = list.columns().iter().skip(Attribute::ALL.len()).map(Column::to_string).collect();
        assert_eq!(names, ["params.a", "params.z", "tags.team"]);
    }
}
