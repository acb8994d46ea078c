//! A series with its steps and times, and how two of them meet.

/// Points of one metric of one run, in step order. All three columns are equally long.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trace {
    /// The steps, rising strictly.
    pub steps: Vec<i64>,
    /// When each was logged, milliseconds since 1970 UTC.
    pub times: Vec<i64>,
    /// The value at each.
    pub values: Vec<f64>,
    /// Whether it, or some of what it was calculated from, belongs to the run that is drawn: its times are then
    /// that run's.
    pub own: bool,
}

impl Trace {
    /// How many points there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The same places with other values.
    pub(super) fn with(self, values: Vec<f64>) -> Trace {
        assert_eq!(values.len(), self.len(), "a point has a value");
        Trace { values, ..self }
    }

    /// The longest gap between two steps that follow each other, 0 if there are no two.
    pub fn longest_gap(&self) -> u64 {
        longest_gap(&self.steps)
    }

    /// `join` of both at the steps of the one with fewer points, of two alike the left one.
    ///
    /// The other is taken at the same step or at its nearest before; after its last step for as long as its longest
    /// gap, and never before its first. Times are those of the run that is drawn.
    pub(super) fn joined(&self, right: &Trace, join: impl Fn(f64, f64) -> f64) -> Trace {
        let left_leads = self.len() <= right.len();
        let (lead, other) = if left_leads { (self, right) } else { (right, self) };
        let reach = other.longest_gap();
        let mut joined = Trace { own: lead.own || other.own, ..Trace::default() };
        let mut after = 0;
        for (at, &step) in lead.steps.iter().enumerate() {
            after += other.steps[after..].iter().take_while(|&&other| other <= step).count();
            let Some(before) = after.checked_sub(1) else { continue };
            if after == other.len() && step.abs_diff(other.steps[before]) > reach {
                break;
            }
            let (a, b) = (lead.values[at], other.values[before]);
            joined.steps.push(step);
            joined.times.push(if lead.own || !other.own { lead.times[at] } else { other.times[before] });
            joined.values.push(if left_leads { join(a, b) } else { join(b, a) });
        }
        joined
    }

    /// The value at the step nearest to each of `steps`, which rise; of two equally near the earlier. `None` where
    /// that is further away than the longest gap.
    pub fn nearest(&self, steps: &[i64]) -> Vec<Option<f64>> {
        let reach = self.longest_gap();
        let mut after = 0;
        let mut nearest = Vec::with_capacity(steps.len());
        for &step in steps {
            after += self.steps[after..].iter().take_while(|&&own| own <= step).count();
            let sides = [after.checked_sub(1), (after < self.len()).then_some(after)];
            let near = sides.into_iter().flatten().min_by_key(|&at| self.steps[at].abs_diff(step));
            nearest.push(near.filter(|&at| self.steps[at].abs_diff(step) <= reach).map(|at| self.values[at]));
        }
        nearest
    }
}

fn longest_gap(steps: &[i64]) -> u64 {
    steps.windows(2).map(|pair| pair[1].abs_diff(pair[0])).max().unwrap_or(0)
}
