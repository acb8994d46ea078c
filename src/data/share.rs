//! Share links: what one opens, who may frame it, and what is said of it.
//!
//! - [`file`]: the same as a file that opens without a server

pub mod chosen;
pub mod file;

use crate::{
    report::{Document, answers::Version, is_hash, text::IMAGES},
    run::RunId,
    view::{PlacedView, View, ViewError},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShareTarget {
    /// A view where it is looked at.
    View {
        /// The view.
        placed: PlacedView,
    },
    /// One panel of a view.
    Panel {
        /// The view.
        placed: PlacedView,
        /// The panel's key in the view: a metric's name, or one given by hand.
        panel: String,
    },
    /// One run with all that it logged but its files.
    Run {
        /// The run's experiment.
        experiment_id: String,
        /// The run.
        run_id: RunId,
        /// How its panels are drawn.
        view: View,
    },
    /// A report.
    Report {
        /// The report's id.
        report_id: String,
    },
}

impl ShareTarget {
    /// The experiment that it shows, if it is one.
    pub fn experiment(&self) -> Option<&str> {
        match self {
            ShareTarget::View { placed } | ShareTarget::Panel { placed, .. } => Some(&placed.experiment_id),
            ShareTarget::Run { experiment_id, .. } => Some(experiment_id),
            ShareTarget::Report { .. } => None,
        }
    }

    /// The run that it shows, if it is one.
    pub fn run(&self) -> Option<RunId> {
        match self {
            ShareTarget::Run { run_id, .. } => Some(*run_id),
            ShareTarget::View { .. } | ShareTarget::Panel { .. } | ShareTarget::Report { .. } => None,
        }
    }

    /// The view that it shows, if it is one.
    pub fn view(&self) -> Option<&View> {
        match self {
            ShareTarget::View { placed } | ShareTarget::Panel { placed, .. } => Some(&placed.view),
            ShareTarget::Run { view, .. } => Some(view),
            ShareTarget::Report { .. } => None,
        }
    }

    /// As [`ShareTarget::view`], to change it.
    pub fn view_mut(&mut self) -> Option<&mut View> {
        match self {
            ShareTarget::View { placed } | ShareTarget::Panel { placed, .. } => Some(&mut placed.view),
            ShareTarget::Run { view, .. } => Some(view),
            ShareTarget::Report { .. } => None,
        }
    }

    /// The tab that it opens, by the last part of its address; empty for the charts.
    pub fn tab(&self) -> &str {
        match self {
            ShareTarget::View { placed } => &placed.tab,
            ShareTarget::Panel { .. } | ShareTarget::Run { .. } | ShareTarget::Report { .. } => "",
        }
    }

    /// The same target with its view brought up to this version and mended, as every view from outside is.
    pub fn mended(mut self) -> Result<ShareTarget, ViewError> {
        if let Some(view) = self.view_mut() {
            *view = View::of_json(&serde_json::to_string(view).expect("a view holds only what JSON can hold"))?;
        }
        Ok(self)
    }
}

/// `POST /api/shares`: the link that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewShare {
    /// What it opens.
    pub target: ShareTarget,
    /// What it is called; empty for a name made from the target.
    #[serde(default)]
    pub title: String,
    /// When it stops to open, milliseconds since 1970 UTC; `None` for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_millis: Option<i64>,
    /// Keeps what is there now, whatever is logged later.
    #[serde(default)]
    pub frozen: bool,
    /// What one must know to open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Shows neither people nor machines, paths or names of runs.
    #[serde(default)]
    pub anonymous: bool,
    /// Who may show it in a frame: see [`checked_host`]. `*` is everyone, none is nobody.
    #[serde(default = "everyone")]
    pub hosts: Vec<String>,
}

fn everyone() -> Vec<String> {
    vec![ANY_HOST.to_owned()]
}

