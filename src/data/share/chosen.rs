//! Which of the runs that a link or a file shows a reader asks for: found, ordered and grouped by nothing but what it shows
//! of them. So no filter, order or group tells what is hidden, and what is kept answers from what it keeps.

use crate::{
    brush::passes,
    column::{Attribute, Cell, Column},
    frame::RunSet,
    groups::{GroupOrder, GroupValue, GroupsPage, GroupsRequest, grouped, order as group_order},
    query::{Field, Matching, QueryError, RunAttribute, parse_query, parse_sort, places},
    run::{Cut, RunRow, RunsPage, RunsRequest},
};
use std::collections::HashSet;

/// How many runs or groups a window has if nobody says, and at most.
const WINDOW: u32 = 1_000;
const MOST: u32 = 10_000;
/// How many columns can group runs, and of how many the spread is told.
const MOST_BY: usize = 16;
const MOST_COLUMNS: usize = 1_000;

/// Why runs are not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotChosen {
    /// They are asked for by this, which is not shown.
    NotNamed(String),
    /// The question cannot be read, for this reason.
    Unread(String),
}

impl From<QueryError> for NotChosen {
    fn from(error: QueryError) -> NotChosen {
        NotChosen::Unread(error.to_string())
    }
}

/// The runs that are shown, in order.
#[derive(Debug, Clone, Copy)]
pub struct Among<'a> {
    /// The rows.
    pub rows: &'a [RunRow],
    /// Of how many they are the first.
    pub cut: Option<Cut>,
    /// The experiment, as it is called outside; of whatever experiment, if none is said.
    pub experiment: Option<&'a str>,
    /// Whether it is shown when they ran.
    pub tells_times: bool,
}

impl<'a> Among<'a> {
    /// A window of the runs. `compile` makes regular expressions ready, or says why it cannot.
    pub fn runs_page(
        &self,
        asked: RunsRequest,
        compile: &impl Fn(&str) -> Result<Matching, String>,
    ) -> Result<RunsPage, NotChosen> {
        // Each field is named, so that no new one goes through unseen.
        let RunsRequest { experiments, filter, within, brushes, trash, order_by, offset, limit, brief, columns: _ } =
            asked;
        let set = RunSet { experiments, filter, within, brushes, trash, runs: None };
        let found = self.found(&set, &order_by, compile)?;
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
        Ok(RunsPage { total, runs, cut: self.cut })
    }

    /// The groups of the runs.
    pub fn groups_page(
        &self,
        asked: GroupsRequest,
        compile: &impl Fn(&str) -> Result<Matching, String>,
    ) -> Result<GroupsPage, NotChosen> {
        let GroupsRequest { run_set, by, columns, order_by, offset, limit } = asked;
        if by.is_empty() || by.len() > MOST_BY || columns.len() > MOST_COLUMNS {
            let words = format!("`by` must name 1 to {MOST_BY} columns, and `columns` {MOST_COLUMNS} at most");
            return Err(NotChosen::Unread(words));
        }
        by.iter().chain(&columns).try_for_each(|column| self.tells(column))?;
        let keys = parse_sort(&order_by.join(", "))?;
        let told = |field: &Field<RunAttribute>| by.iter().chain(&columns).any(|column| column.field() == *field);
        if let Some(key) = keys.iter().find(|key| !told(&key.field)) {
            let words = format!("groups are ordered by a column in `by` or in `columns`, not by {}", key.field);
            return Err(NotChosen::Unread(words));
        }
        let found = self.found(&run_set, &[], compile)?;
        let order = GroupOrder::of(&keys, &by, &columns);
        let mut groups: Vec<_> = grouped(&found, &by, &columns).into_iter().map(|grouped| grouped.group).collect();
        groups.sort_by(|a, b| group_order(a, b, &order));
        let (runs, total) = (found.len() as u64, groups.len() as u64);
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(GroupsPage { runs, total, groups: groups.into_iter().skip(offset).take(window(limit)).collect() })
    }

    /// `asked` with its runs named one by one, where it asks for a part of them.
    pub fn named(
        &self,
        asked: RunSet,
        compile: &impl Fn(&str) -> Result<Matching, String>,
    ) -> Result<RunSet, NotChosen> {
        if asked.filter.trim().is_empty() && asked.within.is_empty() && asked.brushes.is_empty() {
            return Ok(asked);
        }
        let runs = self.found(&asked, &[], compile)?.into_iter().map(|row| row.run_id).collect();
        Ok(RunSet { experiments: asked.experiments, trash: asked.trash, runs: Some(runs), ..RunSet::default() })
    }

    /// Those of the runs that `asked` asks for; without an order in their own.
    fn found(
        &self,
        asked: &RunSet,
        order_by: &[String],
        compile: &impl Fn(&str) -> Result<Matching, String>,
    ) -> Result<Vec<&'a RunRow>, NotChosen> {
        let RunSet { experiments, filter, within, brushes, trash, runs } = asked;
        if let Some(other) = experiments.iter().find(|id| self.experiment.is_some_and(|ours| ours != id.as_str())) {
            return Err(NotChosen::NotNamed(format!("experiment {other}")));
        }
        if *trash {
            return Err(NotChosen::NotNamed("the trash".to_owned()));
        }
        let named: Option<HashSet<_>> = runs.as_ref().map(|runs| runs.iter().collect());
        let (filter, order) = (parse_query(filter)?, parse_sort(&order_by.join(", "))?);
        let comparisons = filter.comparisons();
        let fields = comparisons.iter().map(|comparison| &comparison.field).chain(order.iter().map(|key| &key.field));
        fields.into_iter().try_for_each(|field| self.tells_field(field))?;
        within.iter().map(|(column, _)| column).chain(brushes.keys()).try_for_each(|column| self.tells(column))?;
        let has = |row: &RunRow, (column, value): &(Column, GroupValue)| GroupValue::of(column, row) == *value;
        let found = places(self.rows, &filter, &order, compile).map_err(NotChosen::Unread)?;
        Ok(found
            .into_iter()
            .map(|at| &self.rows[at])
            .filter(|row| named.as_ref().is_none_or(|named| named.contains(&row.run_id)))
            .filter(|row| within.iter().all(|one| has(row, one)) && passes(brushes, row))
            .collect())
    }

    fn tells_field(&self, field: &Field<RunAttribute>) -> Result<(), NotChosen> {
        match (field, Column::of_field(field)) {
            (Field::Attribute(RunAttribute::RunId), _) => Ok(()),
            (_, Some(column)) => self.tells(&column),
            (field, None) => Err(NotChosen::NotNamed(field.to_string())),
        }
    }

    /// Refuses a column of which nothing is shown.
    fn tells(&self, column: &Column) -> Result<(), NotChosen> {
        let told = match column {
            Column::Attribute(Attribute::Start | Attribute::End) => self.tells_times,
            Column::Attribute(Attribute::Name | Attribute::Status | Attribute::Duration) => true,
            column => self.rows.iter().any(|row| column.cell(row) != Cell::Missing),
        };
        if told { Ok(()) } else { Err(NotChosen::NotNamed(format!("what runs have in {column}"))) }
    }
}

fn window(limit: u32) -> usize {
    if limit == 0 { WINDOW as usize } else { limit.min(MOST) as usize }
}
