//! What the word at the cursor of an expression could become: metrics, params, functions.

use crate::ui::suggest::{Proposal, Proposals, found_in};
use data::expression::{Expression, Function};

/// How many params are offered beside metrics and functions.
const MOST_PARAMS: usize = 4;

/// Calls that are no [`Function`]: what they insert, how they are called, what they say.
const OTHER_RUNS: [(&str, &str, &str); 2] = [
    ("baseline(", "baseline(x)", "the same, calculated for the baseline"),
    ("run(\"", "run(\"name\", x)", "the same, calculated for another run"),
];

/// What the word at the cursor of `typed` could become, where runs logged these metrics and params.
pub fn completion(typed: &str, cursor: usize, metrics: &[String], params: &[String]) -> Proposals {
    let part_of_name = |c: char| c.is_alphanumeric() || "_./`".contains(c);
    let from = typed[..cursor]
        .rfind(|c| !part_of_name(c))
        .map_or(0, |at| at + typed[at..].chars().next().map_or(0, char::len_utf8));
    let to = typed[cursor..].find(|c| !part_of_name(c)).map_or(typed.len(), |at| cursor + at);
    let word = typed[from..cursor].trim_start_matches('`');
    if word.is_empty() && !takes_a_value(&typed[..from]) {
        return Proposals::default();
    }
    let alone = typed[..from].trim().is_empty() && typed[to..].trim().is_empty();
    let metric = |name: String| {
        // A name that is all there is counts as it is; inside an expression some names need quotes.
        let word = if alone { name.clone() } else { Expression::metric(&name).to_string() };
        Proposal { word, shown: name, help: "" }
    };
    let (first, later): (Vec<_>, Vec<_>) =
        found_in(word, metrics.iter().cloned()).into_iter().partition(|name| begins(name, word));
    let open = typed[to..].starts_with('(');
    let params: Vec<_> = match word.strip_prefix("params.").or((!word.is_empty()).then_some(word)) {
        Some(word) => found_in(word, params.iter().cloned()).into_iter().take(MOST_PARAMS).map(param).collect(),
        None => Vec::new(),
    };
    let words =
        first.into_iter().map(metric).chain(functions(word, open)).chain(params).chain(later.into_iter().map(metric));
    Proposals::of(from..to, words)
}

/// Whether a value stands next after `before`.
fn takes_a_value(before: &str) -> bool {
    before.trim_end().chars().next_back().is_none_or(|last| "+-*/%(,".contains(last))
}

fn begins(name: &str, word: &str) -> bool {
    name.to_lowercase().starts_with(&word.to_lowercase())
}

/// The functions whose names begin with `word`; the parenthesis comes along where there is none yet.
fn functions(word: &str, open: bool) -> Vec<Proposal> {
    let call = |name: &str| if open { name.to_owned() } else { format!("{name}(") };
    let own = Function::ALL.into_iter().filter(|function| begins(function.name(), word));
    let own =
        own.map(|function| Proposal { word: call(function.name()), shown: function.usage(), help: function.help() });
    let others = OTHER_RUNS.into_iter().filter(|(_, usage, _)| begins(usage, word));
    own.chain(others.map(|(word, usage, help)| Proposal { word: word.to_owned(), shown: usage.to_owned(), help }))
        .collect()
}

fn param(name: String) -> Proposal {
    let bare = format!("params.{name}");
    let is_bare = Expression::parse(&bare).is_ok_and(|read| read.needs().params.iter().any(|(_, read)| *read == name));
    let word = if is_bare { bare } else { format!("params.`{}`", name.replace('`', "``")) };
    Proposal { shown: word.clone(), word, help: "a param, where it writes a number" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(typed: &str, cursor: usize) -> (std::ops::Range<usize>, Vec<String>) {
        let metrics = ["val/loss", "train/loss", "lr", "my loss (%)"].map(str::to_owned);
        let params = ["lr", "weight decay", "batch_size"].map(str::to_owned);
        let found = completion(typed, cursor, &metrics, &params);
        (found.part, found.words.into_iter().map(|proposal| proposal.word).collect())
    }

    #[test]
    fn the_word_at_the_cursor_is_completed() {
        for (typed, cursor, part, expected) in [
            ("val", 3, 0..3, &["val/loss"][..]),
            ("val/loss - tra", 14, 11..14, &["train/loss"]),
            ("val/loss - my", 13, 11..13, &["`my loss (%)`"]),
            ("my", 2, 0..2, &["my loss (%)"]),
            (
                "log10(lo) + 1",
                8,
                6..8,
                &["log(", "log10(", "log2(", "lowest(", "val/loss", "train/loss", "`my loss (%)`"],
            ),
            ("em", 2, 0..2, &["ema("]),
            ("em(lr, 0.9)", 2, 0..2, &["ema"]),
            ("lr / params.wei", 15, 5..15, &["params.`weight decay`"]),
            ("lr - base", 9, 5..9, &["baseline("]),
            ("lr ", 3, 0..0, &[]),
        ] {
            assert_eq!(
                words(typed, cursor),
                (part, expected.iter().map(|word| (*word).to_owned()).collect()),
                "{typed}"
            );
        }
        let (part, all) = words("lr - ", 5);
        assert_eq!(
            (part, all[0].as_str()),
            (5..5, "lr"),
            "where a value stands next, metrics and functions are offered"
        );
        assert!(all.contains(&"log(".to_owned()));
    }

    #[test]
    fn what_is_offered_reads_as_an_expression() {
        for function in Function::ALL {
            assert!(!function.help().is_empty() && function.help().len() < 60, "{}", function.name());
            let found = completion(function.name(), function.name().len(), &[], &[]);
            assert!(found.words.iter().any(|proposal| proposal.word == format!("{}(", function.name())));
        }
    }
}
