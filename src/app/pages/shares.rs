//! All share links, with their last use: where one is revoked.

use crate::{
    api::{self, ApiError},
    pages::views::address_of,
    routes::Shell,
    ui::{
        format::{ago, local_time, now_millis},
        search::search_field,
    },
};
use data::{
    share::{ANY_HOST, ShareRow, ShareTarget},
    view::{PlacedView, View},
};
use leptos::{prelude::*, task::spawn_local};

/// The page of `/shares`.
#[component]
pub fn SharesPage() -> impl IntoView {
    let shell = expect_context::<Shell>();
    shell.actions.set(None);
    shell.at(vec![("Experiments".to_owned(), Some("/".to_owned())), ("Share links".to_owned(), None)]);
    let shares = RwSignal::new(None::<Result<Vec<ShareRow>, ApiError>>);
    let search = RwSignal::new(String::new());
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = api::shares().await;
            shares.try_set(Some(answer));
        });
    });
    load.run(());
    view! {
        <div class="page">
            <div class="page-body">
                <div class="page-head">
                    <h1>"Share links"</h1>
                    {search_field("Search links", search)}
                </div>
                {move || match shares.get() {
                    None => view! { <div class="skeleton" style="height: 32px" aria-busy="true"></div> }.into_any(),
                    Some(Err(error)) => view! { <p role="alert" class="view-error">{error.to_string()}</p> }.into_any(),
                    Some(Ok(shares)) if shares.is_empty() => view! {
                        <p class="view-hint">"Nothing is shared. The button “Share” of an experiment makes a link for whoever holds it."</p>
                    }
                    .into_any(),
                    Some(Ok(shares)) => {
                        let rows = move || {
                            let wanted = search.get().to_lowercase();
                            let found = |share: &&ShareRow| share.title.to_lowercase().contains(&wanted);
                            let matching: Vec<_> = shares.iter().filter(found).cloned().collect();
                            match matching.is_empty() {
                                true => view! { <tr><td colspan="7">"No link has this in its title."</td></tr> }.into_any(),
                                false => matching.into_iter().map(|share| view! { <Row share on_change=load/> }).collect_view().into_any(),
                            }
                        };
                        view! {
                            <table class="shares">
                                <thead><tr><th>"Title"</th><th>"Shows"</th><th>"Made"</th><th>"Last use"</th><th>"Ends"</th><th>"Frames"</th><th></th></tr></thead>
                                <tbody>{rows}</tbody>
                            </table>
                        }
                        .into_any()
                    }
                }}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Row(share: ShareRow, on_change: Callback<()>) -> impl IntoView {
    let now = now_millis();
    let open = share.opens_at(now);
    let id = StoredValue::new(share.share_id.clone());
    let error = RwSignal::new(None::<ApiError>);
    let revoke = move |_| {
        spawn_local(async move {
            match api::revoke_share(&id.get_value()).await {
                Ok(()) => on_change.run(()),
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let kind = match &share.target {
        ShareTarget::View { .. } => "a view",
        ShareTarget::Panel { .. } => "a panel",
        ShareTarget::Run { .. } => "a run",
        ShareTarget::Report { .. } => "a report",
    };
    let mut shows = vec![kind, if share.frozen_millis.is_some() { "frozen" } else { "live" }];
    shows.extend(share.has_password.then_some("password"));
    shows.extend(share.anonymous.then_some("names hidden"));
    let ends = match (share.revoked_millis, share.expires_millis) {
        (Some(at), _) => format!("revoked {}", ago(at, now)),
        (None, Some(at)) if at <= now => "has run out".to_owned(),
        (None, Some(at)) => local_time(at),
        (None, None) => "never".to_owned(),
    };
    let frames = match share.hosts.as_slice() {
        [] => "nobody".to_owned(),
        hosts if hosts.iter().any(|host| host == ANY_HOST) => "everyone".to_owned(),
        hosts => hosts.join(", "),
    };
    let label = format!("Revoke {}", share.title);
    let address = match &share.target {
        ShareTarget::View { placed } => address_of(placed),
        ShareTarget::Panel { placed, panel } => {
            let view = View { full: Some(panel.clone()), ..placed.view.clone() };
            address_of(&PlacedView { view, ..placed.clone() })
        }
        ShareTarget::Run { experiment_id, run_id, .. } => {
            format!("/experiments/{}/runs/{run_id}", api::path_part(experiment_id))
        }
        ShareTarget::Report { report_id } => format!("/reports/{}", api::path_part(report_id)),
    };
    view! {
        <tr data-open=if open { "true" } else { "false" }>
            <th scope="row"><a href=address>{share.title.clone()}</a></th>
            <td>{shows.join(", ")}</td>
            <td title=local_time(share.created_millis)>{ago(share.created_millis, now)}</td>
            <td>{share.used_millis.map_or("never".to_owned(), |at| ago(at, now))}</td>
            <td>{ends}</td>
            <td>{frames}</td>
            <td>
                {open.then(|| view! { <button type="button" class="button" aria-label=label on:click=revoke>"Revoke"</button> })}
                {move || error.get().map(|failed| view! { <span role="alert" class="view-error">{failed.to_string()}</span> })}
            </td>
        </tr>
    }
    .into_any()
}
