//! Which of a link's runs a reader asks for: see [`data::share::chosen`].

use super::shown::{NotNamed, Shown};
use crate::store::{StoreError, run_sets::matching};
use data::{
    frame::RunSet,
    groups::{GroupsPage, GroupsRequest},
    query::{Expr, Field, OrderKey, RunAttribute, parse_sort, places},
    run::{RunRow, RunsPage, RunsRequest},
    share::chosen::{self, Among},
    view::View,
};

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

impl From<chosen::NotChosen> for NotChosen {
    fn from(error: chosen::NotChosen) -> NotChosen {
        match error {
            chosen::NotChosen::NotNamed(what) => NotNamed(what).into(),
            chosen::NotChosen::Unread(why) => StoreError::Invalid(why).into(),
        }
    }
}

impl Shown {
    fn among(&self) -> Among<'_> {
        let experiment = Some(self.page.target.experiment().unwrap_or_default());
        Among { rows: &self.rows, cut: self.cut(), experiment, tells_times: !self.renames() }
    }

    /// A window of its runs, as they are called outside.
    pub fn runs_page(&self, asked: RunsRequest) -> Result<RunsPage, NotChosen> {
        Ok(self.among().runs_page(asked, &matching)?)
    }

    /// The groups of its runs.
    pub fn groups_page(&self, asked: GroupsRequest) -> Result<GroupsPage, NotChosen> {
        Ok(self.among().groups_page(asked, &matching)?)
    }

    /// `asked` with its runs named one by one, where it asks for a part of them.
    pub fn named(&self, asked: RunSet) -> Result<RunSet, NotChosen> {
        Ok(self.among().named(asked, &matching)?)
    }
}

/// `rows` of a link that hides names in an order that tells nothing of them: that of the view as far as it goes by what
/// the rows show, and else by pseudonyms. When runs started is not to be read off their order.
pub(super) fn in_hidden_order(rows: Vec<RunRow>, view: Option<&View>) -> Vec<RunRow> {
    let mut keys = view.and_then(|view| parse_sort(&view.order_by).ok()).unwrap_or_default();
    keys.push(OrderKey { field: Field::Attribute(RunAttribute::RunId), descending: false });
    match places(&rows, &Expr::All(Vec::new()), &keys, &matching) {
        Ok(places) => places.into_iter().map(|at| rows[at].clone()).collect(),
        // Only a filter can be refused.
        Err(_) => rows,
    }
}
