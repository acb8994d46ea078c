//! Searches for the palette of run colours and prints it: `cargo run -p charts --example palette`.
//!
//! Candidates are spread over OKLCH near one lightness a theme. Beginning with a blue, the next colour
//! is always the one that differs most from all chosen so far, in both themes, for common sight and
//! for the three colour-blindnesses: the least of those differences counts. So the first few are as
//! safe as can be, and any two that lie side by side in the list differ.

use charts::{
    color::RUN_COLORS,
    oklch::{Lab, Sight, contrast, lab_of, rgb_of_lch, seen_as},
    theme::{Rgb, Theme},
};

/// How each sight's differences count: fewer people are colour-blind than not, but they have less to go by.
const SIGHTS: [(Sight, f64); 4] =
    [(Sight::Common, 0.62), (Sight::Deuteranopia, 1.0), (Sight::Protanopia, 1.0), (Sight::Tritanopia, 1.3)];

struct Candidate {
    themes: [Rgb; 2],
    seen: Vec<(Lab, f64)>,
}

fn candidates() -> Vec<Candidate> {
    let grounds = [Theme::light(1.0).surface, Theme::dark(1.0).surface];
    let mut found = Vec::new();
    for hue in (0..360).step_by(6) {
        for chroma in [0.07, 0.11, 0.15, 0.19] {
            for lighter in [-0.07, -0.035, 0.0, 0.035, 0.07] {
                let themes = [0.58, 0.735].map(|l: f64| rgb_of_lch(l + lighter, chroma, f64::from(hue)));
                if themes.iter().zip(grounds).any(|(&color, ground)| contrast(color, ground) < 3.15) {
                    continue;
                }
                let seen =
                    themes.iter().flat_map(|&c| SIGHTS.map(|(sight, weight)| (lab_of(seen_as(c, sight)), weight)));
                found.push(Candidate { themes, seen: seen.collect() });
            }
        }
    }
    found
}

fn apart(a: &Candidate, b: &Candidate) -> f64 {
    let distance = |(a, weight): &(Lab, f64), (b, _): &(Lab, f64)| {
        weight * a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    a.seen.iter().zip(&b.seen).map(|(a, b)| distance(a, b)).fold(f64::INFINITY, f64::min)
}

fn main() {
    let candidates = candidates();
    let blue = rgb_of_lch(0.58, 0.19, 258.0);
    let first = candidates.iter().position(|c| c.themes[0] == blue).expect("the blue is a candidate");
    let mut nearest: Vec<f64> = candidates.iter().map(|c| apart(c, &candidates[first])).collect();
    let mut chosen = vec![(first, f64::INFINITY)];
    while chosen.len() < RUN_COLORS {
        let best =
            (0..candidates.len()).max_by(|&a, &b| nearest[a].total_cmp(&nearest[b])).expect("there are candidates");
        chosen.push((best, nearest[best]));
        for (i, candidate) in candidates.iter().enumerate() {
            nearest[i] = nearest[i].min(apart(candidate, &candidates[best]));
        }
    }
    for (index, distance) in chosen {
        let [light, dark] = candidates[index].themes;
        let hex = |c: Rgb| format!("0x{:02x}{:02x}{:02x}", c.0, c.1, c.2);
        println!("    [{}, {}], // {distance:.3}", hex(light), hex(dark));
    }
}
