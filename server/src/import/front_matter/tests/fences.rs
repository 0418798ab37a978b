//! Where front matter begins and ends.

use super::{is_imported, is_refused, of, private};

#[test]
fn front_matter_in_yaml_toml_and_json_is_read_as_what_it_is() {
    for text in [
        "---\nprivate: true\n---\nText",
        "---  \r\nprivate: true\r\n---\r\nText",
        "---\nprivate: yes\n...\nText",
        "---\n\n# comment\nprivate: \"true\"\n---\nText",
        "---\n{ private: true }\n---\nText",
        "---\n\tprivate: true\n---\nText",
        "---\nx: &x { private: true }\n<<: *x\nprivate: true\n---\nText",
        "+++\nprivate = true\n+++\nText",
        "+++\r\ntitle = \"x\"\r\nprivate = true # so\r\n+++\r\nText",
        "+++\nprivate = true\n[params]\nx = 1\n+++\nText",
        "{ \"private\": true }\nText",
        "{\n  \"title\": \"a } b\",\n  \"private\": true\n}\n\nText",
        "\u{feff}+++\nprivate = true\n+++\nText",
        "\n\n{\"private\": true}\nText",
    ] {
        let front = of(text).unwrap();
        assert!(front.keys.private.is_some_and(|private| private.value), "{text:?}");
        assert_eq!(front.body.trim(), "Text", "{text:?}");
    }
}

#[test]
fn front_matter_that_does_not_stand_at_the_first_byte_is_read_where_that_is_certain() {
    for before in [
        "\n",
        "\r\n\r\n",
        " \n",
        " ",
        "  ",
        "\u{a0}",
        "\u{200b}",
        "\u{feff}",
        "\u{feff}\u{feff}",
        "\u{2060}\n",
        "\u{ad}",
        "\u{3000}",
        "\t\n",
        "<!-- markdownlint-disable -->\n",
        "<!-- Copyright\n 2026 -->\n\n",
        "{/* a comment */}\n",
        "%% note %%\n",
        "\u{feff}\n\u{200b}\n",
        "\u{c}",
        "\u{85}",
        "\u{2028}",
    ] {
        for block in ["---\nprivate: true\n---\n", "+++\nprivate = true\n+++\n"] {
            let text = format!("{before}{block}Text");
            assert_eq!(private(&text), Ok(Some(true)), "{text:?}");
        }
    }
    for text in [
        "---\rprivate: true\r---\rText",
        "+++\rprivate = true\r+++\rText",
        "{\r\"private\": true\r}\rText",
    ] {
        let front = of(text).unwrap();
        assert!(
            front.keys.private.is_some_and(|private| private.value) && front.body == "Text",
            "{text:?}"
        );
    }
    assert_eq!(private(" ---\n private: true\n ---\nText"), Ok(Some(true)));
}

const SUSPECT: &[(&str, usize)] = &[
    ("----\nprivate: true\n----\n", 1),
    ("-----\ntitle: x\n-----\n", 1),
    ("++++\nprivate = true\n++++\n", 1),
    ("--- yaml\nprivate: true\n---\n", 1),
    ("---yaml\ntitle: x\n---\n", 1),
    ("---toml\nprivate = true\n---\n", 1),
    ("--- # meta\nprivate: true\n---\n", 1),
    (";;;\n\"private\": true\n;;;\n", 1),
    ("\u{2014}\nprivate: true\n\u{2014}\n", 1),
    ("\u{2014}-\nprivate: true\n---\n", 1),
    ("private: true\n\nText", 1),
    ("title: x\nprivate: true\n\nText", 2),
    ("Title: x\nAuthor: y\nAccess: members\n\nText", 3),
    ("title: x\n\nprivate: true\n", 3),
    ("private = true\n", 1),
    ("private: true\n---\nText", 1),
    ("---\nprivate: true\nText", 1),
    ("---\nprivate: true\n----\nText", 1),
    ("+++\nprivate = true\n---\nText", 1),
    ("---\nprivate = true\n---\n", 2),
    ("---\ntitle = \"x\"\n---\n", 2),
    ("+++\nprivate: true\n+++\n", 2),
    ("---\nprivate: true\n title: x\n---\n", 3),
    ("---\ntitle: x\ngroups: [a, b\nprivate: true\n---\n", 4),
    ("---\nprivate: true\nprivate: false\n---\n", 3),
    ("+++\ntitle = \"x\"\nprivate = yes\n+++\n", 3),
    ("{ \"private\": true\nText", 2),
    ("{\n  \"title\": \"x\",\n  \"private\": true,\n}\nText", 4),
    ("{ private: true }\nText", 1),
    ("{ \"private\": true } Text", 1),
    ("{ \"private\": true, \"private\": false }\n", 1),
    ("[{ \"private\": true }]\n", 1),
    ("```yaml\nprivate: true\n```\n", 1 + 1),
    ("```\n---\nprivate: true\n---\n```\n", 3),
    ("```yaml\n+++\nprivate = true\n+++\n```\n", 3),
    ("yaml\nprivate: true\n\nText", 2),
    ("params.private: true\n\nText", 1),
    ("~~~ toml\nprivate = true\n~~~\n", 2),
    ("    ---\n    private: true\n    ---\n", 1),
    ("\t---\n\tprivate: true\n\t---\n", 1),
    ("<!--\nprivate: true\n-->\nText", 2),
    ("<!-- private -->\nText", 1),
    ("<!--\n---\nconfidential: true\n---\n-->\nText", 3),
    ("{/* private: true */}\nText", 1),
    ("%% private: true %%\nText", 1),
    ("[//]: # (private: true)\nText", 1),
    ("[_metadata_:private]:- \"true\"\nText", 1),
    (":private: true\nText", 1),
    ("> private: true\n\nText", 1),
    ("- private: true\n\nText", 1),
    ("**Private**: yes\n\nText", 1),
    ("| visibility | private |\n|---|---|\n", 1),
    ("% private: true\nText", 1),
    ("@private: true\nText", 1),
    ("***\nprivate: true\n***\n", 2),
    ("===\nvisibility: internal\n===\n", 2),
    ("# Title\n\nprivate: true\n\nText", 3),
    ("# Title\n---\nprivate: true\n---\nText", 3),
    ("Title\n=====\n\n---\nprivate: true\n---\nText", 5),
    ("---\ntitle: x\n---\n---\nprivate: true\n---\nText", 5),
    ("---\ntitle: x\n---\n\nprivate: true\n\nText", 5),
    ("+++\ntitle = \"x\"\n+++\n---\nprivate: true\n---\nText", 5),
    ("pirvate: true\n\nText", 1),
    ("groups: [HR]\n\nText", 1),
    ("draft: true\n\nText", 1),
    ("published: false\n\nText", 1),
    ("confidential: true\n", 1),
    ("---\u{2028}private: true\u{2028}---\nText", 1),
];

