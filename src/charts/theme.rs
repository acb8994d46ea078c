//! Colours and sizes that a chart is drawn with.

use plotters::style::{RGBAColor, RGBColor};
use std::{fmt, str::FromStr};

/// An opaque sRGB colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The same colour for plotters, with `alpha` in `0.0..=1.0`.
    pub fn with_alpha(self, alpha: f64) -> RGBAColor {
        RGBAColor(self.0, self.1, self.2, alpha)
    }
}

impl From<Rgb> for RGBColor {
    fn from(color: Rgb) -> RGBColor {
        RGBColor(color.0, color.1, color.2)
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The text is not a colour of the form `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAColor;

impl fmt::Display for NotAColor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a colour is written #rrggbb")
    }
}

impl std::error::Error for NotAColor {}

impl FromStr for Rgb {
    type Err = NotAColor;

    /// Reads `#rrggbb`, with space around it allowed: custom properties come with it.
    fn from_str(text: &str) -> Result<Rgb, NotAColor> {
        let digits = text.trim().strip_prefix('#').ok_or(NotAColor)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotAColor);
        }
        let bits = u32::from_str_radix(digits, 16).map_err(|_| NotAColor)?;
        Ok(Rgb((bits >> 16) as u8, (bits >> 8) as u8, bits as u8))
    }
}

/// What a chart looks like: the colours of the page's tokens, and sizes in device pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// The ground that the chart lies on.
    pub surface: Rgb,
    /// Text that is read.
    pub ink: Rgb,
    /// Tick labels.
    pub muted: Rgb,
    /// Hairlines across.
    pub grid: Rgb,
    /// What can be acted on, and selections.
    pub accent: Rgb,
    /// The font family of labels, as CSS names it.
    pub font: String,
    /// The height of label text, device pixels.
    pub text_dpx: f64,
    /// What a backend's font sizes are multiplied by. 1 for a canvas; plotters' SVG backend writes
    /// each size divided by 1.24, so a theme for it has [`Theme::SVG_FONT_FACTOR`].
    pub font_factor: f64,
    /// Whether the surface is dark.
    pub dark: bool,
    /// Device pixels a CSS pixel.
    pub scale: f64,
}

impl Theme {
    /// What [`Theme::font_factor`] is for plotters' SVG backend.
    pub const SVG_FONT_FACTOR: f64 = 1.24;

    /// The light theme at `scale` device pixels a CSS pixel.
    pub fn light(scale: f64) -> Theme {
        Theme {
            surface: Rgb(0xff, 0xff, 0xff),
            ink: Rgb(0x1c, 0x20, 0x26),
            muted: Rgb(0x64, 0x6c, 0x78),
            grid: Rgb(0xe6, 0xe9, 0xed),
            accent: Rgb(0x2b, 0x62, 0xd9),
            font: "system-ui, sans-serif".to_owned(),
            text_dpx: 12.0,
            font_factor: 1.0,
            dark: false,
            scale: 1.0,
        }
        .at_scale(scale)
    }

    /// The dark theme at `scale` device pixels a CSS pixel.
    pub fn dark(scale: f64) -> Theme {
        Theme {
            surface: Rgb(0x16, 0x19, 0x1e),
            ink: Rgb(0xe6, 0xe9, 0xee),
            muted: Rgb(0x93, 0x9c, 0xa9),
            grid: Rgb(0x2a, 0x2f, 0x37),
            accent: Rgb(0x7a, 0xa5, 0xff),
            dark: true,
            ..Theme::light(1.0)
        }
        .at_scale(scale)
    }

    /// The same theme at another device-pixel ratio; one that is no positive number counts as 1.
    pub fn at_scale(mut self, scale: f64) -> Theme {
        let scale = if scale.is_finite() && scale > 0.0 { scale.clamp(0.25, 16.0) } else { 1.0 };
        self.text_dpx *= scale / self.scale;
        self.scale = scale;
        self
    }

    /// The same theme for plotters' SVG backend.
    pub fn for_svg(self) -> Theme {
        Theme { font_factor: Theme::SVG_FONT_FACTOR, ..self }
    }

    /// `css_px` CSS pixels in device pixels.
    pub fn dpx(&self, css_px: f64) -> f64 {
        css_px * self.scale
    }

    /// `css_px` CSS pixels in whole device pixels, at least one.
    pub fn whole_dpx(&self, css_px: f64) -> i32 {
        (self.dpx(css_px).round() as i32).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_css_writes_them() {
        for (text, color) in [
            ("#000000", Some(Rgb(0, 0, 0))),
            (" #1C20fF ", Some(Rgb(0x1c, 0x20, 0xff))),
            ("#fff", None),
            ("1c20ff", None),
            ("#+12345", None),
            ("#é2345", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), color, "{text}");
        }
        assert_eq!(Rgb(1, 2, 255).to_string(), "#0102ff");
    }

    #[test]
    fn sizes_follow_the_device_pixel_ratio() {
        let theme = Theme::light(2.0);
        assert_eq!((theme.text_dpx, theme.dpx(1.5), theme.whole_dpx(0.1)), (24.0, 3.0, 1));
        assert_eq!(theme.at_scale(1.0), Theme::light(1.0));
        assert_eq!(Theme::dark(f64::NAN).scale, 1.0);
    }

    #[test]
    fn text_can_be_read() {
        for theme in [Theme::light(1.0), Theme::dark(1.0)] {
            for color in [theme.ink, theme.muted] {
                let ratio = crate::oklch::contrast(color, theme.surface);
                assert!(ratio >= 4.5, "{color} on {}: {ratio:.1}", theme.surface);
            }
        }
    }
}
