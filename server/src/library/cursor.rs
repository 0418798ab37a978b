//! Cursors: places in a list, sealed. Whoever reads an address learns nothing from it, and it leads nobody else anywhere.
//!
//! A cursor fits the person, the order, the folder and the filter that it was made for. Any other one is `None`, which is the first page: an
//! address that was altered, shared or kept for long is no error.

use bff::TextSealer;
use domain::{Cursor, DocumentId, ListingQuery, Person, SortKey};
use serde::Serialize;
use store::{Position, PositionKey};

/// Lengths of cursors are multiples of this many bytes, so that they do not reveal how long a title is.
const PADDING: usize = 32;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// At the first row behind a position.
    After(Position),
    /// At such a distance before a position that it ends there; without one, at the end of the list.
    Before(Option<Position>),
}

/// What a cursor belongs to.
#[derive(Serialize)]
struct Owner<'a> {
    person: &'a str,
    sort: SortKey,
    is_descending: bool,
    folder: Option<&'a str>,
    words: &'a [String],
}

/// Seals and opens the cursors of one list of one person.
pub(super) struct Cursors<'a> {
    sealer: &'a TextSealer,
    owner: Vec<u8>,
    sort: SortKey,
}

impl<'a> Cursors<'a> {
    pub(super) fn new(sealer: &'a TextSealer, person: &Person, query: &ListingQuery, words: &[String]) -> Self {
        let owner = Owner {
            person: person.id.as_str(),
            sort: query.sort.key,
            is_descending: query.sort.is_descending,
            folder: query.folder.as_deref(),
            words,
        };
        Self {
            sealer,
            // Cannot fail: texts and a flag only.
            owner: serde_json::to_vec(&owner).unwrap_or_default(),
            sort: query.sort.key,
        }
    }

    pub(super) fn seal(&self, place: &Place) -> Option<Cursor> {
        self.sealer.seal(&self.owner, &encode(place)).map(Cursor)
    }

    pub(super) fn open(&self, cursor: &Cursor) -> Option<Place> {
        decode(&self.sealer.open(&self.owner, &cursor.0)?, self.sort)
    }
}

/// Direction, number and key, then zeros.
fn encode(place: &Place) -> Vec<u8> {
    let (direction, position) = match place {
        Place::After(position) => (0, Some(position)),
        Place::Before(Some(position)) => (1, Some(position)),
        Place::Before(None) => (2, None),
    };
    let mut bytes = vec![direction];
    if let Some(Position { key, id }) = position {
        bytes.extend(id.number().to_le_bytes());
        match key {
            PositionKey::Time(seconds) => bytes.extend(seconds.to_le_bytes()),
            PositionKey::Title(key) => {
                bytes.extend(key.as_bytes());
                // No key contains a zero.
                bytes.push(0);
            }
        }
    }
    bytes.resize(bytes.len().next_multiple_of(PADDING), 0);
    bytes
}

