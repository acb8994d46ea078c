//! Which runs are compared, the lines of the comparison, and the files of the runs in sight.

use super::{Workspace, runs::RunList};
use crate::api::{self, ApiError};
use data::{
    compare::{Fact, Files, Section, facts_of, files_of},
    run::{RunId, RunRow},
    view::CompareView,
};
use leptos::{prelude::*, task::spawn_local};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// How many files of one run are compared at most, and how many of its folders are asked for.
pub const MOST_FILES: usize = 500;
const MOST_FOLDERS: usize = 20;
/// How many runs' files are asked for at once.
const AT_ONCE: usize = 3;

/// The runs that are compared.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// The runs, the base first.
    pub runs: Vec<Arc<RunRow>>,
    /// Whether somebody chose them; else they are those that are drawn.
    pub chosen: bool,
    /// How many chosen runs are not among the loaded ones.
    pub absent: usize,
}

impl PartialEq for Compared {
    fn eq(&self, other: &Compared) -> bool {
        let same = |(a, b): (&Arc<RunRow>, &Arc<RunRow>)| Arc::ptr_eq(a, b);
        (self.chosen, self.absent, self.runs.len()) == (other.chosen, other.absent, other.runs.len())
            && self.runs.iter().zip(&other.runs).all(same)
    }
}

/// The runs that `view` compares: the chosen ones in their order, else the `drawn` ones in the list's. A base
/// that is loaded comes first, also if it is none of them.
pub fn compared_of(list: &RunList, drawn: &BTreeMap<RunId, usize>, view: &CompareView) -> Compared {
    let by_short = |short: &String| list.row_named(short).cloned();
    let mut runs: Vec<Arc<RunRow>> = if view.runs.is_empty() {
        let mut places: Vec<_> = drawn.iter().map(|(run, place)| (*place, *run)).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|(_, run)| list.row_of(run).cloned()).collect()
    } else {
        let rows: BTreeMap<String, &Arc<RunRow>> = list.rows().map(|row| (row.run_id.short(), row)).collect();
        view.runs.iter().filter_map(|short| rows.get(short).map(|row| (*row).clone())).collect()
    };
    let absent = view.runs.len().saturating_sub(runs.len());
    if let Some(base) = view.base.as_ref().and_then(by_short) {
        runs.retain(|row| row.run_id != base.run_id);
        runs.insert(0, base);
    }
    Compared { runs, chosen: !view.runs.is_empty(), absent }
}

/// A line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Line {
    /// The head of a section.
    Head {
        /// The section.
        section: Section,
        /// How many of its facts are shown when it is open.
        shown: usize,
        /// How many it has.
        all: usize,
        /// Whether it is open.
        open: bool,
    },
    /// A fact, over all runs.
    Fact(Arc<Fact>),
}

/// The lines that `view` shows of `facts`, which stand in sections. Files are not known before their section
/// is opened, so its head is always there.
pub fn lines_of(facts: &[Arc<Fact>], view: &CompareView) -> Vec<Line> {
    let words = view.search.to_lowercase();
    let mut lines = Vec::new();
    for section in Section::ALL {
        let of_section = || facts.iter().filter(|fact| fact.section == section);
        let shown: Vec<_> = of_section()
            .filter(|fact| (fact.differs || !view.only_differing) && fact.is_named(&words))
            .map(|fact| Line::Fact(fact.clone()))
            .collect();
        let (all, open) = (of_section().count(), view.opens(section));
        if all == 0 && section != Section::Artifacts {
            continue;
        }
        lines.push(Line::Head { section, shown: shown.len(), all, open });
        if open {
            lines.extend(shown);
        }
    }
    lines
}

/// What is known of a run's files.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// They are asked for.
    Reading,
    /// The files, and whether they are all there are.
    Read(Arc<Files>, bool),
    /// They could not be had.
    Failed(ApiError),
}

impl Listing {
    /// The files, if they are known.
    pub fn files(&self) -> Option<&Arc<Files>> {
        match self {
            Listing::Read(files, _) => Some(files),
            Listing::Reading | Listing::Failed(_) => None,
        }
    }
}

