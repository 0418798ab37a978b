//! What stands behind the name of a block: words, texts in quotes, `name=value`.

/// Most arguments that are read.
const MAX_ARGUMENTS: usize = 20;

/// The name of a block with its arguments.
pub(super) struct Arguments<'t> {
    pub(super) name: &'t str,
    /// `name=value`.
    named: Vec<(&'t str, &'t str)>,
    /// Those without a name, in their order.
    pub(super) plain: Vec<&'t str>,
    /// A title apart from the arguments: in brackets, or all that follows.
    title: Option<&'t str>,
}

impl<'t> Arguments<'t> {
    /// Reads `name word "text" key=value key="text" key={value}`.
    pub(super) fn of_tag(text: &'t str) -> Option<Self> {
        let (name, rest) = split_name(text)?;
        let mut arguments = Self {
            name,
            named: Vec::new(),
            plain: Vec::new(),
            title: None,
        };
        arguments.read(rest);
        Some(arguments)
    }

    /// Reads `name[Title]{key="text"}`, `name Title`, `{.name key="text"}`, `{name} Title`.
    pub(super) fn of_directive(text: &'t str) -> Option<Self> {
        let (name, rest) = match text.strip_prefix('{') {
            Some(inside) => {
                let (inside, after) = inside.split_once('}')?;
                let inside = inside.trim().trim_start_matches(['.', '#']);
                let (name, attributes) = split_name(inside)?;
                let mut arguments = Self::of_attributes(name, attributes);
                arguments.title = Some(after.trim()).filter(|title| !title.is_empty());
                return Some(arguments);
            }
            None => split_name(text)?,
        };
        let (label, rest) = match rest.strip_prefix('[') {
            Some(inside) => {
                let end = closing_bracket(inside)?;
                (inside.get(..end), inside.get(end + 1..)?)
            }
            None => (None, rest),
        };
        let rest = rest.trim_start();
        let (attributes, rest) = match rest.strip_prefix('{') {
            Some(inside) => inside.split_once('}')?,
            None => ("", rest),
        };
        let mut arguments = Self::of_attributes(name, attributes);
        arguments.title = label.or_else(|| Some(rest.trim()).filter(|title| !title.is_empty()));
        Some(arguments)
    }

    fn of_attributes(name: &'t str, attributes: &'t str) -> Self {
        let mut arguments = Self {
            name,
            named: Vec::new(),
            plain: Vec::new(),
            title: None,
        };
        arguments.read(attributes);
        arguments
    }

    /// The first argument with one of the names.
    pub(super) fn named(&self, names: &[&str]) -> Option<&'t str> {
        let mut found = self.named.iter().filter(|(name, _)| names.contains(name));
        found.next().map(|(_, value)| *value)
    }

    /// A title in any of the notations.
    pub(super) fn title(&self) -> Option<&'t str> {
        self.title
            .or_else(|| self.named(&["title", "label", "name", "header", "summary", "heading"]))
    }

    fn read(&mut self, text: &'t str) {
        let mut rest = text.trim_start();
        while !rest.is_empty() && self.named.len() + self.plain.len() < MAX_ARGUMENTS {
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | '`'))
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            rest = match after.strip_prefix('=').filter(|_| !word.is_empty()) {
                Some(value) => {
                    let (value, after) = split_value(value);
                    self.named.push((word, value));
                    after
                }
                None if word.is_empty() => {
                    let (value, after) = split_value(after);
                    self.plain.push(value);
                    after
                }
                None => {
                    self.plain.push(word);
                    after
                }
            }
            .trim_start();
        }
    }
}

/// A value in quotes or braces, or up to the next space, and what follows it. Always takes something of a text that is not empty.
fn split_value(text: &str) -> (&str, &str) {
    let braced = text.strip_prefix('{').and_then(|inside| inside.split_once('}'));
    if let Some((value, after)) = braced {
        return (value.trim_matches(['"', '\'', '`']), after);
    }
    let quoted = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))
        .and_then(|quote| text.get(1..)?.split_once(quote));
    if let Some(found) = quoted {
        return found;
    }
    let word = text.trim_start_matches(['"', '\'', '`', '=']);
    let skipped = text.len() - word.len();
    let end = word.find(char::is_whitespace).unwrap_or(word.len());
    (
        word.get(..end).unwrap_or_default(),
        text.get(skipped + end..).unwrap_or_default(),
    )
}

fn split_name(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    begins.then_some((name, rest))
}

fn closing_bracket(inside: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, c) in inside.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
