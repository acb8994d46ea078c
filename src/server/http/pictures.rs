//! `/p/{token}.{svg|png|pdf|csv|json|tex}`: what a share link shows, as a picture or as data.

use super::{
    ApiError, AppState,
    api::{Opened, version_of},
    figures::{Chosen, Drawing, Figure},
    wire::{JsonBody, Query},
};
use crate::{
    render::{self, About, Format, Ground, Look},
    share,
    store::StoreError,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use data::{share::ShareTarget, view::Asked};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;

/// The largest side of a picture, CSS pixels, and the most pixels of a PNG.
const MOST_SIDE: u32 = 4_096;
const MOST_PIXELS: f64 = 24e6;
/// Bytes of pictures that are kept for the next who asks.
const KEPT_BYTES: usize = 32 << 20;
/// How many pictures are drawn at a time.
const DRAWING: usize = 2;
/// How many panels' points go into one file of data.
const MOST_DATA_PANELS: usize = 100;

/// Pictures that were drawn, and leave to draw more.
pub(super) struct Pictures {
    kept: Mutex<Kept>,
    drawing: Semaphore,
}

#[derive(Default)]
struct Kept {
    by_tag: HashMap<String, (Bytes, u64)>,
    bytes: usize,
    uses: u64,
}

impl Default for Pictures {
    fn default() -> Pictures {
        Pictures { kept: Mutex::default(), drawing: Semaphore::new(DRAWING) }
    }
}

impl Pictures {
    fn get(&self, tag: &str) -> Option<Bytes> {
        let mut kept = self.kept.lock().expect("no panic while held");
        kept.uses += 1;
        let now = kept.uses;
        let (bytes, used) = kept.by_tag.get_mut(tag)?;
        *used = now;
        Some(bytes.clone())
    }

    fn keep(&self, tag: &str, bytes: &Bytes) {
        let mut kept = self.kept.lock().expect("no panic while held");
        if bytes.len() > KEPT_BYTES / 4 {
            return;
        }
        kept.uses += 1;
        let now = kept.uses;
        if let Some((old, _)) = kept.by_tag.insert(tag.to_owned(), (bytes.clone(), now)) {
            kept.bytes -= old.len();
        }
        kept.bytes += bytes.len();
        while kept.bytes > KEPT_BYTES {
            let oldest = kept.by_tag.iter().min_by_key(|(_, (_, used))| *used).map(|(tag, _)| tag.clone());
            let Some((bytes, _)) = oldest.and_then(|tag| kept.by_tag.remove(&tag)) else { break };
            kept.bytes -= bytes.len();
        }
    }
}

/// How a picture is wanted.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wanted {
    /// CSS pixels.
    w: Option<u32>,
    h: Option<u32>,
    /// Pixels of a PNG in a CSS pixel.
    dpr: Option<f32>,
    theme: Option<String>,
    /// Millimetres, instead of `w` and `h`.
    wmm: Option<f32>,
    hmm: Option<f32>,
    /// The size of letters, points.
    pt: Option<f32>,
    /// The key of a link with a password.
    key: Option<String>,
    /// One part of a report.
    part: Option<String>,
    /// A panel grid of a report, by its block; `panel` is then a panel's id in it.
    grid: Option<String>,
    /// Whatever it is, it makes another address of a picture that has changed.
    v: Option<String>,
    /// See [`Chosen`].
    panel: Option<String>,
    xmin: Option<f64>,
    xmax: Option<f64>,
    /// `0` leaves the legend out.
    legend: Option<String>,
    /// How lines are drawn, see [`Asked`].
    smooth: Option<String>,
    x: Option<String>,
    /// `0` leaves the titles of panels out.
    title: Option<String>,
}

