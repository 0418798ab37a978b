//! The icons of the site, as inline SVG in one stroke and one colour; each stands beside the word it illustrates.

use leptos::prelude::*;

/// The site's mark: a pediment on columns.
#[component]
pub(crate) fn Mark() -> impl IntoView {
    view! {
        <svg class="mark-drawing" viewBox="0 0 16 16" width="24" height="24" aria-hidden="true" fill="currentColor">
            <path d="M8 1 15 5v1.5H1V5zM2.5 7.5h2V12h-2zm4.5 0h2V12H7zm4.5 0h2V12h-2zM1 13h14v2H1z" />
        </svg>
    }
}

/// A small line drawing of 16 by 16 units.
#[component]
pub(crate) fn Icon(
    /// The path to draw.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=path />
        </svg>
    }
}

/// A closed lock: private.
pub(crate) const LOCK: &str = "M4 7V5a4 4 0 0 1 8 0v2M3 7h10v7H3z";
/// Three lines: a menu.
pub(crate) const MENU: &str = "M2 4h12M2 8h12M2 12h12";
/// A magnifying glass: look for something.
pub(crate) const SEARCH: &str = "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14";
/// A cross: take something away.
pub(crate) const CLOSE: &str = "M4 4l8 8M12 4l-8 8";
/// A folder.
pub(crate) const FOLDER: &str = "M1.5 3.5h4.5l1.5 2h7v8h-13z";
