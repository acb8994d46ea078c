//! What all runs of an experiment have in one column, in memory.

use data::{column::Cell, groups::GroupValue, series::number_of_text};
use std::collections::HashMap;

/// Stands for a number that a run does not have: a NaN that no client can log, because the store keeps every NaN as NULL.
const MISSING: u64 = 0x7ff8_dead_0000_0001;
/// Stands for a text that a run does not have.
const NO_TEXT: u32 = u32::MAX;

/// One column, by the place of a run in its table.
#[derive(Debug, Clone)]
pub(super) enum Values {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Texts, each by its place among the distinct ones.
    Texts(Texts),
}

/// A column of texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    codes: Vec<u32>,
    distinct: Vec<Box<str>>,
    /// The number that each distinct text writes, where texts that write numbers are numbers.
    numbers: Vec<Option<f64>>,
    code_by_text: HashMap<Box<str>, u32>,
    /// Whether a text that writes a number is one: so of params and tags, not of names.
    numeric: bool,
}

impl Values {
    /// A column of numbers that no run has yet.
    pub fn numbers() -> Values {
        Values::Numbers(Vec::new())
    }

    /// A column of texts that no run has yet.
    pub fn texts(numeric: bool) -> Values {
        Values::Texts(Texts { numeric, ..Texts::default() })
    }

    /// Makes room for `rows` runs; those that are new have nothing.
    pub fn grow(&mut self, rows: usize) {
        match self {
            Values::Numbers(numbers) => numbers.resize(rows, f64::from_bits(MISSING)),
            Values::Texts(texts) => texts.codes.resize(rows, NO_TEXT),
        }
    }

    /// Takes what the run at `row` has away.
    pub fn clear(&mut self, row: usize) {
        match self {
            Values::Numbers(numbers) => numbers[row] = f64::from_bits(MISSING),
            Values::Texts(texts) => texts.codes[row] = NO_TEXT,
        }
    }

    /// Sets the number of the run at `row`.
    pub fn set_number(&mut self, row: usize, y: f64) {
        if let Values::Numbers(numbers) = self {
            numbers[row] = if y.is_nan() { f64::NAN } else { y };
        }
    }

    /// Sets the text of the run at `row`.
    pub fn set_text(&mut self, row: usize, text: &str) {
        if let Values::Texts(texts) = self {
            texts.codes[row] = texts.code_of(text);
        }
    }

