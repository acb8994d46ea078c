//! Colours of runs and of numbers.
//!
//! A run's colour is a hash of its id into a fixed palette, so filtering never recolours a chart.

use crate::{
    oklch::{lab_of, rgb_of, rgb_of_lch},
    theme::Rgb,
};
use data::run::RunId;

/// How many colours runs are spread over.
pub const RUN_COLORS: usize = 24;

/// The colour of a run, the same everywhere and for ever.
pub fn run_color(run: RunId, dark: bool) -> Rgb {
    palette_color(palette_index(run), dark)
}

/// A run's place in the palette, below [`RUN_COLORS`].
pub fn palette_index(run: RunId) -> usize {
    let mut mixed = (run.0 >> 64) as u64 ^ (run.0 as u64).rotate_left(32);
    // The finalizer of MurmurHash3: ids that count up must spread too.
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^= mixed >> 33;
    (mixed % RUN_COLORS as u64) as usize
}

/// Colour `index` of the palette, counted round. The first ones differ most, so categories
/// take them in order.
pub fn palette_color(index: usize, dark: bool) -> Rgb {
    let hue = (index * 7 % RUN_COLORS) as f64 * 360.0 / RUN_COLORS as f64;
    rgb_of_lch(if dark { 0.74 } else { 0.6 }, 0.14, hue)
}

/// What has no category of its own: "other", missing values.
pub fn other_color(dark: bool) -> Rgb {
    if dark { Rgb(0x7d, 0x84, 0x8f) } else { Rgb(0x86, 0x8d, 0x98) }
}

/// A ramp of colours for numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ramp {
    /// Purple to yellow.
    #[default]
    Viridis,
    /// Blue to yellow, the same to the colour-blind.
    Cividis,
}

impl Ramp {
    /// Colours at equal distances. Source: matplotlib's `viridis` and `cividis` at k/8.
    fn stops(self) -> [Rgb; 9] {
        let rows = match self {
            Ramp::Viridis => [0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725],
            Ramp::Cividis => [0x00224e, 0x1a386f, 0x434e6c, 0x61656f, 0x7d7c78, 0x9b9476, 0xbcae6c, 0xdec958, 0xfee838],
        };
        rows.map(|bits: u32| Rgb((bits >> 16) as u8, (bits >> 8) as u8, bits as u8))
    }

    /// The colour at `share` of the way, `0.0..=1.0`; NaN has the colour of "other" on light ground.
    pub fn color(self, share: f64) -> Rgb {
        if share.is_nan() {
            return other_color(false);
        }
        let stops = self.stops();
        let at = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
        let before = (at as usize).min(stops.len() - 2);
        let (a, b, part) = (lab_of(stops[before]), lab_of(stops[before + 1]), at - before as f64);
        rgb_of(std::array::from_fn(|i| a[i] + (b[i] - a[i]) * part))
    }

    /// The colour at `share` for a line: the end of the ramp that the surface would swallow is left
    /// out, so that every line can be seen.
    pub fn line_color(self, share: f64, dark: bool) -> Rgb {
        let [from, to] = if dark { [0.3, 1.0] } else { [0.0, 0.68] };
        self.color(if share.is_nan() { share } else { from + (to - from) * share.clamp(0.0, 1.0) })
    }
}