/// A comparison on the screen. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Comparison {
    /// The runs side by side.
    pub compared: Memo<Compared>,
    /// All facts, shown or not.
    pub facts: Memo<Arc<Vec<Arc<Fact>>>>,
    /// What is shown, from the top down.
    pub lines: Memo<Arc<Vec<Line>>>,
    /// Files of the runs that were asked about.
    pub files: RwSignal<BTreeMap<RunId, Listing>>,
    /// The runs in sight, whose files matter.
    pub in_sight: RwSignal<Vec<RunId>>,
    reading: StoredValue<usize>,
}

impl Comparison {
    /// The comparison that the workspace's view describes; asks for files while their section is open.
    pub fn open(workspace: Workspace) -> Comparison {
        let settings = workspace.view(|view| view.compare.clone());
        let baseline = workspace.runs.baseline;
        // A base that was chosen here counts; else it is the one that all of the workspace is measured against.
        let choice = Memo::new(move |_| {
            settings.with(|view| {
                (
                    view.runs.clone(),
                    view.base.clone().or_else(|| baseline.with(|row| Some(row.as_ref()?.run_id.short()))),
                )
            })
        });
        let runs = workspace.runs;
        let compared = Memo::new(move |_| {
            let (chosen, base) = choice.get();
            let view = CompareView { runs: chosen, base, ..CompareView::default() };
            runs.pictured.with(|list| runs.drawn.with(|drawn| compared_of(list, drawn, &view)))
        });
        let of_rows = Memo::new(move |_| {
            compared.with(|compared| {
                let rows: Vec<&RunRow> = compared.runs.iter().map(|row| &**row).collect();
                facts_of(&rows).into_iter().map(Arc::new).collect::<Vec<_>>()
            })
        });
        let files = RwSignal::new(BTreeMap::<RunId, Listing>::new());
        let of_files = Memo::new(move |_| {
            compared.with(|compared| {
                files.with(|files| {
                    let of_run = |row: &Arc<RunRow>| files.get(&row.run_id)?.files().map(|files| &**files);
                    let known: Vec<&Files> = compared.runs.iter().filter_map(of_run).collect();
                    files_of(&known).into_iter().map(Arc::new).collect::<Vec<_>>()
                })
            })
        });
        let facts = Memo::new(move |_| Arc::new(of_rows.get().into_iter().chain(of_files.get()).collect::<Vec<_>>()));
        let lines = Memo::new(move |_| Arc::new(settings.with(|view| facts.with(|facts| lines_of(facts, view)))));
        let in_sight = RwSignal::new(Vec::new());
        let comparison = Comparison { compared, facts, lines, files, in_sight, reading: StoredValue::new(0) };
        let wanted = Memo::new(move |_| settings.with(|view| view.opens(Section::Artifacts)));
        Effect::new(move |_| {
            in_sight.track();
            if wanted.get() {
                comparison.read_on();
            }
        });
        comparison
    }

    /// Asks for the files of runs in sight, a few at once, until all of them are known.
    fn read_on(self) {
        while self.reading.get_value() < AT_ONCE {
            let unread = |files: &BTreeMap<RunId, Listing>| {
                self.in_sight.with_untracked(|runs| runs.iter().copied().find(|run| !files.contains_key(run)))
            };
            let Some(run) = self.files.with_untracked(unread) else { return };
            self.reading.update_value(|reading| *reading += 1);
            self.files.update(|files| drop(files.insert(run, Listing::Reading)));
            spawn_local(async move {
                let listing = listing(run).await;
                // The page may have been left meanwhile.
                if self.files.try_update(|files| drop(files.insert(run, listing))).is_some() {
                    self.reading.update_value(|reading| *reading -= 1);
                    self.read_on();
                }
            });
        }
    }
}

/// The files of a run, folder by folder, as many as are compared.
async fn listing(run: RunId) -> Listing {
    let mut folders = VecDeque::from([String::new()]);
    let mut files = Files::new();
    for _ in 0..MOST_FOLDERS {
        let Some(folder) = folders.pop_front() else { break };
        match api::artifacts(run, &folder).await {
            Ok(rows) => {
                for row in rows {
                    match row.bytes {
                        _ if row.is_dir => folders.push_back(row.path),
                        bytes => drop(files.insert(row.path, bytes.unwrap_or_default())),
                    }
                }
            }
            Err(error) => return Listing::Failed(error),
        }
        if files.len() > MOST_FILES {
            let first = files.into_iter().take(MOST_FILES).collect();
            return Listing::Read(Arc::new(first), false);
        }
    }
    Listing::Read(Arc::new(files), folders.is_empty())
}