/// A link as its owners see it: all but its token, which nobody can be shown twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareRow {
    /// Its number, for revoking; it opens nothing.
    pub share_id: String,
    /// What it is called.
    pub title: String,
    /// What it opens.
    pub target: ShareTarget,
    /// When it was made, milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// When it stops to open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_millis: Option<i64>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_millis: Option<i64>,
    /// When it was last opened, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_millis: Option<i64>,
    /// When what it shows was kept; `None` if it follows what is logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen_millis: Option<i64>,
    /// Whether it hides people, machines, paths and names of runs.
    pub anonymous: bool,
    /// Whether it asks for a password.
    pub has_password: bool,
    /// Who may show it in a frame.
    pub hosts: Vec<String>,
}

impl ShareRow {
    /// Whether it opens at `now`, milliseconds since 1970 UTC.
    pub fn opens_at(&self, now: i64) -> bool {
        self.revoked_millis.is_none() && self.expires_millis.is_none_or(|expires| now < expires)
    }
}

/// The answer to [`NewShare`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MadeShare {
    /// The secret part of its addresses, shown this once.
    pub token: String,
    /// The link.
    pub share: ShareRow,
}

/// `GET /api/shared/{token}`: what who opens a link is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedPage {
    /// What it is called.
    pub title: String,
    /// What it shows. What chose its runs is left out: they are chosen already.
    pub target: ShareTarget,
    /// When what it shows was kept; `None` if it follows what is logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen_millis: Option<i64>,
    /// Whether people, machines, paths and names of runs are hidden.
    #[serde(default)]
    pub anonymous: bool,
    /// The report, if it shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<SharedReport>>,
}

/// A report as who opens a link to it reads it. What its panels and tables show is asked for part by part: see
/// [`part_name`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedReport {
    /// Which published version it is; `None` for a draft that was never published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The document. What chose the runs of its parts is left out.
    pub document: Document,
    /// Its blocks as HTML that is safe to show, by id.
    pub html: BTreeMap<String, String>,
}

impl SharedReport {
    /// The hashes of the pictures in it.
    pub fn pictures(&self) -> BTreeSet<String> {
        use crate::report::Content;
        let blocks = self.document.blocks.iter().filter_map(|block| match &block.content {
            Content::Image { hash, .. } => Some(hash.as_str()),
            _ => None,
        });
        let start = format!("src=\"{IMAGES}");
        let inside = self.html.values().flat_map(|html| html.split(start.as_str()).skip(1));
        let inside = inside.filter_map(|rest| rest.get(..64));
        blocks.chain(inside).filter(|hash| is_hash(hash)).map(str::to_owned).collect()
    }
}

/// Clean HTML of a report with its pictures where `place` says, by their hashes.
pub fn with_pictures(html: &str, place: impl Fn(&str) -> String) -> String {
    let start = format!(" src=\"{IMAGES}");
    let mut out = String::new();
    for (at, piece) in html.split("<img").enumerate() {
        if at > 0 {
            out.push_str("<img");
        }
        let moved = piece.split_once(start.as_str()).filter(|(before, _)| at > 0 && in_tag(before));
        let moved = moved.and_then(|(before, rest)| {
            let (hash, rest) = rest.split_once('"').filter(|(hash, _)| is_hash(hash))?;
            Some(format!("{before} src=\"{}\"{rest}", escaped(&place(hash))))
        });
        out.push_str(moved.as_deref().unwrap_or(piece));
    }
    out
}

