//! Views that are hydrated in one synchronous pass. Leptos compiles asynchronous hydration, which lazy routes need, into every view whose
//! type is erased. This site has no lazy routes: an [`EagerHydration`] hydrates synchronously, which keeps a tenth of all code out of the
//! WebAssembly.

use std::future::Future;

use leptos::{
    prelude::*,
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        ssr::StreamBuilder,
        view::{Position, PositionState, add_attr::AddAnyAttr},
    },
};

/// A view that is hydrated in one pass; renders exactly what it wraps.
pub(crate) struct EagerHydration<V>(V);

/// Wraps `view`.
pub(crate) fn eager<V: IntoView>(view: V) -> EagerHydration<V> {
    EagerHydration(view)
}

/// Wraps `view` and erases its type.
pub(crate) fn eager_any<V: IntoView + 'static>(view: V) -> AnyView {
    EagerHydration(view).into_any()
}

impl<V: Render> Render for EagerHydration<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: AddAnyAttr> AddAnyAttr for EagerHydration<V> {
    type Output<A: Attribute> = EagerHydration<V::Output<A>>;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        EagerHydration(self.0.add_any_attr(attribute))
    }
}

impl<V: RenderHtml> RenderHtml for EagerHydration<V> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = EagerHydration<V::Owned>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    fn resolve(self) -> impl Future<Output = Self::AsyncOutput> + Send {
        self.0.resolve()
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0
            .to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    // `hydrate_async` keeps the trait's own body, which calls `hydrate`.

    fn into_owned(self) -> Self::Owned {
        EagerHydration(self.0.into_owned())
    }
}
