//! The app: inside the program, or in a folder while it is being worked on.
//!
//! Every path that is no file of the app and no address of an API answers the app's page, which knows
//! what to show there.

use super::{ApiError, AppState, wire::accepts};
use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, path::Path};

/// The app's files by path, in order.
const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The first parts of addresses that are no page.
const NO_PAGES: &[&str] = &["api", "ajax-api", "graphql", "files", "health", "version", "metrics", "oembed"];

/// What is shown by a program that was built without the app.
const NO_APP: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Throughline</title>
<h1>Throughline</h1><p>The API is here, and the app is not: this program was built without it.
<p>Build both with <code>make build</code>, or serve a built app with <code>--app dist</code>.</html>";

/// Answers what no route does.
pub(super) async fn serve(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let nothing = || ApiError::NotFound("there is nothing at this address".to_owned()).into_response();
    if NO_PAGES.contains(&path.split('/').next().unwrap_or_default()) {
        return nothing();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::MethodNotAllowed.into_response();
    }
    let app = App { folder: state.options.app.as_deref() };
    let headers = request.headers();
    if !path.is_empty() && path != "index.html" && app.file(path).await.is_some() {
        return app.answer(path, headers).await;
    }
    let is_page = !path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if is_page || accepts(headers, header::ACCEPT, "text/html") {
        return app.page(headers).await;
    }
    nothing()
}

/// The app's page as text.
pub(super) async fn app_page(state: &AppState) -> String {
    let page = App { folder: state.options.app.as_deref() }.file("index.html").await;
    String::from_utf8_lossy(&page.unwrap_or(Cow::Borrowed(NO_APP.as_bytes()))).into_owned()
}

/// A file of the app, by its path.
pub(super) async fn app_file(state: &AppState, path: &str) -> Option<Cow<'static, [u8]>> {
    App { folder: state.options.app.as_deref() }.file(path).await
}

/// The inline scripts of `page` as sources of a content security policy.
pub(super) fn script_hashes(page: &str) -> String {
    inline_scripts(page).map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script)))).collect()
}

/// Where the app's files are.
struct App<'a> {
    /// A folder to look in instead of the program.
    folder: Option<&'a Path>,
}

impl App<'_> {
    async fn file(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match self.folder {
            Some(folder) => {
                let path = super::files::below(folder, path).await.ok()?;
                Some(Cow::Owned(tokio::fs::read(path).await.ok()?))
            }
            None => {
                let at = EMBEDDED.binary_search_by_key(&path, |(name, _)| name).ok()?;
                Some(Cow::Borrowed(EMBEDDED[at].1))
            }
        }
    }

    /// A file, or its smaller twin if the client takes that.
    async fn answer(&self, path: &str, headers: &HeaderMap) -> Response {
        let Some((body, coding)) = self.smallest(path, headers).await else {
            return ApiError::NotFound("there is nothing at this address".to_owned()).into_response();
        };
        let mut response = match is_hashed(path) {
            true => {
                let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
                ([(header::CACHE_CONTROL, for_ever)], bytes_of(body)).into_response()
            }
            false => fresh(body, headers),
        };
        let answer = response.headers_mut();
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
        answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        // The app's files hold nothing of anyone's, and an embed in a sandbox asks for them from no origin.
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        answer.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
        if let Some(coding) = coding {
            answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }

    async fn smallest(&self, path: &str, headers: &HeaderMap) -> Option<(Cow<'static, [u8]>, Option<&'static str>)> {
        for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
            if accepts(headers, header::ACCEPT_ENCODING, coding)
                && let Some(twin) = self.file(&format!("{path}.{ending}")).await
            {
                return Some((twin, Some(coding)));
            }
        }
        Some((self.file(path).await?, None))
    }

    /// The app's page, which may run its own scripts and none else.
    async fn page(&self, headers: &HeaderMap) -> Response {
        let page = self.file("index.html").await.unwrap_or(Cow::Borrowed(NO_APP.as_bytes()));
        let policy = policy(&String::from_utf8_lossy(&page));
        let mut response = fresh(page, headers);
        let answer = response.headers_mut();
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        answer.insert(header::CONTENT_SECURITY_POLICY, policy);
        response
    }
}

/// `body`, to be asked for again each time, or the word that the client has it already.
fn fresh(body: Cow<'static, [u8]>, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", STANDARD.encode(&Sha256::digest(&body)[..12]));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = match known.is_some_and(|known| known.contains(&tag)) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => bytes_of(body).into_response(),
    };
    response.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag).expect("base64 is a header"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn bytes_of(body: Cow<'static, [u8]>) -> Bytes {
    match body {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// What the page may load and run: its own files, and the inline scripts that it was built with.
fn policy(page: &str) -> HeaderValue {
    let scripts = script_hashes(page);
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; \
         base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("ASCII without line breaks is a header")
}

/// The texts of the scripts that stand in the page itself.
pub(super) fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

/// Whether the name carries a hash of the content, as the build tool writes it.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(['-', '_', '.']).any(|part| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_from_plain_ones() {
        for (path, hashed) in [
            ("app-7c6b0d1f2a3b4c5d.js", true),
            ("app-7c6b0d1f2a3b4c5d_bg.wasm", true),
            ("app-7c6b0d1f2a3b4c5d_chunk_4.wasm", true),
            ("assets/base-0123456789abcdef.css", true),
            ("index.html", false),
            ("favicon.svg", false),
            ("fonts/mono.woff2", false),
        ] {
            assert_eq!(is_hashed(path), hashed, "{path}");
        }
    }

    #[test]
    fn the_policy_names_inline_scripts_and_no_others() {
        let page = "<script type=module>import '/a.js'</script><script src=\"/b.js\"></script>";
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["import '/a.js'"]);
        let policy = policy(page);
        assert_eq!(policy.to_str().unwrap().matches("sha256-").count(), 1);
    }
}
