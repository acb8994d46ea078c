//! The view in the address, so that copying the address shares what is on the screen.
//!
//! `?view=` holds the view's JSON, compressed with DEFLATE and written in URL-safe Base64. An untouched
//! view leaves the address plain.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use data::view::{View, ViewError};

/// The largest view read from an address, in bytes of JSON: far above any real one, far below harm.
const LARGEST: usize = 1 << 20;

/// What stands after `?view=` for this view; `None` for an untouched one.
pub fn code_of_view(view: &View) -> Option<String> {
    let untouched = View { version: view.version, ..View::default() };
    if *view == untouched {
        return None;
    }
    Some(URL_SAFE_NO_PAD.encode(miniz_oxide::deflate::compress_to_vec(view.to_json().as_bytes(), 8)))
}

/// The view that `code` holds.
pub fn view_of_code(code: &str) -> Result<View, ViewError> {
    let damaged = |what: &str| ViewError::NotAView(format!("the address is {what}"));
    if code.len() > LARGEST {
        return Err(damaged("too long"));
    }
    let packed = URL_SAFE_NO_PAD.decode(code.trim()).map_err(|_| damaged("cut short or changed"))?;
    let json = miniz_oxide::inflate::decompress_to_vec_with_limit(&packed, LARGEST)
        .map_err(|_| damaged("cut short or changed"))?;
    View::of_json(std::str::from_utf8(&json).map_err(|_| damaged("damaged"))?)
}

/// Replaces the address by one with this view, without a step in the browser's history.
pub fn show_view(view: &View) {
    let window = leptos::prelude::window();
    let location = window.location();
    let (Ok(path), Ok(now)) = (location.pathname(), location.search()) else { return };
    let search = code_of_view(view).map(|code| format!("?view={code}")).unwrap_or_default();
    if now == search {
        return;
    }
    if let Ok(history) = window.history() {
        let state = history.state().unwrap_or(wasm_bindgen::JsValue::NULL);
        // Browsers refuse when called too often; the next change writes the address again.
        let _ = history.replace_state_with_url(&state, "", Some(&format!("{path}{search}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{frame::XAxis, smooth::Smoothing, view::YScale};

    fn busy_view() -> View {
        let mut view = View { search: "größe 🦀".into(), ..View::default() };
        view.lines.x = Some(XAxis::WallTime);
        view.lines.smoothing = Some(Smoothing::Ema { weight: 0.6 });
        view.hidden.extend((0..100_u32).map(|i| format!("{:08x}", i.wrapping_mul(2_654_435_761))));
        view.change_panel("train/loss", |panel| panel.lines.y = Some(YScale::Log));
        View::of_json(&view.to_json()).expect("its own form")
    }

    #[test]
    fn a_view_comes_back_from_its_address() {
        for view in [busy_view(), View { full: Some("a b&c=d#e".into()), version: 1, ..View::default() }] {
            let code = code_of_view(&view).expect("it differs from an untouched one");
            assert_eq!(view_of_code(&code), Ok(view));
            assert!(code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{code}");
        }
    }

    #[test]
    fn an_untouched_view_needs_no_address() {
        assert_eq!(code_of_view(&View::default()), None);
    }

    #[test]
    fn an_ordinary_view_stays_under_2_kb() {
        let code = code_of_view(&busy_view()).expect("it is not untouched");
        assert!(code.len() < 2_000, "{} characters", code.len());
    }

    #[test]
    fn addresses_that_are_no_view_say_so() {
        let bomb = URL_SAFE_NO_PAD.encode(miniz_oxide::deflate::compress_to_vec(&vec![b' '; 8 << 20], 8));
        let good = code_of_view(&busy_view()).expect("it is not untouched");
        for code in ["", "%%%", "AAAA", &good[..good.len() / 2], &bomb, "../../etc/passwd"] {
            assert!(view_of_code(code).is_err(), "{}", &code[..code.len().min(20)]);
        }
    }
}
