//! The stream of growth: hears from the server which series grew, and reconnects by itself.

use data::run::LiveEvent;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// Whether what is on the screen follows what is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Not yet open.
    Opening,
    /// Open: changes arrive as they happen.
    Open,
    /// Lost; the browser tries again.
    Lost,
}

/// Listens to `experiment` until the surrounding component goes away.
///
/// `heard` gets every event. After a lost connection it gets `Resync` first, because growth may have
/// been missed.
pub fn listen(experiment: &str, connection: RwSignal<Connection>, heard: impl Fn(LiveEvent) + 'static) {
    let address = format!("/api/live?experiment={}", crate::api::path_part(experiment));
    let Ok(source) = EventSource::new(&address) else {
        connection.set(Connection::Lost);
        return;
    };
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        let event = message.data().as_string().and_then(|text| serde_json::from_str::<LiveEvent>(&text).ok());
        match event {
            Some(LiveEvent::Hello { .. }) => {
                let was = connection.get_untracked();
                connection.set(Connection::Open);
                if was == Connection::Lost {
                    heard(LiveEvent::Resync);
                }
            }
            Some(event) => heard(event),
            // An event of a newer server: not for this app.
            None => {}
        }
    });
    source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let on_error = Closure::<dyn Fn()>::new(move || connection.set(Connection::Lost));
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let held = StoredValue::new_local(Some((source, on_message, on_error)));
    on_cleanup(move || {
        held.update_value(|held| {
            if let Some((source, ..)) = held.take() {
                source.set_onmessage(None);
                source.set_onerror(None);
                source.close();
            }
        });
    });
}
