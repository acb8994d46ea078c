//! The pages of share links: `/s/{token}` with the app, `/embed/{token}` for a frame, and what other programs are
//! told of both.
//!
//! An embed is a picture at first, and the app when somebody reaches for it. It keeps no cookie and no storage, and
//! only the hosts that its link names may frame it; a page of the app itself is framed by nobody.

use super::{
    ApiError, AppState,
    api::Opened,
    assets::{app_page, inline_scripts, script_hashes},
    wire::Query,
};
use crate::{render::escaped, share::Closed};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use data::share::{ShareTarget, frame_ancestors};
use serde::Deserialize;

/// The script of an embed.
const SCRIPT: &str = include_str!("embed_page.js");
/// The style of an embed until the app comes.
const STYLE: &str = "html,body{margin:0;height:100%;background:var(--ground,#fff);font:13px/1.5 system-ui,sans-serif}\
    [data-theme=dark]{--ground:#16191e;color-scheme:dark}[data-theme=transparent]{--ground:transparent}\
    @media(prefers-color-scheme:dark){[data-theme=auto]{--ground:#16191e;color-scheme:dark}}\
    #picture{position:fixed;inset:0;width:100%;height:100%;object-fit:contain;border:0}\
    noscript a,noscript img{display:block;width:100%;height:100%;object-fit:contain}";

/// What is said of a link that tells nothing.
const NEUTRAL: &str = "A shared link";

/// How an embed is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    theme: String,
    key: Option<String>,
}

/// Where this server is reached, as the asker wrote it.
fn origin(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let host = text("host").unwrap_or_default();
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
    format!("{scheme}://{}", if plain { host } else { "" })
}

/// What a card says of a link.
struct Card {
    title: String,
    summary: String,
    has_picture: bool,
}

impl Card {
    fn of(opened: Option<&Opened>) -> Card {
        let Some(Opened { shown, .. }) = opened else {
            let (title, summary) = (NEUTRAL.to_owned(), "Opens in Throughline.".to_owned());
            return Card { title, summary, has_picture: false };
        };
        let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let (runs, panels) = (shown.rows.len(), shown.panels.len());
        let summary = match &shown.page.target {
            ShareTarget::Report { .. } => "A report.".to_owned(),
            ShareTarget::View { .. } | ShareTarget::Panel { .. } | ShareTarget::Run { .. } => {
                format!("{}, {}.", count(runs, "run", "runs"), count(panels, "panel", "panels"))
            }
        };
        Card { title: shown.page.title.clone(), summary, has_picture: panels > 0 }
    }

    /// The elements of a page's head that tell other programs of the link.
    fn head(&self, origin: &str, token: &str) -> String {
        let (title, summary) = (escaped(&self.title), escaped(&self.summary));
        let url = escaped(&format!("{origin}/s/{token}"));
        let mut head = format!(
            "<title>{title} · Throughline</title><meta name=\"referrer\" content=\"no-referrer\"><meta name=\"robots\" content=\"noindex\">\
             <meta property=\"og:type\" content=\"website\"><meta property=\"og:site_name\" content=\"Throughline\">\
             <meta property=\"og:title\" content=\"{title}\"><meta property=\"og:description\" content=\"{summary}\"><meta property=\"og:url\" content=\"{url}\">"
        );
        if self.has_picture {
            let picture = escaped(&format!("{origin}/p/{token}.png?w=1200&h=630"));
            let discovery = escaped(&format!("{origin}/oembed?format=json&url={origin}/s/{token}"));
            head += &format!(
                "<meta property=\"og:image\" content=\"{picture}\"><meta property=\"og:image:width\" content=\"1200\">\
                 <meta property=\"og:image:height\" content=\"630\"><meta property=\"og:image:alt\" content=\"{title}: {summary}\">\
                 <meta name=\"twitter:card\" content=\"summary_large_image\">\
                 <link rel=\"alternate\" type=\"application/json+oembed\" href=\"{discovery}\" title=\"{title}\">"
            );
        } else {
            head += "<meta name=\"twitter:card\" content=\"summary\">";
        }
        head
    }
}

