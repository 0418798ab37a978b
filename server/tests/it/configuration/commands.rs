//! What the commands report about a configuration, and their exit status.

use super::GOOD;
use crate::support::Program;

#[test]
fn check_reports_all_mistakes_and_exits_with_2() {
    let program = Program::new();
    program.write("portico.toml", "listen = \"nowhere\"\ncolour = 1\n");
    let checked = program.run(&["check"]);
    assert_eq!(checked.code, 2);
    assert!(checked.stdout.is_empty());
    assert_eq!(checked.stderr.lines().count(), 2, "{}", checked.stderr);
    let as_json = program.run(&["check", "--json"]);
    assert_eq!(as_json.code, 2);
    let report: serde_json::Value = serde_json::from_str(&as_json.stdout).unwrap();
    assert_eq!(
        (&report["ok"], &report["problems"][0]["line"]),
        (&false.into(), &1.into()),
        "{report}"
    );
    program.write("policies/broken.cedar", "permit(");
    let both = program.run(&["check"]);
    assert!(
        both.code == 2 && both.stderr.contains("broken.cedar"),
        "{}",
        both.stderr
    );
    assert_eq!(
        both.stderr
            .lines()
            .filter(|line| line.starts_with("portico.toml:"))
            .count(),
        2
    );
    let missing = program.run(&["check", "--config", "nothing.toml"]);
    assert!(
        missing.code == 2 && missing.stderr.starts_with("nothing.toml: "),
        "{}",
        missing.stderr
    );
}

