//! Lines outside front matter that mark a document as private or a draft.

use super::*;

#[test]
fn a_line_that_states_it_by_itself_is_no_public_text() {
    for (line, text) in [
        (2, "---\nprivate\n---\n"),
        (2, "---\n- private\n---\n"),
        (2, "---\nprivate true\n---\n"),
        (1, "CONFIDENTIAL\n\ntext\n"),
        (1, "**CONFIDENTIAL**\n\ntext\n"),
        (1, "> **Confidential**\n\ntext\n"),
        (1, "Strictly confidential - do not share\n"),
        (1, "INTERNAL USE ONLY\n"),
        (1, "DO NOT DISTRIBUTE\n"),
        (1, "Private\n\ntext\n"),
        (1, "DRAFT\n"),
        (1, "DRAFT: plan for 2027\n"),
        (1, "[DRAFT] Plan\n"),
        (1, "# [DRAFT] Plan\n"),
        (1, "# Plan (draft)\n"),
        (1, "# CONFIDENTIAL\n\ntext\n"),
        (1, "# WIP: Plan\n"),
        (3, "# Plan\n\n**Confidential**\n"),
        (3, "# Plan\n\nStatus: Draft\n"),
        (3, "# Plan\n\n**Status:** draft\n"),
        (3, "# Plan\n\nTags: private\n"),
        (2, "# Plan\n#private\n"),
        (1, "#draft #plan\n"),
        (1, "@private\n"),
        (1, ":::private\nx\n:::\n"),
        (1, "{: .private }\ntext\n"),
        (1, "[comment]: # (draft)\n"),
        (3, "# Plan\n\nTLP:RED\n"),
        (1, "<b>Draft</b>\n"),
        (2, "> [!CAUTION]\n> Confidential\n"),
        (1, "!!! warning \"Confidential\"\n"),
        (1, ":::warning Confidential\nx\n:::\n"),
        (1, "<!-- DRAFT: do not publish -->\n# A\n"),
        (1, "{% comment %}private: true{% endcomment %}\n# A\n"),
        (4, "---\ntitle: x\n---\nCONFIDENTIAL\n"),
        (4, "---\ntitle: x\n---\n<!-- confidential -->\n"),
    ] {
        is_refused(text, line);
    }
}

#[test]
fn keys_of_other_programs_are_seen_wherever_a_file_may_begin_with_them() {
    for (line, text) in [
        (3, "= Title\nAlice <a@b.example>\n:private: true\n"),
        (3, "% title\n% author\n% private: true\n"),
        (2, "#+title: x\n#+draft: t\n"),
        (1, "#+hugo_draft: true\n"),
        (1, "export const private = true\n"),
        (1, "{% set private = true %}\n"),
        (1, "<front-matter private=true>\n"),
        (1, "<private>true</private>\n"),
        (1, "<table><tr><td>private</td><td>true</td></tr></table>\n"),
        (2, "Title: x\nStatus: hidden\n"),
        (1, "category: internal\n"),
        (1, "publishDate: 2999-01-01\n"),
        (3, "---\n%YAML 1.2\n---\nprivate: true\n---\n"),
        (8, "<div>\n\n# T\n\n</div>\n\n---\nprivate: true\n---\n"),
    ] {
        match of(text) {
            Err(error) => assert!(error.line == line || error.line == line + 1, "{text:?}: {error:?}"),
            Ok(front) => panic!("{text:?} came in: {front:?}"),
        }
    }
}

#[test]
fn text_about_such_things_is_imported() {
    for text in [
        "# Private\n\nWhat `private` means.\n",
        "# Draft releases\n\nA draft is not seen.\n",
        "# Issue states\n\n- Draft\n- Open\n",
        "- private\n- public\n",
        "# API\n\nSome text.\n\n```yaml\n---\nprivate: true\n---\n```\n",
        "# How\n\nFirst.\n\nThen, in a file:\n\ndraft = true\n",
        "# Private keys (RSA)\n",
        "# Secrets\n\nInternal links are links.\n",
        "[draft](https://a.example) is a link\n",
        "#private is a tag\n",
        "# T\n\nConfidential data is kept in a vault.\n",
        "Public: everybody\n",
        "Drafts are not shown:\n\n{{< code-toggle fm=true >}}\ntitle = 'A'\ndraft = true\n{{< /code-toggle >}}\n",
        "This went through <https://internals.example.com/t/draft/1>: yes\n",
        "Date: 2999-01-01\n\nThe meeting.\n",
    ] {
        is_imported(text);
    }
    let decided = of("---\nprivate: false\n---\nCONFIDENTIAL\n").unwrap();
    assert_eq!(decided.keys.private.map(|private| private.value), Some(false));
}
