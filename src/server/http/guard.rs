//! Who may ask, and what every answer tells the browser.
//!
//! A page of another site must neither read nor write here. It could try by a name that it makes point
//! at this server (DNS rebinding), so browsers must use a name that this server knows; or by sending a
//! form or a beacon, so a write that names its origin must come from this server's own pages. Share links
//! are the exception: whoever holds one may ask what it shows from anywhere, because a browser sends no
//! token by itself. A name may be given to share links alone, and who shows a token is given nothing else.

use super::{ApiError, AppState, api::KEY};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::net::IpAddr;

/// Refuses what comes by a strange name or from a strange page, and adds the headers of every answer.
pub(super) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let names = Names { allowed: &state.options.allowed_hosts, shares: &state.options.share_hosts };
    let refusal = refusal(request.method(), request.uri().path(), request.headers(), names);
    let mut response = match refusal {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// By which names this server goes.
#[derive(Clone, Copy)]
struct Names<'a> {
    /// For everything.
    allowed: &'a [String],
    /// For share links only.
    shares: &'a [String],
}

/// Whether the address is one that holders of share links ask, or a file of the app that they load.
fn is_shared(path: &str) -> bool {
    ["/api/shared/", "/s/", "/embed/", "/p/"].iter().any(|start| path.starts_with(start))
}

/// Whether the address is a file of the app, which holds nothing of anyone's: it lies at the root.
fn is_file(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, name)| folder.is_empty() && name.contains('.'))
}

fn refusal(method: &Method, path: &str, headers: &HeaderMap, names: Names) -> Option<ApiError> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // Only programs that are no browsers leave the host out.
    let host = text(header::HOST).map(name_of)?;
    let for_shares = names.shares.iter().any(|name| name.eq_ignore_ascii_case(host));
    if for_shares && !is_shared(path) && !is_file(path) && path != "/health" && path != "/oembed" {
        return Some(ApiError::NotFound("there is nothing at this address".to_owned()));
    }
    if headers.contains_key(KEY) && !is_shared(path) {
        return Some(ApiError::Forbidden("who shows the key of a link gets what the link shows only".to_owned()));
    }
    let allowed = names.allowed;
    if !for_shares && !may_be_called(host, allowed) {
        return Some(ApiError::Forbidden(format!(
            "this server does not go by the name {host}: start it with --allowed-hosts {host} if it should"
        )));
    }
    if is_shared(path) {
        return None;
    }
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let origin = text(header::ORIGIN).filter(|_| !reads)?;
    let from = origin.split_once("://").map(|(_, host)| name_of(host));
    if from != Some(host) && !from.is_some_and(|from| allowed.iter().any(|name| name.eq_ignore_ascii_case(from))) {
        return Some(ApiError::Forbidden(format!("a page of {origin} may not write here")));
    }
    None
}

/// The name or address in `host`, without its port.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    }
}

/// Whether this server may be called `host`: by an address, by a name that no stranger can own, or by
/// one that is allowed.
fn may_be_called(host: &str, allowed: &[String]) -> bool {
    host.parse::<IpAddr>().is_ok()
        || !host.contains('.')
        || host.ends_with(".localhost")
        || allowed.iter().any(|name| name == "*" || name.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strange_names_and_pages_are_refused() {
        let allowed = ["tracker.example.org".to_owned()];
        for (name, method, host, origin, good) in [
            ("loopback", "GET", "127.0.0.1:7400", None, true),
            ("loopback, version 6", "GET", "[::1]:7400", None, true),
            ("a private address", "POST", "192.168.3.4", None, true),
            ("localhost", "GET", "localhost:7400", None, true),
            ("a name on the same network", "GET", "tracker:7400", None, true),
            ("an allowed name", "GET", "Tracker.Example.org", None, true),
            ("a strange name", "GET", "evil.example.com", None, false),
            ("a strange name that looks like an address", "GET", "127.0.0.1.evil.example.com", None, false),
            ("our own page writes", "POST", "127.0.0.1:7400", Some("http://127.0.0.1:7400"), true),
            ("our own page through a proxy", "POST", "127.0.0.1:7481", Some("http://127.0.0.1:7480"), true),
            ("another page writes", "POST", "127.0.0.1:7400", Some("https://evil.example.com"), false),
            ("a page in a sandbox writes", "DELETE", "127.0.0.1:7400", Some("null"), false),
            ("another page reads, which its browser refuses", "GET", "127.0.0.1:7400", Some("https://a.com"), true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            let method = method.parse().unwrap();
            let names = Names { allowed: &allowed, shares: &[] };
            assert_eq!(refusal(&method, "/api/runs", &headers, names).is_none(), good, "{name}");
        }
    }

    #[test]
    fn a_name_for_shares_answers_nothing_else() {
        let shares = ["share.example.org".to_owned()];
        let names = Names { allowed: &[], shares: &shares };
        for (path, good) in [
            ("/s/token", true),
            ("/embed/token", true),
            ("/p/token.png", true),
            ("/api/shared/token/frames", true),
            ("/app-0123456789abcdef.js", true),
            ("/", false),
            ("/experiments/1", false),
            ("/shares", false),
            ("/api/shares", false),
            ("/api/sharedX", false),
            ("/api/openapi.json", false),
            ("/api/2.0/mlflow/runs/search", false),
            ("//api/runs", false),
            ("/x/../api/runs.json", false),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("Share.Example.org:443"))]);
            assert_eq!(refusal(&Method::GET, path, &headers, names).is_none(), good, "{path}");
        }
        let keyed = HeaderMap::from_iter([
            (header::HOST, HeaderValue::from_static("127.0.0.1")),
            (KEY, HeaderValue::from_static("1.x")),
        ]);
        assert!(refusal(&Method::GET, "/api/runs", &keyed, names).is_some(), "a key opens its link only");
        assert!(refusal(&Method::POST, "/api/shared/t/frames", &keyed, names).is_none());
        let sandboxed = HeaderMap::from_iter([
            (header::HOST, HeaderValue::from_static("127.0.0.1")),
            (header::ORIGIN, HeaderValue::from_static("null")),
        ]);
        assert!(refusal(&Method::POST, "/api/shared/t/frames", &sandboxed, names).is_none());
    }
}
