//! Colours as people see them: OKLab and OKLCH, contrast, and what the colour-blind see.

use crate::theme::Rgb;

/// A colour in OKLab: lightness in `0..1`, and two axes from green to red and from blue to yellow.
/// Source: Björn Ottosson, "A perceptual color space for image processing", 2020.
pub type Lab = [f64; 3];

/// Linear light of one sRGB channel.
fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn channel(linear: f64) -> u8 {
    let c = linear.clamp(0.0, 1.0);
    let c = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
    (c * 255.0).round() as u8
}

fn linear_rgb(color: Rgb) -> [f64; 3] {
    [linear(color.0), linear(color.1), linear(color.2)]
}

fn lab_of_linear([r, g, b]: [f64; 3]) -> Lab {
    let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
    let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
    let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
    [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]
}

fn linear_of_lab([lightness, a, b]: Lab) -> [f64; 3] {
    let l = (lightness + 0.3963377774 * a + 0.2158037573 * b).powi(3);
    let m = (lightness - 0.1055613458 * a - 0.0638541728 * b).powi(3);
    let s = (lightness - 0.0894841775 * a - 1.2914855480 * b).powi(3);
    [
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]
}

/// `color` in OKLab.
pub fn lab_of(color: Rgb) -> Lab {
    lab_of_linear(linear_rgb(color))
}

/// The sRGB colour nearest to `lab`, channel by channel.
pub fn rgb_of(lab: Lab) -> Rgb {
    let [r, g, b] = linear_of_lab(lab).map(channel);
    Rgb(r, g, b)
}

/// The sRGB colour of OKLCH values, hue in degrees. Chroma is lowered until the colour exists.
pub fn rgb_of_lch(lightness: f64, chroma: f64, hue: f64) -> Rgb {
    let (sin, cos) = hue.to_radians().sin_cos();
    let exists = |c: f64| linear_of_lab([lightness, c * cos, c * sin]).iter().all(|v| (-1e-4..=1.0001).contains(v));
    let mut low = 0.0;
    let mut high = chroma;
    if exists(high) {
        low = high;
    }
    while high - low > 1e-4 {
        let middle = (low + high) / 2.0;
        if exists(middle) { low = middle } else { high = middle }
    }
    rgb_of([lightness, low * cos, low * sin])
}

/// How different two colours look: the distance in OKLab. 0.02 is just seen, 1 is black on white.
pub fn difference(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (lab_of(a), lab_of(b));
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// WCAG 2 contrast ratio, 1 to 21.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |c: Rgb| 0.2126 * linear(c.0) + 0.7152 * linear(c.1) + 0.0722 * linear(c.2);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A way of seeing colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// With all three cones.
    Common,
    /// Without green cones, the most frequent colour-blindness.
    Deuteranopia,
    /// Without red cones.
    Protanopia,
    /// Without blue cones, rare.
    Tritanopia,
}

/// What `color` looks like to `sight`. Source: Machado, Oliveira, Fernandes, "A physiologically-based
/// model for simulation of color vision deficiency", 2009, severity 1.
pub fn seen_as(color: Rgb, sight: Sight) -> Rgb {
    let rows = match sight {
        Sight::Common => return color,
        Sight::Deuteranopia => {
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        }
        Sight::Protanopia => {
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        }
        Sight::Tritanopia => {
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        }
    };
    let [r, g, b] = linear_rgb(color);
    let [r, g, b] = rows.map(|[x, y, z]| channel(x * r + y * g + z * b));
    Rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_back() {
        for color in [Rgb(0, 0, 0), Rgb(255, 255, 255), Rgb(17, 130, 240), Rgb(255, 0, 1)] {
            assert_eq!(rgb_of(lab_of(color)), color);
        }
        // The values that the source gives for red.
        let [l, a, b] = lab_of(Rgb(255, 0, 0));
        assert!((l - 0.628).abs() < 1e-3 && (a - 0.225).abs() < 1e-3 && (b - 0.126).abs() < 1e-3);
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast(Rgb(0, 0, 0), Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
        assert!((contrast(Rgb(0x77, 0x77, 0x77), Rgb(255, 255, 255)) - 4.48).abs() < 0.01);
    }

    #[test]
    fn the_colour_blind_confuse_what_they_confuse() {
        let (red, green) = (Rgb(200, 60, 40), Rgb(110, 120, 30));
        let blind = difference(seen_as(red, Sight::Deuteranopia), seen_as(green, Sight::Deuteranopia));
        assert!(blind < 0.5 * difference(red, green));
        for sight in [Sight::Deuteranopia, Sight::Protanopia, Sight::Tritanopia] {
            assert!(difference(seen_as(Rgb(128, 128, 128), sight), Rgb(128, 128, 128)) < 0.01);
        }
    }

    #[test]
    fn chroma_gives_way_where_a_colour_does_not_exist() {
        let [l, a, b] = lab_of(rgb_of_lch(0.9, 0.4, 270.0));
        assert!((l - 0.9).abs() < 0.02 && a.hypot(b) < 0.15);
    }
}
