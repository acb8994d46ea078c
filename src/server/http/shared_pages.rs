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
use crate::{
    render::escaped,
    report::{Places, still, words_of},
    share::{Closed, Shown},
    store::StoreError,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use data::{
    report::{Content, grid::GridPanel},
    run::{Cut, RunRow},
    share::{ShareTarget, SharedReport, frame_ancestors, part_name},
};
use serde::Deserialize;

/// The script of an embed.
const SCRIPT: &str = include_str!("embed_page.js");
/// The style of an embed until the app comes.
const STYLE: &str = "html,body{margin:0;height:100%;background:var(--ground,#fff);font:13px/1.5 system-ui,sans-serif}\
    [data-theme=dark]{--ground:#16191e;color-scheme:dark}[data-theme=transparent]{--ground:transparent}\
    @media(prefers-color-scheme:dark){[data-theme=auto]{--ground:#16191e;color-scheme:dark}}\
    #picture{position:fixed;inset:0;width:100%;height:100%;object-fit:contain;border:0}\
    .note{display:grid;place-content:center;height:100%;padding:0 24px;text-align:center;color:#555b68;color:color-mix(in oklab,CanvasText 72%,Canvas)}\
    .note a{color:LinkText}\
    noscript a,noscript img{display:block;width:100%;height:100%;object-fit:contain}";
/// The style of a report until the app comes.
const STILL: &str = "#still{position:fixed;inset:0;z-index:1;overflow:auto;background:var(--surface)}\
    [data-theme=transparent] #still{background:none}\
    body:not(.embed) #still{top:var(--topbar)}";
/// The style of the pictures of panels in a report until the app comes.
pub(super) const STILL_PANELS: &str = ".report-still{display:block;margin:0}\
    .report-still :is(picture,img){display:block;width:100%;height:100%}.report-still img{object-fit:contain;object-position:0 0}";
/// Settles the theme of a report before the app does.
const EARLY: &str = "document.documentElement.dataset.theme=(()=>{try{const t=localStorage.getItem('throughline.theme');\
    if(t==='dark'||t==='light')return t}catch{}return matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'})();\
    (d=>{if(d===matchMedia('(prefers-color-scheme: dark)').matches)return;for(const i of document.querySelectorAll('#still [data-dark]')){\
    i.previousElementSibling?.remove();if(d)i.src=i.dataset.dark}})(document.documentElement.dataset.theme==='dark')";

/// How many characters of a report's beginning stand on its card.
const CARD_CHARS: usize = 200;
/// How wide a column of a report's grid is drawn, CSS pixels.
const PX_OF_COLUMN: u32 = 80;

/// What is said of a link that tells nothing.
const NEUTRAL: &str = "A shared link";

/// How an embed is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    theme: String,
    key: Option<String>,
    panel: Option<String>,
    xmin: Option<String>,
    xmax: Option<String>,
    legend: Option<String>,
    title: Option<String>,
    smooth: Option<String>,
    x: Option<String>,
}

impl Wanted {
    /// What a picture of the same is asked for with, as it may stand in an attribute.
    fn of_picture(&self) -> String {
        let [xmin, xmax] = self.range().map_or([None, None], |ends| ends.map(|end| Some(end.to_string())));
        let asked = [
            ("panel", self.panel.clone()),
            ("xmin", xmin),
            ("xmax", xmax),
            ("legend", self.legend.clone()),
            ("title", self.title.clone()),
            ("smooth", self.smooth.clone()),
            ("x", self.x.clone()),
            ("key", self.key.clone()),
        ];
        let said = asked.into_iter().filter_map(|(name, value)| Some((name, value?)));
        said.map(|(name, value)| format!("&amp;{name}={}", in_address(&value))).collect()
    }

    /// The part of x, if it can be one. In a page of others a picture is better than words about its address.
    fn range(&self) -> Option<[f64; 2]> {
        let end = |text: &Option<String>| text.as_ref()?.parse::<f64>().ok().filter(|end| end.is_finite());
        end(&self.xmin).zip(end(&self.xmax)).filter(|(from, to)| from < to).map(|(from, to)| [from, to])
    }

    /// The theme by its name, `auto` if nothing else was said.
    fn theme(&self) -> &'static str {
        match self.theme.as_str() {
            "light" => "light",
            "dark" => "dark",
            "transparent" => "transparent",
            _ => "auto",
        }
    }
}

/// `text` as it may stand in an address behind `?`.
fn in_address(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
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
    /// Whether it tells of a link: a neutral one leads nowhere.
    tells: bool,
}

