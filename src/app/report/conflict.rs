//! Two people changed the same blocks: both are shown, and the writer says what stays.

use super::editor::{Conflict, Editor, new_block};
use crate::ui::{dialog::Dialog, segments::Segments};
use data::report::Block;
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
                        <div><h3>"Yours"</h3><pre class="snippet">{words(&clash.mine)}</pre></div>
                        <div><h3>"Theirs"</h3><pre class="snippet">{words(&clash.theirs)}</pre></div>
                        <Segments label="What stays" choices=vec![(Keep::Mine, "Yours"), (Keep::Theirs, "Theirs"), (Keep::Both, "Both")]
                            chosen=keep on_choose=move |chosen| keep.set(chosen)/>
                    </div>
                }
            })
            .collect_view()
    });
    let settle = move || {
        let Conflict { theirs, revision, mut merged, clashes } = conflict.get_value();
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
    view! {
        <Dialog title="Someone else changed the same blocks" on_close=move || settle.with_value(|settle| settle())>
            <p class="report-note">"Nothing is lost: what is not kept stays in the history."</p>
            {rows}
            <button type="button" class="button" data-look="primary" on:click=move |_| settle.with_value(|settle| settle())>"Go on with these"</button>
        </Dialog>
    }
    .into_any()
}

/// What a block says, or what it is.
fn words(block: &Block) -> String {
    match block.content.text() {
        Some(text) => text.to_owned(),
        None => serde_json::to_string_pretty(&block.content).unwrap_or_default(),
    }
}
