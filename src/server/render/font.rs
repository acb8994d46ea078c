//! The letters of pictures: a font inside the program, so that none is needed on the machine.
//!
//! - [`system`]: letters that it lacks, from fonts of the machine if those have them

pub mod system;

use ab_glyph::{Font, FontRef, GlyphId, OutlineCurve};
use plotters_backend::BackendTextStyle;
use std::sync::{Arc, LazyLock};
use system::Shape;

/// What stands for a character.
#[derive(Debug, Clone)]
pub enum Letter {
    /// A glyph of the font in the program.
    Own(u16),
    /// A shape from a font of the machine, or a box where no font has the character.
    Foreign(Arc<Shape>),
}

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

    /// What stands for `c`.
    pub fn letter(self, c: char) -> Letter {
        match self.has(c) {
            true => Letter::Own(self.font().glyph_id(c).0),
            false => Letter::Foreign(system::FONTS.shape(c).unwrap_or_else(|| BOX.clone())),
        }
    }

    /// Whether the font in the program has a letter for `c`, or `c` needs none.
    pub fn has(self, c: char) -> bool {
        self.font().glyph_id(c).0 != 0 || c.is_whitespace() || c.is_control()
    }

    /// How far a letter moves the pen, in parts of the text's height.
    pub fn reach(self, letter: &Letter) -> f32 {
        match letter {
            Letter::Own(glyph) => self.advance(*glyph),
            Letter::Foreign(shape) => shape.advance,
        }
    }

    /// How far a glyph moves the pen, in parts of the text's height.
    pub fn advance(self, glyph: u16) -> f32 {
        self.font().h_advance_unscaled(GlyphId(glyph)) / units_of(self.font())
    }

    /// The glyph's outline, in parts of the text's height, y upwards.
    pub fn outline(self, glyph: u16) -> Vec<OutlineCurve> {
        outline_of(self.font(), GlyphId(glyph))
    }

    /// How wide `text` is, in parts of its height.
    pub fn width(self, text: &str) -> f32 {
        text.chars().map(|c| self.reach(&self.letter(c))).sum()
    }
}

/// What stands for a character that no font has.
static BOX: LazyLock<Arc<Shape>> = LazyLock::new(|| {
    let (outer, inner) = (
        [(0.08, 0.0), (0.62, 0.0), (0.62, 0.72), (0.08, 0.72)],
        [(0.14, 0.06), (0.14, 0.66), (0.56, 0.66), (0.56, 0.06)],
    );
    let round = |corners: [(f32, f32); 4]| {
        let at = move |n: usize| ab_glyph::point(corners[n % 4].0, corners[n % 4].1);
        (0..4).map(move |n| OutlineCurve::Line(at(n), at(n + 1)))
    };
    // Turned the other way, the inner one is a hole.
    Arc::new(Shape { advance: 0.7, outline: round(outer).chain(round(inner)).collect() })
});

/// A font's own units in the height of a text.
fn units_of(font: &impl Font) -> f32 {
    font.units_per_em().filter(|units| *units > 0.0).unwrap_or(2048.0)
}

/// A glyph's outline, in parts of the text's height, y upwards.
fn outline_of(font: &impl Font, glyph: GlyphId) -> Vec<OutlineCurve> {
    let units = units_of(font);
    let at = |p: ab_glyph::Point| ab_glyph::point(p.x / units, p.y / units);
    let scaled = |curve| match curve {
        OutlineCurve::Line(a, b) => OutlineCurve::Line(at(a), at(b)),
        OutlineCurve::Quad(a, b, c) => OutlineCurve::Quad(at(a), at(b), at(c)),
        OutlineCurve::Cubic(a, b, c, d) => OutlineCurve::Cubic(at(a), at(b), at(c), at(d)),
    };
    font.outline(glyph).map(|outline| outline.curves).unwrap_or_default().into_iter().map(scaled).collect()
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

/// How wide and high a text of a style is, rounded up.
pub fn text_size(text: &str, style: &impl BackendTextStyle) -> (u32, u32) {
    let width = weight_of(style.style()).width(text) * style.size() as f32;
    (width.ceil() as u32, style.size().ceil() as u32)
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
                assert!(weight.has(c), "{c:?} in {}", weight.name());
                assert!(matches!(weight.letter(c), Letter::Own(glyph) if glyph != 0), "{c:?} in {}", weight.name());
            }
            let reach = |c| weight.reach(&weight.letter(c));
            assert!(reach('0') > 0.5 && (weight.width("00") - 2.0 * reach('0')).abs() < 1e-6);
        }
        let Letter::Foreign(shape) = Weight::Regular.letter('ע') else { panic!("not in the program's font") };
        assert_eq!((shape.advance, shape.outline.len()), (0.7, 8), "a box is drawn for what cannot be");
        assert_eq!(['漢', 'ж', ' ', '\n'].map(|c| Weight::Regular.has(c)), [false, true, true, true]);
    }
}
