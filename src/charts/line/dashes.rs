//! Dash patterns: how lines of equal colour are told apart.

/// A line's pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Dashes {
    /// Unbroken.
    #[default]
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// A dash, a dot.
    DashDot,
    /// Long dashes.
    Long,
    /// A dash, two dots.
    DashDotDot,
    /// A long dash, a short one.
    LongShort,
    /// Dots far apart.
    Sparse,
}

impl Dashes {
    /// All patterns, those that are told apart most easily first.
    pub const ALL: [Dashes; 8] = [
        Dashes::Solid,
        Dashes::Dashed,
        Dashes::Dotted,
        Dashes::DashDot,
        Dashes::Long,
        Dashes::DashDotDot,
        Dashes::LongShort,
        Dashes::Sparse,
    ];

    /// The pattern of the group with this index; they repeat.
    pub fn nth(index: usize) -> Dashes {
        Dashes::ALL[index % Dashes::ALL.len()]
    }

    /// How long it is drawn and not drawn, by turns, CSS pixels; empty for an unbroken line.
    pub fn lengths(self) -> &'static [f64] {
        match self {
            Dashes::Solid => &[],
            Dashes::Dashed => &[7.0, 4.0],
            Dashes::Dotted => &[2.0, 3.0],
            Dashes::DashDot => &[8.0, 3.0, 2.0, 3.0],
            Dashes::Long => &[14.0, 5.0],
            Dashes::DashDotDot => &[8.0, 3.0, 2.0, 3.0, 2.0, 3.0],
            Dashes::LongShort => &[14.0, 4.0, 5.0, 4.0],
            Dashes::Sparse => &[2.0, 7.0],
        }
    }

    /// It as a word: `dashed`.
    pub fn word(self) -> &'static str {
        match self {
            Dashes::Solid => "solid",
            Dashes::Dashed => "dashed",
            Dashes::Dotted => "dotted",
            Dashes::DashDot => "dash-dot",
            Dashes::Long => "long dashes",
            Dashes::DashDotDot => "dash-dot-dot",
            Dashes::LongShort => "long and short",
            Dashes::Sparse => "sparse dots",
        }
    }
}
