//! One line of a chart.

use super::{Band, Dashes, Owner, Pooled, band_words, center_word};
use crate::{extent::Extent, theme::Rgb};
use data::{run::RunId, series::Points};
use std::sync::Arc;

/// How a line stands out among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Emphasis {
    /// Like its neighbours.
    #[default]
    Normal,
    /// At full strength and above the others: pointed at, or pinned.
    Raised,
    /// Faint, because another one is raised.
    Dimmed,
}

/// The line of one run, or of a group of runs.
#[derive(Debug, Clone)]
pub struct Line {
    /// Whose it is.
    pub owner: Owner,
    /// Which of several series of its owner it is, as the metrics of a panel are counted; 0 for the only one.
    pub series: u16,
    /// The group that it is a member of. A member's line is thin, and not listed in legends.
    pub member_of: Option<u32>,
    /// Whether it is the one that others are measured against: drawn bolder, and dashed.
    pub is_baseline: bool,
    /// What legends and tooltips call it.
    pub name: String,
    /// Its colour.
    pub color: Rgb,
    /// Its pattern.
    pub dashes: Dashes,
    /// How it stands out.
    pub emphasis: Emphasis,
    points: Arc<Points>,
    original: Option<Arc<Points>>,
    band: Option<Arc<Band>>,
    pooled: Option<Arc<Pooled>>,
    /// What all of them span; kept so that laying out does not read every point.
    extent: Extent,
}

impl Line {
    /// The line of `owner` in `color`: see [`crate::color::palette_color`].
    pub fn new(owner: impl Into<Owner>, name: impl Into<String>, points: Arc<Points>, color: Rgb) -> Line {
        let extent = Extent::of(&points);
        Line {
            owner: owner.into(),
            series: 0,
            member_of: None,
            is_baseline: false,
            name: name.into(),
            color,
            dashes: Dashes::Solid,
            emphasis: Emphasis::Normal,
            points,
            original: None,
            band: None,
            pooled: None,
            extent,
        }
    }

    /// The line that stands for the runs of the group with this index.
    pub fn of_group(group: u32, name: impl Into<String>, points: Arc<Points>, color: Rgb, pooled: Pooled) -> Line {
        Line { pooled: Some(Arc::new(pooled)), ..Line::new(Owner::Group(group), name, points, color) }
    }

    /// The same line with the points before smoothing behind it.
    pub fn with_original(mut self, original: Arc<Points>) -> Line {
        self.extent = self.extent.spanning(&Extent::of(&original));
        self.original = Some(original);
        self
    }

    /// The same line with a band about it.
    pub fn with_band(mut self, band: Arc<Band>) -> Line {
        self.extent = self.extent.spanning(&band.extent());
        self.band = Some(band);
        self
    }

    /// The same line as a thin member of the group with this index.
    pub fn as_member_of(self, group: u32) -> Line {
        Line { member_of: Some(group), ..self }
    }

    /// The same line as the one that others are measured against. A pattern that it has already stays.
    pub fn as_baseline(self) -> Line {
        let dashes = if self.dashes == Dashes::Solid { Dashes::Dashed } else { self.dashes };
        Line { is_baseline: true, dashes, ..self }
    }

    /// The same line as its owner's series with this index.
    pub fn with_series(self, series: u16) -> Line {
        Line { series, ..self }
    }

    /// The same line in another pattern.
    pub fn with_dashes(self, dashes: Dashes) -> Line {
        Line { dashes, ..self }
    }

    /// The same line with another emphasis.
    pub fn with_emphasis(self, emphasis: Emphasis) -> Line {
        Line { emphasis, ..self }
    }

    /// What is drawn, in x order.
    pub fn points(&self) -> &Arc<Points> {
        &self.points
    }

    /// The points before smoothing, drawn faint behind.
    pub fn original(&self) -> Option<&Arc<Points>> {
        self.original.as_ref()
    }

    /// The band about it, drawn under all lines.
    pub fn band(&self) -> Option<&Arc<Band>> {
        self.band.as_ref()
    }

    /// What it shows of the runs of its group.
    pub fn pooled(&self) -> Option<&Arc<Pooled>> {
        self.pooled.as_ref()
    }

    /// What `points`, `original` and `band` span; the counts are those of `points`.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Whether it is raised with `owner`: it is one of its lines, or one of its members'.
    pub fn belongs_to(&self, owner: Owner) -> bool {
        self.owner == owner || matches!(owner, Owner::Group(group) if self.member_of == Some(group))
    }

    /// The run, if it is the line of one.
    pub fn run(&self) -> Option<RunId> {
        self.owner.run()
    }

    /// What it and its band show, in words: `mean of 5 runs, min to max`; `None` for a run's own line.
    pub fn statistic(&self) -> Option<String> {
        let center = self.pooled.as_ref().map(|pooled| pooled.words());
        let band = self.band.as_ref().map(|band| band_words(band.kind())).filter(|words| !words.is_empty());
        match (center, band) {
            (Some(center), Some(band)) => Some(format!("{center}, {band}")),
            (Some(center), None) => Some(center),
            (None, Some(band)) => Some(format!("band {band}")),
            (None, None) => None,
        }
    }

    /// What a group's line and its band show, without how many runs.
    pub(super) fn what(&self) -> Option<String> {
        let center = center_word(self.pooled.as_ref()?.center);
        match self.band.as_ref().map(|band| band_words(band.kind())) {
            Some(band) if !band.is_empty() => Some(format!("{center}, band {band}")),
            Some(_) | None => Some(center.to_owned()),
        }
    }
}

/// Points count as equal when they are the same points in memory, or equal and without NaN.
impl PartialEq for Line {
    fn eq(&self, other: &Line) -> bool {
        fn same<T: PartialEq>(a: &Option<Arc<T>>, b: &Option<Arc<T>>) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            }
        }
        (self.owner, self.series, self.member_of, self.is_baseline)
            == (other.owner, other.series, other.member_of, other.is_baseline)
            && (self.color, self.dashes, self.emphasis) == (other.color, other.dashes, other.emphasis)
            && self.name == other.name
            && same(&self.original, &other.original)
            && same(&self.band, &other.band)
            && same(&self.pooled, &other.pooled)
            && (Arc::ptr_eq(&self.points, &other.points) || self.points == other.points)
    }
}