fn decode(bytes: &[u8], sort: SortKey) -> Option<Place> {
    let (direction, rest) = bytes.split_first()?;
    if *direction == 2 {
        return Some(Place::Before(None));
    }
    let (id, rest) = rest.split_first_chunk()?;
    let key = match sort {
        SortKey::Updated | SortKey::Created => PositionKey::Time(i64::from_le_bytes(*rest.first_chunk()?)),
        SortKey::Title => {
            let key = rest.split(|byte| *byte == 0).next()?;
            PositionKey::Title(String::from_utf8(key.to_vec()).ok()?)
        }
    };
    let position = Position {
        key,
        id: DocumentId::new(i64::from_le_bytes(*id))?,
    };
    match direction {
        0 => Some(Place::After(position)),
        1 => Some(Place::Before(Some(position))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bff::KeyRing;
    use domain::{GroupMatch, Groups, PersonId, ReportingLine, Sort};

    use super::*;

    fn person(subject: &str) -> Person {
        Person {
            id: PersonId::new("https://id.example", subject),
            name: subject.to_owned(),
            email: None,
            picture: None,
            job_title: None,
            groups: Groups::Unknown,
            roles: Vec::new(),
            claims: "{}".to_owned(),
            group_match: GroupMatch::default(),
            group_names: std::collections::BTreeMap::new(),
            reporting_line: ReportingLine::default(),
        }
    }

    fn query(key: SortKey, is_descending: bool, folder: Option<&str>) -> ListingQuery {
        ListingQuery {
            sort: Sort { key, is_descending },
            folder: folder.map(str::to_owned),
            ..ListingQuery::default()
        }
    }

    fn place(title: &str) -> Place {
        Place::After(Position {
            key: PositionKey::Title(title.to_owned()),
            id: DocumentId::new(7).unwrap(),
        })
    }

    #[test]
    fn fi_1_a_cursor_leads_back_to_its_place_and_reveals_nothing() {
        let sealer = TextSealer::new(KeyRing::ephemeral(), "list cursor");
        let ann = person("ann");
        let by_title = query(SortKey::Title, false, None);
        let cursors = Cursors::new(&sealer, &ann, &by_title, &[]);
        let secret = "salaries of the board";
        for place in [
            place(secret),
            place(""),
            place(&"ü".repeat(200)),
            Place::Before(None),
            Place::Before(Some(Position {
                key: PositionKey::Title(secret.to_owned()),
                id: DocumentId::new(i64::MAX).unwrap(),
            })),
        ] {
            let cursor = cursors.seal(&place).unwrap();
            assert_eq!(cursors.open(&cursor), Some(place));
            assert!(
                cursor
                    .0
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            );
            assert!(cursor.0.len() < 620, "{}", cursor.0.len());
        }
        // Neither what the title is, nor how long it is.
        let lengths = ["a", "a longer title"].map(|title| cursors.seal(&place(title)).unwrap().0.len());
        assert_eq!(lengths[0], lengths[1]);
        assert!(lengths[0] < 110, "{lengths:?}");
        let by_time = query(SortKey::Updated, true, None);
        let cursors = Cursors::new(&sealer, &ann, &by_time, &[]);
        let place = Place::After(Position {
            key: PositionKey::Time(-5),
            id: DocumentId::new(1).unwrap(),
        });
        let cursor = cursors.seal(&place).unwrap();
        assert_eq!(cursors.open(&cursor), Some(place));
        assert!(cursor.0.len() < 110, "{}", cursor.0.len());
    }

    #[test]
    fn fi_1_a_cursor_of_anybody_or_anything_else_is_none() {
        let keys = KeyRing::ephemeral();
        let sealer = TextSealer::new(keys.clone(), "list cursor");
        let (ann, ben) = (person("ann"), person("ben"));
        let own = query(SortKey::Title, false, Some("a"));
        let words = ["plan".to_owned()];
        let cursor = Cursors::new(&sealer, &ann, &own, &words).seal(&place("x")).unwrap();
        let opened = |person: &Person, query: &ListingQuery, words: &[String], sealer: &TextSealer, cursor: &Cursor| {
            Cursors::new(sealer, person, query, words).open(cursor)
        };
        assert_eq!(opened(&ann, &own, &words, &sealer, &cursor), Some(place("x")));
        assert_eq!(opened(&ben, &own, &words, &sealer, &cursor), None);
        for other in [
            query(SortKey::Title, true, Some("a")),
            query(SortKey::Updated, false, Some("a")),
            query(SortKey::Title, false, Some("b")),
            query(SortKey::Title, false, None),
        ] {
            assert_eq!(opened(&ann, &other, &words, &sealer, &cursor), None, "{other:?}");
        }
        assert_eq!(opened(&ann, &own, &[], &sealer, &cursor), None);
        let strange = TextSealer::new(KeyRing::ephemeral(), "list cursor");
        assert_eq!(opened(&ann, &own, &words, &strange, &cursor), None);
        for at in 0..cursor.0.len() {
            let mut bytes = cursor.0.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = Cursor(String::from_utf8(bytes).unwrap());
            assert_eq!(opened(&ann, &own, &words, &sealer, &altered), None);
        }
        for text in ["", "7", "ä", "' OR 1=1 --"] {
            assert_eq!(opened(&ann, &own, &words, &sealer, &Cursor(text.to_owned())), None);
        }
    }
}
