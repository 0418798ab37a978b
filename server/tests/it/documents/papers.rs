//! Documents made up at random, as the tests of properties write them, and the policy they are decided by.

use std::sync::LazyLock;

use domain::{DocumentFacts, DocumentId, Group, PersonId, RenderedHtml, Visibility};
use policy::{Policy, Source};
use store::{DocumentSource, ImportBatch, ImportedDocument, Store};

use super::shelf::policy_folder;

/// A document without a text.
#[derive(Debug, Clone)]
pub(crate) struct Paper {
    pub(crate) title: &'static str,
    pub(crate) folder: &'static str,
    pub(crate) owner: PersonId,
    pub(crate) groups: Vec<Group>,
    pub(crate) is_private: bool,
    pub(crate) position: Option<i64>,
}

impl Paper {
    /// What rules read of it.
    pub(crate) fn facts(&self, id: DocumentId) -> DocumentFacts<'_> {
        DocumentFacts {
            id,
            title: self.title,
            folder: self.folder,
            owner: &self.owner,
            owner_name: None,
            groups: &self.groups,
            is_private: self.is_private,
            updated_at: 0,
        }
    }
}

/// The policy with these rules alone.
pub(crate) fn policy(rules: &str) -> Policy {
    static SCHEMA: LazyLock<Source> = LazyLock::new(|| Source {
        path: "schema.cedarschema".into(),
        text: std::fs::read_to_string(policy_folder().join("schema.cedarschema")).unwrap(),
    });
    let source = Source {
        path: "rules.cedar".into(),
        text: rules.to_owned(),
    };
    Policy::check(&SCHEMA, &[source]).unwrap()
}

/// Writes the documents with the numbers from 1 on, in a state that differs from that of every other turn.
pub(crate) async fn write(store: &Store, papers: &[Paper], turn: usize) {
    let document = |(number, paper): (usize, &Paper)| ImportedDocument {
        id: None,
        title: paper.title.to_owned(),
        owner: paper.owner.clone(),
        owner_name: None,
        groups: paper.groups.clone(),
        visibility: Visibility::from_private(paper.is_private),
        folder: paper.folder.to_owned(),
        position: paper.position,
        created_at: None,
        updated_at: None,
        content: String::new(),
        rendered: RenderedHtml {
            html: String::new(),
            headings: Vec::new(),
            anchors: Vec::new(),
        },
        source: DocumentSource {
            name: "papers".to_owned(),
            path: number.to_string(),
            former_key: format!("paper:{number}"),
        },
        files: Vec::new(),
        links: Vec::new(),
        aliases: Vec::new(),
        source_hash: turn.to_string(),
    };
    let batch = ImportBatch {
        documents: papers.iter().enumerate().map(document).collect(),
        ..ImportBatch::default()
    };
    let written = store.write_batch(&batch).await.unwrap();
    assert!(written.documents.iter().all(Result::is_ok), "{written:?}");
}
