//! An address that leads nowhere.

use crate::routes::Shell;
use leptos::prelude::*;

/// Says so, and offers the way back.
#[component]
pub fn MissingPage() -> impl IntoView {
    expect_context::<Shell>().at(vec![("Not found".to_owned(), None)]);
    view! { <Nothing title="There is no page at this address" words="It may have been mistyped, or what it showed was removed."/> }
}

/// A page that has nothing to show, and says why.
#[component]
pub fn Nothing(
    /// What is not there.
    #[prop(into)]
    title: String,
    /// Why, and what to do.
    #[prop(into)]
    words: String,
    /// Where to go from here, and what that is called.
    #[prop(default = ("/".to_owned(), "See all experiments"))]
    onward: (String, &'static str),
) -> impl IntoView {
    view! {
        <div class="page">
            <div class="empty" role="alert">
                <h2>{title}</h2>
                <p>{words}</p>
                <a class="button" href=onward.0>{onward.1}</a>
            </div>
        </div>
    }
    .into_any()
}
