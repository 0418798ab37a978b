//! Where does Portico begin in the browser? Here; everything it shows is in `app`.

/// Takes over the page the server has written (`cargo leptos`). `module` is the module that exports this.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate(module: wasm_bindgen::JsValue) {
    console_error_panic_hook::set_once();
    app::browser::hydrate(module);
}

/// Draws every page in the browser alone (`trunk serve`).
#[cfg(feature = "csr")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn draw() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
    app::browser::attach();
}
