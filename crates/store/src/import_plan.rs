//! Plans what a batch writes: the outcome and id of each document, and the JSON lists of rows for the statements. Executed by [`super::import`].

use std::collections::{BTreeMap, HashMap};

use domain::{AnchorName, DocumentId, Group, GroupMatch, RenderedHtml, text::sort_key};
use serde_json::{Value, json};

use super::{
    import::{
        ImportBatch, ImportOutcome, ImportedDocument, LinkTarget, MAX_SEQUENTIAL_ID, UnchangedDocument, WriteError,
        headings,
    },
    sources::{DocumentSource, KnownDocument},
    text::searchable,
};

/// What a document has as its position that says none: it stands behind those that do.
pub(super) const NO_POSITION: i64 = i64::MAX;

/// The ids that the batches of a dry run would have taken: a later batch finds them free in the database.
#[derive(Debug, Default)]
pub struct PlannedIds {
    /// The titles of the new documents, by id.
    titles: HashMap<i64, String>,
    /// The highest id from which the next one is counted.
    pub(super) last: i64,
}

impl PlannedIds {
    pub(super) fn add(&mut self, batch: &ImportBatch, results: &[Result<(DocumentId, ImportOutcome), WriteError>]) {
        for (document, result) in batch.documents.iter().zip(results) {
            if let Ok((id, ImportOutcome::Created)) = result {
                self.titles.insert(id.number(), document.title.clone());
                // Ids are not counted on from one that a file chose far above the others.
                if id.number() <= MAX_SEQUENTIAL_ID {
                    self.last = self.last.max(id.number());
                }
            }
        }
    }

    /// The titles of the ids that the documents of a batch request.
    pub(super) fn titles(&self, batch: &ImportBatch) -> impl Iterator<Item = (i64, String)> {
        let ids = batch.documents.iter().filter_map(|document| document.id);
        ids.filter_map(|id| Some((id.number(), self.titles.get(&id.number())?.clone())))
    }
}

/// What is written for the documents of a batch.
#[derive(Debug, Default)]
pub(super) struct WritePlan {
    pub(super) results: Vec<Result<(DocumentId, ImportOutcome), WriteError>>,
    pub(super) trashed: Vec<(DocumentSource, DocumentId)>,
    /// The highest id, those of new documents included.
    pub(super) last: i64,
}

impl WritePlan {
    /// Plans a batch; `titles` are those of the ids that documents ask for, `last` is the highest id so far.
    pub(super) fn new(
        batch: &ImportBatch,
        known: &HashMap<String, KnownDocument>,
        titles: Vec<(i64, String)>,
        last: i64,
    ) -> Self {
        let mut titles: HashMap<i64, String> = titles.into_iter().collect();
        let mut plan = Self {
            last,
            ..Self::default()
        };
        for document in &batch.documents {
            let result = match document.source.find_in(known) {
                Some(known) => match document.id {
                    Some(wanted) if wanted != known.id => {
                        if !known.is_trashed {
                            plan.trashed.push((document.source.clone(), known.id));
                        }
                        Err(WriteError::Numbered { wanted, id: known.id })
                    }
                    _ if known.is_current(&document.source, &document.source_hash) => {
                        Ok((known.id, ImportOutcome::Unchanged))
                    }
                    _ => Ok((known.id, ImportOutcome::Updated)),
                },
                None => plan
                    .assign_id(document.id, &titles)
                    .map(|id| (id, ImportOutcome::Created)),
            };
            if let Ok((id, ImportOutcome::Created)) = &result {
                titles.insert(id.number(), document.title.clone());
            }
            plan.results.push(result);
        }
        let withdrawn = batch.withdrawn.iter();
        plan.trashed.extend(withdrawn.filter_map(|source| {
            Some((
                source.clone(),
                source.find_in(known).filter(|known| !known.is_trashed)?.id,
            ))
        }));
        plan
    }

    /// The id of a new document: the one it asks for, or the next.
    fn assign_id(
        &mut self,
        wanted: Option<DocumentId>,
        titles: &HashMap<i64, String>,
    ) -> Result<DocumentId, WriteError> {
        if let Some(wanted) = wanted {
            if let Some(title) = titles.get(&wanted.number()) {
                let title = title.clone();
                return Err(WriteError::Taken { wanted, title });
            }
            self.last = self.last.max(wanted.number());
            return Ok(wanted);
        }
        let next = self
            .last
            .checked_add(1)
            .and_then(DocumentId::new)
            .ok_or(WriteError::NoNumber)?;
        self.last = next.number();
        Ok(next)
    }

    /// The documents with the given outcome, with their ids.
    pub(super) fn with<'a>(
        &'a self,
        batch: &'a ImportBatch,
        outcome: ImportOutcome,
    ) -> impl Iterator<Item = (DocumentId, &'a ImportedDocument)> {
        self.results
            .iter()
            .zip(&batch.documents)
            .filter_map(move |(result, document)| match result {
                Ok((id, done)) if *done == outcome => Some((*id, document)),
                _ => None,
            })
    }

    pub(super) fn written<'a>(
        &'a self,
        batch: &'a ImportBatch,
    ) -> impl Iterator<Item = (DocumentId, &'a ImportedDocument)> {
        self.with(batch, ImportOutcome::Created)
            .chain(self.with(batch, ImportOutcome::Updated))
    }
}

