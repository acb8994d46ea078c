//! Every sample of parallel coordinates as SVG, compared with the files in `golden/`.
//! `UPDATE=1 cargo test -p charts` rewrites them; look at them before committing.

use charts::{
    parallel::{ParallelChart, draw::svg, samples},
    theme::Theme,
};
use data::{
    brush::{Brush, Brushes},
    column::Column,
};
use std::{fs, path::PathBuf};

fn compare(name: &str, chart: &ParallelChart, brushes: &Brushes, theme: &Theme) {
    let text = svg(chart, brushes, 720, 360, theme);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("parallel-{name}.svg"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, text).expect("the golden folder can be written");
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{name} is not drawn as in {}; UPDATE=1 rewrites it", path.display());
}

#[test]
fn samples_are_drawn_as_before() {
    // Two thousand lines make a picture of a megabyte that nobody reads.
    for (name, chart) in samples::all().into_iter().filter(|(name, _)| *name != "many-categories") {
        compare(name, &chart, &Brushes::new(), &Theme::light(1.0));
    }
}

#[test]
fn brushed_lines_lie_above_the_others_as_before() {
    let brushes = Brushes::from([(Column::Param("lr".into()), Brush::over(3e-4, 3e-3))]);
    compare("brushed", &samples::search(60, false), &brushes, &Theme::light(1.0));
    compare("brushed-dark", &samples::search(60, true), &brushes, &Theme::dark(1.0));
}

#[test]
fn the_dark_theme_is_drawn_as_before() {
    for (name, chart) in samples::all().into_iter().filter(|(name, _)| ["ordinary", "time", "huge"].contains(name)) {
        compare(&format!("{name}-dark"), &chart, &Brushes::new(), &Theme::dark(1.0));
    }
}
