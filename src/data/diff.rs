//! Which lines of a text another text keeps, loses and adds.

use serde::{Deserialize, Serialize};

/// In which of two texts a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// In both.
    Both,
    /// In the first only.
    Lost,
    /// In the second only.
    Added,
}

/// The lines of two texts as one list, in an order that both texts keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff<'a> {
    /// Each line with its side.
    pub lines: Vec<(Side, &'a str)>,
    /// Whether the fewest changes were found; texts too far apart are not searched to the end.
    pub least: bool,
}

/// The most changes that are searched for; the cost grows with their square.
const MOST_CHANGES: usize = 1_000;

/// Compares two texts by line. Where neither has a second line, by the parts between commas, or else spaces.
pub fn diff<'a>(from: &'a str, to: &'a str) -> Diff<'a> {
    let lines = |text: &str| text.trim_end().contains('\n');
    let split = |at: char| {
        let (from, to): (Vec<_>, Vec<_>) = (from.split_inclusive(at).collect(), to.split_inclusive(at).collect());
        of_lines(&from, &to)
    };
    if lines(from) || lines(to) {
        let (from, to): (Vec<_>, Vec<_>) = (from.lines().collect(), to.lines().collect());
        of_lines(&from, &to)
    } else if from.contains(',') || to.contains(',') {
        split(',')
    } else {
        split(' ')
    }
}

fn of_lines<'a>(from: &[&'a str], to: &[&'a str]) -> Diff<'a> {
    let head = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let (from_rest, to_rest) = (&from[head..], &to[head..]);
    let tail = from_rest.iter().rev().zip(to_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (from_mid, to_mid) = (&from_rest[..from_rest.len() - tail], &to_rest[..to_rest.len() - tail]);
    let both = |lines: &[&'a str]| lines.iter().map(|line| (Side::Both, *line)).collect::<Vec<_>>();
    let mut lines = both(&from[..head]);
    let middle = shortest(from_mid, to_mid);
    let least = middle.is_some();
    lines.extend(middle.unwrap_or_else(|| {
        let lost = from_mid.iter().map(|line| (Side::Lost, *line));
        lost.chain(to_mid.iter().map(|line| (Side::Added, *line))).collect()
    }));
    lines.extend(both(&from[from.len() - tail..]));
    Diff { lines, least }
}

/// The fewest changes from one list to the other, by Myers' greedy search (An O(ND) Difference Algorithm and
/// Its Variations, 1986); `None` if there are more than [`MOST_CHANGES`].
fn shortest<'a>(from: &[&'a str], to: &[&'a str]) -> Option<Vec<(Side, &'a str)>> {
    let (n, m) = (from.len() as isize, to.len() as isize);
    let most = (from.len() + to.len()).min(MOST_CHANGES) as isize;
    let at = |k: isize| (k + most + 1) as usize;
    // How far along `from` each diagonal was followed, and the same before each change.
    let mut reach = vec![0isize; 2 * most as usize + 3];
    let mut before = Vec::new();
    for d in 0..=most {
        // Only the diagonals that this change can touch.
        before.push(reach[at(-d - 1)..=at(d + 1)].to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && reach[at(k - 1)] < reach[at(k + 1)]);
            let mut x = if down { reach[at(k + 1)] } else { reach[at(k - 1)] + 1 };
            while x < n && x - k < m && from[x as usize] == to[(x - k) as usize] {
                x += 1;
            }
            reach[at(k)] = x;
            if x >= n && x - k >= m {
                return Some(walk_back(from, to, &before));
            }
        }
    }
    None
}

fn walk_back<'a>(from: &[&'a str], to: &[&'a str], before: &[Vec<isize>]) -> Vec<(Side, &'a str)> {
    let (mut x, mut y) = (from.len() as isize, to.len() as isize);
    let mut lines = Vec::with_capacity(from.len() + to.len());
    for (d, reach) in before.iter().enumerate().rev() {
        let d = d as isize;
        let at = |k: isize| reach[(k + d + 1) as usize];
        let k = x - y;
        let down = k == -d || (k != d && at(k - 1) < at(k + 1));
        let (start_x, start_y) = match (d, down) {
            (0, _) => (0, 0),
            (_, true) => (at(k + 1), at(k + 1) - (k + 1)),
            (_, false) => (at(k - 1), at(k - 1) - (k - 1)),
        };
        while x > start_x && y > start_y {
            (x, y) = (x - 1, y - 1);
            lines.push((Side::Both, from[x as usize]));
        }
        if d > 0 && down {
            y -= 1;
            lines.push((Side::Added, to[y as usize]));
        } else if d > 0 {
            x -= 1;
            lines.push((Side::Lost, from[x as usize]));
        }
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(diff: &Diff) -> Vec<String> {
        let sign = |side| match side {
            Side::Both => ' ',
            Side::Lost => '-',
            Side::Added => '+',
        };
        diff.lines.iter().map(|(side, line)| format!("{}{line}", sign(*side))).collect()
    }

    #[test]
    fn a_diff_reads_as_one_expects() {
        for (name, from, to, expected) in [
            ("equal", "a\nb", "a\nb", &[" a", " b"][..]),
            ("a line in the middle", "a\nb\nc", "a\nB\nc", &[" a", "-b", "+B", " c"]),
            ("a line more at the end", "a\nb", "a\nb\nc", &[" a", " b", "+c"]),
            ("from nothing", "", "a\nb", &["+a", "+b"]),
            ("to nothing", "a\nb", "", &["-a", "-b"]),
            ("nothing twice", "", "", &[]),
            ("no second line: by comma", "{a, b, c}", "{a, x, c}", &[" {a,", "- b,", "+ x,", "  c}"]),
            (
                "no comma either: by space",
                "python t.py --lr 1",
                "python t.py --lr 2",
                &[" python ", " t.py ", " --lr ", "-1", "+2"],
            ),
        ] {
            assert_eq!(written(&diff(from, to)), expected, "{name}");
        }
    }

    #[test]
    fn texts_too_far_apart_are_still_shown_whole() {
        let text = |from: usize| (from..from + 2_000).map(|i| format!("{i}\n")).collect::<String>();
        let (from, to) = (text(0), text(10_000));
        let found = diff(&from, &to);
        assert_eq!((found.least, found.lines.len()), (false, 4_000));
    }

    proptest! {
        #[test]
        fn both_texts_come_back_from_a_diff_with_as_many_common_lines_as_there_can_be(
            from in prop::collection::vec("[abc]", 0..12), to in prop::collection::vec("[abc]", 0..12),
        ) {
            let (from, to): (Vec<&str>, Vec<&str>) =
                (from.iter().map(String::as_str).collect(), to.iter().map(String::as_str).collect());
            let found = of_lines(&from, &to);
            let side = |left_out: Side| {
                found.lines.iter().filter(|(side, _)| *side != left_out).map(|(_, line)| *line).collect::<Vec<_>>()
            };
            prop_assert_eq!(side(Side::Added), from.clone());
            prop_assert_eq!(side(Side::Lost), to.clone());
            let mut common = vec![vec![0; to.len() + 1]; from.len() + 1];
            for i in 0..from.len() {
                for j in 0..to.len() {
                    common[i + 1][j + 1] =
                        if from[i] == to[j] { common[i][j] + 1 } else { common[i][j + 1].max(common[i + 1][j]) };
                }
            }
            let kept = found.lines.iter().filter(|(side, _)| *side == Side::Both).count();
            prop_assert_eq!(kept, common[from.len()][to.len()]);
        }
    }
}