/// The ids that documents ask for, as a JSON list.
pub(super) fn requested_ids(batch: &ImportBatch) -> String {
    Value::from(numbers(batch.documents.iter().filter_map(|document| document.id))).to_string()
}

pub(super) fn numbers(ids: impl Iterator<Item = DocumentId>) -> Vec<Value> {
    ids.map(|id| id.number().into()).collect()
}

/// Every owner once, ordered by id, so that concurrent writers lock rows in the same order.
pub(super) fn owners(batch: &ImportBatch, plan: &WritePlan) -> Vec<Value> {
    let written = plan
        .written(batch)
        .map(|(_, document)| (document.owner.as_str(), document.owner_name.as_deref()));
    let unchanged = batch.unchanged.iter().filter(|document| document.owner_name.is_some());
    let unchanged = unchanged.map(|document| (document.owner.as_str(), document.owner_name.as_deref()));
    let mut owners: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for (owner, name) in written.chain(unchanged) {
        let known = owners.entry(owner).or_default();
        *known = name.or(*known);
    }
    owners
        .into_iter()
        .map(|(id, name)| json!({ "id": id, "name": name }))
        .collect()
}

/// The rows of documents; `rendered_by` is the version of the renderer.
pub(super) fn documents<'a>(
    documents: impl Iterator<Item = (DocumentId, &'a ImportedDocument)>,
    rendered_by: i64,
) -> Vec<Value> {
    let document = |(id, document): (DocumentId, &ImportedDocument)| {
        json!({
            "id": id.number(),
            "title": document.title,
            "title_key": sort_key(&document.title),
            "owner": document.owner.as_str(),
            "is_private": document.visibility.is_private(),
            "folder": document.folder,
            "words": searchable(&format!("{}\n{}", document.title, document.folder)),
            "source": document.source.key(),
            "source_name": document.source.name,
            "source_path": document.source.path,
            "source_hash": document.source_hash,
            "rendered_by": rendered_by,
            "headings": headings(&document.rendered),
            "html": document.rendered.html,
            "content": document.content,
            "created_at": document.created_at,
            "updated_at": document.updated_at,
        })
    };
    documents.map(document).collect()
}

pub(super) fn moved(batch: &ImportBatch) -> Vec<Value> {
    let moved = batch.unchanged.iter().filter(|document| document.is_moved);
    let row = |document: &UnchangedDocument| {
        let source = &document.source;
        json!({ "id": document.id.number(), "source": source.key(), "source_name": source.name, "source_path": source.path })
    };
    moved.map(row).collect()
}

/// The positions of documents that are new, or may stand elsewhere now.
pub(super) fn positions(batch: &ImportBatch, plan: &WritePlan) -> Vec<Value> {
    let created = plan.with(batch, ImportOutcome::Created);
    let created = created.filter(|(_, document)| document.position.is_some());
    let written = created.chain(plan.with(batch, ImportOutcome::Updated));
    let written = written.map(|(id, document)| (id, document.position));
    let unchanged = batch.unchanged.iter().filter(|document| document.is_reordered);
    let unchanged = unchanged.map(|document| (document.id, document.position));
    let row = |(id, position): (DocumentId, Option<i64>)| json!({ "id": id.number(), "position": position.unwrap_or(NO_POSITION) });
    written.chain(unchanged).map(row).collect()
}

/// One row for each group of each document.
pub(super) fn groups<'a>(documents: impl Iterator<Item = (DocumentId, &'a ImportedDocument)>) -> Vec<Value> {
    let rows = documents.flat_map(|(id, document)| document.groups.iter().map(move |group| (id.number(), group)));
    rows.map(|(id, group)| group_row(id, group)).collect()
}

/// One row for each link of each document.
pub(super) fn links<'a>(documents: impl Iterator<Item = (DocumentId, &'a ImportedDocument)>) -> Vec<Value> {
    let links = documents.flat_map(|(id, document)| document.links.iter().map(move |link| (id, link)));
    let row = |(id, LinkTarget { is_wiki, target, path }): (DocumentId, &LinkTarget)| json!({ "document_id": id.number(), "is_wiki": is_wiki, "target": target, "path": path });
    links.map(row).collect()
}

/// One row for each alias of each document.
pub(super) fn aliases<'a>(documents: impl Iterator<Item = (DocumentId, &'a ImportedDocument)>) -> Vec<Value> {
    let aliases = documents.flat_map(|(id, document)| document.aliases.iter().map(move |path| (id, path)));
    let row = |(id, path): (DocumentId, &String)| json!({ "document_id": id.number(), "path": path });
    aliases.map(row).collect()
}

/// One row for each name of a place of each document.
pub(super) fn anchors<'a>(documents: impl Iterator<Item = (DocumentId, &'a ImportedDocument)>) -> Vec<Value> {
    documents
        .flat_map(|(id, document)| anchor_rows(id, &document.rendered))
        .collect()
}

/// One row for each name of a place.
pub(super) fn anchor_rows(id: DocumentId, rendered: &RenderedHtml) -> impl Iterator<Item = Value> + '_ {
    let row = move |AnchorName { key, anchor }: &AnchorName| json!({ "document_id": id.number(), "name": key, "anchor": anchor });
    rendered.anchors.iter().map(row)
}

/// A group of a document: its label and its key by name.
pub(super) fn group_row(document_id: i64, group: &Group) -> Value {
    let key = group.key(GroupMatch::Name);
    json!({ "document_id": document_id, "group_id": group.as_str(), "group_key": key.as_str() })
}
