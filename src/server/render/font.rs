//! The letters of pictures: a font inside the program, so that none is needed on the machine.

use ab_glyph::{Font, FontRef, GlyphId, OutlineCurve};
use std::sync::LazyLock;

/// A weight of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// For labels.
    Regular,
    /// For titles.
    SemiBold,
}

impl Weight {
    /// Both.
    pub const ALL: [Weight; 2] = [Weight::Regular, Weight::SemiBold];

    /// The font file.
    pub fn file(self) -> &'static [u8] {
        match self {
            Weight::Regular => include_bytes!("font/inter-regular.ttf"),
            Weight::SemiBold => include_bytes!("font/inter-semibold.ttf"),
        }
    }

    /// What the font calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Weight::Regular => "Inter-Regular",
            Weight::SemiBold => "Inter-SemiBold",
        }
    }

    fn font(self) -> &'static FontRef<'static> {
        static REGULAR: LazyLock<FontRef> = LazyLock::new(|| read(Weight::Regular));
        static SEMI_BOLD: LazyLock<FontRef> = LazyLock::new(|| read(Weight::SemiBold));
        match self {
            Weight::Regular => &REGULAR,
            Weight::SemiBold => &SEMI_BOLD,
        }
    }

    /// The glyph of `c`; for a character that the font lacks, one that says so.
    pub fn glyph(self, c: char) -> u16 {
        match self.font().glyph_id(c).0 {
            0 if !c.is_whitespace() => self.font().glyph_id('□').0,
            glyph => glyph,
        }
    }

    /// Whether the font has no letter for `c`, so that a box stands for it.
    pub fn lacks(self, c: char) -> bool {
        self.font().glyph_id(c).0 == 0 && !c.is_whitespace() && !c.is_control()
    }

    /// How far a glyph moves the pen, in parts of the text's height.
    pub fn advance(self, glyph: u16) -> f32 {
        self.font().h_advance_unscaled(GlyphId(glyph)) / self.units()
    }

    /// The glyph's outline, in parts of the text's height, y upwards.
    pub fn outline(self, glyph: u16) -> Vec<OutlineCurve> {
        let units = self.units();
        let at = |p: ab_glyph::Point| ab_glyph::point(p.x / units, p.y / units);
        let curves = self.font().outline(GlyphId(glyph)).map(|outline| outline.curves).unwrap_or_default();
        let scaled = |curve| match curve {
            OutlineCurve::Line(a, b) => OutlineCurve::Line(at(a), at(b)),
            OutlineCurve::Quad(a, b, c) => OutlineCurve::Quad(at(a), at(b), at(c)),
            OutlineCurve::Cubic(a, b, c, d) => OutlineCurve::Cubic(at(a), at(b), at(c), at(d)),
        };
        curves.into_iter().map(scaled).collect()
    }

    /// How wide `text` is, in parts of its height.
    pub fn width(self, text: &str) -> f32 {
        text.chars().map(|c| self.advance(self.glyph(c))).sum()
    }

    fn units(self) -> f32 {
        self.font().units_per_em().unwrap_or(2048.0)
    }
}

fn read(weight: Weight) -> FontRef<'static> {
    FontRef::try_from_slice(weight.file()).expect("the font in the program can be read")
}

/// Where the pen starts for a text of `width` and `size` at a place, by what of the text stands there.
pub fn pen(anchor: plotters::style::text_anchor::Pos, at: (f32, f32), width: f32, size: f32) -> (f32, f32) {
    use plotters::style::text_anchor::{HPos, VPos};
    let x = match anchor.h_pos {
        HPos::Left => at.0,
        HPos::Center => at.0 - width / 2.0,
        HPos::Right => at.0 - width,
    };
    let y = match anchor.v_pos {
        VPos::Top => at.1 + 0.86 * size,
        // Half of a capital letter's height.
        VPos::Center => at.1 + 0.36 * size,
        VPos::Bottom => at.1 - 0.14 * size,
    };
    (x, y)
}

/// The weight that a style asks for.
pub fn weight_of(style: plotters::style::FontStyle) -> Weight {
    match style {
        plotters::style::FontStyle::Bold => Weight::SemiBold,
        plotters::style::FontStyle::Normal
        | plotters::style::FontStyle::Oblique
        | plotters::style::FontStyle::Italic => Weight::Regular,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_the_letters_of_charts() {
        for weight in Weight::ALL {
            for c in "0123456789 eE.,-−×µαβ∞≤≥±…·ÄéжЖ→".chars() {
                assert_ne!(weight.glyph(c), 0, "{c:?} in {}", weight.name());
            }
            assert!(weight.advance(weight.glyph('0')) > 0.5);
            assert!(!weight.outline(weight.glyph('g')).is_empty());
        }
        assert_eq!(Weight::Regular.glyph('漢'), Weight::Regular.glyph('字'), "what is missing looks alike");
        assert_eq!(['漢', 'ж', ' ', '\n'].map(|c| Weight::Regular.lacks(c)), [true, false, false, false]);
    }
}
