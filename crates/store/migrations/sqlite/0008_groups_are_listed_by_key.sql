-- Lists read the documents of one group in the order of their numbers, also where groups are compared by name.

CREATE INDEX document_group_by_key ON document_group (group_key, document_id);
