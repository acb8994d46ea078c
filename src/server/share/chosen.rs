//! Which of a link's runs a reader asks for: found, ordered and grouped by nothing but what the link shows of them. So
//! no filter, order or group tells what is hidden, and a frozen link answers from what it keeps.

use super::shown::{NotNamed, Shown};
use crate::store::{
    StoreError,
    run_sets::{column_of, places},
};
use data::{
    brush::passes,
    column::{Attribute, Cell, Column},
    frame::RunSet,
    groups::{GroupOrder, GroupValue, GroupsPage, GroupsRequest, grouped, order as group_order},
    query::{Expr, Field, OrderKey, QueryError, RunAttribute, parse_query, parse_sort},
    run::{RunRow, RunsPage, RunsRequest},
    view::View,
};
use std::collections::HashSet;

/// How many runs or groups a window has if nobody says, and at most.
const WINDOW: u32 = 1_000;
const MOST: u32 = 10_000;
/// How many columns can group runs, and of how many the spread is told.
const MOST_BY: usize = 16;
const MOST_COLUMNS: usize = 1_000;

/// Why runs are not found.
#[derive(Debug, thiserror::Error)]
pub enum NotChosen {
    /// They are asked for by what the link does not show.
    #[error(transparent)]
    NotNamed(#[from] NotNamed),
    /// The question cannot be read.
    #[error(transparent)]
    Unread(#[from] StoreError),
}

impl From<QueryError> for NotChosen {
    fn from(error: QueryError) -> NotChosen {
        NotChosen::Unread(StoreError::Invalid(error.to_string()))
    }
}

impl Shown {
    /// A window of its runs, as they are called outside.
    pub fn runs_page(&self, asked: RunsRequest) -> Result<RunsPage, NotChosen> {
        // Each field is named, so that no new one goes through unseen.
        let RunsRequest { experiments, filter, within, brushes, trash, order_by, offset, limit, brief, columns: _ } =
            asked;
        let set = RunSet { experiments, filter, within, brushes, trash, runs: None };
        let found = self.found(&set, &order_by)?;
        let (total, offset) = (found.len() as u64, usize::try_from(offset).unwrap_or(usize::MAX));
        let mut runs: Vec<RunRow> = found.into_iter().skip(offset).take(window(limit)).cloned().collect();
        if brief {
            for row in &mut runs {
                row.params.clear();
                row.metrics.clear();
                row.summaries.clear();
                row.tags.clear();
            }
        }
        Ok(RunsPage { total, runs, cut: self.cut() })
    }

    /// The groups of its runs.
    pub fn groups_page(&self, asked: GroupsRequest) -> Result<GroupsPage, NotChosen> {
        let GroupsRequest { run_set, by, columns, order_by, offset, limit } = asked;
        let refuse = |why: String| Err(NotChosen::Unread(StoreError::Invalid(why)));
        if by.is_empty() || by.len() > MOST_BY || columns.len() > MOST_COLUMNS {
            return refuse(format!("`by` must name 1 to {MOST_BY} columns, and `columns` {MOST_COLUMNS} at most"));
        }
        by.iter().chain(&columns).try_for_each(|column| self.tells(column))?;
        let keys = parse_sort(&order_by.join(", "))?;
        let told = |field: &Field<RunAttribute>| by.iter().chain(&columns).any(|column| column.field() == *field);
        if let Some(key) = keys.iter().find(|key| !told(&key.field)) {
            return refuse(format!("groups are ordered by a column in `by` or in `columns`, not by {}", key.field));
        }
        let found = self.found(&run_set, &[])?;
        let order = GroupOrder::of(&keys, &by, &columns);
        let mut groups: Vec<_> = grouped(&found, &by, &columns).into_iter().map(|grouped| grouped.group).collect();
        groups.sort_by(|a, b| group_order(a, b, &order));
        let (runs, total) = (found.len() as u64, groups.len() as u64);
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(GroupsPage { runs, total, groups: groups.into_iter().skip(offset).take(window(limit)).collect() })
    }

    /// `asked` with its runs named one by one, where it asks for a part of them.
    pub fn named(&self, asked: RunSet) -> Result<RunSet, NotChosen> {
        if asked.filter.trim().is_empty() && asked.within.is_empty() && asked.brushes.is_empty() {
            return Ok(asked);
        }
        let runs = self.found(&asked, &[])?.into_iter().map(|row| row.run_id).collect();
        Ok(RunSet { experiments: asked.experiments, trash: asked.trash, runs: Some(runs), ..RunSet::default() })
    }

    /// Those of its runs that `asked` asks for; without an order in the link's own.
    fn found(&self, asked: &RunSet, order_by: &[String]) -> Result<Vec<&RunRow>, NotChosen> {
        let RunSet { experiments, filter, within, brushes, trash, runs } = asked;
        let ours = self.page.target.experiment().unwrap_or_default();
        if let Some(other) = experiments.iter().find(|&id| id != ours) {
            return Err(NotNamed(format!("experiment {other}")).into());
        }
        if *trash {
            return Err(NotNamed("the trash".to_owned()).into());
        }
        let named: Option<HashSet<_>> = runs.as_ref().map(|runs| runs.iter().collect());
        let (filter, order) = (parse_query(filter)?, parse_sort(&order_by.join(", "))?);
        let comparisons = filter.comparisons();
        let fields = comparisons.iter().map(|comparison| &comparison.field).chain(order.iter().map(|key| &key.field));
        fields.into_iter().try_for_each(|field| self.tells_field(field))?;
        within.iter().map(|(column, _)| column).chain(brushes.keys()).try_for_each(|column| self.tells(column))?;
        let has = |row: &RunRow, (column, value): &(Column, GroupValue)| GroupValue::of(column, row) == *value;
        let found = places(&self.rows, &filter, &order)?.into_iter().map(|at| &self.rows[at]);
        Ok(found
            .filter(|row| named.as_ref().is_none_or(|named| named.contains(&row.run_id)))
            .filter(|row| within.iter().all(|one| has(row, one)) && passes(brushes, row))
            .collect())
    }

    fn tells_field(&self, field: &Field<RunAttribute>) -> Result<(), NotNamed> {
        match (field, column_of(field)) {
            (Field::Attribute(RunAttribute::RunId), _) => Ok(()),
            (_, Some(column)) => self.tells(&column),
            (field, None) => Err(NotNamed(field.to_string())),
        }
    }

    /// Refuses a column of which the link shows nothing.
    fn tells(&self, column: &Column) -> Result<(), NotNamed> {
        let told = match column {
            Column::Attribute(Attribute::Start | Attribute::End) => !self.renames(),
            Column::Attribute(Attribute::Name | Attribute::Status | Attribute::Duration) => true,
            column => self.rows.iter().any(|row| column.cell(row) != Cell::Missing),
        };
        if told { Ok(()) } else { Err(NotNamed(format!("what runs have in {column}"))) }
    }
}

/// `rows` of a link that hides names in an order that tells nothing of them: that of the view as far as it goes by what
/// the rows show, and else by pseudonyms. When runs started is not to be read off their order.
pub(super) fn in_hidden_order(rows: Vec<RunRow>, view: Option<&View>) -> Vec<RunRow> {
    let mut keys = view.and_then(|view| parse_sort(&view.order_by).ok()).unwrap_or_default();
    keys.push(OrderKey { field: Field::Attribute(RunAttribute::RunId), descending: false });
    match places(&rows, &Expr::All(Vec::new()), &keys) {
        Ok(places) => places.into_iter().map(|at| rows[at].clone()).collect(),
        // Only a filter can be refused.
        Err(_) => rows,
    }
}

fn window(limit: u32) -> usize {
    if limit == 0 { WINDOW as usize } else { limit.min(MOST) as usize }
}
