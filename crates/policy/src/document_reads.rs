//! What the rules read of a document. An attribute that no rule names, and folders where no rule has `in`, cannot change a decision, so that the
//! entity of a document is made without them: making it is half of the cost of a decision.

use std::collections::BTreeSet;

use cedar_policy::PolicySet;
use serde_json::Value;

/// Every name in the rules, attributes and operators among them; more than are read, never fewer.
#[derive(Debug)]
pub(crate) struct DocumentReads(BTreeSet<String>);

impl DocumentReads {
    /// # Errors
    /// A rule that the policy engine cannot write as JSON; nothing that parsed rules could cause.
    pub(crate) fn of(rules: &PolicySet) -> Result<Self, String> {
        let mut names = BTreeSet::new();
        for rule in rules.policies() {
            collect(&rule.to_json().map_err(|error| error.to_string())?, &mut names);
        }
        Ok(Self(names))
    }

    /// Whether a rule may read this attribute.
    pub(crate) fn attribute(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether a rule may look at the folders above a document.
    pub(crate) fn folders(&self) -> bool {
        self.0.contains("in")
    }
}

fn collect(json: &Value, names: &mut BTreeSet<String>) {
    match json {
        Value::String(text) => {
            names.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(fields) => {
            for (name, value) in fields {
                names.insert(name.clone());
                collect(value, names);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn po_1_every_way_of_naming_an_attribute_or_a_folder_is_found() {
        let reads = |rule: &str| DocumentReads::of(&rule.parse().unwrap()).unwrap();
        let about = |condition: &str| reads(&format!("permit (principal, action, resource) when {{ {condition} }};"));
        for condition in [
            "resource.title == \"x\"",
            "resource[\"title\"] == \"x\"",
            "resource[\"t\\u{69}tle\"] == \"x\"",
            "resource has title",
            "resource has \"title\"",
            "if true then true else resource.title like \"*\"",
            "{ a: [resource.title] } == { a: [\"x\"] }",
        ] {
            let reads = about(condition);
            assert!(reads.attribute("title"), "{condition}");
            assert!(!reads.attribute("updated_at"), "{condition}");
            assert!(!reads.folders(), "{condition}");
        }
        for condition in [
            "resource in Folder::\"a\"",
            "!(resource in [Folder::\"a\"])",
            "resource is Document in Folder::\"a\"",
        ] {
            assert!(about(condition).folders(), "{condition}");
        }
        for rule in [
            "permit (principal, action, resource in Folder::\"a\");",
            "permit (principal, action, resource is Document in Folder::\"a\");",
        ] {
            assert!(reads(rule).folders(), "{rule}");
        }
        assert!(!reads("permit (principal, action == Action::\"view\", resource);").folders());
    }
}
