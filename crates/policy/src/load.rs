//! Loads and validates a policy folder. Parsed, checked against the schema, and every rule has its author's words.
//! How a loaded policy decides is in [`super::decide`].

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use cedar_policy::{Effect, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use miette::Diagnostic;

use super::{Policy, PolicyError, Problem, explain::Words};

/// The schema's file name inside a policy folder.
const SCHEMA: &str = "schema.cedarschema";

/// How many steps a rule may take from the person or the document: what is loaded for a decision covers these, no more.
const STEPS: u32 = 1;

impl Policy {
    /// Reads and checks `schema.cedarschema` and every `*.cedar` file of a folder.
    ///
    /// # Errors
    /// [`PolicyError`], with file, line and column wherever something is wrong inside a file.
    pub fn load(folder: &Path) -> Result<Self, PolicyError> {
        let read = |path: PathBuf| match fs::read_to_string(&path) {
            Ok(text) => Ok(Source { path, text }),
            Err(source) => Err(PolicyError::File { path, source }),
        };
        let rules = rule_files(folder)?;
        let schema = read(folder.join(SCHEMA))?;
        let rules = rules.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if rules.is_empty() {
            return Err(PolicyError::Empty {
                path: folder.to_owned(),
            });
        }
        Self::check(&schema, &rules)
    }

    /// As [`load`](Self::load), from texts already in memory.
    ///
    /// # Errors
    /// [`PolicyError::Wrong`].
    pub fn check(schema: &Source, rules: &[Source]) -> Result<Self, PolicyError> {
        let parsed = Schema::from_cedarschema_str(&schema.text).map(|(parsed, _)| parsed);
        let parsed = parsed.map_err(|error| PolicyError::Wrong(vec![schema.problem(&error)]))?;
        let mut gathered = Gathered::default();
        // As titles and folders are: a text in a rule is compared with them letter by letter.
        let rules: Vec<Source> = rules.iter().map(Source::in_nfc).collect();
        for file in &rules {
            gathered.add_file(file);
        }
        gathered.validate(&parsed);
        if !gathered.problems.is_empty() {
            gathered
                .problems
                .sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
            gathered.problems.dedup();
            return Err(PolicyError::Wrong(gathered.problems));
        }
        let places = gathered.places;
        let words = places.iter().map(|(id, place)| (id.clone(), place.words.clone()));
        let mut policy = Self::new(&gathered.set, words.collect(), &parsed).map_err(|message| {
            let file = schema.path.clone();
            PolicyError::Wrong(vec![Problem {
                file,
                line: 1,
                column: 1,
                message,
            }])
        })?;
        let advice = policy.planner.advice().into_iter();
        policy.advice = advice
            .filter_map(|advice| {
                let place = places.get(&advice.rule)?;
                Some(place.file.at(place.offset, advice.message))
            })
            .collect();
        for advice in &policy.advice {
            tracing::warn!(%advice, "a policy rule makes lists slow");
        }
        Ok(policy)
    }
}

/// A policy file's name and text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Shown in problems.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

impl Source {
    fn in_nfc(&self) -> Self {
        Self {
            path: self.path.clone(),
            text: domain::text::nfc(&*self.text),
        }
    }

    /// The message of the engine, at the place it points to; the start of the file if it points nowhere.
    fn problem(&self, error: &dyn Diagnostic) -> Problem {
        let label = error.labels().and_then(|mut labels| labels.next());
        let mut message = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        let notes = [
            label.as_ref().and_then(|l| l.label()).map(str::to_owned),
            error.help().map(|h| h.to_string()),
        ];
        for note in notes.into_iter().flatten() {
            message = format!("{message} ({})", note.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        self.at(label.map_or(0, |label| label.offset()), message)
    }

    fn at(&self, offset: usize, message: impl Into<String>) -> Problem {
        let before = self.text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Problem {
            file: self.path.clone(),
            line,
            column,
            message: message.into(),
        }
    }
}

/// Where a rule stands and its annotations.
struct Place<'a> {
    file: &'a Source,
    offset: usize,
    words: Words,
}

/// The rules of all files, and what is wrong with them.
#[derive(Default)]
struct Gathered<'a> {
    files: usize,
    set: PolicySet,
    places: BTreeMap<String, Place<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Gathered<'a> {
    fn add_file(&mut self, file: &'a Source) {
        self.files += 1;
        let set = match PolicySet::from_str(&file.text) {
            Ok(set) => set,
            Err(errors) => {
                self.problems.extend(errors.iter().map(|error| file.problem(error)));
                return;
            }
        };
        for template in set.templates() {
            let offset = file.text.find(&template.to_string()).unwrap_or_default();
            self.problems
                .push(file.at(offset, "rules with slots (`?principal`, `?resource`) are not accepted"));
        }
        // Two rules may have the very same text; then they stand one behind the other.
        let mut next: HashMap<String, usize> = HashMap::new();
        for rule in set.policies() {
            let text = rule.to_string();
            let from = next.get(&text).copied().unwrap_or_default();
            let offset = file
                .text
                .get(from..)
                .and_then(|rest| rest.find(&text))
                .map_or(0, |at| from + at);
            next.insert(text, offset + 1);
            if let Err(problem) = self.add_rule(file, offset, rule) {
                self.problems.push(problem);
            }
        }
    }

    fn add_rule(&mut self, file: &'a Source, offset: usize, rule: &cedar_policy::Policy) -> Result<(), Problem> {
        let wrong = |message: String| file.at(offset, message);
        let text = |key: &str| {
            rule.annotation(key)
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let Some(id) = text("id") else {
            return Err(wrong("this rule has no `@id(\"…\")`".to_owned()));
        };
        if !id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(wrong(format!(
                "`@id(\"{id}\")` may hold lower-case letters, digits and hyphens only"
            )));
        }
        if let Some(other) = self.places.get(&id) {
            let first = other.file.at(other.offset, "");
            return Err(wrong(format!(
                "rule `{id}` stands in {}:{} already",
                first.file.display(),
                first.line
            )));
        }
        let words = words((self.files, offset), rule, &text)
            .and_then(Words::checked)
            .map_err(|problem| wrong(format!("rule `{id}` {problem}")))?;
        self.set
            .add(rule.new_id(PolicyId::new(&id)))
            .map_err(|error| wrong(error.to_string()))?;
        self.places.insert(id, Place { file, offset, words });
        Ok(())
    }

    /// Strictly, and no further than [`STEPS`] from what a decision loads.
    fn validate(&mut self, schema: &Schema) {
        let result = Validator::new(schema.clone()).validate_with_level(&self.set, ValidationMode::Strict, STEPS);
        for error in result.validation_errors() {
            if let Some(place) = self.places.get(AsRef::<str>::as_ref(error.policy_id())) {
                let problem = place.file.problem(error);
                let found = problem.line > 1 || place.offset == 0;
                let message = problem.message.clone();
                self.problems.push(if found {
                    problem
                } else {
                    place.file.at(place.offset, message)
                });
            }
        }
        for warning in result.validation_warnings() {
            tracing::warn!(%warning, "a policy rule looks wrong");
        }
    }
}

/// The annotations, checked to fit each other.
fn words(
    order: (usize, usize),
    rule: &cedar_policy::Policy,
    text: &impl Fn(&str) -> Option<String>,
) -> Result<Words, String> {
    let permits = rule.effect() == Effect::Permit;
    let (because, label, refused) = (text("because"), text("label"), text("refused"));
    if because.is_none() && permits {
        return Err("has no `@because(\"…\")`, which ends \"You can see this because …\"".to_owned());
    }
    let hides = match rule.annotation("hides") {
        None => false,
        Some("existence") => true,
        Some(_) => return Err("can hide one thing only: `@hides(\"existence\")`".to_owned()),
    };
    if hides && permits {
        return Err("permits, so it hides nothing: `@hides` belongs to a `forbid`".to_owned());
    }
    if hides && refused.is_some() {
        return Err("has a `@refused` that nobody would read: it hides that there is a document".to_owned());
    }
    if label.is_some() && !permits {
        return Err("lets nobody in, so nobody would read its `@label`".to_owned());
    }
    Ok(Words {
        order,
        because: because.unwrap_or_default(),
        label,
        refused,
        permits,
        hides,
    })
}

fn rule_files(folder: &Path) -> Result<Vec<PathBuf>, PolicyError> {
    let failed = |source| PolicyError::Folder {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
