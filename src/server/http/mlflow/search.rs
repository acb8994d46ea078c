//! What every search is asked: a filter, an order and a page.

use super::{MlflowError, call::Call, checks, fields::Int, page};
use data::query::{Expr, OrderKey, Subject, parse_filter, parse_order};
use serde::Deserialize;
use std::ops::RangeInclusive;

/// How many sort keys one search may have.
const MOST_KEYS: usize = 32;

#[derive(Deserialize, Default)]
#[serde(default)]
struct SearchIn {
    filter: Option<String>,
    #[serde(alias = "maxResults")]
    max_results: Option<Int>,
    #[serde(alias = "orderBy")]
    order_by: Option<Vec<String>>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

/// A search as it was asked. What only one kind of search knows is read from the same call beside it.
pub struct Search<A> {
    /// What is kept.
    pub filter: Expr<A>,
    /// By what it is ordered.
    pub order: Vec<OrderKey<A>>,
    /// How many are left out before the page.
    pub offset: u64,
    /// How many the page holds at most.
    pub size: u64,
}

impl<A: Subject> Search<A> {
    /// The search of `call`, which gets `usual` results a page if it does not say, and may say what lies in `sizes`.
    pub fn of(call: &Call, usual: i64, sizes: RangeInclusive<i64>) -> Result<Search<A>, MlflowError> {
        let asked: SearchIn = call.read()?;
        let size = checks::page_size(asked.max_results.map_or(usual, |n| n.0), *sizes.start(), *sizes.end())?;
        let offset = page::offset(asked.page_token.as_deref())?;
        let filter = parse_filter(&asked.filter.unwrap_or_default())?;
        let keys = asked.order_by.unwrap_or_default();
        if keys.len() > MOST_KEYS {
            return Err(MlflowError::Invalid(format!("order_by takes at most {MOST_KEYS} keys, not {}.", keys.len())));
        }
        let order = keys.iter().map(|key| parse_order(key)).collect::<Result<_, _>>()?;
        Ok(Search { filter, order, offset, size })
    }

    /// One more than the page holds, which tells whether another follows.
    pub fn limit(&self) -> u64 {
        self.size + 1
    }
}
