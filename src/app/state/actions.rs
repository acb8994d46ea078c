//! What is done to many runs on the server: said in words, and taken back where that is possible.

use super::Workspace;
use crate::api;
use charts::format::counted;
use data::{
    actions::{ActionRequest, RunAction},
    frame::RunSet,
    run::{RunId, RunRow},
};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::BTreeMap, sync::Arc};

/// How many requests taking something back may need.
const MOST_BACK: usize = 200;

/// What was done, or why it was not.
#[derive(Clone)]
pub struct Said {
    /// In words.
    pub words: String,
    /// Whether it was not done.
    pub failed: bool,
    /// What takes it back, in order; nothing if it cannot be taken back.
    pub undo: Vec<Step>,
}

/// An action, and the runs that it is for.
pub type Step = (Vec<RunId>, RunAction);

/// What takes `action` on `rows` back; nothing if it cannot be taken back.
fn back(action: &RunAction, rows: &[Arc<RunRow>], experiment: &str) -> Vec<Step> {
    let all = || rows.iter().map(|row| row.run_id).collect::<Vec<_>>();
    let steps: Vec<Step> = match action {
        RunAction::Delete => vec![(all(), RunAction::Restore)],
        RunAction::Restore => vec![(all(), RunAction::Delete)],
        RunAction::Move { .. } => vec![(all(), RunAction::Move { experiment: experiment.to_owned() })],
        RunAction::Rename { .. } => {
            // In the new name, braces would mean something.
            if rows.iter().any(|row| row.name.contains(['{', '}'])) {
                return Vec::new();
            }
            let mut by_name = BTreeMap::<&str, Vec<RunId>>::new();
            rows.iter().for_each(|row| by_name.entry(&row.name).or_default().push(row.run_id));
            by_name.into_iter().map(|(name, runs)| (runs, RunAction::Rename { to: name.to_owned() })).collect()
        }
        RunAction::Tag { set, remove } => {
            let names: Vec<&String> = set.keys().chain(remove).collect();
            let mut by_tags = BTreeMap::<Vec<Option<&String>>, Vec<RunId>>::new();
            for row in rows {
                by_tags.entry(names.iter().map(|name| row.tags.get(*name)).collect()).or_default().push(row.run_id);
            }
            let step = |(values, runs): (Vec<Option<&String>>, Vec<RunId>)| {
                let had =
                    || names.iter().zip(&values).filter_map(|(name, value)| Some(((*name).clone(), (*value)?.clone())));
                let lacked = names.iter().zip(&values).filter(|(_, value)| value.is_none());
                (
                    runs,
                    RunAction::Tag { set: had().collect(), remove: lacked.map(|(name, _)| (*name).clone()).collect() },
                )
            };
            by_tags.into_iter().map(step).collect()
        }
    };
    if steps.len() > MOST_BACK { Vec::new() } else { steps }
}

/// What was done to so many runs.
fn done(action: &RunAction, count: u64) -> String {
    let runs = counted(count, "run", "runs");
    match action {
        RunAction::Delete => format!("Moved {runs} to the trash."),
        RunAction::Restore => format!("Restored {runs}."),
        RunAction::Move { experiment } => format!("Moved {runs} to experiment {experiment}."),
        RunAction::Rename { .. } => format!("Renamed {runs}."),
        RunAction::Tag { remove, .. } if remove.is_empty() => format!("Tagged {runs}."),
        RunAction::Tag { .. } => format!("Removed the tag from {runs}."),
    }
}

impl Workspace {
    /// Does `action` to `rows`, says what was done, and offers to take it back.
    pub fn act(&self, rows: Vec<Arc<RunRow>>, action: RunAction) {
        let back = back(&action, &rows, self.scope().experiment());
        let steps = vec![(rows.iter().map(|row| row.run_id).collect(), action.clone())];
        self.steps(steps, move |count| done(&action, count), back);
    }

    /// Takes back what was said last.
    pub fn take_back(&self) {
        let steps = self.said.try_update(Option::take).flatten().map(|said| said.undo).unwrap_or_default();
        self.steps(steps, |count| format!("Taken back for {}.", counted(count, "run", "runs")), Vec::new());
    }

    fn steps(&self, steps: Vec<Step>, words: impl FnOnce(u64) -> String + 'static, undo: Vec<Step>) {
        let workspace = *self;
        spawn_local(async move {
            let mut count = 0;
            for (runs, action) in steps {
                let request = ActionRequest { run_set: RunSet { runs: Some(runs), ..RunSet::default() }, action };
                match api::act(&request).await {
                    Ok(done) => count += done.runs,
                    Err(error) => {
                        let words = if count == 0 {
                            error.to_string()
                        } else {
                            format!("{error} It was done to {count} of them.")
                        };
                        workspace.said.try_set(Some(Said { words, failed: true, undo: Vec::new() }));
                        return workspace.runs.reload();
                    }
                }
            }
            workspace.said.try_set(Some(Said { words: words(count), failed: false, undo }));
            workspace.runs.reload();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::run::RunStatus;

    fn row(id: u128, name: &str, tags: &[(&str, &str)]) -> Arc<RunRow> {
        Arc::new(RunRow {
            run_id: RunId(id),
            experiment_id: "1".into(),
            name: name.into(),
            status: RunStatus::Finished,
            tags: tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..RunRow::default()
        })
    }

    #[test]
    fn what_was_done_is_taken_back_to_what_each_run_had() {
        let rows = [row(1, "a", &[("team", "x")]), row(2, "b", &[]), row(3, "a", &[("team", "x"), ("note", "n")])];
        let tag = |set: &[(&str, &str)], remove: &[&str]| RunAction::Tag {
            set: set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            remove: remove.iter().map(|name| (*name).to_owned()).collect(),
        };
        let rename = |to: &str| RunAction::Rename { to: to.into() };
        let ids = |ids: &[u128]| ids.iter().copied().map(RunId).collect::<Vec<_>>();
        for (name, action, expected) in [
            ("deleted", RunAction::Delete, vec![(ids(&[1, 2, 3]), RunAction::Restore)]),
            (
                "moved",
                RunAction::Move { experiment: "9".into() },
                vec![(ids(&[1, 2, 3]), RunAction::Move { experiment: "1".into() })],
            ),
            ("renamed", rename("{name}!"), vec![(ids(&[1, 3]), rename("a")), (ids(&[2]), rename("b"))]),
            (
                "tagged over an old value",
                tag(&[("team", "y")], &[]),
                vec![(ids(&[2]), tag(&[], &["team"])), (ids(&[1, 3]), tag(&[("team", "x")], &[]))],
            ),
            (
                "tag removed",
                tag(&[], &["note"]),
                vec![(ids(&[1, 2]), tag(&[], &["note"])), (ids(&[3]), tag(&[("note", "n")], &[]))],
            ),
        ] {
            assert_eq!(back(&action, &rows, "1"), expected, "{name}");
        }
        assert_eq!(back(&rename("x"), &[row(1, "{n}", &[])], "1"), []);
    }
}
