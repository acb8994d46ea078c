//! Parallel coordinates on canvases: all lines faint at the bottom, those that pass the brushes above,
//! then axes, then the raised run.
//!
//! What is drawn follows what is wanted: each animation frame some lines come and some go, for a few
//! milliseconds, until both agree. A moved brush so costs only the lines it lets in or out.

use crate::ui::canvas::{Canvas, context, put_pixels, resize};
use charts::{
    parallel::{
        ParallelChart,
        density::{Change, Density, Pen, opacity_of_one},
        draw::draw_axes,
        layout::ParallelLayout,
    },
    theme::{Rgb, Theme},
};
use data::run::RunId;
use leptos::{html, prelude::*};
use plotters::prelude::IntoDrawingArea;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

/// How long lines are added in one frame, milliseconds, and at least in a frame that also turns sums to pixels.
const SLICE_MILLIS: f64 = 5.0;
const LEAST_SLICE_MILLIS: f64 = 2.0;
/// How long lines are added in one frame before there is a picture at all, milliseconds.
const FIRST_SLICE_MILLIS: f64 = 12.0;
/// How long a frame works at most if the next one can turn sums to pixels as well, milliseconds.
const FRAME_MILLIS: f64 = 7.0;
/// How many lines are added between two looks at the clock.
const LINES_A_LOOK: usize = 48;
/// In how many frames lines that come and go are shown once, before they are whole: turning all sums to pixels
/// takes as long as some hundred lines.
const FRAMES_A_LOOK: u32 = 3;
/// With more lines than this a CSS pixel is fine enough for them.
const COARSE_FROM: usize = 1_500;
/// How wide a line is, CSS pixels.
const STROKE_PX: f64 = 1.25;

/// What is on the screen: a hover asks this, not the pixels.
pub struct Picture {
    /// The chart.
    pub chart: Arc<ParallelChart>,
    /// Where everything in it lies, device pixels.
    pub layout: ParallelLayout,
    /// What it looks like.
    pub theme: Theme,
    /// The layout that lines are summed in.
    fine: ParallelLayout,
    /// Its device pixels a CSS pixel.
    fine_scale: f64,
}

impl Picture {
    /// How its lines are summed, in their own colours or all in one.
    fn pen(&self, flat: Option<Rgb>) -> Pen<'_> {
        Pen { chart: &self.chart, layout: &self.fine, stroke_dpx: STROKE_PX * self.fine_scale, flat }
    }
}

/// The four canvases.
#[derive(Clone, Copy)]
pub struct ParallelCanvas {
    /// All lines, faint.
    pub base: NodeRef<html::Canvas>,
    /// The lines that pass.
    pub lines: NodeRef<html::Canvas>,
    /// Axes and labels.
    pub axes: NodeRef<html::Canvas>,
    /// The raised run.
    pub raised: NodeRef<html::Canvas>,
    state: StoredValue<Rc<State>, LocalStorage>,
}

#[derive(Default)]
struct State {
    /// Whether a frame is asked for.
    scheduled: Cell<bool>,
    wanted: RefCell<Arc<Vec<bool>>>,
    work: RefCell<Option<Work>>,
    shown: RefCell<Option<Rc<Picture>>>,
}

/// A picture on its way to the screen, and then kept up.
struct Work {
    picture: Rc<Picture>,
    density: Density,
    /// Which lines are in the sums.
    drawn: Vec<bool>,
    /// The lines that the picture begins with, while they are added.
    first: Option<First>,
    /// The first line whose state may differ from what is wanted.
    next: usize,
    /// Whether the screen shows this picture already.
    shown: bool,
    /// How many frames passed since lines that still come and go were last put on the screen.
    unseen: u32,
    /// How long it took to turn sums to pixels the last time, milliseconds.
    look_millis: f64,
    /// The sums of all lines in one colour, and which still lack; `None` before and after.
    base: Option<(Density, Vec<u32>)>,
    base_shown: bool,
    done: Rc<dyn Fn()>,
}

/// Lines that are added to empty sums, gap by gap, as many of them as there are.
struct First {
    lines: Vec<u32>,
    gap: usize,
    next: usize,
}

impl ParallelCanvas {
    /// Canvases with nothing on them yet.
    pub fn new() -> ParallelCanvas {
        ParallelCanvas {
            base: NodeRef::new(),
            lines: NodeRef::new(),
            axes: NodeRef::new(),
            raised: NodeRef::new(),
            state: StoredValue::new_local(Rc::default()),
        }
    }

    fn state(&self) -> Option<Rc<State>> {
        self.state.try_get_value()
    }

    /// What is on the screen.
    pub fn picture(&self) -> Option<Rc<Picture>> {
        self.state()?.shown.borrow().clone()
    }

