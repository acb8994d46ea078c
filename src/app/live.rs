//! The stream of growth: hears from the server which series grew, and reconnects by itself.

use data::run::LiveEvent;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};
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

/// How long to wait before a stream that the browser gave up is opened anew.
const AGAIN: Duration = Duration::from_secs(3);

/// How often a page of a share link asks whether there is something new.
const FROM_TIME_TO_TIME: Duration = Duration::from_secs(10);

type Closures = (Closure<dyn Fn(MessageEvent)>, Closure<dyn Fn()>);

/// What takes events, each with the id of its experiment.
type Heard = Box<dyn Fn(&str, LiveEvent)>;

/// A stream as long as it is listened to.
struct Stream {
    experiments: Vec<String>,
    connection: RwSignal<Connection>,
    heard: Heard,
    open: RefCell<Option<(EventSource, Closures)>>,
    ended: Cell<bool>,
}

/// Listens to `experiment` until the surrounding component goes away.
///
/// `heard` gets every event. After a lost connection it gets `Resync` first, because growth may have
/// been missed.
///
/// A page of a share link asks from time to time instead: a browser has six connections for all the frames of a page.
pub fn listen(experiment: &str, connection: RwSignal<Connection>, heard: impl Fn(LiveEvent) + 'static) {
    listen_to(vec![experiment.to_owned()], connection, move |_, event| heard(event));
}

/// As [`listen`], to several experiments at once in one stream. `heard` gets the id of the experiment with every event
/// but `Resync`, which is for all.
pub fn listen_to(
    experiments: Vec<String>,
    connection: RwSignal<Connection>,
    heard: impl Fn(&str, LiveEvent) + 'static,
) {
    // Nothing is logged to a file.
    if crate::api::kept::is_file() {
        return;
    }
    if crate::api::is_shared() {
        return ask_from_time_to_time(connection, move |event| heard("", event));
    }
    let stream = Rc::new(Stream {
        experiments,
        connection,
        heard: Box::new(heard),
        open: RefCell::new(None),
        ended: Cell::new(false),
    });
    stream.clone().connect();
    let held = StoredValue::new_local(stream);
    on_cleanup(move || held.with_value(|stream| stream.end()));
}

/// Hears `Resync` whenever the share link of this page has something new.
fn ask_from_time_to_time(connection: RwSignal<Connection>, heard: impl Fn(LiveEvent) + 'static) {
    let (known, heard) = (Rc::new(RefCell::new(None::<String>)), Rc::new(heard));
    let ask = move || {
        if document().hidden() {
            return;
        }
        let (known, heard) = (known.clone(), heard.clone());
        leptos::task::spawn_local(async move {
            let Ok(version) = crate::api::shared_version().await else {
                connection.try_set(Connection::Lost);
                return;
            };
            if connection.try_set(Connection::Open).is_some() {
                return;
            }
            let before = known.replace(Some(version.clone()));
            if before.is_some_and(|before| before != version) {
                heard(LiveEvent::Resync);
            }
        });
    };
    ask();
    if let Ok(timer) = set_interval_with_handle(ask, FROM_TIME_TO_TIME) {
        on_cleanup(move || timer.clear());
    }
}

impl Stream {
    fn connect(self: Rc<Stream>) {
        self.close();
        if self.ended.get() {
            return;
        }
        let asked: Vec<String> = self.experiments.iter().map(|id| crate::api::path_part(id)).collect();
        let Ok(source) = EventSource::new(&format!("/api/live?experiment={}", asked.join(","))) else {
            self.connection.set(Connection::Lost);
            return;
        };
        let this = self.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let text = message.data().as_string();
            // Of several experiments an event is named by its own.
            let named = message.type_();
            let experiment = if this.experiments.len() == 1 { &this.experiments[0] } else { &named };
            match text.and_then(|text| serde_json::from_str::<LiveEvent>(&text).ok()) {
                Some(LiveEvent::Hello { .. }) => this.opened(),
                Some(event) => (this.heard)(experiment, event),
                // An event of a newer server: not for this app.
                None => {}
            }
        });
        let this = self.clone();
        let watched = source.clone();
        let on_error = Closure::<dyn Fn()>::new(move || {
            if this.connection.get_untracked() != Connection::Lost {
                this.connection.set(Connection::Lost);
            }
            // The browser tries again by itself, unless it gave up.
            if watched.ready_state() == EventSource::CLOSED {
                let this = this.clone();
                set_timeout(move || this.connect(), AGAIN);
            }
        });
        source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        for experiment in self.experiments.iter().filter(|_| self.experiments.len() > 1) {
            let _ = source.add_event_listener_with_callback(experiment, on_message.as_ref().unchecked_ref());
        }
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        *self.open.borrow_mut() = Some((source, (on_message, on_error)));
    }

    fn opened(&self) {
        let before = self.connection.get_untracked();
        self.connection.set(Connection::Open);
        if before == Connection::Lost {
            (self.heard)("", LiveEvent::Resync);
        }
    }

    fn close(&self) {
        if let Some((source, _closures)) = self.open.borrow_mut().take() {
            source.set_onmessage(None);
            source.set_onerror(None);
            source.close();
        }
    }

    fn end(&self) {
        self.ended.set(true);
        self.close();
    }
}
