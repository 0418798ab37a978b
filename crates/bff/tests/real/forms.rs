//! The forms of an HTML page, read as leniently as a browser would where that
//! matters, and no more.

use url::Url;

/// A form with the values it has before anybody types.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) posts: bool,
    pub(crate) action: Url,
    /// The page it is on.
    pub(crate) page: Url,
    /// Name and value; buttons are not among them.
    pub(crate) fields: Vec<(String, String)>,
    id: String,
}

impl Form {
    /// Whether it requests `field`.
    pub(crate) fn asks_for(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, _)| name == field)
    }

    /// The same form with `value` typed into `field`, or with the button of that name pressed.
    pub(crate) fn with(mut self, field: &str, value: &str) -> Self {
        self.fields.retain(|(name, _)| name != field);
        self.fields.push((field.to_owned(), value.to_owned()));
        self
    }

    /// What is sent.
    pub(crate) fn encoded(&self) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&self.fields).finish()
    }
}

/// The forms of `html`, which is from `page`, in their order.
pub(crate) fn forms(html: &str, page: &Url) -> Vec<Form> {
    let (mut found, mut inside) = (Vec::<Form>::new(), false);
    let mut strays = Vec::new();
    for tag in html.split('<').skip(1).map(Tag::parse) {
        match tag.name.as_str() {
            "form" => {
                inside = true;
                let action = tag.value("action").unwrap_or_default();
                found.push(Form {
                    posts: tag.value("method").is_some_and(|m| m.eq_ignore_ascii_case("post")),
                    action: page.join(&action).unwrap_or_else(|_| page.clone()),
                    page: page.clone(),
                    fields: Vec::new(),
                    id: tag.value("id").unwrap_or_default(),
                });
            }
            "/form" => inside = false,
            "input" | "textarea" => {
                let Some(field) = tag.field() else { continue };
                match (tag.value("form"), found.last_mut()) {
                    (Some(owner), _) => strays.push((owner, field)),
                    (None, Some(form)) if inside => form.fields.push(field),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    for (owner, field) in strays {
        found
            .iter_mut()
            .filter(|form| form.id == owner)
            .for_each(|form| form.fields.push(field.clone()));
    }
    found
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// Reads what follows a `<`.
    fn parse(text: &str) -> Self {
        let end = text
            .find(|c: char| c.is_ascii_whitespace() || c == '>')
            .unwrap_or(text.len());
        let (name, mut rest) = text.split_at(end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let end = rest
                .find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '>')
                .unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            let name = rest[..end].to_ascii_lowercase();
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                let after = after.trim_start();
                let quote = after.chars().next().filter(|c| *c == '"' || *c == '\'');
                let (open, stop): (usize, &dyn Fn(char) -> bool) = match &quote {
                    Some(quote) => (1, &move |c| c == *quote),
                    None => (0, &|c: char| c.is_ascii_whitespace() || c == '>'),
                };
                let body = &after[open..];
                let end = body.find(stop).unwrap_or(body.len());
                value = &body[..end];
                rest = &body[(end + open).min(body.len())..];
            }
            attributes.push((name, unescaped(value)));
        }
        Self {
            name: name.to_ascii_lowercase(),
            attributes,
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    fn field(&self) -> Option<(String, String)> {
        let name = self.value("name")?;
        let kind = self.value("type").unwrap_or_default();
        let value = match (kind.as_str(), self.value("checked")) {
            ("submit" | "button" | "image" | "reset", _) | ("checkbox" | "radio", None) => return None,
            ("checkbox" | "radio", Some(_)) => self.value("value").unwrap_or_else(|| "on".to_owned()),
            _ => self.value("value").unwrap_or_default(),
        };
        Some((name, value))
    }
}

fn unescaped(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
