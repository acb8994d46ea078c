//! The digits that the live training learns: scikit-learn's 1,797, of 8 x 8 pixels each.

use crate::demo::synthetic::Random;
use flate2::read::ZlibDecoder;
use std::io::Read;

const SIDE: usize = 8;
/// Pixels of a digit.
pub(super) const PIXELS: usize = SIDE * SIDE;

/// A digit: its pixels in 0..=1, and what it is, 0..=9.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digit {
    pub pixels: [f32; PIXELS],
    pub label: usize,
}

/// All digits: the first three quarters to learn from, the rest to judge by.
pub(super) struct Digits {
    all: Vec<Digit>,
    learned: usize,
}

impl Digits {
    /// The digits inside the program.
    pub(super) fn embedded() -> Digits {
        let mut rows = Vec::new();
        let read = ZlibDecoder::new(&include_bytes!("../recordings/digits.bin")[..]).read_to_end(&mut rows);
        read.expect("the digits were deflated by record/pixels.py");
        let all: Vec<Digit> = rows
            .chunks_exact(PIXELS + 1)
            .map(|row| Digit {
                pixels: std::array::from_fn(|at| f32::from(row[at]) / 16.0),
                label: usize::from(row[PIXELS]),
            })
            .collect();
        Digits { learned: all.len() * 3 / 4, all }
    }

    /// The digits to judge by.
    pub(super) fn held_out(&self) -> &[Digit] {
        &self.all[self.learned..]
    }

    /// A digit to learn from, moved by up to a pixel each way.
    pub(super) fn moved_at_random(&self, random: &mut Random) -> Digit {
        let digit = &self.all[(random.bits() % self.learned as u64) as usize];
        let (right, down) = ((random.bits() % 3) as isize - 1, (random.bits() % 3) as isize - 1);
        let pixels = std::array::from_fn(|at| {
            let from = ((at / SIDE) as isize - down, (at % SIDE) as isize - right);
            let inside = (0..SIDE as isize).contains(&from.0) && (0..SIDE as isize).contains(&from.1);
            if inside { digit.pixels[from.0 as usize * SIDE + from.1 as usize] } else { 0.0 }
        });
        Digit { pixels, label: digit.label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_all_there() {
        let digits = Digits::embedded();
        assert_eq!(digits.all.len(), 1797);
        for label in 0..10 {
            let count = digits.all.iter().filter(|digit| digit.label == label).count();
            assert!((170..190).contains(&count), "{count} of {label}");
        }
        assert!(digits.all.iter().flat_map(|digit| digit.pixels).all(|pixel| (0.0..=1.0).contains(&pixel)));
    }
}
