//! What the API says about reports, and what it is asked.

use super::Document;
use crate::{
    diff::Side,
    frame::FrameRequest,
    run::{RunId, RunsRequest},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A report as a row of `GET /api/reports`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportRow {
    /// Its id.
    pub id: String,
    /// The title of its draft.
    pub title: String,
    /// When its draft last changed, milliseconds since 1970 UTC.
    pub updated_millis: i64,
    /// Its newest published version, if there is one.
    pub published: Option<Version>,
    /// Whether the draft holds what was not published.
    pub changed: bool,
    /// How many comments are not resolved; answers count with what they answer.
    pub comments: i64,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// 1 for the first one.
    pub number: u32,
    /// When it was published, milliseconds since 1970 UTC.
    pub millis: i64,
    /// What is new in it, in the words of whoever published it.
    pub note: String,
}

/// A report to be read: `GET /api/reports/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportPage {
    /// Its row.
    pub row: ReportRow,
    /// Which published version this is; `None` for the draft.
    pub version: Option<Version>,
    /// The revision of the draft, which rises with each change.
    pub revision: i64,
    /// The document.
    pub document: Document,
    /// Its blocks as HTML that is safe to show, by id; blocks that the app draws have none.
    pub html: BTreeMap<String, String>,
}

/// `POST /api/reports`: begins a report with a document, or with the text form of one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewReport {
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Its text form instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
}

/// `PUT /api/reports/{id}/draft`: the draft as an editor has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// The revision that this began from.
    pub base: i64,
    /// The document.
    pub document: Document,
}

/// The answer to [`SaveDraft`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Saved {
    /// It is the draft now.
    Saved {
        /// The new revision.
        revision: i64,
        /// Its blocks as HTML, as in [`ReportPage::html`].
        html: BTreeMap<String, String>,
    },
    /// 409: someone else saved since. What was sent is kept in the history, and nothing else changed.
    Conflict {
        /// The revision of what is there.
        revision: i64,
        /// What is there.
        document: Document,
        /// The number under which what was sent is kept: `GET /api/reports/{id}/asides/{number}`.
        aside: i64,
    },
}

/// `POST /api/reports/{id}/publish`: makes the draft the newest version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The revision that is meant; 409 if the draft is another by now.
    pub revision: i64,
    /// What is new in it.
    #[serde(default)]
    pub note: String,
}

/// A draft that was sent when someone else had saved: a row of `GET /api/reports/{id}/versions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aside {
    /// Its number.
    pub number: i64,
    /// When it was sent, milliseconds since 1970 UTC.
    pub millis: i64,
}

/// `GET /api/reports/{id}/versions`: what a report was, newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct History {
    /// The published versions.
    pub versions: Vec<Version>,
    /// Drafts that were set aside.
    pub asides: Vec<Aside>,
}

/// A line of `GET /api/reports/{id}/diff`, in the text form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiffLine {
    /// Where it stands.
    pub side: Side,
    /// The line.
    pub text: String,
}

/// What a comment is about.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Anchor {
    /// The block's id; empty for the whole report.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub block: String,
    /// The panel's id in a grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// A run of the panel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The x range of the panel, both ends inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[i64; 2]>,
}

/// `POST /api/reports/{id}/comments`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewComment {
    /// What it is about.
    pub anchor: Anchor,
    /// Who says it; empty for nobody in particular.
    pub author: String,
    /// What is said, Markdown within lines.
    pub text: String,
    /// The comment that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<i64>,
}

/// A row of `GET /api/reports/{id}/comments`, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub anchor: Anchor,
    /// Who said it.
    pub author: String,
    /// What was said.
    pub text: String,
    /// The same as HTML that is safe to show.
    pub html: String,
    /// When, milliseconds since 1970 UTC.
    pub millis: i64,
    /// Whether it is done with.
    pub resolved: bool,
    /// The comment that it answers.
    pub reply_to: Option<i64>,
}

/// `PUT /api/reports/{id}/comments/{number}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// Whether it is done with.
    pub resolved: bool,
}

/// The answer to `POST /api/reports/images`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Uploaded {
    /// The SHA-256 of its bytes.
    pub hash: String,
}

/// `POST /api/reports/frozen`: what the panels of a grid ask for, to be stored as it is now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Freeze {
    /// The run lists.
    pub runs: Vec<RunsRequest>,
    /// The panels.
    pub frames: Vec<FrameRequest>,
}

/// `GET /api/reports/frozen/{hash}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenState {
    /// When it was taken, milliseconds since 1970 UTC.
    pub millis: i64,
    /// Whether a panel would look different with the data of now.
    pub changed: bool,
}
