//! How long the raster takes: `cargo run --release -p charts --example raster_speed`. Milliseconds a
//! picture of 1,200 by 500 CSS pixels, the best of nine; the module's own figures come from here.

use charts::{
    raster::{Detail, Raster},
    samples,
    theme::Theme,
};
use std::time::Instant;

fn main() {
    println!("{:>6} {:>7} {:>4} {:>8} {:>8} {:>8}", "lines", "points", "dpr", "fine", "medium", "dense");
    for (lines, points) in [(20, 1000), (150, 1000), (1000, 400), (1000, 1000), (3, 1_000_000)] {
        let chart = samples::losses(lines, points, false);
        for scale in [1.0, 2.0] {
            let theme = Theme::light(scale);
            let layout = chart.layout(((1200.0 * scale) as u32, (500.0 * scale) as u32), &theme);
            let mut raster = Raster::new(layout.plot.width(), layout.plot.height());
            let mut millis = |detail: Detail| {
                let start = Instant::now();
                raster.begin(Some(theme.surface));
                raster.draw_grid(&layout, &theme);
                for index in chart.drawing_order() {
                    raster.draw_line(&chart, index, &layout, &theme, detail);
                }
                std::hint::black_box(raster.pixels());
                start.elapsed().as_secs_f64() * 1e3
            };
            let [fine, medium, dense] = [Detail::Fine, Detail::Medium, Detail::Dense]
                .map(|detail| (0..9).map(|_| millis(detail)).fold(f64::INFINITY, f64::min));
            println!("{lines:>6} {points:>7} {scale:>4} {fine:>8.1} {medium:>8.1} {dense:>8.1}");
        }
    }
}
