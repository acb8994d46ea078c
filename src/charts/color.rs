//! Colours of runs and of numbers.
//!
//! A run's colour is its place in a fixed palette, which the server gives it when it is made: see
//! `data::run::RunRow::color`. So filtering never recolours a chart, and neighbours differ most.

use crate::{
    oklch::{lab_of, rgb_of},
    theme::Rgb,
};

/// How many colours runs are spread over.
pub const RUN_COLORS: usize = 24;

/// Colours on light and on dark ground, found by `examples/palette.rs`: near one lightness a theme, each
/// as different as can be from all before it, to common sight and to the colour-blind. Written out, so
/// that every machine agrees for ever.
const PALETTE: [[u32; 2]; RUN_COLORS] = [
    [0x2275e8, 0x71aaff],
    [0xab3e00, 0xef611b],
    [0x8f9800, 0xbfcb00],
    [0xc5718c, 0xfaa1bc],
    [0x983d86, 0xcb6cb6],
    [0x487251, 0x75a07d],
    [0x7045c5, 0x9d76fb],
    [0x9f7e55, 0xd0ae83],
    [0x6098b1, 0x8fc9e3],
    [0xcd3976, 0xff72a5],
    [0x9564a4, 0xc693d6],
    [0x578c19, 0x85bc52],
    [0x737fff, 0xaebaff],
    [0x5d5da3, 0x898bd5],
    [0xa65357, 0xda8184],
    [0x766434, 0xa49261],
    [0x008372, 0x3bb5a1],
    [0x00998e, 0x00cfc1],
    [0xcd6033, 0xff9369],
    [0x7f57b9, 0xad87ed],
    [0xb58072, 0xe8b0a0],
    [0x8b7ba9, 0xbbabdb],
    [0x81638b, 0xb191bb],
    [0xb257cd, 0xe48aff],
];

/// Colour `index` of the palette, counted round. The first ones differ most, so categories
/// take them in order.
pub fn palette_color(index: usize, dark: bool) -> Rgb {
    rgb_of_bits(PALETTE[index % RUN_COLORS][usize::from(dark)])
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
        rows.map(rgb_of_bits)
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
        let [from, to] = if dark { [0.4, 1.0] } else { [0.0, 0.58] };
        self.color(if share.is_nan() { share } else { from + (to - from) * share.clamp(0.0, 1.0) })
    }
}

fn rgb_of_bits(bits: u32) -> Rgb {
    Rgb((bits >> 16) as u8, (bits >> 8) as u8, bits as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        oklch::{Sight, contrast, difference, seen_as},
        theme::Theme,
    };

    const BLIND: [Sight; 3] = [Sight::Deuteranopia, Sight::Protanopia, Sight::Tritanopia];

    fn ground(dark: bool) -> Rgb {
        if dark { Theme::dark(1.0).surface } else { Theme::light(1.0).surface }
    }

    #[test]
    fn every_line_stands_out_from_the_ground() {
        for dark in [false, true] {
            for index in 0..RUN_COLORS {
                let ratio = contrast(palette_color(index, dark), ground(dark));
                assert!(ratio >= 3.0, "colour {index}, dark {dark}: {ratio:.2}");
            }
            for ramp in [Ramp::Viridis, Ramp::Cividis] {
                for percent in 0..=100 {
                    let ratio = contrast(ramp.line_color(f64::from(percent) / 100.0, dark), ground(dark));
                    assert!(ratio >= 3.0, "{ramp:?} at {percent} %, dark {dark}: {ratio:.2}");
                }
            }
            assert!(contrast(other_color(dark), ground(dark)) >= 3.0);
        }
    }

    #[test]
    fn no_run_shouts() {
        for dark in [false, true] {
            let lightness: Vec<f64> = (0..RUN_COLORS).map(|i| lab_of(palette_color(i, dark))[0]).collect();
            let spread = lightness.iter().fold(0.0, |most: f64, l| most.max((l - lightness[0]).abs()));
            assert!(spread < 0.15, "dark {dark}: {spread}");
        }
    }

    #[test]
    fn colours_differ_to_every_sight() {
        for dark in [false, true] {
            let color = |i| palette_color(i, dark);
            for a in 0..RUN_COLORS {
                for b in 0..a {
                    let seen = difference(color(a), color(b));
                    assert!(seen > 0.04, "{a} and {b}, dark {dark}: {seen:.3}");
                    // The first five are safe, the first twelve can be told apart, and so can neighbours.
                    let least = if a < 5 {
                        0.07
                    } else if a < 12 || a == b + 1 {
                        0.04
                    } else {
                        0.02
                    };
                    for sight in BLIND {
                        let seen = difference(seen_as(color(a), sight), seen_as(color(b), sight));
                        assert!(seen > least, "{a} and {b}, dark {dark}, {sight:?}: {seen:.3}");
                    }
                }
            }
        }
    }

    #[test]
    fn ramps_run_from_end_to_end() {
        assert_eq!(Ramp::Viridis.color(0.0), Rgb(0x44, 0x01, 0x54));
        assert_eq!(Ramp::Viridis.color(7.0), Rgb(0xfd, 0xe7, 0x25));
        assert_eq!(Ramp::Cividis.color(-1.0), Rgb(0x00, 0x22, 0x4e));
        for ramp in [Ramp::Viridis, Ramp::Cividis] {
            let lightness: Vec<f64> = (0..=64).map(|i| lab_of(ramp.color(f64::from(i) / 64.0))[0]).collect();
            assert!(lightness.windows(2).all(|w| w[0] < w[1]), "{ramp:?} grows lighter all the way");
        }
        assert_eq!(Ramp::Viridis.line_color(f64::NAN, false), other_color(false));
    }
}
