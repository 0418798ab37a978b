//! Which names other programs give to a heading. Each makes them from its text by rules of its own; a link has the name that its author's
//! program made.
//!
//! | program | `2. Set_up & run!`, the second of its text |
//! |---|---|
//! | GitHub, GitLab, goldmark (Hugo), github-slugger (Docusaurus, Astro), mdBook | `2-set_up--run-1` |
//! | Python-Markdown (`MkDocs`) | `2-set_up-run_1` |
//! | kramdown (Jekyll) | `setup--run-1` |
//! | blackfriday (older Hugo), `VitePress`, Obsidian's text of the heading | words alone: [`super::anchors::slug`] |

use std::collections::HashSet;

use comrak::Anchorizer;
use domain::text::base_letters;

/// Gives names to the headings of one document, in its order.
pub(super) struct Sluggers {
    github: Anchorizer,
    kramdown: Anchorizer,
    python: HashSet<String>,
}

impl Sluggers {
    pub(super) fn new() -> Self {
        Self {
            github: Anchorizer::new(),
            kramdown: Anchorizer::new(),
            python: HashSet::new(),
        }
    }

    /// GitHub's name of the next heading.
    pub(super) fn github(&mut self, text: &str) -> String {
        self.github.anchorize(text)
    }

    /// The names that others give to the same heading, where they differ.
    pub(super) fn others(&mut self, text: &str) -> Vec<String> {
        let mut names = vec![self.python(text)];
        let plain: String = text.chars().filter(|c| *c != '_').collect();
        // Names of HTML 4 begin with a letter.
        let from_letter = plain.trim_start_matches(|c: char| !c.is_alphabetic());
        names.push(self.kramdown.anchorize(from_letter));
        let base = base_letters(text);
        if base != text {
            names.extend([Anchorizer::new().anchorize(&base), python_slug(&base)]);
        }
        names
    }

    fn python(&mut self, text: &str) -> String {
        let slug = python_slug(text);
        let mut name = slug.clone();
        let mut count = 0_usize;
        while !self.python.insert(name.clone()) {
            count += 1;
            name = format!("{slug}_{count}");
        }
        name
    }
}

/// Letters, digits and `_`, with one `-` between words; punctuation separates none.
fn python_slug(text: &str) -> String {
    let is_plain = |c: &char| c.is_alphanumeric() || c.is_whitespace() || "_-".contains(*c);
    let text: String = text.chars().filter(is_plain).flat_map(char::to_lowercase).collect();
    let words = text.split(|c: char| c.is_whitespace() || c == '-');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_2_headings_have_the_names_that_other_programs_give_them() {
        let mut sluggers = Sluggers::new();
        let text = "2. Set_up & run!";
        assert_eq!(sluggers.github(text), "2-set_up--run");
        assert_eq!(sluggers.others(text), ["2-set_up-run", "setup--run"]);
        assert_eq!(sluggers.github(text), "2-set_up--run-1");
        assert_eq!(sluggers.others(text), ["2-set_up-run_1", "setup--run-1"]);
        assert!(sluggers.others("Über uns").contains(&"uber-uns".to_owned()));
        assert!(sluggers.others("日本語").contains(&"日本語".to_owned()));
    }
}