/// Whether a tag that begins with `attributes` goes on behind them. In clean HTML quotes are around values only.
fn in_tag(attributes: &str) -> bool {
    let parts: Vec<&str> = attributes.split('"').collect();
    parts.len() % 2 == 1 && !parts.iter().step_by(2).any(|between| between.contains('>'))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What the runs and frames of a run set are asked for by, in a link to a report: the block that it stands in and its
/// place there; 0 for a run table.
pub fn part_name(block: &str, set: usize) -> String {
    format!("{block}-{set}")
}

/// Stands for every page that may frame a link.
pub const ANY_HOST: &str = "*";
/// How many hosts a link names at most.
pub const MOST_HOSTS: usize = 50;

/// The text names no host that may frame a link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no host: write wiki.example.org, *.example.org, https://wiki.example.org:8443 or *")]
pub struct NotAHost(pub String);

/// `text` as a host in a content security policy: a name or address, with `*.` before it for all below,
/// a scheme or a port if wanted. Paths are refused, because browsers do not look at them here.
pub fn checked_host(text: &str) -> Result<String, NotAHost> {
    let refused = || NotAHost(text.chars().take(100).collect());
    let host = text.trim().trim_end_matches('/').to_ascii_lowercase();
    if host == ANY_HOST {
        return Ok(host);
    }
    let (scheme, rest) = host.split_once("://").map_or((None, host.as_str()), |(scheme, rest)| (Some(scheme), rest));
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if scheme.is_some_and(|scheme| !plain(scheme) || !scheme.starts_with(|c: char| c.is_ascii_lowercase())) {
        return Err(refused());
    }
    let (name, port) = rest.split_once(':').map_or((rest, None), |(name, port)| (name, Some(port)));
    let below = name.strip_prefix("*.").unwrap_or(name);
    let labels = below.split('.').all(|label| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    });
    let port_fits = port.is_none_or(|port| port == "*" || port.parse::<u16>().is_ok_and(|port| port > 0));
    if labels && port_fits && name.len() <= 253 { Ok(host) } else { Err(refused()) }
}

/// What `frame-ancestors` says for a link with these hosts; `None` if everyone may frame it, also pages
/// that have no host.
pub fn frame_ancestors(hosts: &[String]) -> Option<String> {
    match hosts {
        [] => Some("'none'".to_owned()),
        hosts if hosts.iter().any(|host| host == ANY_HOST) => None,
        hosts => Some(hosts.join(" ")),
    }
}

/// Whether a page at `origin`, such as `https://wiki.example.org`, may frame a page that answers with
/// this `frame-ancestors`; `None` lets everyone.
pub fn may_frame(ancestors: Option<&str>, origin: &str) -> bool {
    let Some(ancestors) = ancestors else { return true };
    let Ok(origin) = checked_host(origin) else { return false };
    let parts = |host: &str| {
        let (scheme, rest) =
            host.split_once("://").map_or((None, host), |(scheme, rest)| (Some(scheme.to_owned()), rest));
        let (name, port) = rest.split_once(':').map_or((rest, None), |(name, port)| (name, Some(port.to_owned())));
        (scheme, name.to_owned(), port)
    };
    let (scheme, name, port) = parts(&origin);
    ancestors.split_ascii_whitespace().any(|allowed| {
        if allowed == ANY_HOST {
            return true;
        }
        let (wanted_scheme, wanted_name, wanted_port) = parts(allowed);
        let names = match wanted_name.strip_prefix("*.") {
            Some(below) => name.strip_suffix(below).is_some_and(|front| front.ends_with('.') && front.len() > 1),
            None => name == wanted_name,
        };
        // A page without a scheme here is one that the asker has not written down: the usual ones fit.
        let schemes = wanted_scheme.is_none() || scheme.is_none() || wanted_scheme == scheme;
        let ports = match wanted_port.as_deref() {
            Some("*") => true,
            wanted => usual_port(scheme.as_deref(), port.as_deref()) == usual_port(scheme.as_deref(), wanted),
        };
        names && schemes && ports
    })
}

