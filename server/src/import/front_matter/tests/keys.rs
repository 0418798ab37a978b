//! Portico's own keys, and messages about their values.

use super::{FileError, OwnKeys, is_refused, of};

#[test]
fn an_id_is_a_number_or_another_programs_word() {
    let id = |value: &str| of(&format!("---\nid: {value}\n---\n")).map(|front| front.keys.id.map(|id| id.value));
    for (value, number) in [("12", 12), ("1", 1), ("\"12\"", 12), ("1000000000", 1_000_000_000)] {
        assert_eq!(id(value), Ok(Some(number)), "{value}");
    }
    for word in [
        "intro",
        "getting-started",
        "1.2",
        "1e3",
        "a12",
        "2024-01-01",
        "\"\"",
        "~",
        "true",
        "[1]",
        "0x10",
        "12a",
        "f3b1c2d4-0000",
        "१",
    ] {
        assert_eq!(id(word), Ok(None), "{word}");
    }
    for (bad, shown) in [
        ("0", "write 1 or more"),
        ("-5", "write 1 or more"),
        ("0700", "write `id: 700`"),
        ("\"007\"", "write `id: 7`"),
        ("1000000001", "at most 1000000000"),
        ("9223372036854775807", "at most 1000000000"),
        ("9223372036854775808", "at most 1000000000"),
        ("99999999999999999999999999", "at most 1000000000"),
        ("202406011230", "at most 1000000000"),
    ] {
        let error = id(bad).unwrap_err();
        assert!(error.line == 2 && error.message.contains(shown), "{bad}: {error:?}");
    }
    assert_eq!(of("+++\nid = 9223372036854775807\n+++\n").unwrap_err().line, 2);
    assert!(of("+++\nid = 99999999999999999999\n+++\n").is_err());
}

#[test]
fn groups_are_a_list_or_one_word_and_never_two_in_one() {
    let groups = |value: &str| {
        of(&format!("---\ngroups: {value}\n---\n")).map(|front| front.keys.groups.map(|groups| groups.value))
    };
    assert_eq!(groups("Sales"), Ok(Some(vec!["Sales".to_owned()])));
    assert_eq!(
        groups("[Sales, R&D]"),
        Ok(Some(vec!["Sales".to_owned(), "R&D".to_owned()]))
    );
    assert_eq!(groups("[]"), Ok(Some(vec![])));
    for (bad, shown) in [
        ("Sales, Support", "`groups: [Sales, Support]`"),
        ("Sales; Support", "`groups: [Sales, Support]`"),
        ("Sales,Support", "`groups: [Sales, Support]`"),
        ("\"Sales, Support\"", "`groups: [Sales, Support]`"),
        ("[1234]", "the number `1234`: write it in quotes, `\"1234\"`"),
        ("1234", "the number `1234`"),
        ("[Sales, 007.5]", "in quotes"),
        ("[true]", "`true`"),
        ("[~]", "`null`"),
        ("[[Sales]]", "no name"),
        ("{ a: b }", "no name"),
        ("", "write `[]` for none"),
    ] {
        let error = groups(bad).unwrap_err();
        assert!(error.line == 2 && error.message.contains(shown), "{bad}: {error:?}");
    }
    assert_eq!(
        of("---\ntitle: x\ngroups:\n  - Sales\n  - 1234\n---\n")
            .unwrap_err()
            .line,
        5
    );
    assert_eq!(
        of("{\n\"title\": \"x\",\n\"groups\": \"A, B\"\n}\n").unwrap_err().line,
        3
    );
}

#[test]
fn an_empty_private_is_a_mistake_and_not_public() {
    for empty in [
        "private:",
        "private: ",
        "private: ~",
        "private: null",
        "private: # later",
        "\"private\":",
    ] {
        let error = of(&format!("---\ntitle: x\n{empty}\ngroups: a\n---\n")).unwrap_err();
        let expected = FileError {
            line: 3,
            message: "`private` is empty: write `true` or `false`".to_owned(),
        };
        assert_eq!(error, expected, "{empty}");
    }
    for odd in ["\"\"", "''", "[]", "{}", "perhaps", "1", "0", "truee"] {
        is_refused(&format!("---\nprivate: {odd}\n---\n"), 2);
    }
}

#[test]
fn a_slip_is_a_mistake_and_a_word_of_another_program_is_none() {
    for (slip, meant) in [
        ("ID", "id"),
        ("titel", "title"),
        ("Title", "title"),
        ("ower", "owner"),
        ("owners", "owner"),
        ("onwer", "owner"),
        ("grups", "groups"),
        ("group", "groups"),
        ("foldr", "folder"),
        ("privat", "private"),
        ("pirvate", "private"),
        ("prviat", "private"),
        ("privacy", "private"),
        ("Private", "private"),
        ("pri\u{200b}vate", "private"),
        ("\u{440}rivate", "private"),
        ("ownername", "owner_name"),
        ("Owner-Name", "owner_name"),
        ("onwer_nam", "owner_name"),
    ] {
        let error = of(&format!("---\n{slip}: true\n---\n")).unwrap_err();
        assert!(error.line == 2, "{slip}: {error:?}");
        let has_value = error.message.contains(&format!("did you mean `{meant}`?"))
            || error.message.contains("write `private: true`");
        assert!(has_value, "{slip}: {error:?}");
    }
    let foreign = "order other cover power number file time site subtitle footer header fold props primary provider priority \
        parent author user_name author_name tags date slug layout lang idx nav_order hide_title owner_email";
    for foreign in foreign.split_whitespace() {
        let text = format!("---\n{foreign}: 3\n---\n");
        assert_eq!(of(&text).map(|front| front.keys), Ok(OwnKeys::default()), "{foreign}");
    }
}

#[test]
fn a_message_of_a_parser_has_one_line_number_and_no_advice_for_programmers() {
    for (text, line, message) in [
        (
            "---\na: 1\na: 2\n---\n",
            3,
            "front matter is no YAML: duplicate mapping key: a",
        ),
        (
            "---\ntitle: \"x\n---\n",
            3,
            "front matter is no YAML: invalid indentation in multiline quoted scalar",
        ),
        (
            "+++\ntitle = \"x\nb = 1\n+++\n",
            2,
            "front matter is no TOML: invalid basic string, expected `\"`",
        ),
        (
            "{ \"a\": 1,\n \"b\": tru }\n",
            2,
            "front matter is no JSON: expected ident",
        ),
    ] {
        let message = message.to_owned();
        assert_eq!(of(text), Err(FileError { line, message }));
    }
}
