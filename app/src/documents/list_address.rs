//! The address of a list: `/docs?folder=…&sort=…&order=…&q=…&cursor=…`, each part optional. What is invalid is ignored.

use domain::{Cursor, ListingQuery, Sort, SortKey, listing::MAX_FILTER};
use leptos_router::params::ParamsMap;

use crate::sign_in::encode_query_value;

/// Which list, whichever page of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ListAddress {
    /// The folder whose documents are listed; `None` for the documents of all folders.
    pub(crate) folder: Option<String>,
    /// Words to filter by; empty for all documents.
    pub(crate) filter: String,
    /// The order.
    pub(crate) sort: Sort,
}

/// The names by which an address speaks of orders.
const KEYS: [(SortKey, &str); 3] = [
    (SortKey::Updated, "updated"),
    (SortKey::Created, "created"),
    (SortKey::Title, "title"),
];

impl ListAddress {
    /// The list that an address asks for.
    pub(crate) fn parse(parts: &ParamsMap) -> Self {
        let part = |name: &str| parts.get_str(name).unwrap_or_default().trim();
        let key = KEYS.iter().find(|(_, name)| *name == part("sort"));
        let usual = Sort::usual(key.map(|(key, _)| *key).unwrap_or_default());
        let is_descending = match part("order") {
            "asc" => false,
            "desc" => true,
            _ => usual.is_descending,
        };
        let folder = part("folder").trim_matches('/');
        Self {
            folder: (!folder.is_empty()).then(|| folder.to_owned()),
            filter: part("q").chars().take(MAX_FILTER).collect(),
            sort: Sort { is_descending, ..usual },
        }
    }

    /// The documents of a folder in the usual order; of all folders for an empty path.
    pub(crate) fn of_folder(path: &str) -> Self {
        Self {
            folder: (!path.is_empty()).then(|| path.to_owned()),
            ..Self::default()
        }
    }

    /// The same list in the order that a click on the head of a column asks for: its usual one, or the other way round if it is sorted so.
    pub(crate) fn sorted_by(&self, key: SortKey) -> Self {
        let usual = Sort::usual(key);
        let is_descending = usual.is_descending != (self.sort == usual);
        Self {
            sort: Sort { key, is_descending },
            ..self.clone()
        }
    }

    /// The same list without a filter.
    pub(crate) fn unfiltered(&self) -> Self {
        Self {
            filter: String::new(),
            ..self.clone()
        }
    }

    /// Names and values of the parameters, without those that say what is usual.
    pub(crate) fn parts(&self) -> Vec<(&'static str, String)> {
        let usual = Sort::usual(self.sort.key);
        let key = KEYS.iter().find(|(key, _)| *key == self.sort.key);
        let sort = key.filter(|(key, _)| *key != SortKey::default());
        let order = if self.sort.is_descending { "desc" } else { "asc" };
        let parts = [
            ("folder", self.folder.clone()),
            ("sort", sort.map(|(_, name)| (*name).to_owned())),
            ("order", (self.sort != usual).then(|| order.to_owned())),
            ("q", (!self.filter.is_empty()).then(|| self.filter.clone())),
        ];
        let parts = parts.into_iter();
        parts.filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The address of its first page.
    pub(crate) fn first_page(&self) -> String {
        self.page(None)
    }

    /// The address of the page at a cursor.
    pub(crate) fn page(&self, cursor: Option<&Cursor>) -> String {
        let cursor = cursor.map(|Cursor(cursor)| ("cursor", cursor.clone()));
        let parts = self.parts().into_iter().chain(cursor);
        let query: Vec<_> = parts
            .map(|(name, value)| format!("{name}={}", encode_query_value(&value)))
            .collect();
        if query.is_empty() {
            "/docs".to_owned()
        } else {
            format!("/docs?{}", query.join("&"))
        }
    }

    /// The query of the page at a cursor; of the first page for an empty one.
    pub(crate) fn query(self, cursor: String) -> ListingQuery {
        ListingQuery {
            cursor: (!cursor.is_empty()).then_some(Cursor(cursor)),
            filter: self.filter,
            folder: self.folder,
            sort: self.sort,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parts: &[(&str, &str)]) -> ListAddress {
        ListAddress::parse(
            &parts
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn fi_1_an_address_says_which_page_of_which_list() {
        assert_eq!(ListAddress::default().first_page(), "/docs");
        let list = parse(&[
            ("folder", "/handbook/people/"),
            ("sort", "title"),
            ("order", "desc"),
            ("q", " a&b "),
        ]);
        assert_eq!(
            list.page(Some(&Cursor("7+x".to_owned()))),
            "/docs?folder=handbook/people&sort=title&order=desc&q=a%26b&cursor=7%2Bx"
        );
        let query = list.query("7+x".to_owned());
        assert_eq!(query.cursor, Some(Cursor("7+x".to_owned())));
        assert_eq!(
            (query.folder.as_deref(), query.filter.as_str()),
            (Some("handbook/people"), "a&b")
        );
    }

    #[test]
    fn fi_1_what_an_address_says_wrongly_is_ignored_and_what_is_usual_left_out() {
        for parts in [
            [("sort", "owner"), ("order", "up")],
            [("sort", "updated"), ("order", "desc")],
        ] {
            assert_eq!(parse(&parts), ListAddress::default());
        }
        assert_eq!(
            parse(&[("sort", "title"), ("order", "asc")]).first_page(),
            "/docs?sort=title"
        );
        assert_eq!(parse(&[("q", &"é".repeat(500))]).filter.chars().count(), MAX_FILTER);
    }

    #[test]
    fn fi_1_a_column_sorts_as_is_usual_and_then_the_other_way_round() {
        let list = ListAddress::default();
        assert_eq!(list.sorted_by(SortKey::Updated).first_page(), "/docs?order=asc");
        let by_title = list.sorted_by(SortKey::Title);
        assert_eq!(by_title.first_page(), "/docs?sort=title");
        assert_eq!(
            by_title.sorted_by(SortKey::Title).first_page(),
            "/docs?sort=title&order=desc"
        );
        assert_eq!(by_title.sorted_by(SortKey::Title).sorted_by(SortKey::Title), by_title);
        assert_eq!(by_title.sorted_by(SortKey::Updated), list);
    }
}
