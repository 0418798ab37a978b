//! Where does Portico begin in the browser? Here; everything it shows is in `app`.

/// Adds to the page the server has written what needs script (`cargo leptos`).
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    app::browser::attach();
    app::browser::follow_links();
}

/// Draws every page in the browser alone (`trunk serve`).
#[cfg(feature = "csr")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn draw() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
    app::browser::attach();
}
