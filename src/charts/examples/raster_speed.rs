//! How long the raster takes: `cargo run --release -p charts --example raster_speed`. Milliseconds a
//! picture of 1,200 by 500 CSS pixels, the best of nine; the module's own figures come from here.

use charts::{
    layout::Layout,
    line::{Dashes, LineChart},
    raster::{Detail, Raster},
    samples,
    scale::ScaleKind,
    theme::Theme,
};
use std::time::Instant;

fn main() {
    println!("{:>34} {:>4} {:>8} {:>8} {:>8}", "", "dpr", "fine", "medium", "dense");
    for (lines, points) in [(20, 1000), (150, 1000), (1000, 400), (1000, 1000), (3, 1_000_000)] {
        let chart = samples::losses(lines, points, false);
        compare(&format!("{lines} lines of {points}"), &chart, whole);
        if lines * points == 1_000_000 {
            let log = LineChart { y_kind: ScaleKind::Log, ..chart };
            compare(&format!("{lines} lines of {points}, log"), &log, whole);
        }
    }
    let mut dashed = samples::losses(20, 1000, false);
    dashed.lines.iter_mut().for_each(|line| line.dashes = Dashes::Dashed);
    compare("20 dashed lines of 1000", &dashed, whole);
    compare(
        "the bands of 50 groups of 1000",
        &samples::pooled(50, 2, 1000, false),
        |raster, chart, layout, theme, _| {
            raster.begin(Some(theme.surface));
            raster.draw_bands(chart, layout, theme);
            std::hint::black_box(raster.pixels());
        },
    );
    for points in [4_000, 1_000_000] {
        let chart = samples::losses(3, points, false);
        compare(&format!("one of 3 lines of {points}, raised"), &chart, |raster, chart, layout, theme, _| {
            raster.begin(None);
            raster.draw_owner(chart, chart.lines[0].owner, layout, theme);
            let rows = raster.drawn_rows();
            std::hint::black_box(raster.pixels_of(rows));
        });
    }
}

type Draw = fn(&mut Raster, &LineChart, &Layout, &Theme, Detail);

fn whole(raster: &mut Raster, chart: &LineChart, layout: &Layout, theme: &Theme, detail: Detail) {
    raster.begin(Some(theme.surface));
    raster.draw_grid(layout, theme);
    raster.draw_bands(chart, layout, theme);
    for index in chart.drawing_order() {
        raster.draw_line(chart, index, layout, theme, detail);
    }
    std::hint::black_box(raster.pixels());
}

fn compare(name: &str, chart: &LineChart, draw: Draw) {
    for scale in [1.0, 2.0] {
        let theme = Theme::light(scale);
        let layout = chart.layout(((1200.0 * scale) as u32, (500.0 * scale) as u32), &theme);
        let mut raster = Raster::new(layout.plot.width(), layout.plot.height());
        let mut millis = |detail: Detail| {
            let start = Instant::now();
            draw(&mut raster, chart, &layout, &theme, detail);
            start.elapsed().as_secs_f64() * 1e3
        };
        let [fine, medium, dense] = [Detail::Fine, Detail::Medium, Detail::Dense]
            .map(|detail| (0..9).map(|_| millis(detail)).fold(f64::INFINITY, f64::min));
        println!("{name:>34} {scale:>4} {fine:>8.1} {medium:>8.1} {dense:>8.1}");
    }
}