fn usual_port<'a>(scheme: Option<&str>, port: Option<&'a str>) -> &'a str {
    port.unwrap_or(if scheme == Some("http") { "80" } else { "443" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_moved_and_words_are_not() {
        let hash = "0a".repeat(32);
        let place = |hash: &str| format!("/s/{}?a&b", &hash[..2]);
        let source = format!("src=\"{IMAGES}{hash}\"");
        let moved = "src=\"/s/0a?a&amp;b\"";
        for (name, html, wanted) in [
            ("a picture", format!("a <img {source} alt=\"x\"> b"), format!("a <img {moved} alt=\"x\"> b")),
            ("behind a title", format!("<img alt=\"x > y\" {source}>"), format!("<img alt=\"x > y\" {moved}>")),
            ("two", format!("<img {source}><img {source}>"), format!("<img {moved}><img {moved}>")),
            ("words", format!("{source} of <img alt=\"n\"> {source}"), format!("{source} of <img alt=\"n\"> {source}")),
            ("no hash", format!("<img src=\"{IMAGES}x\">"), format!("<img src=\"{IMAGES}x\">")),
            ("nothing", String::new(), String::new()),
        ] {
            assert_eq!(with_pictures(&html, place), wanted, "{name}");
        }
    }

    #[test]
    fn hosts_are_read_whole_or_refused() {
        for (text, read) in [
            ("*", Some("*")),
            ("wiki.example.org", Some("wiki.example.org")),
            (" Wiki.Example.org/ ", Some("wiki.example.org")),
            ("*.atlassian.net", Some("*.atlassian.net")),
            ("https://wiki.example.org:8443", Some("https://wiki.example.org:8443")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("app://obsidian.md", Some("app://obsidian.md")),
            ("", None),
            ("a.com; script-src *", None),
            ("a.com b.com", None),
            ("a.com,b.com", None),
            ("'self'", None),
            ("https://a.com/path", None),
            ("a.com\r\nx: y", None),
            ("*.*.com", None),
            ("a..com", None),
            ("javascript:alert(1)", None),
            ("a.com:0", None),
            ("a.com:99999", None),
        ] {
            assert_eq!(checked_host(text).ok().as_deref(), read, "{text}");
        }
    }

    #[test]
    fn a_page_may_frame_what_names_it() {
        let hosts = |hosts: &[&str]| frame_ancestors(&hosts.iter().map(|&host| host.to_owned()).collect::<Vec<_>>());
        for (allowed, origin, may) in [
            (&["*"][..], "https://any.example.org", true),
            (&[], "https://any.example.org", false),
            (&["wiki.example.org"], "https://wiki.example.org", true),
            (&["wiki.example.org"], "wiki.example.org", true),
            (&["wiki.example.org"], "https://evil.example.org", false),
            (&["wiki.example.org"], "https://wiki.example.org.evil.com", false),
            (&["*.example.org"], "https://a.b.example.org", true),
            (&["*.example.org"], "https://example.org", false),
            (&["*.example.org"], "https://evilexample.org", false),
            (&["https://wiki.example.org:8443"], "https://wiki.example.org:8443", true),
            (&["https://wiki.example.org:8443"], "https://wiki.example.org", false),
            (&["https://wiki.example.org"], "http://wiki.example.org", false),
            (&["http://127.0.0.1:8080"], "http://127.0.0.1:8080", true),
            (&["wiki.example.org"], "no host at all", false),
        ] {
            assert_eq!(may_frame(hosts(allowed).as_deref(), origin), may, "{allowed:?} {origin}");
        }
    }

    #[test]
    fn a_target_comes_back_mended() {
        let json = r#"{"kind":"panel","placed":{"experiment_id":"1","tab":"","view":{"version":1,"columns":200,"y":"log"}},"panel":"loss"}"#;
        let target: ShareTarget = serde_json::from_str(json).expect("a target");
        let target = target.mended().expect("a view of this version");
        assert_eq!(target.view().map(|view| view.columns), Some(8));
        let back: ShareTarget =
            serde_json::from_str(&serde_json::to_string(&target).expect("JSON")).expect("its own form");
        assert_eq!(back, target);
        for bad in
            [r#"{"kind":"all"}"#, r#"{"kind":"view"}"#, r#"{"kind":"run","experiment_id":"1","run_id":"7","view":{}}"#]
        {
            assert!(serde_json::from_str::<ShareTarget>(bad).is_err(), "{bad}");
        }
    }
}
