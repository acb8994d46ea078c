//! Which params a metric depends on: what is asked about the runs in sight, and the answer in order.

use super::{Workspace, runs::RunList};
use data::{
    column::Column,
    frame::RunSet,
    importance::{Importance, ImportanceRequest, ParamImportance},
    run::MetricRow,
    summary::Direction,
    view::ImportanceSort,
};
use leptos::prelude::*;

/// How many of the most important params become axes at once.
const AXES: usize = 7;

impl Workspace {
    /// The metric, or another number of it, that params are measured by: the chosen one, else the one that the
    /// metrics suggest. `None` while there is none.
    pub fn importance_target(&self) -> Memo<Option<Column>> {
        let (chosen, metrics) = (self.view(|view| view.importance.target.clone()), self.metrics());
        Memo::new(move |_| {
            chosen.get().or_else(|| {
                metrics.with(|metrics| match metrics {
                    Some(Ok(metrics)) => suggested(metrics).map(Column::Metric),
                    Some(Err(_)) | None => None,
                })
            })
        })
    }

    /// What is asked: about the runs that pass filter, search and brushes and are not hidden. `None` while that is
    /// not known.
    pub fn importance_request(&self) -> Memo<Option<ImportanceRequest>> {
        let (runs, scope, target) = (self.runs, self.scope(), self.importance_target());
        let choice = self.view(|view| (view.hidden.clone(), view.hide_all, view.directions.clone()));
        Memo::new(move |before: Option<&Option<ImportanceRequest>>| {
            if let Some(before) = before
                && runs.list.with(RunList::coming) > 0
            {
                return before.clone();
            }
            let (hidden, hide_all, directions) = choice.get();
            let target = target.get()?.resolved(&directions);
            let experiments = vec![scope.experiment().to_owned()];
            let matching = runs.matching.get();
            let run_set = runs.list.with(|list| {
                list.loaded()?;
                let all = hidden.is_empty() && !hide_all && matching.len() == list.total();
                if all {
                    return Some(list.run_set(experiments));
                }
                let shown = matching.iter().filter_map(|&at| list.row(at));
                let shown = shown.filter(|row| hidden.contains(&row.run_id.short()) == hide_all);
                let named = Some(shown.map(|row| row.run_id).collect());
                Some(RunSet { experiments, runs: named, ..RunSet::default() })
            })?;
            Some(ImportanceRequest { run_set, target, params: Vec::new() })
        })
    }

    /// Adds params as axes of parallel coordinates, the target last and as the colour of the lines if they have none.
    pub fn add_axes(&self, params: &[String], target: &Column) {
        self.change("add axis", |view| {
            let axes = &mut view.parallel.axes;
            for column in params.iter().map(|name| Column::Param(name.clone())) {
                if !axes.contains(&column) {
                    let end = axes.iter().position(|axis| axis == target).unwrap_or(axes.len());
                    axes.insert(end, column);
                }
            }
            if !axes.contains(target) {
                axes.push(target.clone());
            }
            axes.truncate(data::view::MOST_AXES);
            view.parallel.color.get_or_insert_with(|| target.clone());
        });
    }
}

/// The metric that a person most likely asks about: of the validation, a loss or something with a direction.
fn suggested(metrics: &[MetricRow]) -> Option<String> {
    let rank = |row: &&MetricRow| {
        let name = row.metric.to_lowercase();
        let validation =
            name.starts_with("val") || name.contains("/val") || name.starts_with("eval") || name.starts_with("test");
        let score = (validation, Direction::guess(&row.metric).is_some(), row.runs);
        // Of equal ones the first by name.
        (score, std::cmp::Reverse(name))
    };
    metrics.iter().max_by_key(rank).map(|row| row.metric.clone())
}

/// The params of an answer in order.
pub fn sorted(found: &Importance, sort: ImportanceSort) -> Vec<ParamImportance> {
    let mut rows = found.params.clone();
    let strength = |row: &ParamImportance| row.correlation.map_or(-1.0, |correlation| correlation.rho.abs());
    match sort {
        // As the server says.
        ImportanceSort::Importance => {}
        ImportanceSort::Correlation => rows.sort_by(|a, b| strength(b).total_cmp(&strength(a))),
        ImportanceSort::Name => rows.sort_by(|a, b| a.param.cmp(&b.param)),
    }
    rows
}

/// The params that are worth an axis: the most important ones that are more than noise.
pub fn worth_axes(found: &Importance) -> Vec<String> {
    let sure = |row: &&ParamImportance| match (row.importance, row.error) {
        (Some(importance), Some(error)) => importance > error,
        (Some(importance), None) => importance > 0.0,
        (None, _) => true,
    };
    found.params.iter().filter(sure).take(AXES).map(|row| row.param.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suggested_metric_is_one_of_the_validation() {
        let row = |metric: &str| MetricRow { metric: metric.to_owned(), runs: 3, max_step: 1 };
        for (metrics, expected) in [
            (&["train/loss", "val/loss", "lr"][..], Some("val/loss")),
            (&["epoch", "loss"], Some("loss")),
            (&["b", "a"], Some("a")),
            (&["val/epoch", "val/accuracy"], Some("val/accuracy")),
            (&[], None),
        ] {
            let rows: Vec<MetricRow> = metrics.iter().map(|metric| row(metric)).collect();
            assert_eq!(suggested(&rows).as_deref(), expected, "{metrics:?}");
        }
    }
}
