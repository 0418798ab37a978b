//! Each construct of each dialect, as its author writes it and as it is shown: `tests/constructs/*.md` beside the HTML it becomes. What is
//! not shown stands below the HTML with its line, as the import reports it.
//!
//! `WRITE_CONSTRUCTS=1 cargo test -p markdown --test constructs` writes the HTML anew, for reading it in the diff.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn shown(markdown: &str) -> Result<String, Box<dyn Error>> {
    let mut shown = markdown::render(markdown, "A title")?.html;
    // What every link and picture has, in no certain order.
    for added in [
        " rel=\"noopener noreferrer nofollow\"",
        " loading=\"lazy\"",
        " referrerpolicy=\"no-referrer\"",
    ] {
        shown = shown.replace(added, "");
    }
    if !shown.ends_with('\n') {
        shown.push('\n');
    }
    for removed in markdown::removed_constructs(markdown)? {
        let how = if removed.is_shown { "as its source" } else { "not shown" };
        writeln!(shown, "<!-- {how}, line {}: {} -->", removed.line, removed.text)?;
    }
    Ok(shown)
}

#[test]
fn im_4_every_construct_of_every_dialect_is_shown_as_meant_or_neatly_as_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    names.sort();
    assert!(names.len() > 10, "the fixtures are found");
    let mut wrong = Vec::new();
    for path in names {
        let shown = shown(&fs::read_to_string(&path).unwrap()).unwrap();
        let expected = path.with_extension("html");
        if env::var_os("WRITE_CONSTRUCTS").is_some() {
            fs::write(&expected, &shown).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("{}:\n{shown}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
