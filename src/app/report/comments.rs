//! What people say about a report: what it is about, and the buttons beside blocks.

use crate::{
    api::{ApiError, reports},
    state::Workspace,
    ui::icon::{Icon, icon},
};
use data::{
    frame::XAxis,
    report::{
        Content, Document,
        answers::{Anchor, Comment},
    },
};
use leptos::{prelude::*, task::spawn_local};

/// How many characters of a block are quoted.
const QUOTED: usize = 60;

/// The comments of one report. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Talk {
    pub(super) report: StoredValue<String>,
    /// What was said, oldest first.
    pub list: RwSignal<Vec<Comment>>,
    /// Whether the pane is open.
    pub open: RwSignal<bool>,
    /// What the next comment is about.
    pub(super) anchor: RwSignal<Anchor>,
    /// The panel that it is about.
    pub(super) about: RwSignal<Option<About>>,
    /// The comment that someone went to, whose panel shows what it is about.
    pub(super) pointed: RwSignal<Option<Anchor>>,
    pub(super) error: RwSignal<Option<ApiError>>,
    document: RwSignal<Option<Signal<Document>>>,
}

/// A panel that a comment can be about.
#[derive(Clone)]
pub struct About {
    /// Whose runs it draws.
    pub workspace: Workspace,
    /// What its view calls it.
    pub panel: String,
    /// What runs along its x.
    pub x: XAxis,
    /// The part of x that it shows.
    pub range: Option<[i64; 2]>,
}

impl Talk {
    /// The comments of `report`, asked for at once.
    pub fn new(report: String) -> Talk {
        let talk = Talk {
            report: StoredValue::new(report),
            list: RwSignal::new(Vec::new()),
            open: RwSignal::new(false),
            anchor: RwSignal::new(Anchor::default()),
            about: RwSignal::new(None),
            pointed: RwSignal::new(None),
            error: RwSignal::new(None),
            document: RwSignal::new(None),
        };
        talk.load();
        talk
    }

    /// Says which document the comments are about, so that they can quote it.
    pub fn is_about(self, document: Signal<Document>) {
        self.document.set(Some(document));
    }

    fn load(self) {
        let report = self.report.get_value();
        spawn_local(async move {
            match reports::comments(&report).await {
                Ok(list) => drop(self.list.try_set(list)),
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }

    /// How many threads are not resolved.
    pub fn waiting(self) -> usize {
        self.threads(|_| true)
    }

    /// How many threads about something are not resolved.
    pub(super) fn threads(self, about: impl Fn(&Anchor) -> bool) -> usize {
        let waits = |comment: &&Comment| !comment.resolved && comment.reply_to.is_none() && about(&comment.anchor);
        self.list.with(|list| list.iter().filter(waits).count())
    }

    pub(super) fn after<T: 'static>(self, answer: impl Future<Output = Result<T, ApiError>> + 'static) {
        spawn_local(async move {
            match answer.await {
                Ok(_) => {
                    self.error.try_set(None);
                    self.load();
                }
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }

    /// What an anchor is about, in words.
    pub(super) fn words_of(self, anchor: &Anchor) -> String {
        let Some(document) = self.document.get().filter(|_| !anchor.block.is_empty()) else {
            return "About the report".to_owned();
        };
        let mut words = document.with(|document| match document.block(&anchor.block).map(|block| &block.content) {
            None => "About a block that is gone".to_owned(),
            Some(Content::Panels(grid)) => {
                match grid.panels.iter().find(|panel| Some(&panel.id) == anchor.panel.as_ref()) {
                    Some(panel) => format!("About the panel {}", panel.metric),
                    None => "About panels".to_owned(),
                }
            }
            Some(content) => match content.text().map(str::trim).filter(|text| !text.is_empty()) {
                Some(text) => format!("About “{}”", quoted(text)),
                None => "About a block".to_owned(),
            },
        });
        if let Some(run) = anchor.run {
            words.push_str(&format!(", run {}", run.short()));
        }
        if let Some([from, to]) = anchor.range {
            words.push_str(&format!(", x from {from} to {to}"));
        }
        words
    }
}

/// The first words of a text.
fn quoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(QUOTED).collect();
    if short.len() < text.len() { format!("{}…", short.trim_end()) } else { short }
}

/// Opens the pane for a comment on `anchor`.
pub fn comment_on(talk: Talk, anchor: Anchor) {
    talk.anchor.set(anchor);
    talk.open.set(true);
}

/// The button beside a block: how many threads it has, and a way to begin one.
#[component]
pub fn BlockComments(talk: Talk, block: String) -> impl IntoView {
    let of = block.clone();
    let count = Memo::new(move |_| talk.threads(|anchor| anchor.block == of));
    let label = move || match count.get() {
        0 => "Comment on this".to_owned(),
        1 => "1 comment".to_owned(),
        count => format!("{count} comments"),
    };
    let on = move |_| {
        talk.about.set(None);
        comment_on(talk, Anchor { block: block.clone(), ..Anchor::default() });
    };
    view! {
        <button type="button" class="report-comment" aria-label=label title=label data-count=move || count.get() on:click=on>
            {icon(Icon::Comment)} {move || (count.get() > 0).then(|| count.get())}
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut() {
        for (text, short) in [("a b", "a b"), ("a\nb", "a…"), (&"é".repeat(70), &format!("{}…", "é".repeat(60)))]
        {
            assert_eq!(quoted(text), short);
        }
    }
}
