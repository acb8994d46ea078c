//! How lines look: axes, smoothing, groups, strokes, legend.

use super::{
    Editor,
    fields::{at_once_and_at_rest, choice, columns, part, plain, range, switch},
};
use crate::{
    panels::{smoothing::SmoothingControl, toolbar::OUTLIERS},
    state::board::Level,
    ui::suggest::{Proposals, Suggest, found_in},
};
use charts::format::full_text;
use data::{
    frame::{Origin, XAxis},
    group::{Band, Center},
    template::Template,
    view::{LegendPlace, LineLook, LineSettings, Originals, YScale},
};
use leptos::prelude::*;

/// What may run along x.
pub const X: [(XAxis, &str); 5] = [
    (XAxis::Step, "Step"),
    (XAxis::RelativeTime, "Relative time"),
    (XAxis::ActiveTime, "Relative time, without pauses"),
    (XAxis::WallTime, "Wall time"),
    (XAxis::Metric, "A metric"),
];
const Y: [(YScale, &str); 3] = [(YScale::Linear, "Linear"), (YScale::Log, "Log"), (YScale::Symlog, "Symlog")];
const CENTERS: [(Center, &str); 4] =
    [(Center::Mean, "Mean"), (Center::Median, "Median"), (Center::Min, "Min"), (Center::Max, "Max")];
const BANDS: [(Band, &str); 7] = [
    (Band::MinMax, "Min to max"),
    (Band::Std, "Standard deviation"),
    (Band::Stderr, "Standard error"),
    (Band::Bootstrap, "95 % interval (bootstrap)"),
    (Band::Quartiles, "Quartiles"),
    (Band::Quantiles5To95, "5 % to 95 %"),
    (Band::None, "No band"),
];
const LEGENDS: [(LegendPlace, &str); 3] =
    [(LegendPlace::FullScreen, "In full screen"), (LegendPlace::Always, "Always"), (LegendPlace::Never, "Never")];

