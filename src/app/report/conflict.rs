//! Two people changed the same blocks: both are shown, and the writer says what stays.

use super::editor::{Conflict, Editor, new_block};
use crate::ui::{dialog::Dialog, segments::Segments};
use data::report::text::readable_block;
use leptos::prelude::*;

/// What stays of a block that two people changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Mine,
    Theirs,
    Both,
}

/// The dialog that settles a conflict. Closing it keeps both of everything.
#[component]
pub fn ConflictDialog(editor: Editor, conflict: Conflict) -> impl IntoView {
    let title = conflict.title.clone().map(|theirs| (conflict.merged.title.clone(), theirs));
    // Of two titles one stays.
    let keep_title = RwSignal::new(Keep::Mine);
    let choices: Vec<RwSignal<Keep>> = conflict.clashes.iter().map(|_| RwSignal::new(Keep::Both)).collect();
    let conflict = StoredValue::new(conflict);
    let rows = conflict.with_value(|conflict| {
        conflict
            .clashes
            .iter()
            .zip(&choices)
            .map(|(clash, keep)| {
                let keep = *keep;
                view! {
                    <div class="report-clash">
                        <div><h3>"Yours"</h3><pre class="snippet">{readable_block(&clash.mine)}</pre></div>
                        <div><h3>"Theirs"</h3><pre class="snippet">{readable_block(&clash.theirs)}</pre></div>
                        <Segments label="What stays" choices=vec![(Keep::Mine, "Yours"), (Keep::Theirs, "Theirs"), (Keep::Both, "Both")]
                            chosen=keep on_choose=move |chosen| keep.set(chosen)/>
                    </div>
                }
            })
            .collect_view()
    });
    let settle = move || {
        let Conflict { theirs, revision, mut merged, clashes, title } = conflict.get_value();
        if let Some(title) = title.filter(|_| keep_title.get_untracked() == Keep::Theirs) {
            merged.title = title;
        }
        for (clash, keep) in clashes.into_iter().zip(&choices) {
            let Some(at) = merged.place(&clash.mine.id) else { continue };
            match keep.get_untracked() {
                Keep::Mine => {}
                Keep::Theirs => merged.blocks[at] = clash.theirs,
                Keep::Both => merged.blocks.insert(at + 1, new_block(clash.theirs.content)),
            }
        }
        editor.settle(revision, theirs, merged);
    };
    let settle = StoredValue::new(settle);
    let title = title.map(|(mine, theirs)| {
        view! {
            <div class="report-clash">
                <div><h3>"Your title"</h3><pre class="snippet">{mine}</pre></div>
                <div><h3>"Their title"</h3><pre class="snippet">{theirs}</pre></div>
                <Segments label="Which title stays" choices=vec![(Keep::Mine, "Yours"), (Keep::Theirs, "Theirs")]
                    chosen=keep_title on_choose=move |chosen| keep_title.set(chosen)/>
            </div>
        }
    });
    view! {
        <Dialog title="Someone else changed the same blocks" on_close=move || settle.with_value(|settle| settle())>
            <p class="report-note">"Nothing is lost: both drafts are kept in the history."</p>
            {title}
            {rows}
            <button type="button" class="button" data-look="primary" on:click=move |_| settle.with_value(|settle| settle())>"Go on with these"</button>
        </Dialog>
    }
    .into_any()
}
