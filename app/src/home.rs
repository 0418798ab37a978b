//! The home page: for somebody signed in their desk (`home/desk.rs`), for anybody else what this site is and how to sign in.

use leptos::prelude::*;

use crate::{
    current_user::CurrentUser,
    layout::PageTitle,
    resource::{PageResource, load, suspense},
    sign_in::SignInLink,
    site_facts::SiteFacts,
};

mod desk;

use desk::{DeskView, desk};

/// The people of the demo provider, and what each of them demonstrates.
const DEMO_PEOPLE: [(&str, &str); 5] = [
    ("alice", "is in Engineering"),
    ("bob", "is in Marketing"),
    ("carol", "is the CEO and sees everything"),
    ("dave", "is in no group"),
    ("erin", "has the role Admin"),
];

/// The page at `/`.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let desk = load(|| (), |()| desk());
    let current_user = use_context::<PageResource<CurrentUser>>();
    let page = suspense(
        || ().into_any(),
        Box::new(move || {
            Suspend::new(async move {
                let current_user = match current_user {
                    Some(resource) => resource.await.unwrap_or_default(),
                    None => CurrentUser::default(),
                };
                let desk = desk.await;
                match current_user.person {
                    Some(user) => view! { <DeskView user desk /> }.into_any(),
                    None => view! { <AnonymousHome site=current_user.site /> }.into_any(),
                }
            })
        }),
    );
    view! {
        <PageTitle text="" />
        {page}
    }
}

#[component]
fn AnonymousHome(site: SiteFacts) -> impl IntoView {
    view! {
        <div class="page hero">
            <h1>"Read what is yours to read"</h1>
            <p class="lead">
                "Portico keeps documents behind your organisation’s sign-in. A written policy decides who may see what, \
                and every page tells you why you can see it."
            </p>
            <p class="actions">
                <SignInLink class="button large" />
            </p>
            {site.device_sign_in.then(|| view! { <DeviceSignInLink /> })}
            {site.demo.then(|| view! { <DemoPeople /> })}
        </div>
    }
}

/// The link to signing in by code: for a television, a wall display, a shared terminal.
#[component]
fn DeviceSignInLink() -> impl IntoView {
    view! {
        <p class="by-code">
            <a rel="external" href="/auth/device">
                "Sign in on a screen without a keyboard"
            </a>
        </p>
    }
}

/// The people a visitor of the demo can sign in as.
#[component]
fn DemoPeople() -> impl IntoView {
    view! {
        <section class="demo" aria-labelledby="demo-title">
            <h2 id="demo-title">"This is a demo"</h2>
            <p>"Sign in as any of these people, no password needed, and see how the same documents look to each of them."</p>
            <dl>
                {DEMO_PEOPLE
                    .map(|(name, what)| {
                        view! {
                            <div>
                                <dt>{name}</dt>
                                <dd>{what}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
}