/// The words of `choices`.
fn words<T>(choices: &[(T, &'static str)]) -> Vec<&'static str> {
    choices.iter().map(|(_, words)| *words).collect()
}

/// The place of `value` among `choices`.
fn place<T: PartialEq>(choices: &[(T, &str)], value: &T) -> usize {
    choices.iter().position(|(choice, _)| choice == value).unwrap_or(0)
}

/// All of it.
pub fn all(editor: Editor) -> AnyView {
    [x(editor), y(editor), lines(editor), names(editor)].collect_view().into_any()
}

fn x(editor: Editor) -> AnyView {
    let (workspace, look) = (editor.workspace, editor.look);
    let chosen = Signal::derive(move || look.with(|look| place(&X, &look.x)));
    let choose = Callback::new(move |at: usize| editor.set_x(X[at].0, None));
    let names = workspace.metric_names();
    let proposals = Callback::new(move |(typed, _): (String, usize)| {
        Proposals::of(0..typed.len(), found_in(&typed, names.get_untracked().iter().cloned()))
    });
    let metric = Signal::derive(move || look.with(|look| look.x_metric.clone()));
    let take = Callback::new(move |name: String| {
        if !name.trim().is_empty() {
            editor.set_x(XAxis::Metric, Some(name.trim().to_owned()));
        }
    });
    let by_metric = move || {
        look.with(|look| look.x == XAxis::Metric).then(|| {
            let unknown = Memo::new(move |_| {
                metric.with(|metric| {
                    (!names.with(|names| names.contains(metric))).then(|| format!("No run logged {metric}."))
                })
            });
            view! { <Suggest label="Metric along x" placeholder="Name of a metric" value=metric on_text=take on_typing=None proposals error=unknown/> }
        })
    };
    let axis = view! { {choice("X axis", &words(&X), chosen, choose)} {by_metric} }.into_any();
    let first = Signal::derive(move || look.with(|look| look.origin == Origin::FirstPoint));
    let origin = Callback::new(move |first| {
        editor.change("origin", |lines| lines.origin = Some(if first { Origin::FirstPoint } else { Origin::Start }));
    });
    let log = Signal::derive(move || look.with(|look| look.x_log));
    let set_log = Callback::new(move |log| editor.change("x scale", |lines| lines.x_log = Some(log)));
    let mut rows = vec![
        editor.row("X axis", |lines| lines.x.is_some(), |lines| (lines.x, lines.x_metric) = (None, None), axis),
        editor.row(
            "Begins at",
            |lines| lines.origin.is_some(),
            |lines| lines.origin = None,
            switch("the first point of each line", first, origin),
        ),
        editor.row(
            "X scale",
            |lines| lines.x_log.is_some(),
            |lines| lines.x_log = None,
            switch("logarithmic", log, set_log),
        ),
    ];
    if let Some(control) = x_range(editor) {
        rows.push(plain("X range", control));
    }
    part("X", rows)
}

impl Editor {
    /// Lets `x` run along x; without a metric the first that counts epochs, or the first at all.
    fn set_x(self, x: XAxis, metric: Option<String>) {
        let now = self.look.with_untracked(|look| look.x_metric.clone());
        let metric = metric.or(Some(now).filter(|now| !now.is_empty())).or_else(|| self.workspace.likely_x_metric());
        let level = self.level.get_value();
        self.workspace.change("x axis", |view| {
            level.change(view, |lines| {
                lines.x = Some(x);
                lines.x_metric = metric.filter(|_| x == XAxis::Metric);
            });
            // A range of steps says nothing about a time.
            match &level {
                Level::Panel(key) => view.change_panel(key, |panel| panel.x_range = None),
                Level::Section(_) => {}
                Level::Workspace => (view.range, view.value_range) = (None, None),
            }
        });
    }
}

/// The range of x: of a panel, or of all.
fn x_range(editor: Editor) -> Option<AnyView> {
    let (workspace, look) = (editor.workspace, editor.look);
    let level = editor.level.get_value();
    let kind = move || look.with(|look| look.x);
    let of_view = match level.clone() {
        Level::Section(_) => return None,
        Level::Workspace => {
            workspace.view(|view| view.value_range.or(view.range.map(|[from, to]| [from as f64, to as f64])))
        }
        Level::Panel(key) => workspace.view(move |view| view.panels.get(&key).and_then(|panel| panel.x_range)),
    };
    let value = Signal::derive(move || of_view.get().map(|ends| ends.map(|end| written(kind(), end))));
    let set = Callback::new(move |range: Option<[f64; 2]>| {
        let x = look.with_untracked(|look| look.x);
        workspace.change("x range", |view| match &level {
            Level::Panel(key) => view.change_panel(key, |panel| panel.x_range = range),
            Level::Workspace if x == XAxis::Metric => view.value_range = range,
            Level::Workspace => view.range = range.map(|ends| ends.map(|end| end.round() as i64)),
            Level::Section(_) => {}
        });
    });
    let read = Callback::new(move |text: String| read(look.with_untracked(|look| look.x), text.trim()));
    Some(range("X range", value, "Steps, seconds, a date and time, or values", read, set))
}

/// A place along x as one types it: times in seconds, wall times as dates.
fn written(x: XAxis, at: f64) -> String {
    match x {
        XAxis::Step | XAxis::Metric => full_text(at).replace(',', ""),
        XAxis::RelativeTime | XAxis::ActiveTime => full_text(at / 1e3).replace(',', ""),
        XAxis::WallTime => js_sys::Date::new(&at.into()).to_iso_string().into(),
    }
}

fn read(x: XAxis, text: &str) -> Option<f64> {
    let number = text.parse::<f64>().ok();
    let at = match x {
        XAxis::Step | XAxis::Metric => number,
        XAxis::RelativeTime | XAxis::ActiveTime => number.map(|seconds| seconds * 1e3),
        XAxis::WallTime => Some(js_sys::Date::parse(text)),
    };
    at.filter(|at| at.is_finite())
}

fn y(editor: Editor) -> AnyView {
    let look = editor.look;
    let scale = Signal::derive(move || look.with(|look| place(&Y, &look.y)));
    let set_scale = Callback::new(move |at: usize| editor.change("y scale", |lines| lines.y = Some(Y[at].0)));
    let outliers = Signal::derive(move || look.with(|look| place(&OUTLIERS, &look.outliers)));
    let set_outliers =
        Callback::new(move |at: usize| editor.change("outliers", |lines| lines.outliers = Some(OUTLIERS[at].0)));
    let mut rows = vec![
        editor.row(
            "Y scale",
            |lines| lines.y.is_some(),
            |lines| lines.y = None,
            choice("Y scale", &words(&Y), scale, set_scale),
        ),
        editor.row(
            "Outliers",
            |lines| lines.outliers.is_some(),
            |lines| lines.outliers = None,
            choice("Outliers", &words(&OUTLIERS), outliers, set_outliers),
        ),
    ];
    if let Some(key) = editor.panel() {
        let of_view = editor.workspace.view({
            let key = key.clone();
            move |view| view.panels.get(&key).and_then(|panel| panel.y_range)
        });
        let value = Signal::derive(move || of_view.get().map(|ends| ends.map(|end| full_text(end).replace(',', ""))));
        let set = Callback::new(move |range| {
            editor.workspace.change("y range", |view| view.change_panel(&key, |panel| panel.y_range = range));
        });
        let number = Callback::new(|text: String| text.trim().parse::<f64>().ok().filter(|end| end.is_finite()));
        rows.push(plain("Y range", range("Y range", value, "Values, such as 0.5 and 1e3", number, set)));
    }
    part("Y", rows)
}

fn lines(editor: Editor) -> AnyView {
    let (workspace, look) = (editor.workspace, editor.look);
    let smoothing = Signal::derive(move || look.with(|look| look.smoothing));
    let smooth = Callback::new(move |to| editor.change("smoothing", |lines| lines.smoothing = Some(to)));
    let originals = Signal::derive(move || look.with(|look| look.originals == Originals::Behind));
    let set_originals = Callback::new(move |behind| {
        let originals = if behind { Originals::Behind } else { Originals::Hidden };
        editor.change("originals", |lines| lines.originals = Some(originals));
    });
    let center = Signal::derive(move || look.with(|look| place(&CENTERS, &look.group.center)));
    let band = Signal::derive(move || look.with(|look| place(&BANDS, &look.group.band)));
    let members = Signal::derive(move || look.with(|look| look.group.members));
    let set_center = Callback::new(move |at: usize| editor.change_group(|group| group.center = CENTERS[at].0));
    let set_band = Callback::new(move |at: usize| editor.change_group(|group| group.band = BANDS[at].0));
    let set_members = Callback::new(move |members| editor.change_group(|group| group.members = members));
    let group = view! {
        <div class="setting-pair">
            {choice("Line of a group", &words(&CENTERS), center, set_center)}
            {choice("Band of a group", &words(&BANDS), band, set_band)}
        </div>
        {switch("each run, thin", members, set_members)}
    };
    let stroke = Signal::derive(move || look.with(|look| look.stroke_by.clone()));
    let set_stroke = Callback::new(move |by| editor.change("strokes", |lines| lines.stroke_by = Some(by)));
    let facet = Signal::derive(move || look.with(|look| look.facet_by.clone()));
    let set_facet = Callback::new(move |by| editor.change("facets", |lines| lines.facet_by = Some(by)));
    part(
        "Lines",
        vec![
            editor.row(
                "Smoothing",
                |lines| lines.smoothing.is_some(),
                |lines| lines.smoothing = None,
                view! { <SmoothingControl smoothing on_choose=smooth/> }.into_any(),
            ),
            editor.row(
                "Originals",
                |lines| lines.originals.is_some(),
                |lines| lines.originals = None,
                switch("faint behind smoothed lines", originals, set_originals),
            ),
            editor.row("Groups", |lines| lines.group.is_some(), |lines| lines.group = None, group.into_any()),
            editor.row(
                "Stroke by",
                |lines| lines.stroke_by.is_some(),
                |lines| lines.stroke_by = None,
                columns(workspace, "Stroke by", stroke, set_stroke),
            ),
            editor.row(
                "Facet by",
                |lines| lines.facet_by.is_some(),
                |lines| lines.facet_by = None,
                columns(workspace, "Facet by", facet, set_facet),
            ),
        ],
    )
}

impl Editor {
    fn change_group(self, change: impl FnOnce(&mut data::group::GroupLook)) {
        let mut group = self.look.with_untracked(|look| look.group);
        change(&mut group);
        self.change("groups", |lines| lines.group = Some(group));
    }
}

fn names(editor: Editor) -> AnyView {
    let look = editor.look;
    let legend = Signal::derive(move || look.with(|look| place(&LEGENDS, &look.legend)));
    let set_legend =
        Callback::new(move |at: usize| editor.change("legend", |lines| lines.legend = Some(LEGENDS[at].0)));
    part(
        "Names",
        vec![
            editor.row(
                "Legend",
                |lines| lines.legend.is_some(),
                |lines| lines.legend = None,
                choice("Legend", &words(&LEGENDS), legend, set_legend),
            ),
            editor.row(
                "Lines are called",
                |lines| lines.label.is_some(),
                |lines| lines.label = None,
                template(
                    editor,
                    "Lines are called",
                    "name and what differs; or {name} {params.lr}",
                    |look| &look.label,
                    |lines, text| lines.label = Some(text),
                ),
            ),
            editor.row(
                "In tooltips",
                |lines| lines.tooltip.is_some(),
                |lines| lines.tooltip = None,
                template(
                    editor,
                    "Lines are called in tooltips",
                    "as above and what differs; or {name} {params.lr}",
                    |look| &look.tooltip,
                    |lines, text| lines.tooltip = Some(text),
                ),
            ),
        ],
    )
}

/// A field for a template, with its places proposed where a brace is open, and its error below.
fn template(
    editor: Editor,
    label: &'static str,
    placeholder: &'static str,
    part: fn(&LineLook) -> &String,
    set: fn(&mut LineSettings, String),
) -> AnyView {
    let look = editor.look;
    let value = Signal::derive(move || look.with(|look| part(look).clone()));
    let wrong = Memo::new(move |_| value.with(|text| Template::parse(text).err().map(|error| format!("{error}."))));
    let set = Callback::new(move |text: String| editor.change(label, |lines| set(lines, text)));
    let (at_once, at_rest) = at_once_and_at_rest(set);
    let all = editor.workspace.columns();
    let proposals = Callback::new(move |(typed, cursor): (String, usize)| {
        let before = &typed[..cursor];
        let open = before.rfind('{').filter(|open| !before[*open..].contains('}'));
        let Some(open) = open else { return Proposals::default() };
        let own = ["name", "line", "n", "statistic"].map(str::to_owned);
        let columns = all.get_untracked();
        let all = own.into_iter().chain(columns.iter().map(ToString::to_string));
        let words = found_in(&before[open + 1..], all).into_iter().map(|word| format!("{{{word}}}"));
        let end = cursor + usize::from(typed[cursor..].starts_with('}'));
        Proposals::of(open..end, words)
    });
    view! {
        <Suggest label=label placeholder=placeholder value=value on_text=at_once on_typing=Some(at_rest) proposals error=wrong/>
    }
    .into_any()
}
