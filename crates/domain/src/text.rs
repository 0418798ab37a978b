//! Unicode normalisation and case folding. Unicode encodes `ü` in two ways, and letters have two cases; texts that people type are normalised
//! where they enter the program, so that everything behind compares code points.
//!
//! | function | for |
//! |---|---|
//! | [`nfc`] | texts that are stored, displayed, and read by rules |
//! | [`fold_case`] | keys that are compared without regard to case; never displayed |
//! | [`sort_key`] | what lists are sorted by; never displayed |
//! | [`base_letters`] | keywords that are recognised in any spelling, and sort keys |
//! | [`is_blank`] | texts without a visible character |

use std::borrow::Cow;

use unicase::UniCase;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// The text in Normalization Form C (UAX #15): `u` and `¨` become `ü`.
///
/// Not NFKC, which would merge texts that look different, such as `①` and `1`.
#[must_use]
pub fn nfc(text: impl Into<String>) -> String {
    let text = text.into();
    if text.is_ascii() || is_nfc(&text) {
        return text;
    }
    text.nfc().collect()
}

/// The key of a canonical caseless match (Unicode §3.13, D145), in NFC: texts that differ only in case, or in the encoding of a letter, have
/// the same key. Full case folding, of no particular language: `ß` is `ss`, `ς` is `σ`, and `İ` is not `i`.
#[must_use]
pub fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Decomposed first: folding composed letters would miss marks that change when folded.
    let decomposed: String = text.nfd().collect();
    UniCase::unicode(decomposed).to_folded_case().nfc().collect()
}

/// The text without accents, and with wide or ornate letters as plain ones: `Privé` and `Ｐｒｉｖé` become `Prive`. Only for recognising
/// keywords and for sorting, since it merges different texts.
#[must_use]
pub fn base_letters(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let is_accent = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let base: String = text.nfkd().filter(|letter| !is_accent(letter)).collect();
    nfc(base).into()
}

/// Longest sort key, in characters.
pub const MAX_SORT_KEY: usize = 200;

/// What a text is sorted by, code point by code point: without regard to case and accents, so that `Übersicht` stands beside `uber` and not
/// behind `z`. Texts that are equal in it are ordered by something else. At most [`MAX_SORT_KEY`] characters; not empty if the text is not.
#[must_use]
pub fn sort_key(text: &str) -> String {
    let folded = fold_case(text);
    let base = base_letters(&folded);
    let key = if base.is_empty() { &*folded } else { &*base };
    match key.char_indices().nth(MAX_SORT_KEY) {
        Some((end, _)) => key.get(..end).unwrap_or_default().to_owned(),
        None => key.to_owned(),
    }
}

/// Whether the text is empty, or has nothing but white space, control characters and characters without a glyph.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// White space, controls, `Default_Ignorable_Code_Point`, and the blank of Braille.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_letters_are_those_without_accents() {
        for (text, base) in [
            ("Priv\u{e9}", "Prive"),
            ("Prive\u{301}", "Prive"),
            ("\u{ff50}\u{ff52}", "pr"),
            ("プライベート", "プライベート"),
            ("plain", "plain"),
        ] {
            assert_eq!(base_letters(text), base);
        }
    }

    #[test]
    fn fi_1_a_sort_key_knows_neither_case_nor_accents_and_is_short() {
        for (text, key) in [
            ("Übersicht", "ubersicht"),
            ("U\u{308}BERSICHT", "ubersicht"),
            ("Straße", "strasse"),
            ("10 Rules", "10 rules"),
            ("\u{301}", "\u{301}"),
            ("ﷺ", "صلى الله عليه وسلم"),
            ("한국", "한국"),
            ("", ""),
        ] {
            assert_eq!(sort_key(text), key);
        }
        for letter in ["a", "ß", "ﷺ", "👩"] {
            assert_eq!(sort_key(&letter.repeat(300)).chars().count(), MAX_SORT_KEY);
        }
    }

    #[test]
    fn po_3_one_text_has_one_key_however_it_is_written() {
        for same in [
            &["Füße", "FÜSSE", "füsse", "Fu\u{308}ße", "FU\u{308}ẞE"][..],
            &["Σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ", "Σι\u{301}συφος"],
            &["München", "MÜNCHEN", "Mu\u{308}nchen"],
            &["İzmir", "I\u{307}ZMIR", "i\u{307}zmir"],
            &["Å", "\u{212b}", "a\u{30a}", "å"],
            &["ﬁn", "FIN"],
            &["ᾳ", "ΑΙ", "α\u{345}", "Αι"],
            &["q\u{307}\u{323}", "Q\u{323}\u{307}"],
            &["한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"],
            &["Ꭰ", "ꭰ"],
            &["Ⅷ", "ⅷ"],
        ] {
            let keys: Vec<String> = same.iter().map(|text| fold_case(text)).collect();
            assert!(keys.iter().all(|key| *key == keys[0]), "{same:?}: {keys:?}");
            assert!(is_nfc(&keys[0]) && fold_case(&keys[0]) == keys[0], "{keys:?}");
        }
    }

    #[test]
    fn po_3_what_looks_alike_is_not_the_same() {
        for (one, other) in [
            ("İzmir", "izmir"),
            ("ırmak", "Irmak"),
            ("Sales", "Sales "),
            ("Sales", "Ｓales"),
            ("Sales", "Ѕales"),
            ("①", "1"),
            ("München", "Munchen"),
            ("Sales", "Sa\u{200b}les"),
            ("a", "ab"),
            ("", " "),
        ] {
            assert_ne!(fold_case(one), fold_case(other), "{one} {other}");
        }
    }

    #[test]
    fn a_text_is_composed_and_nothing_else_happens_to_it() {
        assert_eq!(nfc("Mu\u{308}nchen"), "München");
        for text in ["", "München", " ﬁ ① Ｓ ß ς \u{200b}", "\u{308}a"] {
            assert_eq!(nfc(text), text);
        }
    }

    #[test]
    fn a_text_without_a_visible_letter_is_blank() {
        for blank in [
            "",
            " ",
            "\u{a0}\t",
            "\u{200b}\u{feff}",
            "\u{2800}",
            "\u{3164}\u{ad}",
            "\0\r\n",
            "\u{e0020}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for text in [".", " a ", "\u{301}", "👩\u{200d}🚀", "王"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
