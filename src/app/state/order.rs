//! The order of the runs: sort keys, of which the first counts most.

use super::Workspace;
use data::{
    column::Column,
    query::{Field, OrderKey, RunAttribute, parse_sort},
    view::View,
};
use leptos::prelude::*;

/// One key to sort runs by.
pub type SortKey = OrderKey<RunAttribute>;

/// The sort keys of a text; none of one that cannot be read.
pub fn keys_of(text: &str) -> Vec<SortKey> {
    parse_sort(text).unwrap_or_default()
}

/// Where `field` stands among the keys, counted from 0, and whether it puts the greatest first.
pub fn place_of(keys: &[SortKey], field: &Field<RunAttribute>) -> Option<(usize, bool)> {
    keys.iter().position(|key| key.field == *field).map(|at| (at, keys[at].descending))
}

/// Sorts by `field`: from the smallest on, then from the greatest on, then no more. The other keys stay if the
/// field is `added` to them, and go if not.
pub fn turn(keys: &mut Vec<SortKey>, field: Field<RunAttribute>, added: bool) {
    if !added {
        keys.retain(|key| key.field == field);
    }
    match place_of(keys, &field) {
        None => keys.push(OrderKey { field, descending: false }),
        Some((at, false)) => keys[at].descending = true,
        Some((at, true)) => drop(keys.remove(at)),
    }
}

/// The order that `view` asks the server for, with the best of a metric written as its least or greatest.
pub fn asked_order(view: &View) -> String {
    let keys = keys_of(&view.order_by).into_iter();
    text_of(&keys.map(|key| OrderKey { field: key.field.resolved(&view.directions), ..key }).collect::<Vec<_>>())
}

fn text_of(keys: &[SortKey]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Workspace {
    /// The sort keys; none for the newest first.
    pub fn order(&self) -> Memo<Vec<SortKey>> {
        self.view(|view| keys_of(&view.order_by))
    }

    /// Changes the sort keys.
    pub fn change_order(&self, change: impl FnOnce(&mut Vec<SortKey>)) {
        self.change("order", |view| {
            let mut keys = keys_of(&view.order_by);
            change(&mut keys);
            view.order_by = text_of(&keys);
        });
    }

    /// Sorts by `column`, the other way round, or no more: see [`turn`].
    pub fn sort(&self, column: &Column, added: bool) {
        self.change_order(|keys| turn(keys, column.field(), added));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_turn_and_go() {
        for (name, before, key, added, after) in [
            ("the first key", "", "params.a", false, "params.a ASC"),
            ("the same key again", "params.a ASC", "params.a", false, "params.a DESC"),
            ("and again", "params.a DESC", "params.a", false, ""),
            ("another key alone", "params.a ASC, params.b ASC", "params.c", false, "params.c ASC"),
            ("one of two alone", "params.a ASC, params.b ASC", "params.b", false, "params.b DESC"),
            ("another key beside", "params.a ASC", "metrics@min.b", true, "params.a ASC, metrics@min.b ASC"),
            ("one of two turned", "params.a ASC, params.b ASC", "params.a", true, "params.a DESC, params.b ASC"),
            ("one of two let go", "params.a DESC, params.b ASC", "params.a", true, "params.b ASC"),
            ("a name with a comma", "params.`a, b` ASC", "params.a, b", true, "params.`a, b` DESC"),
            ("what cannot be read goes", "params.", "params.b", true, "params.b ASC"),
        ] {
            let mut keys = keys_of(before);
            turn(&mut keys, key.parse::<Column>().expect(key).field(), added);
            assert_eq!(text_of(&keys), after, "{name}");
        }
    }

    #[test]
    fn the_best_is_asked_for_as_what_it_means() {
        let view = View { order_by: "metrics@best.acc DESC, params.a".into(), ..View::default() };
        assert_eq!(asked_order(&view), "metrics@max.acc DESC, params.a ASC");
    }
}
