//! A random forest that predicts a number from features of few codes each.
//!
//! A split asks which codes of one feature go left, as bits of a number. For numbers those are the lower ones; categories
//! are put in the order of their mean first, which finds the best split of all (Fisher, On grouping for maximum
//! homogeneity, 1958). Runs that lack a param go where that is better.

use super::{
    ParamKind,
    features::{Feature, MOST_CODES},
    noise::Noise,
};

/// How deep a tree grows at most.
const DEEPEST: usize = 24;

/// A node of a tree: a split, or a leaf where there is nothing to the left.
#[derive(Debug, Clone, Copy)]
struct Node {
    feature: u32,
    /// The codes that go left.
    left_codes: u64,
    /// Where the left child is; the right one follows it. 0 for a leaf.
    left: u32,
    /// What is predicted here.
    mean: f64,
}

/// One tree and the runs that it never saw.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    pub out_of_bag: Vec<u32>,
    /// Whether each feature is asked for.
    uses: Vec<bool>,
}

/// Trees over bootstrap samples of the same runs.
#[derive(Debug)]
pub(super) struct Forest {
    pub trees: Vec<Tree>,
}

/// What a forest learns from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lesson<'a> {
    pub features: &'a [Feature],
    /// What is to be predicted, one of each run.
    pub target: &'a [f64],
    /// The runs to learn from.
    pub runs: &'a [u32],
}

impl Forest {
    /// Grows `trees` trees.
    pub fn grow(lesson: Lesson, trees: usize, noise: &mut Noise) -> Forest {
        Forest { trees: (0..trees).map(|_| Tree::grow(lesson, noise)).collect() }
    }

    /// The R² of what the forest says of each of the lesson's runs by the trees that never saw it. `shuffled` says of one
    /// feature which run's value each run is given. `None` if the runs seen by all trees leave nothing to judge by.
    pub fn r2(&self, lesson: Lesson, shuffled: Option<(usize, &[u32])>) -> Option<f64> {
        let mut said = vec![(0.0, 0u32); lesson.target.len()];
        for tree in &self.trees {
            let shuffled = shuffled.filter(|(feature, _)| tree.uses[*feature]);
            for &run in &tree.out_of_bag {
                let (sum, count) = &mut said[run as usize];
                *sum += tree.predict(lesson.features, run, shuffled);
                *count += 1;
            }
        }
        let judged = || lesson.runs.iter().filter(|run| said[**run as usize].1 > 0).map(|run| *run as usize);
        let count = judged().count();
        let mean = judged().map(|run| lesson.target[run]).sum::<f64>() / count as f64;
        let (mut wrong, mut spread) = (0.0, 0.0);
        for run in judged() {
            let (sum, count) = said[run];
            wrong += (lesson.target[run] - sum / f64::from(count)).powi(2);
            spread += (lesson.target[run] - mean).powi(2);
        }
        (spread > 0.0).then(|| 1.0 - wrong / spread)
    }
}

impl Tree {
    fn grow(lesson: Lesson, noise: &mut Noise) -> Tree {
        let Lesson { features, target, runs } = lesson;
        let mut seen = vec![false; target.len()];
        let mut bag: Vec<u32> = (0..runs.len()).map(|_| runs[noise.below(runs.len())]).collect();
        bag.iter().for_each(|run| seen[*run as usize] = true);
        let out_of_bag = runs.iter().copied().filter(|run| !seen[*run as usize]).collect();
        let mut grower = Grower::new(lesson, noise);
        grower.nodes.push(grower.leaf(&bag));
        let mut open = vec![(0usize, 0..bag.len(), 0usize)];
        while let Some((node, part, depth)) = open.pop() {
            let bag = &mut bag[part.clone()];
            let Some(split) = (depth < DEEPEST).then(|| grower.best_split(bag)).flatten() else { continue };
            let codes = &features[split.feature as usize].codes;
            let middle = part.start + partition(bag, |run| split.left_codes >> codes[run as usize] & 1 == 1);
            let left = grower.nodes.len();
            let halves = [&bag[..middle - part.start], &bag[middle - part.start..]];
            let leaves = halves.map(|half| grower.leaf(half));
            grower.nodes.extend(leaves);
            grower.nodes[node] = Node { left: left as u32, mean: grower.nodes[node].mean, ..split };
            open.push((left, part.start..middle, depth + 1));
            open.push((left + 1, middle..part.end, depth + 1));
        }
        let nodes = grower.nodes;
        let mut uses = vec![false; features.len()];
        nodes.iter().filter(|node| node.left > 0).for_each(|node| uses[node.feature as usize] = true);
        Tree { nodes, out_of_bag, uses }
    }

    fn predict(&self, features: &[Feature], run: u32, shuffled: Option<(usize, &[u32])>) -> f64 {
        let mut node = &self.nodes[0];
        while node.left > 0 {
            let feature = node.feature as usize;
            let run = match shuffled {
                Some((other, runs)) if other == feature => runs[run as usize],
                Some(_) | None => run,
            };
            let left = node.left_codes >> features[feature].codes[run as usize] & 1;
            node = &self.nodes[node.left as usize + 1 - left as usize];
        }
        node.mean
    }
}

