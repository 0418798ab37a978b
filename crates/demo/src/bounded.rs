//! A bounded map, which evicts its oldest entry when full.

use std::collections::{HashMap, VecDeque};

/// At most `limit` entries; the oldest is evicted first.
#[derive(Debug)]
pub(crate) struct Bounded<V> {
    entries: HashMap<String, V>,
    order: VecDeque<String>,
    limit: usize,
}

impl<V> Bounded<V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            limit,
        }
    }

    pub(crate) fn insert(&mut self, key: String, value: V) {
        if self.entries.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        while self.entries.len() > self.limit {
            let Some(oldest) = self.order.pop_front() else { return };
            self.entries.remove(&oldest);
        }
    }

    pub(crate) fn find(&self, key: &str) -> Option<&V> {
        self.entries.get(key)
    }

    pub(crate) fn find_mut(&mut self, key: &str) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let value = self.entries.remove(key)?;
        self.order.retain(|known| known != key);
        Some(value)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.entries.retain(|_, value| keep(value));
        self.order.retain(|key| self.entries.contains_key(key));
    }
}

#[cfg(test)]
mod tests {
    use super::Bounded;

    #[test]
    fn the_oldest_is_forgotten() {
        let mut map = Bounded::new(2);
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            map.insert(key.to_owned(), value);
        }
        assert_eq!(
            (map.find("a"), map.find("b"), map.find("c")),
            (None, Some(&2), Some(&4))
        );
    }
}
