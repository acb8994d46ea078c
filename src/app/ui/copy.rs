//! Text for the clipboard.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Copies `text`, in answer to a press or a key.
///
/// Browsers have a clipboard for pages over HTTPS and of this machine only; on a plain address in a network the text is
/// selected in a field and copied as by hand.
pub fn copy(text: &str) {
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if clipboard.is_ok_and(|clipboard| !clipboard.is_undefined()) {
        let _ = navigator.clipboard().write_text(text);
    } else {
        copy_from_a_field(text);
    }
}

fn copy_from_a_field(text: &str) -> Option<()> {
    let document = document();
    let before = document.active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let field = document.create_element("textarea").ok()?.dyn_into::<HtmlTextAreaElement>().ok()?;
    field.set_value(text);
    let _ = field.set_attribute("style", "position: fixed; top: 0; left: 0; opacity: 0");
    // In the dialog that is open, which keeps the focus inside.
    let place = document.query_selector("[aria-modal=\"true\"]").ok().flatten();
    let place = place.or_else(|| document.body().map(Into::into))?;
    place.append_child(&field).ok()?;
    field.select();
    let _ = document.unchecked_into::<HtmlDocument>().exec_command("copy");
    field.remove();
    if let Some(before) = before {
        let _ = before.focus();
    }
    Some(())
}