    /// Draws `chart` at a size in CSS pixels; `done` is called whenever the pixels are final.
    pub fn draw(&self, chart: Arc<ParallelChart>, size: (f64, f64), theme: Theme, done: impl Fn() + 'static) {
        let Some(state) = self.state() else { return };
        let at_scale = |theme: &Theme| {
            let size = ((size.0 * theme.scale).round() as u32, (size.1 * theme.scale).round() as u32);
            chart.layout(size, theme)
        };
        let layout = at_scale(&theme);
        let fine_scale = if chart.lines.len() > COARSE_FROM { theme.scale.min(1.0) } else { theme.scale };
        let fine = at_scale(&theme.clone().at_scale(fine_scale));
        let density = Density::new(&fine);
        let drawn = vec![false; chart.lines.len()];
        let picture = Rc::new(Picture { chart, layout, theme, fine, fine_scale });
        let work = Work {
            picture,
            density,
            drawn,
            first: None,
            next: 0,
            shown: false,
            unseen: 0,
            look_millis: 0.0,
            base: None,
            base_shown: false,
            done: Rc::new(done),
        };
        *state.work.borrow_mut() = Some(work);
        self.schedule(&state);
    }

    /// Draws the lines of `through`, and takes the others away.
    pub fn want(&self, through: Arc<Vec<bool>>) {
        let Some(state) = self.state() else { return };
        *state.wanted.borrow_mut() = through;
        if let Some(work) = &mut *state.work.borrow_mut() {
            work.next = 0;
        }
        self.schedule(&state);
    }

    fn schedule(&self, state: &Rc<State>) {
        if state.work.borrow().is_some() && !state.scheduled.replace(true) {
            let this = *self;
            request_animation_frame(move || this.frame());
        }
    }

    fn frame(&self) {
        // The panel may be gone.
        let Some(state) = self.state() else { return };
        state.scheduled.set(false);
        let wanted = state.wanted.borrow().clone();
        let mut work = state.work.borrow_mut();
        let Some(work) = work.as_mut() else { return };
        // A chart and its brushes change one after the other.
        if wanted.len() != work.drawn.len() {
            return;
        }
        if work.next < work.drawn.len() || !work.shown || work.unseen > 0 {
            let begun = now();
            let due = work.shown && work.unseen + 1 >= FRAMES_A_LOOK;
            let left = match (work.shown, due) {
                (false, _) => FIRST_SLICE_MILLIS,
                (true, true) => (SLICE_MILLIS - work.look_millis).max(LEAST_SLICE_MILLIS),
                (true, false) => SLICE_MILLIS,
            };
            let whole = work.step(&wanted, begun + left);
            work.unseen += 1;
            let in_time = !work.shown || now() - begun + work.look_millis <= FRAME_MILLIS;
            let seen = due || (whole && in_time);
            if seen {
                work.unseen = 0;
                self.present_lines(work, &wanted);
            }
            if whole && seen {
                if !work.shown {
                    work.shown = true;
                    self.present_axes(work);
                    *state.shown.borrow_mut() = Some(work.picture.clone());
                }
                (work.done)();
            }
            if !(whole && seen && work.base_shown) {
                self.schedule_again(&state);
            }
        } else if !work.base_shown {
            if work.step_base() {
                self.present_base(work);
            } else {
                self.schedule_again(&state);
            }
        }
    }

    fn schedule_again(&self, state: &Rc<State>) {
        if !state.scheduled.replace(true) {
            let this = *self;
            request_animation_frame(move || this.frame());
        }
    }

    fn present_lines(&self, work: &mut Work, wanted: &[bool]) {
        let Some(canvas) = self.lines.get_untracked() else { return };
        let begun = now();
        let count = wanted.iter().filter(|through| **through).count();
        put(&canvas, &mut work.density, &work.picture.fine, opacity_of_one(count));
        work.look_millis = now() - begun;
    }

    fn present_base(&self, work: &mut Work) {
        work.base_shown = true;
        let (Some(canvas), Some((mut density, _))) = (self.base.get_untracked(), work.base.take()) else { return };
        let alpha = opacity_of_one(work.picture.chart.lines.len());
        put(&canvas, &mut density, &work.picture.fine, (alpha * 0.5).min(0.3));
    }

    fn present_axes(&self, work: &Work) {
        let Picture { chart, layout, theme, .. } = &*work.picture;
        let (width, height) = layout.size;
        if let Some(canvas) = self.base.get_untracked() {
            resize(&canvas, work.picture.fine.size.0, work.picture.fine.size.1);
        }
        if let Some(canvas) = self.raised.get_untracked() {
            resize(&canvas, width, height);
        }
        let Some(canvas) = self.axes.get_untracked() else { return };
        resize(&canvas, width, height);
        if let Some(backend) = Canvas::on(&canvas) {
            // A browser that gives no drawing context has no picture to get wrong; the summary is text.
            let _ = draw_axes(&backend.into_drawing_area(), chart, layout, theme);
        }
    }