#[test]
fn what_looks_like_front_matter_and_is_not_understood_is_refused_by_line() {
    for (text, line) in SUSPECT.iter().copied() {
        is_refused(text, line);
    }
}

#[test]
fn a_letter_that_begins_with_a_line_and_is_no_front_matter_is_imported() {
    for text in [
        "---\n\nDear all,\n\nhere is the news.\n",
        "---\nDear all, here is the news.\n\n---\n\nYours",
        "---\n\n# A heading\n\nText\n\n---\n\nText: more\n",
        "---\n- one\n- two\n---\nText",
        "---\n",
        "***\n\nText",
        "- - -\n\nText",
        "# Title\n\nText: with a colon\n",
        "# Title\n\n---\n\nText\n\n---\n",
        "Title\n---\n\nText",
        "Dear Bob: hello\n\nText",
        "To: Bob\nFrom: Alice\nSubject: lunch\n\nText",
        "{% raw %}\nText\n{% endraw %}\n",
        "{:.no_toc}\n# Title\n",
        "{{ shortcode }}\nText",
        "<!-- prettier-ignore-start -->\n# Title\n",
        "```yaml\ntitle: x\nkind: Service\n```\n",
        "# Hiding pages\n\nWrite `private: true` to hide a page.\n\n```yaml\n---\nprivate: true\n---\n```\n",
        "# Roles\n\nAccess: ask Bob.\n",
        "Private rooms are booked at the desk: ask there.\n",
        "https://example.com/a?private=1\n",
        "",
        "\n\n",
        "| a | b |\n|---|---|\n| private | x |\n",
    ] {
        is_imported(text);
    }
}

#[test]
fn lines_are_those_of_the_file_and_bodies_begin_where_they_do() {
    let front = of("\n\n---\ntitle: x\nid: 7\n---\nText").unwrap();
    assert_eq!(
        (front.keys.id.unwrap().line, front.body_line, &*front.body),
        (5, 7, "Text")
    );
    let front = of("{\n  \"a\": { \"b\": 1 },\n  \"id\": 7\n}\nText").unwrap();
    assert_eq!(
        (front.keys.id.unwrap().line, front.body_line, &*front.body),
        (3, 5, "Text")
    );
    let front = of("+++\na = 1\n\nid = 7\n+++\nText").unwrap();
    assert_eq!((front.keys.id.unwrap().line, front.body_line), (4, 6));
    let title = |text: &str| of(text).unwrap().keys.title.unwrap().value;
    assert_eq!(title("---\ntitle: 1.10\n---\n"), "1.10");
    assert_eq!(title("---\ntitle: 007\n---\n"), "007");
    assert_eq!(title("---\ntitle: true\n---\n"), "true");
    assert!(of("---\ntitle: [a]\n---\n").is_err());
}

proptest::proptest! {
    /// Whatever stands around it: only what was understood, or nothing.
    #[test]
    fn a_line_private_at_the_beginning_is_never_passed_by(
        before in "[\u{200b}\u{feff}\u{a0} \n]{0,3}",
        fence in "[-+;~*=#%/`'\"<>!{}()\\[\\]|:.,_@&$^\u{2014}]{0,5}( ?(yaml|toml|json|meta))?",
        indent in "[ \t]{0,5}",
        key in "(private|Private|PRIVATE|is_private|confidential|hidden|params\\.private)",
        separator in "( ?: |=| = |: \")",
        value in "(true|True|yes|on)",
        end in "[-+;~*=`\"%>\u{2014}]{0,5}",
    ) {
        let text = format!("{before}{fence}\n{indent}{key}{separator}{value}\n{end}\nText\n");
        let read = private(&text);
        proptest::prop_assert!(read.is_err() || read == Ok(Some(true)), "{text:?}: {read:?}");
    }

    #[test]
    fn no_text_stops_the_program_and_nothing_of_it_is_lost(text in "\\PC{0,20}(\n[-+{}:=a \\t\"\\[\\]|%<!>*/]{0,12}){0,8}") {
        if let Ok(front) = of(&text) {
            proptest::prop_assert!(text.ends_with(&*front.body), "{text:?}: {front:?}");
        }
    }
}
