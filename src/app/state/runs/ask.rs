//! What the run list asks the server for.

use super::{PAGE, list::digits};
use crate::{
    api::{ApiError, Source},
    state::{
        Scope, order,
        sets::{self, SetOf},
    },
};
use data::{
    brush::{Brushes, resolved},
    column::Column,
    query::{Field, parse_query, resolved_best},
    run::{RunId, RunRow, RunsPage, RunsRequest},
    view::View,
};
use std::collections::{BTreeSet, HashMap};

/// The filter of `view` that the server is asked, and the selection that is all there is; a filter that cannot be
/// read is shown as wrong, and asks for all.
pub fn applied_filter(view: &View) -> String {
    let filter = view.filter.trim();
    let filter = if parse_query(filter).is_ok() { resolved_best(filter, &view.directions) } else { String::new() };
    match view.within.as_ref().and_then(|name| view.selections.get(name)) {
        Some(runs) => both(&named_filter(runs.iter()), &filter),
        None => filter,
    }
}

/// How many runs one pattern of a query names.
const MOST_IN_PATTERN: usize = 100;

/// A query for the runs with these first eight digits of their ids; none passes where none is given.
pub(super) fn named_filter<'a>(shorts: impl Iterator<Item = &'a String>) -> String {
    let shorts: Vec<&str> = shorts.filter(|short| digits(short).is_some()).map(String::as_str).collect();
    let of = |shorts: &[&str]| format!("attributes.run_id RLIKE '^({})'", shorts.join("|"));
    // A regular expression has at most 1,000 bytes.
    let mut parts: Vec<String> = shorts.chunks(MOST_IN_PATTERN).map(of).collect();
    match parts.len() {
        // No id begins with a z.
        0 => of(&["z"]),
        1 => parts.remove(0),
        _ => format!("({})", parts.join(" OR ")),
    }
}

/// A query for what passes `filter`, the runs with these first digits of their ids left out.
pub fn without(filter: &str, shorts: &[String]) -> String {
    if shorts.is_empty() {
        return filter.to_owned();
    }
    both(&format!("NOT ({})", named_filter(shorts.iter())), filter)
}

/// The numbers of metrics beside the latest that `view` shows, groups, colours or brushes by.
pub(super) fn summaries_of(view: &View) -> BTreeSet<Column> {
    let columns = view.table.columns.iter().chain(&view.group_by).chain(&view.color_by).chain(view.brushes.keys());
    let columns = columns.chain(&view.parallel.axes).chain(&view.parallel.color).cloned();
    let of_order = order::keys_of(&view.order_by).into_iter().filter_map(|key| match key.field {
        Field::Summary(name, summary) => Some(Column::Summary(name, summary)),
        _ => None,
    });
    columns.chain(of_order).filter(|column| matches!(column, Column::Summary(..))).collect()
}

/// The page that `request` asks for, with the numbers of metrics that `view` needs beside the latest ones.
pub(in crate::state) async fn page_of(
    source: &Source,
    request: &RunsRequest,
    view: &View,
) -> Result<RunsPage, ApiError> {
    let mut page = source.runs(request).await?;
    let summaries = summaries_of(view);
    if summaries.is_empty() || page.runs.is_empty() {
        return Ok(page);
    }
    let asked = summaries.iter().map(|column| column.resolved(&view.directions)).collect::<BTreeSet<_>>();
    let request = RunsRequest { columns: Some(asked.into_iter().collect()), ..request.clone() };
    let mut rows: HashMap<RunId, RunRow> =
        source.runs(&request).await?.runs.into_iter().map(|row| (row.run_id, row)).collect();
    for row in &mut page.runs {
        let Some(told) = rows.remove(&row.run_id) else { continue };
        // The best of a metric is found under that name, too.
        let value = |column: &Column| Some((column.clone(), *told.summaries.get(&column.resolved(&view.directions))?));
        row.summaries = summaries.iter().filter_map(value).collect();
    }
    Ok(page)
}

/// As [`page_of`], for the runs of `scope`: `request` says which, unless they are several run sets. Of these only those
/// that pass `within`, if that is given, one set after the other.
pub(super) async fn page_of_scope(
    scope: &Scope,
    request: &RunsRequest,
    view: &View,
    within: Option<&str>,
) -> Result<RunsPage, ApiError> {
    let Scope::Sets(of) = scope else { return page_of(&scope.source(), request, view).await };
    let mut pages = Vec::with_capacity(of.len());
    for set in of.iter() {
        pages.push(page_of(&set.source, &set_request(set, within), view).await?);
    }
    Ok(sets::joined(of, pages))
}

