//! The documents of the demo. Sixteen documents of a small company, private and public, in the folder `documents`
//! beside this crate's sources. Whose they are and who may read them stands in each one's front matter.

/// File name and Markdown with front matter, of every document of the demo. The first three are the private engineering document, the
/// private marketing document and the public document of the office.
pub const DOCUMENTS: &[(&str, &str)] = &[
    (
        "01-build-and-release.md",
        include_str!("../documents/01-build-and-release.md"),
    ),
    (
        "02-autumn-campaign.md",
        include_str!("../documents/02-autumn-campaign.md"),
    ),
    (
        "03-office-handbook.md",
        include_str!("../documents/03-office-handbook.md"),
    ),
    ("04-welcome.md", include_str!("../documents/04-welcome.md")),
    (
        "05-travel-and-expenses.md",
        include_str!("../documents/05-travel-and-expenses.md"),
    ),
    ("06-on-call.md", include_str!("../documents/06-on-call.md")),
    ("07-style-guide.md", include_str!("../documents/07-style-guide.md")),
    (
        "08-incident-review-lost-friday.md",
        include_str!("../documents/08-incident-review-lost-friday.md"),
    ),
    ("09-board-minutes.md", include_str!("../documents/09-board-minutes.md")),
    ("10-salary-bands.md", include_str!("../documents/10-salary-bands.md")),
    ("11-brand-colours.md", include_str!("../documents/11-brand-colours.md")),
    (
        "12-architecture-notes.md",
        include_str!("../documents/12-architecture-notes.md"),
    ),
    (
        "13-launch-retrospective.md",
        include_str!("../documents/13-launch-retrospective.md"),
    ),
    ("14-private-notes.md", include_str!("../documents/14-private-notes.md")),
    ("15-accessibility.md", include_str!("../documents/15-accessibility.md")),
    (
        "16-security-duties.md",
        include_str!("../documents/16-security-duties.md"),
    ),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::DOCUMENTS;

    #[test]
    fn every_file_of_the_folder_is_a_document() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/documents");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "md"))
            .collect();
        files.sort();
        assert_eq!(files, DOCUMENTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
