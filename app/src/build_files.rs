//! The addresses of style sheet, script and WebAssembly that a page loads. The server determines them once, when it starts.

use leptos::{nonce::use_nonce, prelude::*};

/// The addresses of stylesheet, script and WebAssembly on this site, without quotes or backslashes in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFiles {
    /// The one stylesheet.
    pub stylesheet: String,
    /// The module that hydrates a page's islands.
    pub script: String,
    /// The WebAssembly that the module loads.
    pub wasm: String,
}

impl BuildFiles {
    /// The files of `folder` under `name`; `hash_of` gives the hash in the file name of a kind (`css`, `js`, `wasm`), if it has one.
    #[must_use]
    pub fn named(folder: &str, name: &str, hash_of: impl Fn(&str) -> Option<String>) -> Self {
        let address = |kind: &str| {
            let hash = hash_of(kind).map(|hash| format!(".{hash}")).unwrap_or_default();
            format!("/{folder}/{name}{hash}.{kind}")
        };
        Self {
            stylesheet: address("css"),
            script: address("js"),
            wasm: address("wasm"),
        }
    }
}

/// Preloads script and WebAssembly, then hydrates the islands of the page. Used instead of `leptos::HydrationScripts`, which reads the list of hashed
/// names from the disk for every page.
#[component]
pub(crate) fn PageScripts(
    /// The files to load.
    files: BuildFiles,
) -> impl IntoView {
    let BuildFiles { script, wasm, .. } = files;
    let start = format!(
        "import({script:?}).then(page=>page.default({{module_or_path:{wasm:?}}}).then(()=>page.hydrate(page)))"
    );
    view! {
        <link rel="modulepreload" href=script crossorigin="anonymous" />
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>
            {start}
        </script>
    }
}