impl Wanted {
    /// What of a link is wanted, or why it cannot be.
    fn chosen(&self) -> Result<Chosen, ApiError> {
        let range = match (self.xmin, self.xmax) {
            (None, None) => None,
            (Some(from), Some(to)) if from.is_finite() && to.is_finite() && from < to => Some([from, to]),
            (Some(_) | None, Some(_) | None) => {
                let words = "`xmin` and `xmax` go together, the first below the second";
                return Err(ApiError::BadRequest(words.to_owned()));
            }
        };
        let drawn = Asked::of(self.smooth.as_deref(), self.x.as_deref());
        Ok(Chosen { panel: self.panel.clone(), range, drawn })
    }

    /// What is wanted of a picture with so many panels, or why it cannot be.
    fn look(&self, one_panel: bool) -> Result<Look, ApiError> {
        let refuse = |why: &str| Err(ApiError::BadRequest(why.to_owned()));
        let (w, h) = if one_panel { (800, 450) } else { (1_200, 800) };
        let ground = match self.theme.as_deref() {
            None | Some("light") => Ground::Light,
            Some("dark") => Ground::Dark,
            Some("auto") => Ground::Auto,
            Some("transparent") => Ground::Transparent,
            Some(_) => return refuse("`theme` must be light, dark, auto or transparent"),
        };
        let dpr = self.dpr.unwrap_or(1.0);
        if !(1.0..=3.0).contains(&dpr) {
            return refuse("`dpr` must be in 1..=3");
        }
        let zoom = match self.pt {
            None => 1.0,
            Some(pt) if (4.0..=40.0).contains(&pt) => pt * 96.0 / 72.0 / 12.0,
            Some(_) => return refuse("`pt` must be in 4..=40"),
        };
        let mm = self.wmm.zip(self.hmm);
        let (shown_w, shown_h) = match (self.wmm, self.hmm) {
            (None, None) => (self.w.unwrap_or(w) as f32, self.h.unwrap_or(h) as f32),
            (Some(w), Some(h)) if (10.0..=1_000.0).contains(&w) && (10.0..=1_000.0).contains(&h) => {
                (w * 96.0 / 25.4, h * 96.0 / 25.4)
            }
            (Some(_) | None, Some(_) | None) => return refuse("`wmm` and `hmm` must both be in 10..=1000"),
        };
        let size = ((shown_w / zoom).round() as u32, (shown_h / zoom).round() as u32);
        let sides = 16..=MOST_SIDE;
        let shown = (shown_w.round() as u32, shown_h.round() as u32);
        if [size.0, size.1, shown.0, shown.1].iter().any(|side| !sides.contains(side)) {
            return refuse(&format!("`w` and `h` must be in 16..={MOST_SIDE}"));
        }
        if f64::from(shown_w) * f64::from(shown_h) * f64::from(dpr * dpr) > MOST_PIXELS {
            return refuse("the picture would have more than 24 million pixels: ask for less of `w`, `h` or `dpr`");
        }
        let legend = self.legend.as_deref() != Some("0");
        let title = self.title.as_deref() != Some("0");
        Ok(Look { size, zoom, dpr, ground, mm, legend, title })
    }
}

/// `GET /p/{token}.{ending}?w&h&dpr&theme&wmm&hmm&pt&key`: the link's panel as a picture, or as many of its panels
/// as find room; all of them as data. 400 for a size that cannot be, 404 for a link that opens nothing. Sent once:
/// `ETag` changes with what is logged.
pub(super) async fn picture(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (token, ending) = name.split_once('.').unwrap_or((&name, "png"));
    let unknown = || ApiError::NotFound("a picture ends in .svg, .png, .pdf, .csv, .json or .tex".to_owned());
    let format = Format::of_ending(ending).ok_or_else(unknown)?;
    let opened = Opened::by(&state, token, wanted.key.as_deref()).await?;
    let drawing = Drawing::of(opened, wanted.part.as_deref(), wanted.grid.as_deref(), wanted.chosen()?)?;
    let look = wanted.look(drawing.panels() == 1)?;
    let tag = tag(&state, &drawing, format, &(&look, &wanted.part));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag || one.trim() == "*")
    }) {
        return Ok(with_headers(StatusCode::NOT_MODIFIED.into_response(), drawing.link(), format, &tag));
    }
    let bytes = match state.pictures.get(&tag) {
        Some(bytes) => bytes,
        None => {
            let bytes = draw(&state, &drawing, Some(token), format, look).await?;
            state.pictures.keep(&tag, &bytes);
            bytes
        }
    };
    Ok(with_headers(bytes.into_response(), drawing.link(), format, &tag))
}

