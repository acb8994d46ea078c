//! Every sample chart as SVG, compared with the files in `golden/`. `UPDATE=1 cargo test -p charts`
//! rewrites them; look at them before committing.

use charts::{draw::draw, line::LineChart, samples, theme::Theme};
use plotters::{backend::SVGBackend, drawing::IntoDrawingArea};
use std::{fs, path::PathBuf};

fn svg(chart: &LineChart, theme: &Theme) -> String {
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, (600, 360)).into_drawing_area();
    draw(&area, chart, theme).expect("a string takes any drawing");
    drop(area);
    text
}

fn compare(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{name}.svg"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, text).expect("the golden folder can be written");
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{name} is not drawn as in {}; UPDATE=1 rewrites it", path.display());
}

#[test]
fn samples_are_drawn_as_before() {
    for (name, chart) in samples::all(false) {
        compare(name, &svg(&chart, &Theme::light(1.0).for_svg()));
    }
}

#[test]
fn the_dark_theme_is_drawn_as_before() {
    compare("ordinary-dark", &svg(&samples::losses(6, 200, true), &Theme::dark(1.0).for_svg()));
}

#[test]
fn twice_the_pixels_are_drawn_as_before() {
    compare("ordinary-2x", &svg(&samples::losses(2, 60, false), &Theme::light(2.0).for_svg()));
}