/// The link, if it opens without a password; why not, otherwise.
async fn opened(state: &AppState, token: &str, key: Option<&str>) -> Result<Result<Opened, Closed>, ApiError> {
    match state.gate.open(&state.store, token, key).await {
        Ok(share) => {
            let shown = state.gate.shown(&state.store, &share).await?;
            Ok(Ok(Opened { share, shown }))
        }
        Err(Closed::Store(error)) => Err(error.into()),
        Err(closed) => Ok(Err(closed)),
    }
}

/// `GET /s/{token}`: the app with what the link shows, and a card of it for other programs; a neutral card and 404 for
/// a link that opens nothing.
pub(super) async fn page(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let opened = opened(&state, &token, None).await?;
    let status = if matches!(opened, Err(Closed::Nothing)) { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let card = Card::of(opened.as_ref().ok());
    let page = app_page(&state).await;
    let scripts = script_hashes(&page);
    let without_title = match (page.find("<title>"), page.find("</title>")) {
        (Some(from), Some(to)) if from < to => format!("{}{}", &page[..from], &page[to + "</title>".len()..]),
        _ => page,
    };
    let head = card.head(&origin(&headers), &token);
    let body = match without_title.contains("</head>") {
        true => without_title.replacen("</head>", &format!("{head}</head>"), 1),
        // The page of a program without the app has no head of its own.
        false => format!("{without_title}{head}"),
    };
    let body = match opened.is_ok() && card.has_picture {
        true => body.replacen(
            "<noscript>",
            &format!("<noscript><img src=\"/p/{token}.png\" alt=\"{}\">", escaped(&card.title)),
            1,
        ),
        false => body,
    };
    let policy = policy(&scripts, Some("'none'"));
    Ok(answer(status, body, &policy))
}

/// `GET /embed/{token}?theme&key&interactive`: the link for a frame. Who may frame it is said by its `frame-ancestors`.
pub(super) async fn embed(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = opened(&state, &token, wanted.key.as_deref()).await?;
    let opened = match found {
        Ok(opened) => opened,
        Err(closed) => {
            let words = match closed {
                Closed::PasswordNeeded => "This link asks for a password.",
                Closed::Nothing | Closed::Store(_) => {
                    "This link opens nothing: it was mistyped, has run out, or was revoked."
                }
            };
            // The token is written only if it is one, and so holds nothing but letters, digits, - and _.
            let open = match closed {
                Closed::PasswordNeeded => {
                    format!("<p><a href=\"/s/{token}\" target=\"_blank\" rel=\"noopener\">Open it</a>")
                }
                Closed::Nothing | Closed::Store(_) => String::new(),
            };
            let body = format!(
                "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\"><title>{NEUTRAL}</title><style>{STYLE}</style><p>{words}</p>{open}</html>"
            );
            let status = if open.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::UNAUTHORIZED };
            return Ok(answer(status, body, &policy("", None)));
        }
    };
    let card = Card::of(Some(&opened));
    let page = app_page(&state).await;
    let theme = match wanted.theme.as_str() {
        theme @ ("light" | "dark" | "transparent") => theme,
        _ => "auto",
    };
    let kind = match &opened.shown.page.target {
        ShareTarget::Panel { .. } => "panel",
        ShareTarget::View { .. } | ShareTarget::Run { .. } | ShareTarget::Report { .. } => "view",
    };
    let live = if opened.share.row.frozen_millis.is_none() { " data-live=\"1\"" } else { "" };
    let (title, summary) = (escaped(&card.title), escaped(&card.summary));
    let key = wanted.key.as_deref().map(|key| format!("&amp;key={}", escaped(key))).unwrap_or_default();
    let still = if theme == "auto" { "light" } else { theme };
    let body = format!(
        "<!doctype html><html lang=\"en\" data-theme=\"{theme}\" data-kind=\"{kind}\"{live}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{}<style>{STYLE}</style></head>\
         <body class=\"embed\" tabindex=\"0\"><img id=\"picture\" alt=\"{title}: {summary}\">\
         <noscript><a href=\"/s/{token}\" target=\"_blank\" rel=\"noopener\"><img src=\"/p/{token}.png?w=800&amp;h=450&amp;theme={still}{key}\" alt=\"{title}: {summary}\"></a></noscript>\
         <template id=\"app\">{}</template><script>{SCRIPT}</script></body></html>",
        card.head(&origin(&headers), &token),
        app_parts(&page),
    );
    let scripts = format!("{}{}", script_hashes(&page), script_hashes(&format!("<script>{SCRIPT}</script>")));
    let ancestors = frame_ancestors(&opened.share.row.hosts);
    Ok(answer(StatusCode::OK, body, &policy(&scripts, ancestors.as_deref())))
}

