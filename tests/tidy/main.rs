//! The house rules that a machine can check.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // What goes wrong here is a failed test.
#![allow(unreachable_pub)] // Shared by its modules.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Small numbers of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(PathBuf, String)> {
    let paths = ["src", "tests", "benches"].into_iter().flat_map(|folder| files(&root().join(folder), "rs"));
    paths.map(|path| (path.strip_prefix(root()).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())).collect()
}

/// The code of a file without its unit tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap()
}

#[test]
fn every_file_says_in_its_first_line_what_it_is_for() {
    for (path, text) in sources() {
        let first = text.lines().next().unwrap_or("");
        assert!(first.starts_with("//! ") && first.ends_with('.'), "{}: its first line is {first:?}", path.display());
        assert!(first.len() > 20, "{}: that says nothing", path.display());
    }
}

/// The messages of a language: file and key.
fn messages(language: &str) -> BTreeSet<(String, String)> {
    let files = std::fs::read_dir(root().join("locales").join(language)).unwrap();
    let keys = files.flat_map(|file| {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let is_message = |line: &&str| line.starts_with(|letter: char| letter.is_ascii_lowercase()) && line.contains(" = ");
        text.lines().filter(is_message).map(|line| (name.clone(), line.split(" = ").next().unwrap().to_owned())).collect::<Vec<_>>()
    });
    keys.collect()
}

#[test]
fn every_message_is_there_in_each_language_and_said_somewhere() {
    let english = messages("en");
    assert!(english.len() > 500, "{}", english.len());
    assert_eq!(english, messages("de"));
    let mut code: String = sources().into_iter().filter(|(path, _)| path.starts_with("src")).map(|(_, text)| text).collect();
    for template in std::fs::read_dir(root().join("templates")).unwrap() {
        code += &std::fs::read_to_string(template.unwrap().path()).unwrap();
    }
    for (file, key) in english {
        let call = format!(".{}(", key.replace('-', "_"));
        assert!(code.contains(&call), "{file}: nobody says {key}");
    }
}

/// A promise without its test is only a wish.
#[test]
fn every_promise_names_tests_that_are_there() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, promises) = text.split_once("## Promises").unwrap();
    let (promises, _) = promises.split_once("\n## ").unwrap();
    let tests: String = sources().into_iter().filter(|(path, _)| path.starts_with("tests")).map(|(_, text)| text).collect();
    let rows: Vec<&str> = promises.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Promise")).collect();
    assert!(rows.len() > 10);
    for row in rows {
        let named: Vec<&str> = row.trim_end_matches('|').rsplit_once('|').unwrap().1.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for name in named {
            assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
        }
    }
}

/// Imports point one way. What stands further to the left knows nothing of what stands to its right.
#[test]
fn imports_point_one_way() {
    const LAYERS: [(&str, usize); 19] = [
        ("plan", 0),
        ("capability", 0),
        ("outbound", 0),
        ("clock", 1),
        ("store", 2),
        ("lang", 2),
        ("ledger", 3),
        ("sheet", 4),
        ("view", 4),
        ("reader", 5),
        ("report", 4),
        ("mail", 5),
        ("config", 6),
        ("watch", 4),
        ("transfer", 4),
        ("web", 7),
        ("sample", 8),
        ("app", 9),
        ("cli", 10),
    ];
    let level: BTreeMap<&str, usize> = LAYERS.into_iter().collect();
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("src")) {
        let name = path.iter().nth(1).unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let Some(own) = level.get(name.as_str()) else { continue };
        for (number, line) in text.lines().enumerate() {
            for import in line.match_indices("crate::").map(|(at, word)| &line[at + word.len()..]) {
                let module: String = import.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let Some(other) = level.get(module.as_str()) else { continue };
                // `sheet` and `view` stand side by side; a module may always use itself.
                assert!(module == name || other < own, "{}:{}: {name} must not use {module}", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn the_plan_is_pure() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("src/plan")) {
        for word in [
            "tokio",
            "actix",
            "rusqlite",
            "std::time",
            "SystemTime",
            "std::fs",
            "std::net",
            "now_v7",
            "new_v4",
            "Timestamp::now",
            "getrandom",
            "tracing",
            "async ",
        ] {
            assert!(!code(&text).contains(word), "{}: {word} in the pure core", path.display());
        }
    }
}

#[test]
fn files_stay_readable() {
    let mut lengths = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if path.starts_with("src") {
            lengths.push(lines);
            // Each of these is about one thing: a list of cases that belong side by side.
            let lists = ["src/plan/value.rs", "src/plan/upload/mod.rs"];
            assert!(
                lines <= 420 || lists.iter().any(|list| path == Path::new(list)),
                "{}: {lines} lines; is it about one thing?",
                path.display()
            );
        }
        assert!(lines <= 700, "{}: {lines} lines", path.display());
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 170, "the median file has {median} lines");
}

#[test]
fn nothing_is_unfinished_or_left_over() {
    for (path, text) in sources() {
        if path.starts_with("tests/tidy") {
            continue;
        }
        for word in ["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "FIXME", "XXX", "println!(\"DEBUG"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn no_path_and_no_address_of_one_machine() {
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "Cargo.toml", "deny.toml", "tests/run.sh", ".ci/run"];
    let texts = documents.into_iter().map(|name| (PathBuf::from(name), std::fs::read_to_string(root().join(name)).unwrap()));
    for (path, text) in texts.chain(sources()).filter(|(path, _)| !path.starts_with("tests/tidy")) {
        for word in ["/work/", "/root/", "../shared", "/home/"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

/// Paths in the documents exist, so that nobody is sent where nothing is.
#[test]
fn paths_named_in_documents_exist() {
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        for word in text.split(|c: char| c.is_whitespace() || matches!(c, '`' | '(' | ')' | ',' | ';' | ':')) {
            let word = word.trim_end_matches('.');
            let is_path = ["src/", "tests/", "benches/", "migrations/", "sample/"].iter().any(|folder| word.starts_with(folder));
            if is_path && !word.contains(['*', '{', '<']) {
                assert!(root().join(word).exists(), "{name} names {word}, which is not there");
            }
        }
    }
}

/// Every cargo feature is explained where contributors look for it, and no release needs what only tests do.
#[test]
fn every_feature_is_explained() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let features = manifest["features"].as_table().unwrap();
    for name in features.keys().filter(|name| *name != "default") {
        assert!(text.contains(&format!("`{name}`")), "CONTRIBUTING.md does not say what the feature {name} is for");
    }
    let default = features["default"].as_array().unwrap();
    assert!(!default.iter().any(|name| name.as_str() == Some("full-tests")));
}

/// Every dependency has its line in ARCHITECTURE.md, and every one named there is one.
#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for section in ["dependencies", "dev-dependencies"] {
        for name in manifest[section].as_table().unwrap().keys() {
            assert!(text.contains(&format!("`{name}`")), "ARCHITECTURE.md does not say what {name} is for");
        }
    }
}
