//! An element's size, and whether it is in sight.

use super::print::Printing;
use leptos::{html::ElementType, prelude::*};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver};

/// The inside of an element in CSS pixels, zero until it is laid out.
pub fn size_of<E>(node: NodeRef<E>) -> ReadSignal<(f64, f64)>
where
    E: ElementType + 'static,
    E::Output: JsCast + AsRef<Element> + Clone + 'static,
{
    let (size, set_size) = signal((0.0, 0.0));
    let held = Rc::new(RefCell::new(None));
    let holder = held.clone();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let target: Element = AsRef::<Element>::as_ref(&element).clone();
        let watched = target.clone();
        let measure = Closure::<dyn Fn()>::new(move || {
            let now = (f64::from(watched.client_width()), f64::from(watched.client_height()));
            if size.get_untracked() != now {
                set_size.set(now);
            }
        });
        if let Ok(observer) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
            observer.observe(&target);
            *holder.borrow_mut() = Some((observer, measure));
        }
    });
    let held = StoredValue::new_local(held);
    on_cleanup(move || {
        held.with_value(|held| {
            if let Some((observer, _)) = held.borrow_mut().take() {
                observer.disconnect();
            }
        });
    });
    size
}

/// Whether any part of the element is in sight, or within `margin_px` CSS pixels of it.
pub fn in_sight<E>(node: NodeRef<E>, margin_px: u32) -> ReadSignal<bool>
where
    E: ElementType + 'static,
    E::Output: JsCast + AsRef<Element> + Clone + 'static,
{
    let (seen, set_seen) = signal(false);
    // What the browser says; all of a page that is about to be printed is seen.
    let real = Rc::new(Cell::new(false));
    let printing = use_context::<Printing>().map(|Printing(printing)| printing);
    let printed = real.clone();
    Effect::new(move |before: Option<bool>| {
        let now = printing.is_some_and(|printing| printing.get());
        if before.is_some_and(|before| before != now) {
            set_seen.set(now || printed.get());
        }
        now
    });
    let held = Rc::new(RefCell::new(None));
    let holder = held.clone();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let real = real.clone();
        let on_change = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let last = entries.get(entries.length().saturating_sub(1));
            if let Ok(entry) = last.dyn_into::<IntersectionObserverEntry>() {
                real.set(entry.is_intersecting());
                let now = real.get() || printing.is_some_and(|printing| printing.get_untracked());
                if seen.get_untracked() != now {
                    set_seen.set(now);
                }
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(&format!("{margin_px}px"));
        // The nearest scroller, so that the margin counts in it too.
        let element: &Element = element.as_ref();
        let root = element.closest("[data-scroller]").ok().flatten();
        if let Some(root) = root {
            let _ = js_sys::Reflect::set(&options, &JsValue::from_str("root"), &root);
        }
        if let Ok(observer) = IntersectionObserver::new_with_options(on_change.as_ref().unchecked_ref(), &options) {
            observer.observe(element);
            *holder.borrow_mut() = Some((observer, on_change));
        }
    });
    let held = StoredValue::new_local(held);
    on_cleanup(move || {
        held.with_value(|held| {
            if let Some((observer, _)) = held.borrow_mut().take() {
                observer.disconnect();
            }
        });
    });
    seen
}
