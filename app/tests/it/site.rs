//! A site whose ports are test doubles: each test states what the library and the API return.

use std::sync::{Arc, LazyLock, Mutex};

use app::{ProfileLinks, RequestContext, SiteFacts};
use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::{
    Cursor, DocumentId, DocumentSources, FolderEntry, FoundSessions, Group, GroupMatch, Groups, Heading, Library,
    LibraryError, Listing, ListingQuery, Message, MessageError, MessageKind, Messages, OpenDocument, Person, PersonId,
    PersonQuery, ReadingHistory, Reason, Refusal, ReportingLine, Search, SearchError, SearchPage, SessionSummary,
    Sessions, SessionsError, SourceStatus, SourcesError, Summary, Visibility, Visitor,
};
use leptos::prelude::*;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use tower::ServiceExt;

/// Text that must never reach a page as it is.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";

/// The routes of all pages, listed once: while Leptos lists them, it suspends every resource of the process, and a page rendered at that
/// moment would wait for ever.
pub(crate) fn routes() -> Vec<AxumRouteListing> {
    static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));
    ROUTES.clone()
}

/// A page as a browser without script receives it.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) html: String,
}

impl Page {
    pub(crate) fn shows(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "no {text:?} in {}", self.html);
        self
    }

    pub(crate) fn hides(&self, text: &str) -> &Self {
        assert!(!self.html.contains(text), "{text:?} in {}", self.html);
        self
    }

    pub(crate) fn has_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.html);
        self
    }
}

/// What the ports return.
#[derive(Clone, Default)]
pub(crate) struct TestSite {
    pub(crate) visitor: Visitor,
    pub(crate) facts: SiteFacts,
    pub(crate) open: Option<Result<OpenDocument, LibraryError>>,
    pub(crate) list: Option<Result<Listing, LibraryError>>,
    /// The folders in a folder, by its path.
    pub(crate) folders: std::collections::BTreeMap<String, Vec<FolderEntry>>,
    /// Why folders cannot be read.
    pub(crate) folders_fail: Option<LibraryError>,
    pub(crate) search: Option<Result<SearchPage, SearchError>>,
    /// What the library was asked to list, in order.
    pub(crate) queries: Arc<Mutex<Vec<ListingQuery>>>,
    /// What the visitor read last, and when they were here before.
    pub(crate) recent: Vec<Summary>,
    pub(crate) previous_visit: Option<i64>,
    /// What the pages remembered as read, in order.
    pub(crate) remembered: Arc<Mutex<Vec<DocumentId>>>,
    pub(crate) message: Option<Result<Message, MessageError>>,
    pub(crate) sessions: Option<Result<Vec<SessionSummary>, SessionsError>>,
    pub(crate) sources: Option<Result<Vec<SourceStatus>, SourcesError>>,
    /// Whether more people match than those of `sessions`.
    pub(crate) is_cut: bool,
    /// Where the visitor has to sign in once more before they end a session.
    pub(crate) step_up_address: Option<&'static str>,
    pub(crate) links: ProfileLinks,
}

impl TestSite {
    /// A site with a signed-in visitor.
    pub(crate) fn with(person: Person) -> Self {
        Self {
            visitor: Visitor::Person(std::sync::Arc::new(person)),
            ..Self::default()
        }
    }

    /// The router of its pages.
    pub(crate) fn router(self) -> Router {
        let options = LeptosOptions::builder().output_name("portico").build();
        let site = Arc::new(self);
        let context = move || {
            RequestContext {
                visitor: site.visitor.clone(),
                library: site.clone(),
                search: site.clone(),
                reading: site.clone(),
                sessions: site.clone(),
                sources: site.clone(),
                messages: site.clone(),
                links: site.links.clone(),
                facts: site.facts,
                now: 1_793_800_000,
                report: |_| "7c2k9m4x".to_owned(),
            }
            .provide();
        };
        let shell = {
            let options = options.clone();
            move || app::shell(options.clone(), app::BuildFiles::named("pkg", "portico", |_| None))
        };
        Router::new()
            .leptos_routes_with_context(&options, routes(), context.clone(), shell.clone())
            .fallback(leptos_axum::render_app_async_with_context(context, shell))
            .with_state(options)
    }

