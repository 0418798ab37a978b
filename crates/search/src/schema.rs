//! Schema of the index: its fields, and how rights are written as terms.

use domain::{DocumentId, Right};
use tantivy::{
    Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

/// Name of the tokenizer that cuts title, headings and text.
pub(crate) const TOKENIZER: &str = "portico";
/// Name of the fast field with a document's number.
pub(crate) const ID: &str = "id";
/// Name of the fast field with the time of its last change.
pub(crate) const UPDATED: &str = "updated";

/// The fields of a document. Nothing is stored but its number and time: a hit is read from the database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    pub(crate) updated: Field,
    pub(crate) rights: Field,
    pub(crate) title: Field,
    pub(crate) headings: Field,
    pub(crate) text: Field,
}

impl Fields {
    /// Fields with words, and how much a word in each of them counts.
    pub(crate) fn weighted(self) -> [(Field, f32); 3] {
        [(self.title, 3.0), (self.headings, 2.0), (self.text, 1.0)]
    }

    pub(crate) fn id_term(self, id: DocumentId) -> Term {
        Term::from_field_u64(self.id, id.number().unsigned_abs())
    }

    pub(crate) fn right_term(self, right: &Right) -> Term {
        match right {
            Right::Document(id) => self.id_term(*id),
            other => Term::from_field_text(self.rights, &right_text(other)),
        }
    }
}

/// How a right is written: a letter for its kind, a colon and the rest as it is.
pub(crate) fn right_text(right: &Right) -> String {
    match right {
        Right::Public => "p".to_owned(),
        Right::Document(id) => format!("d:{id}"),
        Right::Owner(person) => format!("o:{person}"),
        Right::GroupId(key) => format!("g:{key}"),
        Right::GroupName(key) => format!("n:{key}"),
        Right::Folder(path) => format!("f:{path}"),
    }
}

pub(crate) fn schema() -> (Schema, Fields) {
    let words = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let words = TextOptions::default().set_indexing_options(words);
    let rights = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    let mut schema = Schema::builder();
    let fields = Fields {
        id: schema.add_u64_field(ID, INDEXED | FAST),
        updated: schema.add_i64_field(UPDATED, FAST),
        rights: schema.add_text_field("rights", TextOptions::default().set_indexing_options(rights)),
        title: schema.add_text_field("title", words.clone()),
        headings: schema.add_text_field("headings", words.clone()),
        text: schema.add_text_field("text", words),
    };
    (schema.build(), fields)
}
