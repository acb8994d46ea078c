//! Params as codes: few different whole numbers, from which trees choose.

use super::{ParamKind, WhyLeftOut};
use crate::column::Cell;
use std::collections::BTreeMap;

/// How many codes a param has at most, the one for "missing" among them: as many as a number has bits.
pub(super) const MOST_CODES: usize = 64;

/// One param of all runs.
#[derive(Debug, Clone)]
pub(super) struct Feature {
    pub kind: ParamKind,
    /// The code of each run's value. Codes of numbers rise with them.
    pub codes: Vec<u8>,
    /// How many codes there are, "missing" left out.
    pub count: usize,
    /// The code of "missing", if any run lacks the param.
    pub missing_code: Option<u8>,
    /// The numbers, NaN where the param is missing; empty for categories.
    pub numbers: Vec<f64>,
    /// How many different values there are.
    pub values: usize,
    /// How many runs lack the param.
    pub missing: usize,
}

impl Feature {
    /// The feature of what each run has, or why it says nothing.
    pub fn new(cells: &[Cell]) -> Result<Feature, WhyLeftOut> {
        let present = || cells.iter().filter(|cell| **cell != Cell::Missing);
        let truths = present().all(|cell| truth(*cell).is_some());
        let number = |cell: Cell| match cell {
            Cell::Number(number) => Some(number),
            Cell::Text(_) if truths => truth(cell),
            Cell::Text(_) | Cell::Missing => None,
        };
        let numeric = present().next().is_some() && present().all(|cell| number(*cell).is_some());
        let (codes, count, values, numbers) = if numeric {
            // A NaN is no place on an axis: as good as missing.
            let numbers: Vec<f64> = cells.iter().map(|cell| number(*cell).unwrap_or(f64::NAN)).collect();
            let (codes, count, values) = codes_of_numbers(&numbers);
            (codes, count, values, numbers)
        } else {
            let (codes, count, values) = codes_of_texts(cells);
            (codes, count, values, Vec::new())
        };
        let missing = codes.iter().filter(|code| code.is_none()).count();
        if values + usize::from(missing > 0) < 2 {
            return Err(WhyLeftOut::Same);
        }
        if !numeric && values > 2 && values * 2 > cells.len() - missing {
            return Err(WhyLeftOut::Unique);
        }
        let kind = if numeric { ParamKind::Number } else { ParamKind::Category };
        let missing_code = (missing > 0).then_some(count as u8);
        let codes = codes.into_iter().map(|code| code.unwrap_or(count as u8)).collect();
        Ok(Feature { kind, codes, count, missing_code, numbers, values, missing })
    }
}

/// 1 and 0 for true and false.
fn truth(cell: Cell) -> Option<f64> {
    match cell {
        Cell::Text("true" | "True" | "TRUE") => Some(1.0),
        Cell::Text("false" | "False" | "FALSE") => Some(0.0),
        Cell::Text(_) | Cell::Number(_) | Cell::Missing => None,
    }
}

/// A code for each number, `None` for NaN; how many codes there are, and how many different numbers. Of many numbers
/// neighbours share a code, so that each has about as many runs.
fn codes_of_numbers(numbers: &[f64]) -> (Vec<Option<u8>>, usize, usize) {
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    let most = MOST_CODES - 1;
    let firsts = if distinct.len() <= most {
        distinct.clone()
    } else {
        let mut firsts: Vec<f64> = (0..most).map(|at| sorted[at * sorted.len() / most]).collect();
        firsts.dedup();
        firsts
    };
    // The last code whose first number is not above it.
    let code =
        |number: &f64| (!number.is_nan()).then(|| (firsts.partition_point(|first| first <= number).max(1) - 1) as u8);
    (numbers.iter().map(code).collect(), firsts.len(), distinct.len())
}

/// A code for each text, the commonest ones first; those for which there are none left share the last.
fn codes_of_texts(cells: &[Cell]) -> (Vec<Option<u8>>, usize, usize) {
    let text = |cell: &Cell<'_>| -> Option<String> {
        match cell {
            Cell::Text(text) => Some((*text).to_owned()),
            Cell::Number(number) => Some(number.to_string()),
            Cell::Missing => None,
        }
    };
    let texts: Vec<Option<String>> = cells.iter().map(text).collect();
    let mut counts = BTreeMap::<&str, usize>::new();
    texts.iter().flatten().for_each(|text| *counts.entry(text).or_default() += 1);
    let mut common: Vec<(&str, usize)> = counts.into_iter().collect();
    common.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let most = MOST_CODES - 1;
    let code_of: BTreeMap<&str, u8> =
        common.iter().enumerate().map(|(at, (text, _))| (*text, at.min(most - 1) as u8)).collect();
    let codes = texts.iter().map(|text| text.as_ref().map(|text| code_of[text.as_str()])).collect();
    (codes, common.len().min(most), common.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(texts: &[&'static str]) -> Result<(ParamKind, Vec<u8>), WhyLeftOut> {
        let cell = |text: &&'static str| if text.is_empty() { Cell::Missing } else { Cell::of_text(text) };
        Feature::new(&texts.iter().map(cell).collect::<Vec<_>>()).map(|feature| (feature.kind, feature.codes))
    }

    #[test]
    fn params_become_codes() {
        use ParamKind::*;
        for (name, texts, expected) in [
            ("numbers rise", &["0.1", "1e-3", "0.01"][..], Ok((Number, vec![2, 0, 1]))),
            ("one number in two spellings", &["0.001", "1e-3", "2"], Ok((Number, vec![0, 0, 1]))),
            ("true and false", &["True", "False", "True"], Ok((Number, vec![1, 0, 1]))),
            (
                "texts, the commonest first",
                &["sgd", "adam", "adam", "sgd", "adam"],
                Ok((Category, vec![1, 0, 0, 1, 0])),
            ),
            ("numbers and texts are texts", &["0.1", "auto", "0.1", "auto"], Ok((Category, vec![0, 1, 0, 1]))),
            ("missing is a value", &["1", "", "1"], Ok((Number, vec![0, 1, 0]))),
            ("NaN is as good as missing", &["1", "nan", "2"], Ok((Number, vec![0, 2, 1]))),
            ("the same in all", &["1", "1.0", "1"], Err(WhyLeftOut::Same)),
            ("never there", &["", "", ""], Err(WhyLeftOut::Same)),
            ("a folder for each run", &["a/1", "a/2", "a/3", "a/4"], Err(WhyLeftOut::Unique)),
        ] {
            assert_eq!(codes(texts), expected, "{name}");
        }
    }

    #[test]
    fn many_values_share_codes() {
        let texts: Vec<String> = (0..1000).map(|at| at.to_string()).collect();
        let feature = Feature::new(&texts.iter().map(|text| Cell::of_text(text)).collect::<Vec<_>>()).expect("numbers");
        assert_eq!((feature.values, feature.count), (1000, MOST_CODES - 1));
        assert!(feature.codes.is_sorted());
        let most = (0..63).map(|code| feature.codes.iter().filter(|&&own| own == code).count()).max();
        assert!(most.is_some_and(|most| most <= 17), "{most:?} of 1,000 share a code");
        let many: Vec<String> = (0..1000).map(|at| format!("t{}", at % 200)).collect();
        let feature = Feature::new(&many.iter().map(|text| Cell::of_text(text)).collect::<Vec<_>>()).expect("texts");
        assert_eq!((feature.values, feature.count), (200, MOST_CODES - 1));
    }
}
