//! How long parallel coordinates take: `cargo run --release -p charts --example density_speed`. Milliseconds for a
//! picture of 1,270 by 800 pixels, the best of nine; the module's own figures come from here.

use charts::{
    parallel::{
        density::{Change, Density, Pen, opacity_of_one},
        samples,
    },
    theme::Theme,
};
use std::time::Instant;

fn main() {
    println!("{:>6} {:>10} {:>12} {:>12}", "lines", "all added", "all pixels", "22 changed");
    for lines in [1_000, 10_000] {
        let chart = samples::search(lines, false);
        let layout = chart.layout((1270, 800), &Theme::light(1.0));
        let all: Vec<u32> = (0..lines as u32).collect();
        let some: Vec<u32> = (0..22).map(|at| at * (lines as u32 / 22)).collect();
        let alpha = opacity_of_one(lines);
        let pen = Pen { chart: &chart, layout: &layout, stroke_dpx: 1.25, flat: None };
        let mut density = Density::new(&layout);
        let best = |act: &mut dyn FnMut()| {
            let once = |_| {
                let start = Instant::now();
                act();
                start.elapsed().as_secs_f64() * 1e3
            };
            (0..9).map(once).fold(f64::INFINITY, f64::min)
        };
        let added = best(&mut || {
            density = Density::new(&layout);
            density.add(pen, &all, Change::Come);
        });
        let pixels = best(&mut || {
            std::hint::black_box(density.pixels(alpha));
        });
        let mut change = Change::Go;
        let changed = best(&mut || {
            density.add(pen, &some, change);
            std::hint::black_box(density.pixels(alpha));
            change = if change == Change::Go { Change::Come } else { Change::Go };
        });
        println!("{lines:>6} {added:>10.1} {pixels:>12.2} {changed:>12.2}");
    }
}
