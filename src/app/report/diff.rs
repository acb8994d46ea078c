//! What changed between two forms of a report: lines, and the words in them.

use data::{
    diff::{Side, diff},
    report::answers::DiffLine,
};
use leptos::prelude::*;

/// How many unchanged lines stand around what changed.
const AROUND: usize = 2;

/// A line as it is shown, with the words in it that changed.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    side: &'static str,
    /// Pieces of the line, and whether each changed.
    pieces: Vec<(bool, String)>,
}

/// The lines that differ, with a few around them.
#[component]
pub fn DiffLines(lines: Vec<DiffLine>) -> impl IntoView {
    if lines.iter().all(|line| line.side == Side::Both) {
        return view! { <p class="report-missing">"Nothing changed that can be read."</p> }.into_any();
    }
    let piece = |side: &'static str| {
        move |(changed, text): (bool, String)| match (changed, side) {
            (true, "lost") => view! { <del>{text}</del> }.into_any(),
            (true, _) => view! { <ins>{text}</ins> }.into_any(),
            (false, _) => text.into_any(),
        }
    };
    let row = |line: Shown| {
        let pieces = line.pieces.into_iter().map(piece(line.side)).collect_view();
        view! { <div class="report-diff-line" data-side=line.side>{pieces}</div> }
    };
    let rows = shown(&lines).into_iter().map(row).collect_view();
    view! { <div class="report-diff" role="region" aria-label="Changes" tabindex="0">{rows}</div> }.into_any()
}

/// The lines that differ with a few around them; a gap stands for the rest.
fn shown(lines: &[DiffLine]) -> Vec<Shown> {
    let near = |at: usize| {
        let around = &lines[at.saturating_sub(AROUND)..(at + AROUND + 1).min(lines.len())];
        around.iter().any(|line| line.side != Side::Both)
    };
    let mut out: Vec<Shown> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let lost = lines[at..].iter().take_while(|line| line.side == Side::Lost).count();
        let added = lines[at + lost..].iter().take_while(|line| line.side == Side::Added).count();
        if lost + added > 0 {
            let (old, new) = (&lines[at..at + lost], &lines[at + lost..at + lost + added]);
            // A line that became another one shows which words did.
            let pairs: Vec<_> =
                if lost == added { old.iter().zip(new).map(|(a, b)| words(a, b)).collect() } else { Vec::new() };
            let whole = |line: &DiffLine| vec![(false, line.text.clone())];
            let old = old
                .iter()
                .enumerate()
                .map(|(at, line)| pairs.get(at).map_or_else(|| whole(line), |pair| pair.0.clone()));
            let new = new
                .iter()
                .enumerate()
                .map(|(at, line)| pairs.get(at).map_or_else(|| whole(line), |pair| pair.1.clone()));
            out.extend(old.map(|pieces| Shown { side: "lost", pieces }));
            out.extend(new.map(|pieces| Shown { side: "added", pieces }));
            at += lost + added;
            continue;
        }
        if near(at) {
            out.push(Shown { side: "both", pieces: vec![(false, lines[at].text.clone())] });
        } else if out.last().is_none_or(|last| last.side != "gap") {
            out.push(Shown { side: "gap", pieces: vec![(false, "…".to_owned())] });
        }
        at += 1;
    }
    out
}

type Pieces = Vec<(bool, String)>;

/// The words of a line that became another one, each with whether it changed.
fn words(old: &DiffLine, new: &DiffLine) -> (Pieces, Pieces) {
    let (mut before, mut after) = (Pieces::new(), Pieces::new());
    fn push(pieces: &mut Pieces, changed: bool, text: &str) {
        match pieces.last_mut() {
            _ if text.is_empty() => {}
            Some((last, words)) if *last == changed => words.push_str(text),
            _ => pieces.push((changed, text.to_owned())),
        }
    }
    let (old, new) = (pieces_of(&old.text), pieces_of(&new.text));
    for (side, text) in diff(&old, &new).lines {
        match side {
            Side::Both => {
                push(&mut before, false, text);
                push(&mut after, false, text);
            }
            Side::Lost => push(&mut before, true, text),
            Side::Added => push(&mut after, true, text),
        }
    }
    (before, after)
}

/// A line with each word, and all between two words, on a line of its own, below an empty one.
fn pieces_of(line: &str) -> String {
    let mut out = String::new();
    let mut last = None;
    for c in line.chars() {
        let word = c.is_alphanumeric();
        if last != Some(word) {
            out.push('\n');
        }
        last = Some(word);
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_became_another_shows_its_words() {
        let line = |side, text: &str| DiffLine { side, text: text.into() };
        let mut lines: Vec<DiffLine> = (0..6).map(|at| line(Side::Both, &format!("line {at}"))).collect();
        lines.push(line(Side::Lost, "two seeds a rate"));
        lines.push(line(Side::Added, "three seeds a rate"));
        lines.push(line(Side::Added, "more"));
        let sides: Vec<_> = shown(&lines).iter().map(|line| line.side).collect();
        assert_eq!(sides, ["gap", "both", "both", "lost", "added", "added"], "a few lines around");
        lines.pop();
        let found = shown(&lines);
        assert_eq!(found[3].pieces, [(true, "two".into()), (false, " seeds a rate".into())]);
        assert_eq!(found[4].pieces, [(true, "three".into()), (false, " seeds a rate".into())]);
        let (before, after) = words(&line(Side::Lost, "old words"), &line(Side::Added, "old words, and new"));
        assert_eq!((before, after[1].clone()), (vec![(false, "old words".into())], (true, ", and new".into())));
    }
}
