//! Regular expressions over names, matched in time linear in the name whoever wrote them.
//!
//! The syntax is that of the [`regex-syntax`] crate, as in filters. A pattern becomes a nondeterministic
//! automaton whose states are all followed at once, so that no pattern can run away (Thompson,
//! "Regular Expression Search Algorithm", 1968).
//!
//! [`regex-syntax`]: https://docs.rs/regex-syntax

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Look},
};

/// How long a pattern may be, in bytes.
const LONGEST: usize = 1_000;
/// How deep its groups may lie in each other.
const DEEPEST: u32 = 50;
/// How many steps its automaton may have.
const MOST_STEPS: usize = 2_000;

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {message}")]
pub struct PatternError {
    /// The character that it is about, counted from 1.
    pub at: usize,
    /// What was expected.
    pub message: String,
}

/// A regular expression, ready to look for itself in names.
#[derive(Debug, Clone)]
pub struct Pattern {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    /// Takes a character in one of these ranges, both ends inside, and goes on to the next step.
    Take(Vec<(char, char)>),
    /// Goes on at both.
    Either(usize, usize),
    /// Goes on there.
    Go(usize),
    /// Goes on where this holds.
    At(Look),
    /// All was found.
    Found,
}

impl Pattern {
    /// The pattern that `text` writes.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let whole = |message: &str| PatternError { at: 1, message: message.to_owned() };
        if text.len() > LONGEST {
            return Err(whole(&format!("a pattern has at most {LONGEST} bytes")));
        }
        let (message, offset) = match ParserBuilder::new().nest_limit(DEEPEST).build().parse(text) {
            Ok(hir) => {
                let mut steps = Vec::new();
                compile(&hir, &mut steps).map_err(|()| whole("it repeats too much"))?;
                steps.push(Step::Found);
                return Ok(Pattern { steps });
            }
            Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), error.span().start.offset),
            Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), error.span().start.offset),
            Err(error) => (error.to_string(), 0),
        };
        let at = 1 + text.get(..offset).map_or(0, |before| before.chars().count());
        Err(PatternError { at, message })
    }

    /// Whether it is found anywhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let mut now = States::new(self.steps.len());
        let mut next = States::new(self.steps.len());
        for at in 0..=chars.len() {
            // A match may begin here.
            if self.follow(0, &chars, at, &mut now) {
                return true;
            }
            let Some(c) = chars.get(at) else { return false };
            next.clear();
            for i in 0..now.list.len() {
                let step = now.list[i];
                if let Step::Take(ranges) = &self.steps[step]
                    && ranges.iter().any(|(from, to)| (from..=to).contains(&c))
                    && self.follow(step + 1, &chars, at + 1, &mut next)
                {
                    return true;
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        false
    }

    /// Adds all steps that can be reached from `step` without a character; says whether all was found.
    fn follow(&self, step: usize, chars: &[char], at: usize, states: &mut States) -> bool {
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            if !states.add(step) {
                continue;
            }
            match &self.steps[step] {
                Step::Take(_) => {}
                Step::Either(a, b) => open.extend([*b, *a]),
                Step::Go(to) => open.push(*to),
                Step::At(look) => {
                    if holds(*look, chars, at) {
                        open.push(step + 1);
                    }
                }
                Step::Found => return true,
            }
        }
        false
    }
}

/// The steps that are being followed, each once.
struct States {
    list: Vec<usize>,
    has: Vec<bool>,
}

impl States {
    fn new(steps: usize) -> States {
        States { list: Vec::new(), has: vec![false; steps] }
    }

    fn add(&mut self, step: usize) -> bool {
        let new = !std::mem::replace(&mut self.has[step], true);
        if new {
            self.list.push(step);
        }
        new
    }

    fn clear(&mut self) {
        self.list.clear();
        self.has.fill(false);
    }
}

/// Appends the steps of `hir`; fails when they become too many. It lies at most [`DEEPEST`] deep.
fn compile(hir: &Hir, steps: &mut Vec<Step>) -> Result<(), ()> {
    if steps.len() > MOST_STEPS {
        return Err(());
    }
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            steps.extend(String::from_utf8_lossy(&literal.0).chars().map(|c| Step::Take(vec![(c, c)])));
        }
        HirKind::Class(Class::Unicode(class)) => {
            steps.push(Step::Take(class.iter().map(|range| (range.start(), range.end())).collect()));
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges = class.iter().map(|range| (char::from(range.start()), char::from(range.end())));
            steps.push(Step::Take(ranges.collect()));
        }
        HirKind::Look(look) => steps.push(Step::At(*look)),
        HirKind::Capture(capture) => compile(&capture.sub, steps)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| compile(part, steps))?,
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min {
                compile(&repetition.sub, steps)?;
            }
            match repetition.max {
                Some(max) => {
                    for _ in repetition.min..max {
                        optional(&repetition.sub, false, steps)?;
                    }
                }
                None => optional(&repetition.sub, true, steps)?,
            }
        }
        HirKind::Alternation(parts) => {
            let mut ends = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                if at + 1 == parts.len() {
                    compile(part, steps)?;
                    break;
                }
                let fork = steps.len();
                steps.push(Step::Found);
                compile(part, steps)?;
                ends.push(steps.len());
                steps.push(Step::Found);
                steps[fork] = Step::Either(fork + 1, steps.len());
            }
            let end = steps.len();
            ends.into_iter().for_each(|at| steps[at] = Step::Go(end));
        }
    }
    if steps.len() > MOST_STEPS { Err(()) } else { Ok(()) }
}

