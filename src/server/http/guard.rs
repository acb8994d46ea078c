//! Who may ask, and what every answer tells the browser.
//!
//! A page of another site must neither read nor write here. It could try by a name that it makes point
//! at this server (DNS rebinding), so browsers must use a name that this server knows; or by sending a
//! form or a beacon, so a write that names its origin must come from this server's own pages.

use super::{ApiError, AppState};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::net::IpAddr;

/// Refuses what comes by a strange name or from a strange page, and adds the headers of every answer.
pub(super) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let refusal = refusal(request.method(), request.headers(), &state.options.allowed_hosts);
    let mut response = match refusal {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

fn refusal(method: &Method, headers: &HeaderMap, allowed: &[String]) -> Option<ApiError> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // Only programs that are no browsers leave the host out.
    let host = text(header::HOST).map(name_of)?;
    if !may_be_called(host, allowed) {
        return Some(ApiError::Forbidden(format!(
            "this server does not go by the name {host}: start it with --allowed-hosts {host} if it should"
        )));
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
            assert_eq!(refusal(&method, &headers, &allowed).is_none(), good, "{name}");
        }
    }
}
