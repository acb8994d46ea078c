//! The draft saves itself, and never overwrites what someone else saved meanwhile.

use super::editor::{Conflict, Editor, SaveState, Shown};
use crate::api::reports;
use data::report::{
    Document,
    answers::{SaveDraft, Saved},
    merge::merge,
};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How long to wait before saving is tried again.
const AGAIN: Duration = Duration::from_secs(3);

impl Editor {
    /// Saves the draft now, if it was changed.
    pub fn save(&self) {
        let editor = *self;
        let Some(document) = self.document.try_get_untracked() else { return };
        if self.busy.get_value() || self.state.get_untracked() == SaveState::Conflict {
            return;
        }
        if self.shown.with_untracked(|shown| shown.document == document && !shown.html.is_empty()) {
            self.state.set(SaveState::Saved);
            return;
        }
        self.busy.set_value(true);
        self.state.set(SaveState::Saving);
        let (report, draft) = (self.report(), SaveDraft { base: self.revision(), document });
        spawn_local(async move {
            let answer = reports::save(&report, &draft).await;
            if editor.busy.try_set_value(false).is_some() {
                return;
            }
            match answer {
                Ok(Saved::Saved { revision, html }) => editor.saved(revision, Shown { document: draft.document, html }),
                Ok(Saved::Conflict { revision, document, .. }) => editor.join(revision, document),
                Err(error) => {
                    editor.state.set(SaveState::Failed(error));
                    set_timeout(move || editor.save(), AGAIN);
                }
            }
        });
    }

    /// Sends what is not saved yet, for a page that goes. If someone saved meanwhile, the server keeps it aside.
    pub(super) fn leave(&self) {
        if self.state.get_untracked() == SaveState::Saved {
            return;
        }
        let (report, draft) =
            (self.report(), SaveDraft { base: self.revision(), document: self.document.get_untracked() });
        spawn_local(async move {
            let _ = reports::save(&report, &draft).await;
        });
    }

    fn saved(&self, revision: i64, shown: Shown) {
        self.row.update(|row| {
            row.changed |= revision != self.revision();
            row.title.clone_from(&shown.document.title);
        });
        self.revision.set_value(revision);
        let done = self.document.with_untracked(|document| *document == shown.document);
        self.shown.set(Arc::new(shown));
        self.state.set(SaveState::Saved);
        if !done {
            self.save();
        }
    }

    /// Someone saved since: joins both, and asks where they disagree.
    fn join(&self, revision: i64, theirs: Document) {
        let base = self.shown.with_untracked(|shown| shown.document.clone());
        let merged = merge(&base, &self.document.get_untracked(), &theirs);
        if merged.clashes.is_empty() && merged.title.is_none() {
            self.notice.set(Some("Someone else changed this report too. Both changes are here now.".to_owned()));
            self.settle(revision, theirs, merged.document);
        } else {
            self.state.set(SaveState::Conflict);
            self.conflict.set(Some(Conflict {
                theirs,
                revision,
                merged: merged.document,
                clashes: merged.clashes,
                title: merged.title,
            }));
        }
    }

    /// Goes on with `document`, which holds what is wanted of `theirs`.
    pub fn settle(&self, revision: i64, theirs: Document, document: Document) {
        self.conflict.set(None);
        self.state.set(SaveState::Saving);
        self.revision.set_value(revision);
        // Their HTML is not here; the next save brings all of it.
        self.shown.set(Arc::new(Shown { document: theirs, html: BTreeMap::new() }));
        let before = self.document.get_untracked();
        if before != document {
            self.history.update_value(|history| history.push("join", before, js_sys::Date::now()));
            self.document.set(document);
        }
        self.save();
    }
}
