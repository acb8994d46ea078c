//! Every sample chart as SVG, compared with the files in `golden/`. `UPDATE=1 cargo test -p charts`
//! rewrites them; look at them before committing.

use charts::{line::LineChart, samples, svg::svg, theme::Theme};
use std::{fs, path::PathBuf};

fn compare(name: &str, chart: &LineChart, theme: &Theme) {
    let text = svg(chart, 600, 360, theme);
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
        compare(name, &chart, &Theme::light(1.0));
    }
}

#[test]
fn the_dark_theme_is_drawn_as_before() {
    compare("ordinary-dark", &samples::losses(6, 200, true), &Theme::dark(1.0));
}
