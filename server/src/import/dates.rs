//! When the document of a file was written and changed. What the front matter says counts, then the history of the repository, then the
//! time of the file; nothing is later than now.

/// Two moments, in seconds since 1970 (UTC); `None` where nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileDates {
    /// When it was written.
    pub created: Option<i64>,
    /// When it was changed last.
    pub updated: Option<i64>,
}

impl FileDates {
    /// These, with what they leave open from `others`.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            created: self.created.or(others.created),
            updated: self.updated.or(others.updated),
        }
    }

    /// Without moments before 1970 or after `now`, and changed no earlier than written.
    #[must_use]
    pub fn plausible(self, now: i64) -> Self {
        let is_past = |moment: &i64| (0..=now).contains(moment);
        let (created, updated) = (self.created.filter(is_past), self.updated.filter(is_past));
        Self {
            created: created.or(updated),
            updated: updated.max(created),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(created: Option<i64>, updated: Option<i64>) -> FileDates {
        FileDates { created, updated }
    }

    #[test]
    fn im_5_what_is_nearer_to_the_text_counts() {
        let file = dates(Some(50), Some(50));
        let history = dates(Some(10), Some(40));
        assert_eq!(dates(None, None).or(history).or(file), dates(Some(10), Some(40)));
        assert_eq!(dates(Some(5), None).or(history).or(file), dates(Some(5), Some(40)));
        assert_eq!(dates(Some(5), None).or(file), dates(Some(5), Some(50)));
    }

    #[test]
    fn im_5_no_date_is_ahead_and_none_is_changed_before_it_was_written() {
        assert_eq!(dates(Some(101), Some(7)).plausible(100), dates(Some(7), Some(7)));
        assert_eq!(dates(Some(9), Some(7)).plausible(100), dates(Some(9), Some(9)));
        assert_eq!(dates(Some(-1), None).plausible(100), dates(None, None));
        assert_eq!(dates(None, Some(7)).plausible(100), dates(Some(7), Some(7)));
    }
}
