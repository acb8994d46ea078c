//! Line icons, drawn on a 16 × 16 grid in the colour of the text around them.

use leptos::prelude::*;

/// An icon by its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// The product's mark: one line through all axes.
    Mark,
    /// Find.
    Search,
    /// Let only some through.
    Filter,
    /// Turn to dark.
    Moon,
    /// Turn to light.
    Sun,
    /// Close or remove.
    Close,
    /// Fill the screen.
    Expand,
    /// Leave the full screen.
    Shrink,
    /// More actions.
    More,
    /// The run list.
    Sidebar,
    /// Copy a link.
    Link,
    /// Download.
    Download,
    /// An open section, which points down.
    Down,
    /// A folded section, which points right.
    Right,
    /// A file.
    File,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// Shown.
    Eye,
    /// Side by side.
    Compare,
    /// Keep on top.
    Pin,
    /// Copy.
    Copy,
    /// Help.
    Help,
    /// Settings.
    Settings,
    /// Say something about it.
    Comment,
    /// Size and place.
    Size,
    /// Grip to drag.
    Grip,
    /// Add.
    Add,
}

/// Draws `icon`. It is decoration: the control around it carries the name.
pub fn icon(icon: Icon) -> AnyView {
    let paths = match icon {
        Icon::Mark => "M1.5 13 5 5l3.2 5.2L11 3l3.5 7.5 M1.5 2.5v11 M8 2.5v11 M14.5 2.5v11",
        Icon::Search => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Z M10.7 10.7 14 14",
        Icon::Filter => "M2 3h12L9.5 8.5V13l-3-1.5v-3Z",
        Icon::Moon => "M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1Z",
        Icon::Sun => {
            "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z M8 1v1.5 M8 13.5V15 M1 8h1.5 M13.5 8H15 M3 3l1 1 M12 12l1 1 M13 3l-1 1 M4 12l-1 1"
        }
        Icon::Close => "M4 4l8 8 M12 4l-8 8",
        Icon::Expand => "M9.5 2H14v4.5 M6.5 14H2V9.5 M14 2 9.5 6.5 M2 14l4.5-4.5",
        Icon::Shrink => "M14 6.5H9.5V2 M2 9.5h4.5V14 M9.5 6.5 14 2 M6.5 9.5 2 14",
        Icon::More => "M3 8h.01 M8 8h.01 M13 8h.01",
        Icon::Sidebar => "M2 3.5h12v9H2Z M6 3.5v9",
        Icon::Link => "M6.5 9.5l3-3 M7 4.5l1-1a3 3 0 0 1 4.3 4.3l-1.3 1.2 M9 11.5l-1 1a3 3 0 0 1-4.3-4.3L5 7",
        Icon::Download => "M8 2v8 M4.5 7 8 10.5 11.5 7 M2.5 13.5h11",
        Icon::Down => "M4 6l4 4 4-4",
        Icon::Right => "M6 4l4 4-4 4",
        Icon::File => "M4 2h5l3 3v9H4Z M9 2v3h3",
        Icon::Undo => "M6 3 3 6l3 3 M3 6h6.5a3.5 3.5 0 0 1 0 7H6",
        Icon::Redo => "M10 3l3 3-3 3 M13 6H6.500a3.500 3.500 0 0 0 0 7H10",
        Icon::Eye => {
            "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8Z M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z"
        }
        Icon::Compare => "M2 3h5v10H2Z M9 3h5v10H9Z",
        Icon::Pin => "M5.5 2h5 M6.500 2v4.500L4 9.500h8L9.500 6.500V2 M8 9.500V14",
        Icon::Settings => {
            "M2 4.5h6 M11.500 4.500H14 M2 11.500h2.500 M8 11.500h6 M9.750 6.250a1.750 1.750 0 1 0 0-3.500 1.750 1.750 0 0 0 0 3.500Z M6.250 13.250a1.750 1.750 0 1 0 0-3.500 1.750 1.750 0 0 0 0 3.500Z"
        }
        Icon::Comment => "M2.5 3h11v8H7.500L4.500 13.500V11h-2Z",
        Icon::Size => "M2.5 2.500h11v11h-11Z M2.500 8h11 M8 2.500v11",
        Icon::Grip => "M6 3.500h.01 M6 8h.01 M6 12.500h.01 M10 3.500h.01 M10 8h.01 M10 12.500h.01",
        Icon::Add => "M8 3v10 M3 8h10",
        Icon::Copy => "M6 6h8v8H6Z M10 6V2H2v8h4",
        Icon::Help => {
            "M6 6a2 2 0 1 1 2.600 1.900c-.400.150-.600.500-.600.900V9.500 M8 12h.01 M8 14.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13Z"
        }
    };
    view! {
        <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d=paths/>
        </svg>
    }
    .into_any()
}