/// Takes the run into the comparison that was chosen, or out of it; the first one begins a choice.
pub fn toggle(view: &mut CompareView, short: &str) {
    match view.runs.iter().position(|run| run == short) {
        Some(at) => drop(view.runs.remove(at)),
        None => view.runs.push(short.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{
        column::Column,
        compare::Key,
        run::{RunStatus, RunsPage},
    };

    fn row(n: u128) -> RunRow {
        RunRow {
            run_id: RunId(n << 96),
            experiment_id: "1".into(),
            name: format!("run {n}"),
            status: RunStatus::Finished,
            ..RunRow::default()
        }
    }

    #[test]
    fn the_chosen_runs_are_compared_else_the_drawn_ones() {
        let list =
            RunList::of_page(RunsPage { total: 4, runs: (1..=4).map(row).collect(), cut: None }, Default::default());
        let drawn = BTreeMap::from([(RunId(1 << 96), 2), (RunId(2 << 96), 0), (RunId(4 << 96), 1)]);
        let short = |n: u128| RunId(n << 96).short();
        for (name, runs, base, expected, absent) in [
            ("the drawn ones in order of the list", vec![], None, vec![2, 4, 1], 0),
            ("the base comes first", vec![], Some(1), vec![1, 2, 4], 0),
            ("a base that is not drawn is there, too", vec![], Some(3), vec![3, 2, 4, 1], 0),
            ("an unknown base is the first run", vec![], Some(9), vec![2, 4, 1], 0),
            ("the chosen ones in the order of the choice", vec![3, 1], None, vec![3, 1], 0),
            ("chosen and not there", vec![3, 9], Some(3), vec![3], 1),
        ] {
            let view = CompareView {
                runs: runs.iter().map(|n| short(*n)).collect(),
                base: base.map(short),
                ..CompareView::default()
            };
            let found = compared_of(&list, &drawn, &view);
            let ids: Vec<_> = found.runs.iter().map(|row| row.run_id.0 >> 96).collect();
            assert_eq!((ids, found.absent), (expected, absent), "{name}");
        }
    }

    #[test]
    fn lines_are_folded_searched_and_narrowed() {
        let fact = |section, name: &str, differs| {
            Arc::new(Fact { section, key: Key::Column(Column::Param(name.into())), differs })
        };
        let facts = [
            fact(Section::Params, "lr", true),
            fact(Section::Params, "depth", false),
            fact(Section::Metrics, "loss", true),
        ];
        let words = |view: &CompareView| {
            let word = |line: &Line| match line {
                Line::Head { section, shown, all, open } => {
                    format!("{section:?} {shown}/{all}{}", if *open { "" } else { " folded" })
                }
                Line::Fact(fact) => fact.title().to_owned(),
            };
            lines_of(&facts, view).iter().map(word).collect::<Vec<_>>().join(", ")
        };
        let plain = CompareView::default();
        assert_eq!(words(&plain), "Params 2/2, lr, depth, Metrics 1/1, loss, Artifacts 0/0 folded");
        let only = CompareView { only_differing: true, ..plain.clone() };
        assert_eq!(words(&only), "Params 1/2, lr, Metrics 1/1, loss, Artifacts 0/0 folded");
        let search = CompareView { search: "L".into(), ..plain.clone() };
        assert_eq!(words(&search), "Params 1/2, lr, Metrics 1/1, loss, Artifacts 0/0 folded");
        let mut folded = plain;
        folded.turn(Section::Params);
        assert_eq!(words(&folded), "Params 2/2 folded, Metrics 1/1, loss, Artifacts 0/0 folded");
    }

    #[test]
    fn a_run_is_taken_in_and_out() {
        let mut view = CompareView::default();
        ["a", "b", "a"].into_iter().for_each(|run| toggle(&mut view, run));
        assert_eq!(view.runs, ["b"]);
    }
}
