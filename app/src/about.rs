//! What is Portico? A page of plain text that asks nobody anything.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page at `/about`.
#[component]
pub(crate) fn About() -> impl IntoView {
    view! {
        <Title text="About" />
        <div class="page prose">
            <h1>"About Portico"</h1>
            <p class="lead">"Portico shows documents to the people who may read them, and says why."</p>
            <h2>"Signing in"</h2>
            <p>
                "You sign in with your organisation’s identity provider. Portico never sees your password. \
                Your browser holds one random number; everything that could be used in your name stays on the server."
            </p>
            <h2>"Who may read what"</h2>
            <p>
                "A policy of a few written rules decides. Nothing is allowed unless a rule allows it: documents are for \
                their owner, for the groups they belong to, for everybody signed in when they are public, and for whom \
                the policy names besides. Each document tells you the rule that let you in."
            </p>
            <h2>"Without script, by keyboard, on paper"</h2>
            <p>
                "Every page works without JavaScript and with the keyboard alone; press "<kbd>"?"</kbd>
                " for the keys. Documents print as documents."
            </p>
        </div>
    }
}
