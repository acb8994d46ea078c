//! Whether one value passes a test: the same for a store's columns and for rows that are at hand.

use super::{Ordering, Test};

/// What looks whether a text holds a match of a regular expression. Who asks brings it: a store has another engine than a
/// browser.
pub type Matching = Box<dyn Fn(&str) -> bool>;

impl Test {
    /// Whether a whole number passes.
    pub fn passes_whole(&self, n: i64) -> bool {
        match self {
            Test::Whole(ordering, other) => ordering.holds(n.cmp(other)),
            Test::Present(wanted) => *wanted,
            // The parser asks nothing else of whole numbers.
            Test::Number(..) | Test::Text(..) | Test::Like { .. } | Test::Matches(_) | Test::In(..) => false,
        }
    }
}

impl Ordering {
    /// Whether this is the side that was found.
    fn holds(self, found: std::cmp::Ordering) -> bool {
        match self {
            Ordering::Equal => found.is_eq(),
            Ordering::NotEqual => found.is_ne(),
            Ordering::Less => found.is_lt(),
            Ordering::LessOrEqual => found.is_le(),
            Ordering::Greater => found.is_gt(),
            Ordering::GreaterOrEqual => found.is_ge(),
        }
    }

    /// Whether `x` lies on this side of `y`; NaN differs from every number, and lies on no side of it.
    pub fn passes(self, x: f64, y: f64) -> bool {
        x.partial_cmp(&y).map_or(self == Ordering::NotEqual, |found| self.holds(found))
    }
}

/// A test of texts, ready to be asked of many.
pub struct TextTest<'a> {
    test: &'a Test,
    matching: Option<Matching>,
}

impl<'a> TextTest<'a> {
    /// `test` with its regular expression, if it has one, as `compile` makes it ready.
    pub fn new<E>(test: &'a Test, compile: impl Fn(&str) -> Result<Matching, E>) -> Result<TextTest<'a>, E> {
        let matching = if let Test::Matches(pattern) = test { Some(compile(pattern)?) } else { None };
        Ok(TextTest { test, matching })
    }

    /// Whether `text` passes, which writes `number` if it writes one.
    pub fn passes(&self, text: &str, number: Option<f64>) -> bool {
        match self.test {
            Test::Number(ordering, y) => number.is_some_and(|x| ordering.passes(x, *y)),
            Test::Text(equal, wanted) => (text == wanted) == *equal,
            Test::Like { pattern, ignore_case } => like(pattern, text, *ignore_case),
            Test::Matches(_) => self.matching.as_ref().is_some_and(|matches| matches(text)),
            Test::In(wanted, texts) => texts.iter().any(|one| one == text) == *wanted,
            Test::Present(wanted) => *wanted,
            Test::Whole(..) => false,
        }
    }
}

/// Whether `text` fits `pattern`, in which `%` is any text and `_` any one character, as SQLite reads it: without
/// case only letters of ASCII are alike.
pub fn like(pattern: &str, text: &str, ignore_case: bool) -> bool {
    let alike = |a: char, b: char| a == b || (ignore_case && a.eq_ignore_ascii_case(&b));
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut of) = (0, 0);
    // Where the last % stands, and how much of the text it took so far.
    let mut any: Option<(usize, usize)> = None;
    while of < text.len() {
        match pattern.get(at) {
            Some('%') => {
                any = Some((at, of));
                at += 1;
            }
            Some(&c) if c == '_' || alike(c, text[of]) => {
                at += 1;
                of += 1;
            }
            Some(_) | None => {
                let Some((percent, taken)) = any else { return false };
                any = Some((percent, taken + 1));
                (at, of) = (percent + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&c| c == '%')
}