/// What [`drawn`] is asked: a target as of a share link, and how its picture is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct ToDraw {
    target: ShareTarget,
    format: String,
    #[serde(flatten)]
    wanted: Wanted,
}

/// `POST /api/pictures`: a view, a panel or a run as a picture or as data, without a link. 400 for a format or a size
/// that cannot be, 404 for what is not there.
pub(super) async fn drawn(
    State(state): State<AppState>,
    JsonBody(asked): JsonBody<ToDraw>,
) -> Result<Response, ApiError> {
    let bad = |error: &dyn std::fmt::Display| ApiError::BadRequest(error.to_string());
    let unknown = || ApiError::BadRequest("`format` must be svg, png, pdf, csv, json or tex".to_owned());
    let format = Format::of_ending(&asked.format).ok_or_else(unknown)?;
    let target = asked.target.mended().map_err(|error| bad(&error))?;
    let named = target.clone();
    let scope = state.store.ask_runs(move |sets| share::resolve(sets, &named)).await?;
    let title = target.experiment().unwrap_or_default().to_owned();
    let opened = Opened::unkept(target, format!("Experiment {title}"), scope);
    let drawing = Drawing::of(opened, None, None, asked.wanted.chosen()?)?;
    let look = asked.wanted.look(drawing.panels() == 1)?;
    let bytes = draw(&state, &drawing, None, format, look).await?;
    Ok(([(header::CONTENT_TYPE, format.media_type())], bytes).into_response())
}

/// What is opened, or one panel of it by its grid and its id there, as a light PNG of this size, CSS pixels.
pub(super) async fn still_picture(
    state: &AppState,
    opened: &Opened,
    panel: Option<(&str, &str)>,
    size: (u32, u32),
) -> Result<Bytes, ApiError> {
    let look = Look { size, zoom: 1.0, dpr: 1.0, ground: Ground::Light, mm: None, legend: true, title: true };
    let chosen = Chosen { panel: panel.map(|(_, panel)| panel.to_owned()), ..Chosen::default() };
    let drawing = Drawing::of(opened.clone(), None, panel.map(|(grid, _)| grid), chosen)?;
    draw(state, &drawing, None, Format::Png, look).await
}

