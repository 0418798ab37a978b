//! Notion: pages by their digits, databases, properties, archives in archives.

use program_exports::{Program, RemarkKind};

use crate::{ConversionOptions, File, archive, assert_text, convert, convert_bytes, private};

const ROOT: &str = "11111111111111111111111111111111";
const CHILD: &str = "22222222222222222222222222222222";
const TASKS: &str = "33333333333333333333333333333333";
const ROW: &str = "44444444444444444444444444444444";

fn files() -> Vec<(String, String)> {
    let root = format!(
        "# Handbook \u{1f4d8}\n\n[Tasks](Handbook%20{ROOT}/Tasks%20{TASKS}.csv)\n\n[A child (new)](Handbook%20{ROOT}/A%20child%20(new)%20{CHILD}.md)\n\n\
         ![Untitled](Handbook%20{ROOT}/Untitled.png)\n\n<aside>\n\u{1f4a1} Take care\n\n</aside>\n\n[there](https://www.notion.so/acme/A-child-{CHILD}?pvs=21)\n\
         [not there](https://www.notion.so/acme/X-55555555555555555555555555555555)\n"
    );
    let child = format!("# A child: (new)\n\nText `[x](../Handbook%20{ROOT}.md)` [up](../Handbook%20{ROOT}.md)\n");
    let row = "# Fix it\n\nState: Draft\nOwner: Alice\n\nWhat to do.\n".to_owned();
    vec![
        (format!("Handbook {ROOT}.md"), root),
        (format!("Handbook {ROOT}/A child (new) {CHILD}.md"), child),
        (
            format!("Handbook {ROOT}/Tasks {TASKS}.csv"),
            "Name,State,Owner\n".to_owned(),
        ),
        (
            format!("Handbook {ROOT}/Tasks {TASKS}_all.csv"),
            "Name,State,Owner\nFix it,Draft,Alice\nNo page,,\"a\nb\"\n".to_owned(),
        ),
        (format!("Handbook {ROOT}/Tasks {TASKS}/Fix it {ROW}.md"), row),
        (format!("Handbook {ROOT}/Untitled.png"), "a picture".to_owned()),
    ]
}

fn as_files(files: &[(String, String)]) -> Vec<File<'_>> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect()
}

#[test]
fn im_9_pages_of_notion_have_titles_folders_and_order() {
    let files = files();
    let converted = convert(&as_files(&files));
    assert_eq!(
        (converted.conversion.program, &*converted.conversion.source),
        (Program::Notion, "notion")
    );
    let names = [ROOT, CHILD, TASKS, ROW].map(|digits| format!("{digits}.md"));
    assert_eq!(converted.documents(), names);
    let (child, _) = converted.document(&names[1]);
    assert_eq!(
        (&child["title"], &child["weight"]),
        (&"A child: (new)".into(), &2.into())
    );
    assert_eq!(child["folder"], "Handbook \u{1f4d8}");
    let (row, text) = converted.document(&names[3]);
    assert_eq!(
        (&row["folder"], &row["weight"]),
        (&"Handbook \u{1f4d8}/Tasks".into(), &1.into())
    );
    // Rules for front matter decide whether a page that says it is a draft comes in.
    assert_eq!(row["properties"]["State"], "Draft");
    assert_text(&text, &["- **State:** Draft\n- **Owner:** Alice\n"], &[]);
    let name = format!("Handbook {ROOT}/Tasks {TASKS}/Fix it {ROW}.md");
    assert_eq!(converted.conversion.origins.of(&names[3], 7), (name.as_str(), 6));
}

#[test]
fn im_9_links_pictures_and_databases_of_notion_come_along() {
    let files = files();
    let converted = convert(&as_files(&files));
    let (_, text) = converted.document(&format!("{ROOT}.md"));
    let (tasks, child) = (format!("[Tasks]({TASKS}.md)"), format!("[A child (new)]({CHILD}.md)"));
    let there = format!("[there]({CHILD}.md)");
    assert_text(
        &text,
        &[
            &tasks,
            &child,
            &there,
            "![Untitled](files/",
            "/Untitled.png)",
            "> [!NOTE]\n> \u{1f4a1} Take care",
            "X-5555",
        ],
        &["aside", "%20"],
    );
    let (_, text) = converted.document(&format!("{CHILD}.md"));
    let up = format!("[up]({ROOT}.md)");
    assert_text(&text, &[&up, &format!("`[x](../Handbook%20{ROOT}.md)`")], &[]);
    let (_, text) = converted.document(&format!("{TASKS}.md"));
    let row = format!("| [Fix it]({ROW}.md) | Draft | Alice |\n| No page |  | a b |\n");
    assert_text(&text, &[&row], &[]);
}

#[test]
fn im_9_a_page_of_notion_that_is_renamed_or_moved_stays_the_same() {
    let before = files();
    let mut after = before.clone();
    after[1].0 = format!("Elsewhere/Another title {CHILD}.md");
    let (before, after) = (convert(&as_files(&before)), convert(&as_files(&after)));
    assert_eq!(before.documents(), after.documents());
    assert_eq!(after.document(&format!("{CHILD}.md")).0["folder"], "Elsewhere");
}

#[test]
fn im_9_parts_of_an_export_inside_an_archive_are_one_export() {
    let files = files();
    let all = as_files(&files);
    let (one, two) = (archive(&all[..2]), archive(&all[2..]));
    let parts: [File<'_>; 2] = [("Export-1-Part-1.zip", &one), ("Export-1-Part-2.zip", &two)];
    let converted = convert(&parts);
    assert_eq!(converted.documents().len(), 4);
    // An archive deeper inside is a file like any other.
    let nested = archive(&parts);
    let outer = convert_bytes(&archive(&[("a.zip", &nested)]), &ConversionOptions::default());
    assert!(outer.is_err(), "{outer:?}");
}

#[test]
fn im_9_private_pages_state_that_and_nothing_else_about_access() {
    let files = files();
    let converted = convert_bytes(&archive(&as_files(&files)), &private()).unwrap();
    let (row, _) = converted.document(&format!("{ROW}.md"));
    assert_eq!(
        (&row["private"], &row["properties"]),
        (&true.into(), &serde_json::Value::Null)
    );
}

#[test]
fn im_9_long_databases_are_cut_and_reported() {
    let rows: Vec<String> = (0..2_100).map(|number| format!("Row {number}")).collect();
    let text = format!("Name\n{}\n", rows.join("\n"));
    let name = format!("Tasks {TASKS}.csv");
    let converted = convert(&[(&name, text.as_bytes())]);
    let (_, text) = converted.document(&format!("{TASKS}.md"));
    assert_eq!(text.lines().filter(|line| line.starts_with("| Row")).count(), 2_000);
    assert!(
        converted.remarks(RemarkKind::Construct)[0].contains("100 rows"),
        "{:?}",
        converted.conversion.remarks
    );
}
