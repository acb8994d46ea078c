//! What a line is called in a legend and a tooltip: a text with places that each run fills.

use crate::column::Column;

/// How long a template may be, in bytes.
pub const LONGEST: usize = 500;

/// A place in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `{name}`: the run, or the values that a group shares.
    Name,
    /// `{line}`: the metric or expression, where a panel has several.
    Line,
    /// `{n}`: of how many runs it is drawn.
    Count,
    /// `{statistic}`: what a group's line and band are.
    Statistic,
    /// `{params.lr}` and other columns.
    Column(Column),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
}

/// A text with places, such as `{name}, lr {params.lr}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {message}")]
pub struct TemplateError {
    /// The character that it is about, counted from 1.
    pub at: usize,
    /// What was expected.
    pub message: String,
}

impl Template {
    /// The template that `text` writes.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let error = |offset: usize, message: String| TemplateError { at: 1 + text[..offset].chars().count(), message };
        if text.len() > LONGEST {
            return Err(error(0, format!("a template has at most {LONGEST} bytes")));
        }
        let (mut parts, mut from) = (Vec::new(), 0);
        while let Some(open) = text[from..].find('{').map(|found| from + found) {
            let close = text[open..].find('}').map(|found| open + found);
            let close = close.ok_or_else(|| error(open, "this brace is never closed".to_owned()))?;
            if open > from {
                parts.push(Part::Text(text[from..open].to_owned()));
            }
            let name = &text[open + 1..close];
            let place = match name {
                "name" => Place::Name,
                "line" => Place::Line,
                "n" => Place::Count,
                "statistic" => Place::Statistic,
                _ => name.parse().map(Place::Column).map_err(|_| {
                    error(
                        open,
                        format!("{{{name}}} is none of {{name}}, {{line}}, {{n}}, {{statistic}} and {{params.…}}"),
                    )
                })?,
            };
            parts.push(Part::Place(place));
            from = close + 1;
        }
        if from < text.len() {
            parts.push(Part::Text(text[from..].to_owned()));
        }
        Ok(Template { parts })
    }

    /// Whether a place of it is `column`.
    pub fn names(&self, column: &Column) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Place(Place::Column(named)) if named == column))
    }

    /// The text with each place filled.
    pub fn fill(&self, mut value_of: impl FnMut(&Place) -> String) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Place(place) => value_of(place),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled() {
        let value_of = |place: &Place| match place {
            Place::Name => "adam-1".to_owned(),
            Place::Line => "val/loss".to_owned(),
            Place::Count => "3".to_owned(),
            Place::Statistic => "mean".to_owned(),
            Place::Column(column) => format!("<{column}>"),
        };
        for (template, text) in [
            ("", ""),
            ("plain", "plain"),
            ("{name}", "adam-1"),
            ("{name}, lr {params.lr} ü {n}", "adam-1, lr <params.lr> ü 3"),
            ("{statistic} of {line}", "mean of val/loss"),
            ("{tags.a.b}}", "<tags.a.b>}"),
        ] {
            assert_eq!(Template::parse(template).expect(template).fill(value_of), text);
        }
        let template = Template::parse("{name}, lr {params.lr}").expect("a template");
        let column = |text: &str| text.parse::<Column>().expect("a column");
        assert!(template.names(&column("params.lr")) && !template.names(&column("params.name")));
    }

    #[test]
    fn what_is_no_template_says_where() {
        for (text, at, part) in
            [("ü {name", 3, "never closed"), ("{name} {lr}", 8, "{lr} is none of"), ("{}", 1, "{} is none of")]
        {
            let error = Template::parse(text).expect_err(text);
            assert_eq!((error.at, error.message.contains(part)), (at, true), "{error}");
        }
        assert!(Template::parse(&"x".repeat(LONGEST + 1)).is_err());
    }
}