    async fn respond(&self, request: Request<Body>) -> Page {
        let response = self.clone().router().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Page {
            status,
            html: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// The page at an address.
    pub(crate) async fn get(&self, address: &str) -> Page {
        let request = Request::get(address)
            .header(header::ACCEPT, "text/html")
            .body(Body::empty())
            .unwrap();
        self.respond(request).await
    }

    /// A server function, as the browser calls it.
    pub(crate) async fn call(&self, name: &str, arguments: &str) -> Page {
        let request = Request::post(format!("/api/fn/{name}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(arguments.to_owned()))
            .unwrap();
        self.respond(request).await
    }
}

#[async_trait]
impl Library for TestSite {
    async fn open(&self, visitor: &Visitor, _: DocumentId) -> Result<OpenDocument, LibraryError> {
        visitor.person().ok_or(LibraryError::SignInFirst)?;
        self.open.clone().unwrap_or(Err(LibraryError::NotFound))
    }

    async fn list(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError> {
        visitor.person().ok_or(LibraryError::SignInFirst)?;
        self.queries.lock().unwrap().push(query.clone());
        self.list.clone().unwrap_or(Ok(Listing::default()))
    }

    async fn folders(&self, visitor: &Visitor, parent: &str) -> Result<Vec<FolderEntry>, LibraryError> {
        visitor.person().ok_or(LibraryError::SignInFirst)?;
        match &self.folders_fail {
            Some(error) => Err(error.clone()),
            None => Ok(self.folders.get(parent).cloned().unwrap_or_default()),
        }
    }
}

#[async_trait]
impl Search for TestSite {
    async fn search(&self, visitor: &Visitor, _: &str, _: usize) -> Result<SearchPage, SearchError> {
        visitor.person().ok_or(SearchError::SignInFirst)?;
        self.search.clone().unwrap_or(Ok(SearchPage::default()))
    }
}

#[async_trait]
impl ReadingHistory for TestSite {
    fn remember(&self, _: &Visitor, id: DocumentId) {
        self.remembered.lock().unwrap().push(id);
    }

    async fn recent(&self, visitor: &Visitor) -> Result<Vec<Summary>, LibraryError> {
        visitor.person().ok_or(LibraryError::SignInFirst)?;
        Ok(self.recent.clone())
    }

    async fn previous_visit(&self, visitor: &Visitor) -> Result<Option<i64>, LibraryError> {
        visitor.person().ok_or(LibraryError::SignInFirst)?;
        Ok(self.previous_visit)
    }
}

#[async_trait]
impl Messages for TestSite {
    async fn message(&self, _: &Visitor, _: MessageKind) -> Result<Message, MessageError> {
        self.message.clone().unwrap_or(Err(MessageError::SignInFirst))
    }
}

#[async_trait]
impl Sessions for TestSite {
    async fn sessions(&self, _: &Visitor, _: &PersonQuery) -> Result<FoundSessions, SessionsError> {
        let sessions = self.sessions.clone().unwrap_or(Err(SessionsError::SignInFirst))?;
        let is_cut = self.is_cut;
        Ok(FoundSessions { sessions, is_cut })
    }

    fn step_up_address(&self, return_to: &str) -> Option<String> {
        Some(format!("{}{return_to}", self.step_up_address?))
    }
}

#[async_trait]
impl DocumentSources for TestSite {
    async fn sources(&self, _: &Visitor) -> Result<Vec<SourceStatus>, SourcesError> {
        self.sources.clone().unwrap_or(Err(SourcesError::SignInFirst))
    }
}

/// Alice, of Engineering.
pub(crate) fn alice() -> Person {
    Person {
        id: PersonId::new("https://id.example", "alice"),
        name: "Alice Archer".to_owned(),
        email: Some("alice@portico.example".to_owned()),
        picture: None,
        job_title: None,
        groups: Groups::Known(vec![Group::new("Engineering")]),
        roles: Vec::new(),
        claims: r#"{"sub":"alice","groups":["Engineering"]}"#.to_owned(),
        group_match: GroupMatch::default(),
        group_names: std::collections::BTreeMap::new(),
        reporting_line: ReportingLine::default(),
    }
}

/// A row of a listing.
pub(crate) fn row(number: i64, title: &str) -> Summary {
    Summary {
        id: DocumentId::new(number).unwrap(),
        title: title.to_owned(),
        owner: "Bob Baker".to_owned(),
        groups: vec!["Engineering".to_owned()],
        visibility: Visibility::Private,
        folder: "handbook/people".to_owned(),
        updated_at: 1_793_714_700,
        created_at: 1_701_432_000,
        reasons: vec![Reason {
            rule: "group-members".to_owned(),
            because: "you are in Engineering".to_owned(),
            label: "Engineering".to_owned(),
        }],
    }
}

/// A page of a listing, with another after it.
pub(crate) fn listing(rows: Vec<Summary>) -> Listing {
    let next = rows.last().map(|row| Cursor(row.id.to_string()));
    Listing {
        rows,
        next,
        ..Listing::default()
    }
}

/// A document of two sections.
pub(crate) fn document(title: &str) -> OpenDocument {
    let heading = |text: &str, anchor: &str| Heading {
        level: 2,
        text: text.to_owned(),
        anchor: anchor.to_owned(),
    };
    OpenDocument {
        summary: row(7, title),
        html: "<h2 id=\"first\">First</h2><p>Some <em>text</em>.</p><h2 id=\"second\">Second</h2>".to_owned(),
        headings: vec![heading("First", "first"), heading("Second", "second")],
        previous: None,
        next: None,
        linked_from: Vec::new(),
    }
}

/// A refusal with an explanation and somebody to ask.
pub(crate) fn refusal() -> Refusal {
    Refusal {
        sentences: vec!["Only members of Marketing can read this.".to_owned()],
        contact: Some("Bob Baker".to_owned()),
    }
}
