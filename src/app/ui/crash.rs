//! What a person sees when the app breaks: what happened, and a way on.

use wasm_bindgen::JsCast;

/// Shows a panic on the page with a button that loads the app again.
///
/// After a panic the app's state cannot be trusted, so nothing else would be honest.
pub fn show_panics() {
    let log = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        log(info);
        let document = leptos::prelude::document();
        if document.get_element_by_id("crash").is_some() {
            return;
        }
        let (Some(body), Ok(notice)) = (document.body(), document.create_element("div")) else { return };
        notice.set_id("crash");
        let _ = notice.set_attribute("role", "alert");
        notice.set_class_name("crash");
        let (Ok(text), Ok(button)) = (document.create_element("p"), document.create_element("button")) else { return };
        text.set_text_content(Some(
            "Throughline hit a bug and stopped. Nothing that was logged is lost; the address keeps your view.",
        ));
        button.set_text_content(Some("Load again"));
        button.set_class_name("button");
        let reload = wasm_bindgen::closure::Closure::<dyn Fn()>::new(|| {
            let _ = leptos::prelude::window().location().reload();
        });
        if let Some(button) = button.dyn_ref::<web_sys::HtmlElement>() {
            button.set_onclick(Some(reload.as_ref().unchecked_ref()));
        }
        // Lives as long as the page, which is about to be loaded again.
        reload.forget();
        let _ = notice.append_child(&text);
        let _ = notice.append_child(&button);
        let _ = body.append_child(&notice);
    }));
}
