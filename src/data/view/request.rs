//! What the panels of a view ask for: the same question wherever the view is shown.

use super::{LineLook, View, range::whole};
use crate::{
    expression::{Expression, ExpressionError},
    frame::{FrameRequest, GroupRequest, XAxis},
};

impl View {
    /// What the panel `panel`, which draws as `look` says, asks for one of its lines. `is_metric` says that the line
    /// is the name of a metric, whatever else it could mean. Runs, baseline and width are the asker's.
    pub fn frame_request(
        &self,
        panel: &str,
        look: &LineLook,
        line: &str,
        is_metric: bool,
    ) -> Result<FrameRequest, ExpressionError> {
        let along_metric = look.x == XAxis::Metric;
        let range = self.x_range_of(panel, look);
        let plain = FrameRequest {
            x: look.x,
            x_metric: if along_metric { look.x_metric.clone() } else { String::new() },
            origin: look.origin,
            range: range.filter(|_| !along_metric).map(whole),
            x_range: range.filter(|_| along_metric),
            smoothing: look.smoothing,
            group: self.group_of(look),
            ..FrameRequest::default()
        };
        if is_metric {
            return Ok(FrameRequest { metric: line.to_owned(), ..plain });
        }
        let expression = Expression::parse(line)?;
        Ok(match expression.plain_metric() {
            Some(metric) => FrameRequest { metric: metric.to_owned(), ..plain },
            None => FrameRequest { expression: line.to_owned(), ..plain },
        })
    }

    /// What is drawn as one: where runs are grouped at all, a group has one stroke and one facet.
    fn group_of(&self, look: &LineLook) -> Option<GroupRequest> {
        let mut by = self.group_by.clone();
        if by.is_empty() {
            return None;
        }
        for column in look.stroke_by.iter().chain(&look.facet_by) {
            if !by.contains(column) {
                by.push(column.clone());
            }
        }
        Some(GroupRequest { by, sets: Vec::new(), look: look.group })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Column;

    #[test]
    fn a_line_is_a_metric_or_an_expression() {
        let view = View::default();
        let asked = |line: &str, is_metric| view.frame_request("p", &LineLook::default(), line, is_metric);
        for (line, is_metric, metric, expression) in [
            ("val/loss", false, "val/loss", ""),
            ("val/loss - train/loss", false, "", "val/loss - train/loss"),
            ("a metric (%)", true, "a metric (%)", ""),
            ("`a metric (%)`", false, "a metric (%)", ""),
        ] {
            let request = asked(line, is_metric).expect(line);
            assert_eq!((request.metric.as_str(), request.expression.as_str()), (metric, expression), "{line}");
        }
        assert!(asked("val/loss -", false).is_err());
    }

    #[test]
    fn groups_have_one_stroke_and_one_facet() {
        let by = |name: &str| Column::Param(name.into());
        let look = LineLook { stroke_by: vec![by("opt")], facet_by: vec![by("lr"), by("opt")], ..LineLook::default() };
        let mut view = View::default();
        assert_eq!(view.frame_request("p", &look, "loss", true).expect("a metric").group, None);
        view.group_by = vec![by("lr")];
        let group = view.frame_request("p", &look, "loss", true).expect("a metric").group.expect("groups");
        assert_eq!(group.by, [by("lr"), by("opt")]);
    }

    #[test]
    fn a_range_is_asked_for_in_what_runs_along_x() {
        let mut view = View { range: Some([0, 9]), ..View::default() };
        let request = view.frame_request("p", &LineLook::default(), "loss", true).expect("a metric");
        assert_eq!((request.range, request.x_range), (Some([0, 9]), None));
        view.lines.x = Some(XAxis::Metric);
        view.lines.x_metric = Some("epoch".into());
        view.value_range = Some([0.5, 2.0]);
        let look = view.look_of("", "p");
        let request = view.frame_request("p", &look, "loss", true).expect("a metric");
        assert_eq!((request.range, request.x_range, request.x_metric.as_str()), (None, Some([0.5, 2.0]), "epoch"));
    }
}
