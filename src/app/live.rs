//! The stream of growth: hears from the server which series grew, and reconnects by itself.

use crate::api::ApiError;
use data::run::LiveEvent;
use leptos::{ev, prelude::*};
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
const FROM_TIME_TO_TIME: Duration = Duration::from_secs(5);

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
/// A page of a share link asks from time to time instead, see [`LinkNews`]: a browser has six connections for all the
/// frames of a page.
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
        // The address of a frame may say that it stays as it is.
        let stays = crate::api::asked_for("refresh").as_deref() == Some("off");
        if let Some(news) = use_context::<LinkNews>().filter(|_| !stays) {
            news.follow(connection, move |event| heard("", event));
        }
        return;
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

/// What the page of a share link hears of its link: it asks from time to time, and not while nobody looks. Cheap to copy.
#[derive(Clone, Copy)]
pub struct LinkNews {
    /// Whether the server answers.
    pub connection: RwSignal<Connection>,
    /// Another text once something was logged that the link shows.
    version: RwSignal<Option<String>>,
    /// The newest version of the report that it shows.
    pub written: RwSignal<Option<u32>>,
}

impl LinkNews {
    /// Asks until the surrounding component goes away. `ended` hears why the link opens no more.
    pub fn provide(ended: impl Fn(ApiError) + 'static) -> LinkNews {
        let news = LinkNews {
            connection: RwSignal::new(Connection::Opening),
            version: RwSignal::new(None),
            written: RwSignal::new(None),
        };
        provide_context(news);
        let (asking, ended) = (Rc::new(Cell::new(false)), Rc::new(ended));
        let ask = move || {
            if document().hidden() || asking.replace(true) {
                return;
            }
            let (asking, ended) = (asking.clone(), ended.clone());
            leptos::task::spawn_local(async move {
                let answer = crate::api::shared_news().await;
                asking.set(false);
                match answer {
                    Ok((version, written)) => {
                        set_new(news.connection, Connection::Open);
                        set_new(news.written, written);
                        set_new(news.version, Some(version));
                    }
                    Err(error @ ApiError::Refused(401 | 404, _)) if news.connection.try_get_untracked().is_some() => {
                        ended(error);
                    }
                    Err(_) => set_new(news.connection, Connection::Lost),
                }
            });
        };
        ask();
        let seen = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), {
            let ask = ask.clone();
            move |_| ask()
        });
        on_cleanup(move || seen.remove());
        if let Ok(timer) = set_interval_with_handle(ask, FROM_TIME_TO_TIME) {
            on_cleanup(move || timer.clear());
        }
        news
    }

    /// Hands `Resync` to `heard` whenever there is something new.
    fn follow(self, connection: RwSignal<Connection>, heard: impl Fn(LiveEvent) + 'static) {
        Effect::new(move |_| set_new(connection, self.connection.get()));
        Effect::new(move |before: Option<Option<String>>| {
            let (before, now) = (before.flatten(), self.version.get());
            if before.is_some() && now.is_some() && before != now {
                heard(LiveEvent::Resync);
            }
            now
        });
    }
}

/// Sets what is not so already, if it is there still.
fn set_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|now| *now == value) == Some(false) {
        signal.set(value);
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