/// What names a picture: the link, what was logged when, and how it is wanted.
fn tag(state: &AppState, drawing: &Drawing, format: Format, look: &impl std::fmt::Debug) -> String {
    let opened = drawing.link();
    let version = version_of(state, &opened.shown);
    let program = env!("CARGO_PKG_VERSION");
    let text = format!("{program} {version} {format:?} {look:?} {}", drawing.name());
    let digest = Sha256::digest([&opened.share.token_hash[..], &opened.share.salt, text.as_bytes()].concat());
    format!("\"{}\"", digest[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

async fn draw(
    state: &AppState,
    drawing: &Drawing,
    token: Option<&str>,
    format: Format,
    look: Look,
) -> Result<Bytes, ApiError> {
    let _turn = state.pictures.drawing.acquire().await.map_err(|_| StoreError::Stopped)?;
    let most = match format {
        Format::Csv | Format::Json | Format::Tex => MOST_DATA_PANELS,
        Format::Svg | Format::Png | Format::Pdf => render::panels_that_fit(look.size),
    };
    let Figure { view, rows, panels, left_out } = drawing.figure(state, most, look.size.0).await?;
    let shown = drawing.link().shown.clone();
    let link = token.map(|token| format!("/s/{token}")).unwrap_or_default();
    let drawn = tokio::task::spawn_blocking(move || {
        let about = About { title: &shown.page.title, link: &link, panels_left_out: left_out };
        render::render(format, &panels, &view, &rows, &look, about)
    });
    let bytes = drawn.await.map_err(|_| StoreError::Bug)?;
    Ok(Bytes::from(bytes.map_err(|error| StoreError::Damaged(error.to_string()))?))
}

fn with_headers(mut response: Response, opened: &Opened, format: Format, tag: &str) -> Response {
    let headers = response.headers_mut();
    let row = &opened.share.row;
    let caching = match (row.has_password, row.frozen_millis.is_some()) {
        (true, _) => "private, max-age=60",
        (false, false) => "public, max-age=60, stale-while-revalidate=600",
        // Not for ever: a link may be revoked.
        (false, true) => "public, max-age=3600",
    };
    let mut say = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    say(header::CONTENT_TYPE, format.media_type());
    say(header::ETAG, tag);
    say(header::CACHE_CONTROL, caching);
    say(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    say(header::REFERRER_POLICY, "no-referrer");
    say(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    say(HeaderName::from_static("x-robots-tag"), "noindex");
    say(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    response
}

pub(super) type SharedPictures = Arc<Pictures>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_cannot_be_are_refused_in_words() {
        let wanted = Wanted::default();
        for (name, wanted, good) in [
            ("nothing said", wanted.clone(), true),
            ("a card", Wanted { w: Some(1_200), h: Some(630), ..wanted.clone() }, true),
            ("for a paper", Wanted { wmm: Some(84.0), hmm: Some(50.0), pt: Some(8.0), ..wanted.clone() }, true),
            ("as large as can be", Wanted { w: Some(4_096), h: Some(4_096), ..wanted.clone() }, true),
            ("too wide", Wanted { w: Some(4_097), ..wanted.clone() }, false),
            ("nothing", Wanted { w: Some(0), ..wanted.clone() }, false),
            ("many pixels", Wanted { w: Some(4_096), h: Some(4_096), dpr: Some(2.0), ..wanted.clone() }, false),
            ("no ratio", Wanted { dpr: Some(f32::NAN), ..wanted.clone() }, false),
            ("a large ratio", Wanted { dpr: Some(4.0), ..wanted.clone() }, false),
            ("half a size in millimetres", Wanted { wmm: Some(84.0), ..wanted.clone() }, false),
            ("kilometres", Wanted { wmm: Some(1e6), hmm: Some(1e6), ..wanted.clone() }, false),
            ("letters like dust", Wanted { pt: Some(0.1), ..wanted.clone() }, false),
            ("a theme that is none", Wanted { theme: Some("<b>".into()), ..wanted.clone() }, false),
        ] {
            assert_eq!(wanted.look(true).is_ok(), good, "{name}");
        }
        let paper = Wanted { wmm: Some(84.0), hmm: Some(50.0), pt: Some(8.0), ..wanted }.look(true).expect("a size");
        let (width, letters) = (paper.size.0 as f32 * paper.zoom * 25.4 / 96.0, 12.0 * paper.zoom * 72.0 / 96.0);
        assert!((width - 84.0).abs() < 0.2 && (letters - 8.0).abs() < 1e-3, "{width} mm, {letters} pt");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let pictures = Pictures::default();
        let bytes = Bytes::from(vec![0; 4 << 20]);
        for at in 0..20 {
            pictures.keep(&at.to_string(), &bytes);
            assert!(pictures.get(&at.to_string()).is_some());
        }
        assert!(pictures.get("0").is_none());
        assert!(pictures.kept.lock().unwrap().bytes <= KEPT_BYTES);
    }
}
