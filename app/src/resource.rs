//! How a page loads its data: one resource per page, a placeholder while it loads, then the content or the error page. All pages share the
//! one suspense boundary here, so that the WebAssembly holds its code once and not once per page.

use std::{future::Future, pin::Pin};

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{current_user::CurrentUser, page_error::PageError, problem::Problem};

/// The result of a server function, as a Leptos resource of the page.
pub(crate) type PageResource<T> = Resource<Result<T, PageError>>;

/// Calls `fetch` with what `source` yields, and again whenever that changes. The server waits for it before it renders the page.
pub(crate) fn load<A, T, F>(
    source: impl Fn() -> A + Send + Sync + 'static,
    fetch: impl Fn(A) -> F + Send + Sync + 'static,
) -> PageResource<T>
where
    A: Clone + PartialEq + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, PageError>> + Send + 'static,
{
    Resource::new_with_options(source, fetch, true)
}

/// A page made of one resource.
pub(crate) fn page<T>(resource: PageResource<T>, show: fn(T) -> AnyView) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    page_after(resource, move |content| Box::pin(async move { show(content) }))
}

/// A page made of one resource and of what is loaded because of it.
pub(crate) fn page_after<T>(
    resource: PageResource<T>,
    show: impl Fn(T) -> Pin<Box<dyn Future<Output = AnyView> + Send>> + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let current_user = use_context::<PageResource<CurrentUser>>();
    suspense(
        || view! { <Skeleton /> }.into_any(),
        Box::new(move || {
            let show = show.clone();
            Suspend::new(async move {
                match resource.await {
                    Ok(content) => show(content).await,
                    Err(error) => {
                        let person = name_of(current_user).await;
                        view! { <Problem error person /> }.into_any()
                    }
                }
            })
        }),
    )
}

/// Name of the person who is signed in, if somebody is and the layout knows.
async fn name_of(current_user: Option<PageResource<CurrentUser>>) -> Option<String> {
    let current_user = current_user?.await.ok()?;
    Some(current_user.person?.name)
}

/// The suspense boundary: shows `fallback` until `view` is ready.
pub(crate) fn suspense(
    fallback: fn() -> AnyView,
    view: Box<dyn Fn() -> Suspend<AnyView> + Send + Sync>,
) -> impl IntoView {
    view! { <Transition fallback=fallback>{move || view()}</Transition> }
}

/// The placeholder of a page; the style sheet shows it only after a moment.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="page wide skeleton" role="status" inner_html=include_str!("resource/skeleton.html")></div>
    }
}
