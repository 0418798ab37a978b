//! What a log line and an error page share: the reference by which the line is found. How an error is written to the log is in
//! [`oidc::error`].

use rand::Rng as _;

/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// A new reference: eight characters, to be logged with an error and shown on its page. Not secret.
#[must_use]
pub fn new_reference() -> String {
    let mut rng = rand::rng();
    (0..8)
        .map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_11_a_reference_has_eight_plain_characters() {
        let one = new_reference();
        assert!(one.len() == 8 && one.bytes().all(|b| ALPHABET.contains(&b)));
        assert_ne!(one, new_reference());
    }
}