    /// What the run at `row` has.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Values::Numbers(numbers) => number(numbers[row]).map_or(Cell::Missing, Cell::Number),
            Values::Texts(texts) => match texts.codes[row] {
                NO_TEXT => Cell::Missing,
                code => texts.numbers[code as usize]
                    .map_or_else(|| Cell::Text(&texts.distinct[code as usize]), Cell::Number),
            },
        }
    }

    /// The number of the run at `row`, also one that a text writes; `None` if it has none.
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Values::Numbers(numbers) => number(numbers[row]),
            Values::Texts(texts) => texts.numbers.get(texts.codes[row] as usize).copied().flatten(),
        }
    }

    /// What the run at `row` has, exactly.
    pub fn exact(&self, row: usize) -> GroupValue {
        match self {
            Values::Numbers(numbers) => number(numbers[row]).map_or(GroupValue::Missing, GroupValue::Number),
            Values::Texts(texts) => match texts.codes[row] {
                NO_TEXT => GroupValue::Missing,
                code => GroupValue::Text(texts.distinct[code as usize].to_string()),
            },
        }
    }

    /// A number that two runs share exactly if they have the same; `u64::MAX` for nothing.
    pub fn code(&self, row: usize) -> u64 {
        match self {
            Values::Numbers(numbers) => match number(numbers[row]) {
                None => u64::MAX,
                Some(y) => code_of_number(y),
            },
            Values::Texts(texts) => match texts.codes[row] {
                NO_TEXT => u64::MAX,
                code => u64::from(code),
            },
        }
    }

    /// Whether the run at `row` has anything.
    pub fn has(&self, row: usize) -> bool {
        match self {
            Values::Numbers(numbers) => number(numbers[row]).is_some(),
            Values::Texts(texts) => texts.codes[row] != NO_TEXT,
        }
    }

    /// For each run whether it has exactly `value`.
    pub fn exactly(&self, value: &GroupValue) -> Vec<bool> {
        let wanted = match (self, value) {
            (_, GroupValue::Missing) => u64::MAX,
            (Values::Texts(texts), GroupValue::Text(text)) => match texts.code_by_text.get(&**text) {
                Some(&code) => u64::from(code),
                None => return vec![false; texts.codes.len()],
            },
            (Values::Numbers(_), GroupValue::Number(y)) => code_of_number(*y),
            (Values::Texts(Texts { codes, .. }), GroupValue::Number(_)) => return vec![false; codes.len()],
            (Values::Numbers(numbers), GroupValue::Text(_)) => return vec![false; numbers.len()],
        };
        (0..self.rows()).map(|row| self.code(row) == wanted).collect()
    }

    fn rows(&self) -> usize {
        match self {
            Values::Numbers(numbers) => numbers.len(),
            Values::Texts(texts) => texts.codes.len(),
        }
    }

    /// For each run whether its text passes; a run without one does not. Each distinct text is looked at once.
    pub fn texts_pass(&self, passes: impl Fn(&str, Option<f64>) -> bool) -> Vec<bool> {
        let Values::Texts(texts) = self else { return Vec::new() };
        let verdicts: Vec<bool> =
            texts.distinct.iter().zip(&texts.numbers).map(|(text, number)| passes(text, *number)).collect();
        texts.codes.iter().map(|&code| verdicts.get(code as usize).copied().unwrap_or(false)).collect()
    }

    /// For each run whether its number passes; a run without one does not.
    pub fn numbers_pass(&self, passes: impl Fn(f64) -> bool) -> Vec<bool> {
        let Values::Numbers(numbers) = self else { return Vec::new() };
        numbers.iter().map(|&y| number(y).is_some_and(&passes)).collect()
    }

    /// For each run whether what it has passes, also nothing. Each distinct text is looked at once.
    pub fn pass(&self, passes: impl Fn(Cell) -> bool) -> Vec<bool> {
        let Values::Texts(texts) = self else { return (0..self.rows()).map(|row| passes(self.cell(row))).collect() };
        let mut verdicts = texts.cells().map(&passes).collect::<Vec<bool>>();
        verdicts.push(passes(Cell::Missing));
        let nothing = verdicts.len() - 1;
        texts.codes.iter().map(|&code| verdicts[(code as usize).min(nothing)]).collect()
    }

    /// How many numbers and texts it keeps, as a measure of its memory.
    pub fn size(&self) -> usize {
        match self {
            Values::Numbers(numbers) => numbers.len(),
            // A distinct text costs about a dozen numbers.
            Values::Texts(texts) => texts.codes.len() / 2 + texts.distinct.len() * 12,
        }
    }
}

impl Texts {
    /// The cell of each distinct text.
    fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        let both = self.distinct.iter().zip(&self.numbers);
        both.map(|(text, number)| number.map_or(Cell::Text(text), Cell::Number))
    }

    fn code_of(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.code_by_text.get(text) {
            return code;
        }
        let code = self.distinct.len() as u32;
        self.distinct.push(text.into());
        self.numbers.push(if self.numeric { number_of_text(text) } else { None });
        self.code_by_text.insert(text.into(), code);
        code
    }
}

/// The same for all NaNs, and for both zeros.
fn code_of_number(y: f64) -> u64 {
    if y.is_nan() { f64::NAN.to_bits() } else { (y + 0.0).to_bits() }
}

fn number(y: f64) -> Option<f64> {
    (y.to_bits() != MISSING).then_some(y)
}
