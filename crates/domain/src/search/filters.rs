//! The filters of a search, one by one: for a page that says which of them were understood, with a way to each search without one.

use super::{SearchQuery, parse};

/// A filter as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TypedFilter {
    /// Such as `folder:handbook`.
    pub text: String,
    /// The search without it.
    pub rest: String,
}

impl SearchQuery {
    /// The filters in what was typed, in order; at most [`MAX_FILTERS`](Self::MAX_FILTERS).
    #[must_use]
    pub fn typed_filters(typed: &str) -> Vec<TypedFilter> {
        let typed = parse::normalised(typed);
        let mut filters = Vec::new();
        let mut rest = typed.as_str();
        while let Some((part, after)) = parse::next_part(rest) {
            let (start, end) = (typed.len() - rest.trim_start().len(), typed.len() - after.len());
            // Which day it is makes no difference to whether it is a filter.
            if filters.len() < Self::MAX_FILTERS && Self::default().add_filter(&part, 0) {
                let side = |part: Option<&str>| part.unwrap_or_default().trim().to_owned();
                let others = format!("{} {}", side(typed.get(..start)), side(typed.get(end..)));
                filters.push(TypedFilter {
                    text: side(typed.get(start..end)),
                    rest: others.trim().to_owned(),
                });
            }
            rest = after;
        }
        filters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fi_4_each_filter_is_told_with_the_search_without_it() {
        let parsed = |typed: &str| -> Vec<(String, String)> {
            let filters = SearchQuery::typed_filters(typed);
            filters.into_iter().map(|filter| (filter.text, filter.rest)).collect()
        };
        let pair = |text: &str, rest: &str| (text.to_owned(), rest.to_owned());
        assert_eq!(
            parsed(" plan folder:hr/law  \"a b\" owner:\"Ann B\" x"),
            [
                pair("folder:hr/law", "plan \"a b\" owner:\"Ann B\" x"),
                pair("owner:\"Ann B\"", "plan folder:hr/law  \"a b\" x"),
            ]
        );
        assert_eq!(parsed("updated:30d"), [pair("updated:30d", "")]);
        for none in ["", "updated:soon", "-folder:x", "Re: plan", "folder:", "\"folder:x\""] {
            assert_eq!(parsed(none), [], "{none}");
        }
        assert_eq!(
            SearchQuery::typed_filters(&"group:a ".repeat(100)).len(),
            SearchQuery::MAX_FILTERS
        );
    }
}