/// What of the app's page starts it: its sheets and its script.
fn app_parts(page: &str) -> String {
    let sheets = page.split("<link").skip(1).filter_map(|rest| rest.split_once('>')).map(|(link, _)| link);
    let sheets = sheets.filter(|link| link.contains("stylesheet")).map(|link| {
        // From a sandbox even a style sheet with a digest comes from elsewhere.
        let own = if link.contains("crossorigin") { "" } else { " crossorigin" };
        format!("<link{own}{link}>")
    });
    let scripts = inline_scripts(page).map(|script| format!("<script type=\"module\">{script}</script>"));
    sheets.chain(scripts).collect()
}

/// What a page of a link may load and run; `ancestors` may frame it, everyone if `None`.
fn policy(scripts: &str, ancestors: Option<&str>) -> String {
    let ancestors = ancestors.map(|hosts| format!("; frame-ancestors {hosts}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'{ancestors}"
    )
}

fn answer(status: StatusCode, body: String, policy: &str) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    let mut say = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    say("content-type", "text/html; charset=utf-8");
    say("content-security-policy", policy);
    say("referrer-policy", "no-referrer");
    say("x-robots-tag", "noindex, nofollow");
    say("cache-control", "no-cache");
    say("permissions-policy", "fullscreen=(self), clipboard-write=(self), geolocation=(), camera=(), microphone=()");
    response
}

/// What [`oembed`] is asked.
#[derive(Debug, Deserialize)]
pub(super) struct OEmbed {
    url: String,
    #[serde(default)]
    maxwidth: Option<u32>,
    #[serde(default)]
    maxheight: Option<u32>,
    #[serde(default)]
    format: String,
}

/// `GET /oembed?url&maxwidth&maxheight&format=json`: how to show a link of this server, as oEmbed 1.0 says. 404 for an
/// address of elsewhere and a link that opens nothing, 401 for one with a password, 501 for another format.
pub(super) async fn oembed(
    State(state): State<AppState>,
    Query(asked): Query<OEmbed>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if !matches!(asked.format.as_str(), "" | "json") {
        return Ok((StatusCode::NOT_IMPLEMENTED, "only JSON is answered").into_response());
    }
    let origin = origin(&headers);
    let nothing = || ApiError::NotFound("this is no address of a shared link here".to_owned());
    // Nothing is fetched: the address is only read.
    let path = asked.url.strip_prefix(&origin).or_else(|| {
        let (ours, theirs) = (origin.split_once("://")?.1, asked.url.split_once("://")?.1);
        theirs.strip_prefix(ours)
    });
    let path = path.ok_or_else(nothing)?;
    let token = ["/s/", "/embed/"].iter().find_map(|start| path.strip_prefix(start)).ok_or_else(nothing)?;
    let token = token.split(['?', '#', '/']).next().unwrap_or_default();
    let opened = opened(&state, token, None).await?.map_err(ApiError::from)?;
    let card = Card::of(Some(&opened));
    let width = asked.maxwidth.unwrap_or(800).clamp(80, 4_096);
    let height = asked.maxheight.unwrap_or(width * 9 / 16).clamp(80, 4_096);
    let frame = format!(
        "<iframe src=\"{origin}/embed/{token}\" width=\"{width}\" height=\"{height}\" style=\"border:0;max-width:100%\" loading=\"lazy\" \
         sandbox=\"allow-scripts allow-popups\" referrerpolicy=\"no-referrer\" title=\"{}\"></iframe>",
        escaped(&card.title)
    );
    let thumbnail = format!("{origin}/p/{token}.png?w={}&h={}", width.max(16), height.max(16));
    let answer = serde_json::json!({
        "version": "1.0", "type": "rich", "provider_name": "Throughline", "provider_url": origin,
        "title": card.title, "html": frame, "width": width, "height": height, "cache_age": 60,
        "thumbnail_url": thumbnail, "thumbnail_width": width, "thumbnail_height": height,
    });
    let mut response = Json(answer).into_response();
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(response)
}