/// The first page of a run set that is drawn with others.
pub(super) fn set_request(set: &SetOf, within: Option<&str>) -> RunsRequest {
    let filter = applied_filter(&set.view);
    RunsRequest {
        experiments: vec![set.experiment.clone()],
        filter: within.map_or(filter.clone(), |within| both(within, &filter)),
        order_by: vec![order::asked_order(&set.view)],
        limit: PAGE as u32,
        ..RunsRequest::default()
    }
}

/// A query for what passes both.
pub(super) fn both(one: &str, filter: &str) -> String {
    if filter.is_empty() { one.to_owned() } else { format!("{one} AND ({filter})") }
}

/// What the server does for the list, because not all runs are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Remote {
    /// It searches.
    pub search: bool,
    /// It looks which runs pass the brushes.
    pub brushes: bool,
}

/// The first page of the runs that `view` asks for, as far as the server is to look after it.
pub(super) fn request(scope: &Scope, view: &View, remote: Remote) -> RunsRequest {
    let filter = match scope {
        Scope::Run(_, run) => format!("attributes.run_id = '{run}'"),
        Scope::Experiment(_) | Scope::Report(..) if remote.search && !view.search.is_empty() => {
            let named = format!("attributes.run_name ILIKE '%{}%'", view.search.replace('\'', "_"));
            both(&named, &applied_filter(view))
        }
        Scope::Experiment(_) | Scope::Report(..) | Scope::Sets(_) => applied_filter(view),
    };
    RunsRequest {
        experiments: scope.experiments(),
        filter,
        brushes: if remote.brushes { resolved(&view.brushes, &view.directions) } else { Brushes::new() },
        order_by: vec![order::asked_order(view)],
        limit: PAGE as u32,
        ..RunsRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::brush::Brush;

    #[test]
    fn a_filter_that_cannot_be_read_asks_for_all() {
        for (filter, applied) in [(" user = 'a' ", "user = 'a'"), ("user =", ""), ("", "")] {
            assert_eq!(applied_filter(&View { filter: filter.into(), ..View::default() }), applied);
        }
        let mut view = View { filter: "user = 'a'".into(), within: Some("best".into()), ..View::default() };
        assert_eq!(applied_filter(&view), "user = 'a'", "a selection that is gone leaves nothing out");
        view.selections.insert("best".into(), ["00c0ffee", "0000000b", "no'id"].map(String::from).into());
        let filter = applied_filter(&view);
        assert_eq!(filter, "attributes.run_id RLIKE '^(0000000b|00c0ffee)' AND (user = 'a')");
        assert!(parse_query(&filter).is_ok());
        view.selections.insert("best".into(), (0..10_000).map(|run| format!("{run:08x}")).collect());
        assert!(parse_query(&applied_filter(&view)).is_ok(), "a selection of thousands is read, too");
        view.selections.insert("best".into(), BTreeSet::new());
        assert!(parse_query(&applied_filter(&view)).is_ok());
        assert_eq!(both("a", "b OR c"), "a AND (b OR c)");
        let hidden: Vec<String> = (0..10_000).map(|run| format!("{run:08x}")).collect();
        for (filter, hidden, asked) in [
            ("user = 'a'", &hidden[..0], "user = 'a'"),
            ("", &hidden[7..8], "NOT (attributes.run_id RLIKE '^(00000007)')"),
            ("user = 'a'", &hidden[7..8], "NOT (attributes.run_id RLIKE '^(00000007)') AND (user = 'a')"),
        ] {
            assert_eq!(without(filter, hidden), asked);
            assert!(parse_query(asked).is_ok());
        }
        assert!(parse_query(&without("user = 'a'", &hidden)).is_ok(), "thousands are left out, too");
    }

    #[test]
    fn the_server_searches_and_brushes_where_not_all_is_loaded() {
        let scope = Scope::Experiment("7".into());
        let best: Column = "metrics@best.loss".parse().expect("a column");
        let brushes = Brushes::from([(best, Brush::over(0.0, 1.0))]);
        let view = View { search: "it's".into(), brushes, ..View::default() };
        let local = request(&scope, &view, Remote::default());
        assert!(local.filter.is_empty() && local.brushes.is_empty());
        let remote = request(&scope, &view, Remote { search: true, brushes: true });
        assert_eq!(remote.filter, "attributes.run_name ILIKE '%it_s%'");
        let columns: Vec<String> = remote.brushes.keys().map(ToString::to_string).collect();
        assert_eq!(columns, ["metrics@min.loss"], "the server knows no best");
    }
}