#[test]
fn check_finds_nothing_wrong_with_a_good_file() {
    let program = Program::new();
    program.write("portico.toml", GOOD);
    let checked = program.run(&["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));
}

#[test]
fn im_3_check_tries_where_files_are_stored() {
    let program = Program::new();
    let with = |files: &str| program.write("portico.toml", &format!("{GOOD}\n[files]\n{files}\n"));
    with("kind = \"folder\"\nfolder = \"data/files\"");
    let checked = program.run(&["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));
    program.write("a-file", "");
    with("kind = \"folder\"\nfolder = \"a-file/files\"");
    let checked = program.run(&["check"]);
    assert_eq!(checked.code, 1);
    assert!(
        checked
            .stderr
            .contains("the folder `a-file/files` (`files.folder`) cannot be written"),
        "{}",
        checked.stderr
    );
    // Nobody listens on this port.
    with(
        "kind = \"s3\"\nendpoint = \"http://127.0.0.1:9\"\nbucket = \"papers\"\nregion = \"x\"\naccess_key_id = \"k\"\nsecret_access_key = \"not-to-be-shown\"",
    );
    let checked = program.run(&["check", "--json"]);
    assert_eq!(checked.code, 1);
    assert!(
        checked
            .stdout
            .contains("the bucket `papers` at `http://127.0.0.1:9/` (`files.bucket`) cannot be used"),
        "{}",
        checked.stdout
    );
    assert!(!checked.stdout.contains("not-to-be-shown"));
}

/// A note is no mistake: the rules are in force, and lists are slow for those they let in.
#[test]
fn fi_1_check_says_which_rules_make_lists_slow() {
    let program = Program::new();
    program.write("portico.toml", GOOD);
    program.write(
        "policies/slow.cedar",
        "@id(\"scans\") @because(\"x\")\npermit (principal, action, resource)\nwhen { resource.title like \"Pub*\" };\n\
         @id(\"odd\") @because(\"x\")\npermit (principal, action, resource)\nwhen { resource.title == resource.folder };\n",
    );
    let checked = program.run(&["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));
    let notes: Vec<&str> = checked
        .stdout
        .lines()
        .filter(|line| line.starts_with("note: "))
        .collect();
    let of_rule = |line: &str, rule: &str, what: &str| {
        let found = notes
            .iter()
            .filter(|note| note.contains(&format!("slow.cedar:{line}:1: rule `{rule}`: ")));
        assert_eq!(found.filter(|note| note.contains(what)).count(), 1, "{notes:#?}");
    };
    of_rule("1", "scans", "no index leads to the documents it permits");
    of_rule("4", "odd", "cannot be translated for the database");
    assert_eq!(notes.len(), 2, "the rules that are shipped need no advice");
    let as_json = program.run(&["check", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&as_json.stdout).unwrap();
    let listed = report["notes"].as_array().unwrap();
    assert_eq!((as_json.code, listed.len()), (0, 2), "{report}");
    assert!(
        notes
            .iter()
            .all(|note| listed.iter().any(|listed| note.ends_with(listed.as_str().unwrap())))
    );
}

#[test]
fn serving_with_a_mistake_opens_no_port() {
    let program = Program::new();
    program.write("portico.toml", "colour = 1\n");
    let served = program.run(&["serve"]);
    assert_eq!(served.code, 2);
    assert!(
        served.stderr.starts_with("portico.toml:1: colour: "),
        "{}",
        served.stderr
    );
    assert!(!program.exists("data"), "a database was made");
    let nobody = Program::new().run(&["serve"]);
    assert!(
        nobody.code == 2 && nobody.stderr.contains("--demo"),
        "{}",
        nobody.stderr
    );
}

#[test]
fn check_and_serve_refuse_a_site_without_a_provider_alike() {
    let program = Program::new();
    let alike = |arguments: &[&str]| {
        let [checked, served] = ["check", "serve"].map(|command| program.run(&[&[command][..], arguments].concat()));
        assert_eq!((checked.code, checked.stdout.as_str()), (2, ""), "{}", checked.stderr);
        assert_eq!((served.code, &served.stderr), (2, &checked.stderr));
        checked.stderr
    };
    let nobody = "portico.toml: providers: nobody could sign in — add a `[[providers]]` table (see docs/configuration.md), or try `portico serve --demo`\n";
    assert_eq!(alike(&[]), nobody);
    program.write("portico.toml", "[session]\nidle = \"1h\"\n");
    assert_eq!(alike(&[]), nobody);
    program.write("other.toml", "");
    assert_eq!(
        alike(&["--config", "other.toml"]),
        nobody.replace("portico.toml:", "other.toml:")
    );
    let as_json = program.run(&["check", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&as_json.stdout).unwrap();
    assert_eq!(
        (as_json.code, &report["ok"], &report["problems"][0]["key"]),
        (2, &false.into(), &"providers".into()),
        "{report}"
    );
    assert_eq!(program.run(&["check", "--demo"]).code, 0, "the demo brings one");
    assert!(!program.exists("data"), "a database was made");
}

#[test]
fn every_command_has_help_with_an_example() {
    let program = Program::new();
    for command in [&["serve"][..], &["check"], &["import"], &["config", "reference"]] {
        let help = program.run(&[command, &["--help"]].concat());
        assert!(
            help.code == 0 && help.stdout.contains("Example"),
            "{command:?}: {}",
            help.stdout
        );
    }
    assert_eq!(program.run(&["fly"]).code, 2);
}

#[test]
fn serving_with_wrong_rules_opens_no_port() {
    let program = Program::new();
    program.write("policies/broken.cedar", "permit(");
    for demo in [&["serve", "--demo"][..], &["serve"]] {
        // A port that somebody has: taking it would be expected instead.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = taken.local_addr().unwrap().to_string();
        let served = program.run_with(
            demo,
            &[
                ("PORTICO_LISTEN", &taken),
                ("PORTICO_METRICS_LISTEN", &taken),
                ("PORTICO_PROVIDERS_0_ID", "a"),
                ("PORTICO_PROVIDERS_0_ISSUER", "https://a.example"),
                ("PORTICO_PROVIDERS_0_CLIENT_ID", "p"),
            ],
        );
        assert!(
            served.code == 2 && served.stderr.contains("broken.cedar"),
            "{}: {}",
            served.code,
            served.stderr
        );
    }
    assert!(!program.exists("data"), "a database was made");
}
