//! Who reads lists, and by which rules.

use std::{collections::BTreeMap, sync::Arc};

use domain::{Group, GroupMatch, Groups, Person, PersonId, ReportingLine, Visitor};
use policy::{Policy, PolicyError, Source};

use crate::dataset::{ISSUER, group};

/// The rules as shipped, but that public documents are for employees: otherwise a newcomer could read thousands.
const RULES: &str = r#"
@id("public-documents") @because("it is public")
permit (principal, action == Action::"view", resource)
when { resource.is_private == false && principal.roles.contains("Employee") };
@id("group-members") @because("you are in {groups}")
permit (principal, action == Action::"view", resource)
when { principal has groups && resource.groups.containsAny(principal.groups) };
@id("owner") @because("it is yours")
permit (principal, action == Action::"view", resource)
when { resource.owner == principal };
@id("chief-executive") @because("you are the CEO")
permit (principal, action == Action::"view", resource)
when { principal has job_title && principal.job_title == "CEO" };
"#;

const FORBID: &str = r#"
@id("archive") @refused("The archive is closed.")
forbid (principal, action == Action::"view", resource in Folder::"archive")
unless { resource.owner == principal };
"#;

/// Somebody whose lists are measured; serialised for whoever reads the same lists in another way.
#[derive(serde::Serialize)]
pub(crate) struct Reader {
    pub(crate) name: &'static str,
    #[serde(skip)]
    pub(crate) visitor: Visitor,
    pub(crate) has_forbid: bool,
    /// For the hand-written query.
    pub(crate) subject: String,
    pub(crate) groups: Vec<String>,
    pub(crate) reads_public: bool,
    pub(crate) reads_all: bool,
}

/// The policy, with or without the forbid.
///
/// # Errors
/// If the rules do not load.
pub(crate) fn policy(has_forbid: bool) -> Result<Arc<Policy>, PolicyError> {
    let source = |name: &str, text: String| Source {
        path: name.into(),
        text,
    };
    let schema = include_str!("../../../policies/schema.cedarschema").to_owned();
    let rules = if has_forbid {
        format!("{RULES}{FORBID}")
    } else {
        RULES.to_owned()
    };
    let schema = source("schema.cedarschema", schema);
    Policy::check(&schema, &[source("rules.cedar", rules)]).map(Arc::new)
}

/// Everybody whose lists are measured.
pub(crate) fn readers() -> Vec<Reader> {
    let few = [3, 77, 150, 301, 499].map(group).to_vec();
    let many = (0..200).map(|number| group(number * 2)).collect();
    vec![
        Reader::new("typical", "p42", few.clone()),
        Reader {
            reads_public: false,
            ..Reader::new("newcomer", "newcomer", Vec::new())
        },
        Reader::new("200 groups", "p43", many),
        Reader {
            has_forbid: true,
            ..Reader::new("forbid unless", "p44", few)
        },
        Reader {
            reads_all: true,
            ..Reader::new("chief executive", "p45", Vec::new())
        },
    ]
    .into_iter()
    .map(Reader::with_visitor)
    .collect()
}

impl Reader {
    fn new(name: &'static str, subject: &str, groups: Vec<String>) -> Self {
        Self {
            name,
            visitor: Visitor::Anonymous,
            has_forbid: false,
            subject: format!("{ISSUER}|{subject}"),
            groups,
            reads_public: true,
            reads_all: false,
        }
    }

    fn with_visitor(mut self) -> Self {
        let subject = self.subject.rsplit('|').next().unwrap_or_default();
        self.visitor = Visitor::Person(Arc::new(Person {
            id: PersonId::new(ISSUER, subject),
            name: self.name.to_owned(),
            email: None,
            picture: None,
            job_title: self.reads_all.then(|| "CEO".to_owned()),
            groups: Groups::Known(self.groups.iter().map(Group::new).collect()),
            roles: self.reads_public.then(|| "Employee".to_owned()).into_iter().collect(),
            claims: "{}".to_owned(),
            group_match: GroupMatch::Id,
            group_names: BTreeMap::new(),
            reporting_line: ReportingLine::default(),
        }));
        self
    }
}