impl Card {
    fn of(opened: Option<&Opened>) -> Card {
        let Some(Opened { shown, .. }) = opened else {
            let (title, summary) = (NEUTRAL.to_owned(), "Opens in Throughline.".to_owned());
            return Card { title, summary, has_picture: false, tells: false };
        };
        let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let (runs, panels) = (shown.rows.len(), shown.panels.len());
        let summary = match &shown.page.target {
            ShareTarget::Report { .. } => return Card::of_report(shown),
            ShareTarget::View { .. } | ShareTarget::Panel { .. } | ShareTarget::Run { .. } => {
                let of = shown.cut().map(|cut| format!("the first {runs} of {} runs", cut.of));
                let runs = of.unwrap_or_else(|| count(runs, "run", "runs"));
                format!("{runs}, {}.", count(panels, "panel", "panels"))
            }
        };
        Card { title: shown.page.title.clone(), summary, has_picture: panels > 0, tells: true }
    }

    /// The card of a report: how it begins.
    fn of_report(shown: &Shown) -> Card {
        let begins = |report: &SharedReport| {
            let first =
                report.document.blocks.iter().find(|block| matches!(block.content, Content::Paragraph { .. }))?;
            Some(plain_words(report.html.get(&first.id)?))
        };
        let words = shown.page.report.as_deref().and_then(begins).filter(|words| !words.is_empty());
        Card {
            title: shown.page.title.clone(),
            summary: words.unwrap_or_else(|| "A report.".to_owned()),
            has_picture: shown.parts.iter().any(|(_, part)| !part.panels.is_empty()),
            tells: true,
        }
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
        if self.tells {
            let discovery = escaped(&format!("{origin}/oembed?format=json&url={origin}/s/{token}"));
            head += &format!(
                "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"{discovery}\" title=\"{title}\">"
            );
        }
        if self.has_picture {
            let picture = escaped(&format!("{origin}/p/{token}.png?w=1200&h=630"));
            head += &format!(
                "<meta property=\"og:image\" content=\"{picture}\"><meta property=\"og:image:width\" content=\"1200\">\
                 <meta property=\"og:image:height\" content=\"630\"><meta property=\"og:image:alt\" content=\"{title}: {summary}\">\
                 <meta name=\"twitter:card\" content=\"summary_large_image\">"
            );
        } else {
            head += "<meta name=\"twitter:card\" content=\"summary\">";
        }
        head
    }
}

/// The first words of clean HTML, as text.
fn plain_words(html: &str) -> String {
    let words = words_of(html);
    let words = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")]
        .iter()
        .fold(words, |words, (from, to)| words.replace(from, to));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(CARD_CHARS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// Where the parts of a report are for who holds a link to it.
struct OfLink<'a> {
    token: &'a str,
    shown: &'a Shown,
    theme: &'a str,
    key: Option<&'a str>,
}

impl Places for OfLink<'_> {
    fn picture(&self, hash: &str) -> String {
        let key = self.key.map(|key| format!("?key={}", in_address(key))).unwrap_or_default();
        format!("/api/shared/{}/images/{hash}{key}", self.token)
    }

    fn panel(&self, block: &str, panel: &GridPanel) -> Option<[String; 2]> {
        let drawn = |set: &usize| self.shown.part(&part_name(block, *set)).is_ok_and(|part| part.draws(&panel.metric));
        panel.sets().iter().find(|set| drawn(set))?;
        let key = self.key.map(|key| format!("&key={}", in_address(key))).unwrap_or_default();
        let (width, height) = (u32::from(panel.span) * PX_OF_COLUMN, panel.height);
        let address = |theme: &str| {
            let (block, panel) = (in_address(block), in_address(&panel.id));
            format!("/p/{}.png?grid={block}&panel={panel}&w={width}&h={height}&dpr=2&theme={theme}{key}", self.token)
        };
        Some(match self.theme {
            "auto" => [address("light"), address("dark")],
            theme => [address(theme), address(theme)],
        })
    }

    fn rows(&self, part: &str) -> (Vec<RunRow>, Option<Cut>) {
        self.shown.part(part).map(|shown| (shown.rows.clone(), shown.cut())).unwrap_or_default()
    }
}

/// The words of a link's report, for who runs no scripts and until the app comes; `None` for a link to something else.
async fn still_report(
    opened: &Opened,
    token: &str,
    theme: &str,
    key: Option<&str>,
) -> Result<Option<String>, ApiError> {
    let shown = opened.shown.clone();
    let (token, theme, key) = (token.to_owned(), theme.to_owned(), key.map(str::to_owned));
    let made = tokio::task::spawn_blocking(move || {
        let report = shown.page.report.as_deref()?;
        let places = OfLink { token: &token, shown: &shown, theme: &theme, key: key.as_deref() };
        let inside = still(report, &places);
        let begins = "<div id=\"still\" class=\"report-scroll\"><article class=\"report-body\">";
        Some(format!("{begins}{inside}</article></div>"))
    });
    Ok(made.await.map_err(|_| StoreError::Bug)?)
}

