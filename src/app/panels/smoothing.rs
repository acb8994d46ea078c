//! How lines are smoothed, as a kind and a slider.

use data::smooth::Smoothing;
use leptos::prelude::*;

/// The kinds in the order in which they are offered.
const KINDS: [&str; 6] = ["None", "EMA", "Time-weighted EMA", "Running mean", "Gaussian", "Median"];
/// The weakest and the strongest window in points, and the same for sigma.
const WINDOW: [f64; 2] = [3.0, 1_001.0];
const SIGMA: [f64; 2] = [0.5, 300.0];
/// The slider's end.
const MOST: f64 = 0.999;
/// Where the slider stands when a kind is chosen.
const FIRST: f64 = 0.6;

fn kind_of(smoothing: Smoothing) -> usize {
    match smoothing {
        Smoothing::None => 0,
        Smoothing::Ema { .. } => 1,
        Smoothing::TimeEma { .. } => 2,
        Smoothing::Mean { .. } => 3,
        Smoothing::Gaussian { .. } => 4,
        Smoothing::Median { .. } => 5,
    }
}

/// Where the slider stands: an EMA's weight, and for the others as evenly over the decades as that goes.
fn place_of(smoothing: Smoothing) -> f64 {
    let share = |value: f64, [from, to]: [f64; 2]| ((value / from).ln() / (to / from).ln()).clamp(0.001, 1.0) * MOST;
    match smoothing {
        Smoothing::None => 0.0,
        Smoothing::Ema { weight } | Smoothing::TimeEma { weight } => weight,
        Smoothing::Mean { window } | Smoothing::Median { window } => share(f64::from(window), WINDOW),
        Smoothing::Gaussian { sigma } => share(sigma, SIGMA),
    }
}

/// The smoothing of a kind with the slider at `place`; none at its beginning.
fn at(kind: usize, place: f64) -> Smoothing {
    let value = |[from, to]: [f64; 2]| from * (to / from).powf(place / MOST);
    // An odd window has a middle.
    let window = (value(WINDOW) / 2.0).floor() as u32 * 2 + 1;
    match kind {
        _ if place <= 0.0 => Smoothing::None,
        0 | 1 => Smoothing::Ema { weight: place },
        2 => Smoothing::TimeEma { weight: place },
        3 => Smoothing::Mean { window },
        4 => Smoothing::Gaussian { sigma: (value(SIGMA) * 10.0).round() / 10.0 },
        _ => Smoothing::Median { window },
    }
}

fn words_of(smoothing: Smoothing) -> String {
    match smoothing {
        Smoothing::None => "off".to_owned(),
        Smoothing::Ema { weight } | Smoothing::TimeEma { weight } => format!("{weight:.3}"),
        Smoothing::Mean { window } | Smoothing::Median { window } => format!("{window} points"),
        Smoothing::Gaussian { sigma } => format!("σ {sigma}"),
    }
}

/// A choice of the kind and a slider for the strength.
#[component]
pub fn SmoothingControl(
    /// The smoothing now.
    #[prop(into)]
    smoothing: Signal<Smoothing>,
    /// Told what the hand chose.
    on_choose: Callback<Smoothing>,
) -> impl IntoView {
    let options =
        KINDS.iter().enumerate().map(|(at, words)| view! { <option value=at>{*words}</option> }).collect_view();
    let choose_kind = move |event| {
        let kind: usize = event_target_value(&event).parse().unwrap_or(0);
        let place = place_of(smoothing.get_untracked());
        let place = if place > 0.0 { place } else { FIRST };
        on_choose.run(if kind == 0 { Smoothing::None } else { at(kind, place) });
    };
    let slide = move |event| {
        let place = event_target_value(&event).parse().unwrap_or(0.0);
        on_choose.run(at(kind_of(smoothing.get_untracked()), place));
    };
    view! {
        <span class="smoothing">
            <select class="field" aria-label="Kind of smoothing" prop:value=move || kind_of(smoothing.get()).to_string() on:change=choose_kind>
                {options}
            </select>
            <input type="range" min="0" max="0.999" step="0.001" aria-label="Smoothing"
                prop:value=move || place_of(smoothing.get()).to_string() on:input=slide/>
            <output>{move || words_of(smoothing.get())}</output>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_stands_where_it_was_put() {
        for (kind, words) in KINDS.iter().enumerate().skip(1) {
            for place in [0.001, 0.25, 0.6, 0.9, 0.999] {
                let smoothing = at(kind, place);
                assert_eq!(kind_of(smoothing), kind, "{place}");
                let back = at(kind, place_of(smoothing));
                assert!((place_of(back) - place).abs() < 0.06, "{words} at {place}: {smoothing:?}, {back:?}");
            }
            assert_eq!(at(kind, 0.0), Smoothing::None);
        }
        assert_eq!(at(0, 0.5), Smoothing::Ema { weight: 0.5 }, "the slider alone is an EMA");
    }
}