    /// Draws `runs` alone above the others, the last of them on top, or nothing; says whether the chart has any.
    pub fn raise(&self, runs: &[RunId]) -> bool {
        let Some(canvas) = self.raised.get_untracked() else { return false };
        let Some(context) = context(&canvas) else { return false };
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        let Some(picture) = self.picture() else { return false };
        context.set_line_join("round");
        let mut any = false;
        for at in runs.iter().filter_map(|run| picture.chart.lines.iter().position(|line| line.run == *run)) {
            draw_raised(&context, &picture, at);
            any = true;
        }
        any
    }
}

fn draw_raised(context: &web_sys::CanvasRenderingContext2d, picture: &Picture, at: usize) {
    let Picture { chart, layout, theme, .. } = picture;
    context.begin_path();
    for (pair, places) in chart.axes.windows(2).zip(layout.axes.windows(2)) {
        let [from, to] = [0, 1].map(|side| layout.y(pair[side].shares()[at]));
        let (a, b) = (places[0].x, places[1].x);
        context.move_to(a, from);
        if chart.straight {
            context.line_to(b, to);
        } else {
            // With thirds along x, a Bézier curve of these heights is the curve of `ParallelChart::rise`.
            let third = (b - a) / 3.0;
            context.bezier_curve_to(a + third, from, b - third, to, b, to);
        }
    }
    context.set_stroke_style_str(&theme.surface.to_string());
    context.set_line_width(theme.dpx(5.0));
    context.stroke();
    context.set_stroke_style_str(&chart.lines[at].color.to_string());
    context.set_line_width(theme.dpx(2.5));
    context.stroke();
}

impl Work {
    /// Lets lines come and go until a time; says whether all are as wanted.
    fn step(&mut self, wanted: &[bool], until: f64) -> bool {
        if !self.shown && !self.begin(wanted, until) {
            return false;
        }
        let pen = self.picture.pen(None);
        let (mut come, mut go) = (Vec::with_capacity(LINES_A_LOOK), Vec::with_capacity(LINES_A_LOOK));
        loop {
            while self.next < wanted.len() && come.len() + go.len() < LINES_A_LOOK {
                let at = self.next;
                if self.drawn[at] != wanted[at] {
                    if wanted[at] {
                        come.push(at as u32)
                    } else {
                        go.push(at as u32)
                    }
                    self.drawn[at] = wanted[at];
                }
                self.next += 1;
            }
            self.density.add(pen, &come, Change::Come);
            self.density.add(pen, &go, Change::Go);
            come.clear();
            go.clear();
            if self.next >= wanted.len() {
                return true;
            }
            if now() > until {
                return false;
            }
        }
    }

    /// Adds the lines that the picture begins with until a time; says whether they are there.
    fn begin(&mut self, wanted: &[bool], until: f64) -> bool {
        let pen = self.picture.pen(None);
        let gaps = pen.chart.axes.len().saturating_sub(1);
        let first = self.first.get_or_insert_with(|| {
            let lines = (0..).zip(wanted).filter(|(_, through)| **through).map(|(line, _)| line).collect();
            First { lines, gap: 0, next: 0 }
        });
        while first.gap < gaps {
            let end = (first.next + LINES_A_LOOK * gaps).min(first.lines.len());
            let some = &first.lines[first.next..end];
            self.density.add_between(first.gap, pen, some, Change::Come);
            (first.gap, first.next) = if end == first.lines.len() { (first.gap + 1, 0) } else { (first.gap, end) };
            if now() > until {
                break;
            }
        }
        let whole = first.gap >= gaps;
        if whole {
            first.lines.drain(..).for_each(|line| self.drawn[line as usize] = true);
        }
        whole
    }

    /// Adds to the base what the lines on the screen lack, for a slice of time; says whether it holds all lines.
    fn step_base(&mut self) -> bool {
        let muted = self.picture.theme.muted;
        let pen = self.picture.pen(Some(muted));
        let (density, lack) = self.base.get_or_insert_with(|| {
            let lack = (0..pen.chart.lines.len() as u32).filter(|&at| !self.drawn[at as usize]).collect();
            (self.density.in_one_color(muted), lack)
        });
        let until = now() + SLICE_MILLIS;
        while !lack.is_empty() {
            let some = lack.split_off(lack.len().saturating_sub(LINES_A_LOOK));
            density.add(pen, &some, Change::Come);
            if now() > until {
                return false;
            }
        }
        true
    }
}

fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Puts `density` on `canvas`, where it lies in `layout`.
fn put(canvas: &web_sys::HtmlCanvasElement, density: &mut Density, layout: &ParallelLayout, alpha: f64) {
    if (canvas.width(), canvas.height()) != layout.size {
        resize(canvas, layout.size.0, layout.size.1);
    }
    let (width, height) = (density.width(), density.height());
    put_pixels(canvas, density.pixels(alpha), width, height, (layout.plot.x0, 0));
}
