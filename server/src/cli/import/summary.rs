//! The output of an import, as text and as JSON.

use std::fmt::Write as _;

use domain::PersonId;
use serde_json::{Value, json};

use crate::import::{
    FolderCounts, ImportProblem, ImportReport, ImportWarning, Pruning, WarningKind, Withdrawn,
    terminal::{escape, escape_json},
};

/// Most files that the text lists; JSON lists all.
const MAX_LISTED: usize = 20;

/// Remarks for the operator, one per line.
pub(super) fn notes(report: &ImportReport) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(similar) = &report.similar {
        lines.push(escape(similar).into_owned());
    }
    let files = match report.gone.len() {
        0 => return lines,
        1 => "1 document has no file any more".to_owned(),
        many => format!("{many} documents have no file any more"),
    };
    let what = match report.pruning {
        Pruning::Nothing => return lines,
        Pruning::Done if report.is_dry_run => "and would go to the trash".to_owned(),
        Pruning::Done => "and can no longer be read".to_owned(),
        Pruning::Possible => "and stay as they are; `--prune` would put them into the trash".to_owned(),
        Pruning::Refused(why) => format!("but nothing was pruned, because {why}"),
    };
    lines.push(format!("{files}, {what}:"));
    for Withdrawn { file, id } in report.gone.iter().take(MAX_LISTED) {
        lines.push(format!("  {} (document {id})", escape(file)));
    }
    if report.gone.len() > MAX_LISTED {
        lines.push(format!("  and {} more", report.gone.len() - MAX_LISTED));
    }
    lines
}

pub(super) fn as_text(report: &ImportReport) -> String {
    let ImportReport {
        source,
        added,
        updated,
        unchanged,
        public,
        private,
        left_out,
        withdrawn,
        unreadable,
        ..
    } = report;
    let drafts = match left_out.len() {
        1 => "1 draft left out".to_owned(),
        many => format!("{many} drafts left out"),
    };
    let dry_run = if report.is_dry_run {
        "dry run: nothing was written\n"
    } else {
        ""
    };
    let unreadable = if *unreadable == 0 {
        String::new()
    } else {
        format!(", {unreadable} could not be read")
    };
    format!(
        "{dry_run}source: {}\n{}{}{added} added, {updated} changed, {unchanged} as before\n{public} public, {private} private, {drafts}, {} refused{unreadable}, \
         {} withdrawn, {} pruned\n",
        escape(source),
        folders(report),
        warnings(report),
        report.refused(),
        withdrawn.len(),
        report.pruned()
    )
}

/// A line for each folder in which anything happened.
fn folders(report: &ImportReport) -> String {
    let mut lines = String::new();
    let changed = report.folders.iter().filter_map(|(folder, counts)| {
        let what = [
            (counts.added, "added"),
            (counts.updated, "changed"),
            (counts.left_out, "left out"),
            (counts.refused, "refused"),
            (counts.warnings, "warned about"),
        ];
        let what: Vec<_> = what
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        (!what.is_empty()).then(|| (folder, what.join(", ")))
    });
    let changed: Vec<_> = changed.collect();
    if changed.len() < 2 {
        return lines;
    }
    for (folder, what) in changed.iter().take(MAX_LISTED) {
        let folder = if folder.is_empty() { "(top)" } else { folder };
        // Cannot fail: a `String` takes everything.
        let _ = writeln!(lines, "  {}: {what}", escape(folder));
    }
    if changed.len() > MAX_LISTED {
        let _ = writeln!(lines, "  and {} more folders", changed.len() - MAX_LISTED);
    }
    lines
}

/// How many warnings there are of each kind.
fn warnings(report: &ImportReport) -> String {
    let of_kind = |kind: WarningKind| report.warnings.iter().filter(|warning| warning.kind == kind).count();
    let kinds: Vec<_> = WarningKind::ALL
        .into_iter()
        .map(|kind| (of_kind(kind), kind.title()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, title)| format!("{title} {count}"))
        .collect();
    if kinds.is_empty() {
        String::new()
    } else {
        format!("warnings: {}\n", kinds.join(", "))
    }
}

pub(super) fn as_json(report: &ImportReport) -> String {
    let problem =
        |problem: &ImportProblem| json!({ "file": problem.file, "line": problem.line, "problem": problem.message });
    let warning = |warning: &ImportWarning| {
        let ImportProblem { file, line, message } = &warning.problem;
        json!({ "kind": warning.kind.name(), "file": file, "line": line, "problem": message })
    };
    let document = |document: &Withdrawn| json!({ "file": document.file, "id": document.id });
    let folder = |(folder, counts): (&String, &FolderCounts)| {
        let counts = json!({
            "added": counts.added,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "left_out": counts.left_out,
            "refused": counts.refused,
            "warnings": counts.warnings,
        });
        (folder.clone(), counts)
    };
    let owner = |(owner, documents): &(PersonId, usize)| json!({ "owner": owner.as_str(), "documents": documents });
    let pruned = report.pruning == Pruning::Done;
    let left_out = report
        .left_out
        .iter()
        .map(|file| json!({ "file": file.file, "line": file.line, "said": file.text }));
    let report = json!({
        "dry_run": report.is_dry_run,
        "folders": report.folders.iter().map(folder).collect::<serde_json::Map<_, _>>(),
        "unknown_owners": report.unknown_owners.iter().map(owner).collect::<Value>(),
        "source": report.source,
        "similar": report.similar,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "public": report.public,
        "private": report.private,
        "left_out": left_out.collect::<Value>(),
        "refused": report.refused(),
        "unreadable": report.unreadable,
        "problems": report.problems.iter().map(problem).collect::<Value>(),
        "warnings": report.warnings.iter().map(warning).collect::<Value>(),
        "withdrawn": report.withdrawn.iter().map(document).collect::<Value>(),
        "gone": report.gone.iter().map(document).collect::<Value>(),
        "pruned": if pruned { report.gone.len() } else { 0 },
        "prune_refused": match report.pruning { Pruning::Refused(why) => Some(why), _ => None },
    });
    format!("{}\n", escape_json(&format!("{report:#}")))
}