/// Moves the runs that go left to the front, and says how many do.
fn partition(runs: &mut [u32], goes_left: impl Fn(u32) -> bool) -> usize {
    let mut count = 0;
    for at in 0..runs.len() {
        if goes_left(runs[at]) {
            runs.swap(at, count);
            count += 1;
        }
    }
    count
}

/// One tree on its way.
struct Grower<'a, 'b> {
    lesson: Lesson<'a>,
    noise: &'b mut Noise,
    nodes: Vec<Node>,
    /// The features, of which each split looks at some.
    order: Vec<u32>,
    tried: usize,
    fewest: f64,
}

/// The sum and the number of targets of each code.
type Histogram = [(f64, f64); MOST_CODES];

impl<'a, 'b> Grower<'a, 'b> {
    fn new(lesson: Lesson<'a>, noise: &'b mut Noise) -> Self {
        let count = lesson.features.len();
        // A third, as Breiman has it for numbers; of few features two, so that a tree can choose.
        let tried = count.div_ceil(3).max(count.min(2));
        let fewest = if lesson.runs.len() < 40 { 2.0 } else { 4.0 };
        Grower { lesson, noise, nodes: Vec::new(), order: (0..count as u32).collect(), tried, fewest }
    }

    fn leaf(&self, bag: &[u32]) -> Node {
        let sum: f64 = bag.iter().map(|run| self.lesson.target[*run as usize]).sum();
        Node { feature: 0, left_codes: 0, left: 0, mean: sum / bag.len().max(1) as f64 }
    }

    /// The split that leaves the least spread on both sides, among some features; `None` if none makes it less.
    fn best_split(&mut self, bag: &[u32]) -> Option<Node> {
        if (bag.len() as f64) < 2.0 * self.fewest {
            return None;
        }
        self.noise.shuffle_first(&mut self.order, self.tried);
        let sum: f64 = bag.iter().map(|run| self.lesson.target[*run as usize]).sum();
        let mut best = Split { gain: sum * sum / bag.len() as f64 + 1e-9, feature: 0, left_codes: 0 };
        for &feature in &self.order[..self.tried] {
            let histogram = self.histogram(bag, &self.lesson.features[feature as usize]);
            self.split_of(feature, &histogram, &mut best);
        }
        (best.left_codes != 0).then_some(Node {
            feature: best.feature,
            left_codes: best.left_codes,
            left: 0,
            mean: 0.0,
        })
    }

    fn histogram(&self, bag: &[u32], feature: &Feature) -> Histogram {
        let mut histogram = [(0.0, 0.0); MOST_CODES];
        for &run in bag {
            let (sum, count) = &mut histogram[feature.codes[run as usize] as usize % MOST_CODES];
            *sum += self.lesson.target[run as usize];
            *count += 1.0;
        }
        histogram
    }

    /// Puts a better split by `feature` into `best`.
    fn split_of(&self, feature: u32, histogram: &Histogram, best: &mut Split) {
        let own = &self.lesson.features[feature as usize];
        let mut order: Vec<u8> = (0..own.count as u8).collect();
        let there = |code: u8| histogram[code as usize].1 > 0.0;
        let mean = |code: u8| histogram[code as usize].0 / histogram[code as usize].1;
        match own.kind {
            ParamKind::Number => {
                // Once with what is missing above all, once below.
                let missing = own.missing_code.filter(|code| there(*code));
                order.extend(missing);
                self.scan(feature, histogram, &order, best);
                if missing.is_some() {
                    order.rotate_right(1);
                    self.scan(feature, histogram, &order, best);
                }
            }
            ParamKind::Category => {
                order.extend(own.missing_code);
                order.retain(|code| there(*code));
                order.sort_by(|&a, &b| mean(a).total_cmp(&mean(b)));
                self.scan(feature, histogram, &order, best);
            }
        }
    }

    /// Tries every place to cut `order` in two.
    fn scan(&self, feature: u32, histogram: &Histogram, order: &[u8], best: &mut Split) {
        let all = order.iter().fold((0.0, 0.0), |all, code| {
            let (sum, count) = histogram[*code as usize];
            (all.0 + sum, all.1 + count)
        });
        let (mut left, mut left_codes) = ((0.0, 0.0), 0u64);
        for code in order {
            let (sum, count) = histogram[*code as usize];
            left = (left.0 + sum, left.1 + count);
            left_codes |= 1 << code;
            let right = (all.0 - left.0, all.1 - left.1);
            if right.1 < self.fewest {
                return;
            }
            let gain = left.0 * left.0 / left.1.max(1.0) + right.0 * right.0 / right.1;
            if left.1 >= self.fewest && count > 0.0 && gain > best.gain {
                *best = Split { gain, feature, left_codes };
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    feature: u32,
    left_codes: u64,
}