/// `hir` or nothing; `again` for any number of times.
fn optional(hir: &Hir, again: bool, steps: &mut Vec<Step>) -> Result<(), ()> {
    let fork = steps.len();
    steps.push(Step::Found);
    compile(hir, steps)?;
    if again {
        steps.push(Step::Go(fork));
    }
    steps[fork] = Step::Either(fork + 1, steps.len());
    Ok(())
}

/// Whether `look` holds before the character at `at`.
fn holds(look: Look, chars: &[char], at: usize) -> bool {
    let (before, after) = (at.checked_sub(1).map(|before| chars[before]), chars.get(at).copied());
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (before_is, after_is) = (word(before), word(after));
    match look {
        Look::Start => at == 0,
        Look::End => at == chars.len(),
        Look::StartLF | Look::StartCRLF => before.is_none_or(|c| c == '\n'),
        Look::EndLF | Look::EndCRLF => after.is_none_or(|c| c == '\n'),
        Look::WordAscii | Look::WordUnicode => before_is != after_is,
        Look::WordAsciiNegate | Look::WordUnicodeNegate => before_is == after_is,
        Look::WordStartAscii | Look::WordStartUnicode => !before_is && after_is,
        Look::WordEndAscii | Look::WordEndUnicode => before_is && !after_is,
        Look::WordStartHalfAscii | Look::WordStartHalfUnicode => !before_is,
        Look::WordEndHalfAscii | Look::WordEndHalfUnicode => !after_is,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn names_are_found_as_regular_expressions_find_them() {
        for (pattern, found, missed) in [
            ("loss", &["loss", "train/loss", "losses"][..], &["los", "LOSS"][..]),
            ("^val/", &["val/loss"], &["train/val/loss"]),
            ("(loss|acc)$", &["train/acc", "loss"], &["loss/x"]),
            ("(?i)LOSS", &["Train/Loss"], &["acc"]),
            (r"layer\.\d+\.grad", &["layer.12.grad"], &["layer.x.grad", "layerx12.grad"]),
            (r"\bf1\b", &["val/f1", "f1"], &["f12", "af1"]),
            ("^a{2,3}$", &["aa", "aaa"], &["a", "aaaa"]),
            ("^(ab)*$", &["", "abab"], &["aba"]),
            ("^a+b?c*$", &["ab", "aacc", "a"], &["b", "abb"]),
            ("", &["", "anything"], &[]),
            ("^[^/]+/[a-cx]$", &["train/b", "é/x"], &["train/d", "a/b/c"]),
            ("größe", &["die größe"], &["grosse"]),
            (".", &["ü"], &["", "\n"]),
        ] {
            let pattern_of = Pattern::parse(pattern).expect(pattern);
            for name in found {
                assert!(pattern_of.is_match(name), "{pattern} in {name}");
            }
            for name in missed {
                assert!(!pattern_of.is_match(name), "{pattern} not in {name}");
            }
        }
    }

    #[test]
    fn what_is_no_pattern_says_where() {
        for (text, at, part) in [
            ("(loss", 1, "unclosed group"),
            ("é[z-a]", 3, "invalid character class range"),
            ("a**{", 5, "repetition"),
            ("(a{500}){500}", 1, "repeats too much"),
            (&"x".repeat(1_001), 1, "at most 1000 bytes"),
        ] {
            let error = Pattern::parse(text).expect_err(text);
            assert!(error.at <= at.max(text.chars().count()) && error.message.contains(part), "{text}: {error}");
        }
        assert_eq!(Pattern::parse("é[z-a]").expect_err("no range").at, 3);
    }

    #[test]
    fn no_pattern_runs_away() {
        let pattern = Pattern::parse("^(a*)*(a|a)*(a?){99}b$").expect("a pattern");
        let began = Instant::now();
        assert!(!pattern.is_match(&"a".repeat(2_000)));
        assert!(began.elapsed() < Duration::from_secs(2));
    }
}
