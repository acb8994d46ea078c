//! Every sample chart as SVG, compared with the files in `golden/`. `UPDATE=1 cargo test -p charts`
//! rewrites them; look at them before committing.

use charts::{
    line::LineChart,
    picture::Picture,
    samples,
    svg::{picture_svg, svg},
    theme::Theme,
};
use std::{fs, path::PathBuf};

fn compare(name: &str, chart: &LineChart, theme: &Theme) {
    compare_text(name, svg(chart, 600, 360, theme));
}

fn compare_text(name: &str, text: String) {
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

fn compare_picture(name: &str, picture: &Picture, theme: &Theme) {
    compare_text(name, picture_svg(picture, 600, 360, theme));
}

/// Pictures with words around them, by name.
fn pictures(dark: bool) -> Vec<(&'static str, Picture)> {
    let many = LineChart { lines: samples::losses(120, 30, dark).lines, ..samples::losses(1, 1, dark) };
    let wordy = Picture {
        title: "A title that is far too long for one line of a picture that is only six hundred pixels wide".to_owned(),
        y_title: "loss".to_owned(),
        notes: vec!["1,200 of 1,204,331 points, every extreme kept; the first 120 of 2,000 runs are drawn; 3 of 120 runs never logged this".to_owned()],
        ..Picture::new(many)
    };
    vec![
        ("picture", Picture { y_title: "cross entropy".to_owned(), ..Picture::new(samples::pooled(3, 5, 120, dark)) }),
        ("picture-many", wordy),
        ("picture-empty", Picture::new(LineChart::new("train/loss", Vec::new()))),
        (
            "picture-facets",
            Picture { notes: vec!["all 540 points".to_owned()], ..Picture::new(samples::faceted(6, dark)) },
        ),
    ]
}

#[test]
fn pictures_are_drawn_as_before() {
    for (name, picture) in pictures(false) {
        compare_picture(name, &picture, &Theme::light(1.0));
    }
    for (name, picture) in pictures(true) {
        compare_picture(&format!("{name}-dark"), &picture, &Theme::dark(1.0));
    }
}

#[test]
fn facets_are_drawn_as_before() {
    for (name, count) in [("facets-two", 2), ("facets-five", 5), ("facets-too-many", 30)] {
        let picture = Picture {
            title: String::new(),
            x_title: String::new(),
            legend_rows: 0,
            ..Picture::new(samples::faceted(count, false))
        };
        compare_picture(name, &picture, &Theme::light(1.0));
    }
}

#[test]
fn the_dark_theme_is_drawn_as_before() {
    let dark = ["ordinary", "nan", "log", "smoothed", "groups", "members", "dashes", "annotations"];
    for (name, chart) in samples::all(true).into_iter().filter(|(name, _)| dark.contains(name)) {
        compare(&format!("{name}-dark"), &chart, &Theme::dark(1.0));
    }
}
