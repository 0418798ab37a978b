//! What is there to read in the demo? Filled with the documents themselves.

/// File name and Markdown with front matter, of every document of the demo.
pub const DOCUMENTS: &[(&str, &str)] = &[];