/// The link, if it opens without a password; why not, otherwise.
async fn opened(state: &AppState, token: &str, key: Option<&str>) -> Result<Result<Opened, Closed>, ApiError> {
    match state.gate.open(&state.store, token, key).await {
        Ok(share) => match state.gate.shown(&state.store, &share).await {
            Ok(shown) => Ok(Ok(Opened { share, shown })),
            Err(Closed::Store(error)) => Err(error.into()),
            Err(closed) => Ok(Err(closed)),
        },
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
    let still = match &opened {
        Ok(opened) => still_report(opened, &token, "auto", None).await?,
        Err(_) => None,
    };
    let scripts = match &still {
        Some(_) => format!("{scripts}{}", script_hashes(&format!("<script>{EARLY}</script>"))),
        None => scripts,
    };
    let body = match opened.is_ok() && card.has_picture {
        _ if still.is_some() => {
            let begins = format!(
                "<body><style>{STILL}{STILL_PANELS}</style>{}<script>{EARLY}</script>",
                still.unwrap_or_default()
            );
            body.replacen("<body>", &begins, 1)
        }
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
                "<!doctype html><html lang=\"en\" data-theme=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
                 <meta name=\"referrer\" content=\"no-referrer\"><title>{NEUTRAL}</title><style>{STYLE}</style><div class=\"note\"><p>{words}{open}</div></html>",
                wanted.theme(),
            );
            let status = if open.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::UNAUTHORIZED };
            return Ok(answer(status, body, &policy("", None)));
        }
    };
    let card = Card::of(Some(&opened));
    let page = app_page(&state).await;
    let theme = wanted.theme();
    let kind = match &opened.shown.page.target {
        ShareTarget::Panel { .. } => "panel",
        ShareTarget::View { .. } | ShareTarget::Run { .. } if wanted.panel.is_some() => "panel",
        ShareTarget::View { .. } | ShareTarget::Run { .. } => "view",
        ShareTarget::Report { .. } => "report",
    };
    let (title, summary) = (escaped(&card.title), escaped(&card.summary));
    let asked = wanted.of_picture();
    let still = if theme == "auto" { "light" } else { theme };
    let app = app_parts(&page);
    let (sheets, first) = match still_report(&opened, &token, theme, wanted.key.as_deref()).await? {
        Some(report) => (format!("{}<style>{STILL}{STILL_PANELS}</style>", app_sheets(&page)), report),
        None => {
            let picture = format!("<img id=\"picture\" alt=\"{title}: {summary}\">");
            let plain = format!(
                "<noscript><a href=\"/s/{token}\" target=\"_blank\" rel=\"noopener\"><img src=\"/p/{token}.png?w=800&amp;h=450&amp;theme={still}{asked}\" alt=\"{title}: {summary}\"></a></noscript>"
            );
            (String::new(), format!("{picture}{plain}"))
        }
    };
    let body = format!(
        "<!doctype html><html lang=\"en\" data-theme=\"{theme}\" data-kind=\"{kind}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{}<style>{STYLE}</style>{sheets}</head>\
         <body class=\"embed\" tabindex=\"0\">{first}<template id=\"app\">{app}</template><script>{SCRIPT}</script></body></html>",
        card.head(&origin(&headers), &token),
    );
    let scripts = format!("{}{}", script_hashes(&page), script_hashes(&format!("<script>{SCRIPT}</script>")));
    let ancestors = frame_ancestors(&opened.share.row.hosts);
    Ok(answer(StatusCode::OK, body, &policy(&scripts, ancestors.as_deref())))
}

/// What of the app's page starts it: its sheets and its script.
fn app_parts(page: &str) -> String {
    let scripts = inline_scripts(page).map(|script| format!("<script type=\"module\">{script}</script>"));
    std::iter::once(app_sheets(page)).chain(scripts).collect()
}

/// The sheets of the app's page.
fn app_sheets(page: &str) -> String {
    let sheets = page.split("<link").skip(1).filter_map(|rest| rest.split_once('>')).map(|(link, _)| link);
    let sheets = sheets.filter(|link| link.contains("stylesheet"));
    let sheet = |link: &str| {
        // From a sandbox even a style sheet with a digest comes from elsewhere.
        let own = if link.contains("crossorigin") { "" } else { " crossorigin" };
        format!("<link{own}{link}>")
    };
    sheets.map(sheet).collect()
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
    let mut answer = serde_json::json!({
        "version": "1.0", "type": "rich", "provider_name": "Throughline", "provider_url": origin,
        "title": card.title, "html": frame, "width": width, "height": height, "cache_age": 60,
    });
    if card.has_picture {
        answer["thumbnail_url"] = thumbnail.into();
        answer["thumbnail_width"] = width.into();
        answer["thumbnail_height"] = height.into();
    }
    let mut response = Json(answer).into_response();
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(response)
}
