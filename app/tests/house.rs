//! Rules of the house that a test can hold: rings, names and sizes of files, what may not stand in the source.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn files(below: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()));
        for entry in entries.unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(below), ending, &mut found);
    found
}

/// Our own crates that a manifest depends on, development dependencies left out.
fn depends(manifest: &Path, own: &BTreeSet<String>) -> BTreeSet<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let dependencies =
        text.split("\n[dependencies]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
    dependencies
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| own.contains(*name))
        .map(ToOwned::to_owned)
        .collect()
}

fn crates(folder: &str) -> BTreeSet<String> {
    std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn the_rings_hold() {
    let (kits, features, adapters) = (crates("crates"), crates("features"), crates("adapters"));
    let own: BTreeSet<String> = kits.iter().chain(&features).chain(&adapters).cloned().collect();
    let allowed = |folder: &str, name: &str| -> BTreeSet<String> {
        let below: &[&str] = match (folder, name) {
            ("crates", "kernel") => &[],
            ("crates", "telemetry") => &["kernel"],
            ("crates", "db") => &["kernel", "telemetry"],
            ("crates", "runtime") => &["kernel", "telemetry", "db"],
            ("crates", _) | ("adapters", _) => &["kernel", "telemetry", "db", "runtime"],
            _ => &["kernel", "telemetry", "db", "runtime", "web"],
        };
        below.iter().map(|name| (*name).to_owned()).collect()
    };
    for (folder, names) in [("crates", &kits), ("features", &features), ("adapters", &adapters)] {
        for name in names {
            let used = depends(&root().join(folder).join(name).join("Cargo.toml"), &own);
            let forbidden: Vec<&String> =
                used.iter().filter(|used| !allowed(folder, name).contains(*used)).collect();
            assert!(forbidden.is_empty(), "{folder}/{name} may not depend on {forbidden:?}");
        }
    }
}

const ROLES: [&str; 11] =
    ["mod", "model", "rules", "store", "commands", "queries", "rest", "admin", "storefront", "jobs", "cli"];

#[test]
fn slices_hold_only_files_with_known_roles() {
    let known = |name: &str| {
        ROLES.iter().any(|role| name == *role || name.starts_with(&format!("{role}_")))
            || matches!(name, "filters" | "verify" | "tests")
            || name.starts_with("on_")
    };
    for path in files("features", ".rs") {
        let parts: Vec<String> = path
            .strip_prefix(root())
            .unwrap()
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        // features/NAME/src/SLICE/…/FILE.rs; the crate's own files and its tests have other names.
        if parts.get(2).is_some_and(|part| part == "src") && parts.len() > 4 && parts[3] != "tests" {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(known(&name), "{}: not a role of a slice", path.display());
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for folder in ["crates", "features", "adapters", "app", "sim"] {
        for path in files(folder, ".rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.lines().count() <= 500, "{} has more than 500 lines", path.display());
            assert!(text.starts_with("//!"), "{} does not say what it is", path.display());
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    let forbidden = ["todo!(", "unimplemented!(", "#[ignore", "FIXME", "XXX:", "dbg!("];
    for folder in ["crates", "features", "adapters", "app/src", "sim"] {
        for path in files(folder, ".rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for word in forbidden {
                assert!(!text.contains(word), "{} holds {word}", path.display());
            }
        }
    }
}

#[test]
fn pages_carry_neither_scripts_nor_styles_of_their_own() {
    for folder in ["features", "web-assets/templates"] {
        for path in files(folder, ".html") {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.display();
            // Mail is read where no stylesheet reaches.
            if text.contains("{# A letter")
                || name.to_string().contains("/letters/")
                || name.to_string().contains("letter")
            {
                continue;
            }
            assert!(
                !text.contains(" style=\""),
                "{name}: a style attribute is stopped by the content security policy"
            );
            assert!(!text.contains(" onclick="), "{name}: a handler in the page is stopped by the policy");
            let scripts = text.matches("<script").count();
            let harmless = text.matches("<script src=").count()
                + text.matches("<script type=\"application/json\"").count();
            assert_eq!(scripts, harmless, "{name}: a script in the page is stopped by the policy");
        }
    }
}

#[test]
fn forms_carry_the_token_of_the_login() {
    // Whoever sends these is not logged in, or is known by what stands in the address.
    let open =
        ["/my-account/login", "/my-account/register", "/admin/login", "/unsubscribe/", "/test-gateway/"];
    for folder in ["features", "web-assets/templates"] {
        for path in files(folder, ".html") {
            let text = std::fs::read_to_string(&path).unwrap();
            for form in text.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next()) {
                let head = form.split('>').next().unwrap();
                if head.contains("method=\"post\"") && !open.iter().any(|address| head.contains(address)) {
                    assert!(
                        form.contains("name=\"_csrf\""),
                        "{}: the form {head} has no _csrf",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let root = root();
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
    for document in documents {
        let Ok(text) = std::fs::read_to_string(root.join(document)) else { continue };
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            assert!(root.join(path).exists(), "{document} names {path}, which is not there");
        }
    }
}

#[test]
fn the_readme_names_every_variable() {
    let root = root();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut variables = BTreeSet::new();
    for source in ["app/src/configuration.rs", "app/src/commands/mod.rs"] {
        let text = std::fs::read_to_string(root.join(source)).unwrap();
        let quoted = text.split('"').filter(|part| part.starts_with("CARTWRIGHT_") && !part.contains(' '));
        variables.extend(quoted.map(str::to_owned));
    }
    assert!(variables.len() > 20, "{variables:?}");
    let missing: Vec<&String> =
        variables.iter().filter(|name| !readme.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "README.md does not name {missing:?}");
}

/// What is compared with `==` or `!=` in a line: the name right before and the expression right after.
fn compared(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let name = |character: char| character.is_alphanumeric() || "_.".contains(character);
    let mut found = Vec::new();
    for sign in [" == ", " != "] {
        for (place, _) in code.match_indices(sign) {
            let before: String = code[..place]
                .trim_end_matches(['(', ')', '?'])
                .chars()
                .rev()
                .take_while(|c| name(*c))
                .collect();
            let after = code[place + sign.len()..].trim_start_matches(['&', '*', '(']);
            found.push(before.chars().rev().collect());
            found.push(after.chars().take_while(|c| name(*c)).collect());
        }
    }
    found
}

/// True of what only tests are made of; judged within the repository, wherever that lies.
fn is_test(path: &Path) -> bool {
    let within = path.strip_prefix(root()).unwrap();
    let parts: Vec<String> = within.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let (file, folders) = parts.split_last().unwrap();
    let name = file.trim_end_matches(".rs");
    folders.iter().any(|folder| folder == "tests" || folder == "testing")
        || matches!(name, "tests" | "testing")
        || name.ends_with("_tests")
}

#[test]
fn secrets_are_compared_in_constant_time() {
    let secrets = ["token", "signature", "csrf", "nonce", "order_key", "password", "secret", "digest", "mac"];
    let is_secret = |operand: &str| {
        let last = operand
            .rsplit('.')
            .find(|part| !matches!(*part, "" | "as_str" | "as_deref" | "as_ref" | "as_bytes"));
        last.is_some_and(|last| {
            secrets.iter().any(|secret| last == *secret || last.ends_with(&format!("_{secret}")))
        })
    };
    assert!(
        compared("if call.token() == stored.order_key {").iter().filter(|operand| is_secret(operand)).count()
            == 2
    );
    let mut read = BTreeSet::new();
    for folder in ["crates", "features", "adapters", "app/src"] {
        for path in files(folder, ".rs").into_iter().filter(|path| !is_test(path)) {
            read.insert(path.strip_prefix(root()).unwrap().to_path_buf());
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let secret = compared(line).into_iter().find(|operand| is_secret(operand));
                assert!(secret.is_none(), "{}: use kernel::hash::same: {}", path.display(), line.trim());
            }
        }
    }
    assert!(read.len() > 300, "only {} files were read", read.len());
    for looked_at in ["adapters/testpay/src/webhook.rs", "features/woocommerce/src/calls/rules.rs"] {
        assert!(read.contains(Path::new(looked_at)), "{looked_at} was not read");
    }
}

#[test]
fn tests_are_known_by_their_place_in_the_repository() {
    let is_one = |path: &str| is_test(&root().join(path));
    for test in [
        "features/a/src/b/tests.rs",
        "features/a/src/b/rules_tests.rs",
        "features/a/tests/b.rs",
        "crates/db/src/testing.rs",
    ] {
        assert!(is_one(test), "{test}");
    }
    for other in
        ["adapters/testpay/src/lib.rs", "features/a/src/latest/mod.rs", "features/a/src/attestation.rs"]
    {
        assert!(!is_one(other), "{other}");
    }
}

#[test]
fn only_what_the_program_wrote_itself_is_put_into_a_page_unescaped() {
    // Rendered fragments, and JSON whose `<` is written as an escape.
    let known = ["{{ piece|safe }}", "{{ variations|safe }}"];
    for folder in ["features", "web-assets/templates"] {
        for path in files(folder, ".html") {
            let text = std::fs::read_to_string(&path).unwrap();
            let raw = known.iter().fold(text, |text, known| text.replace(known, ""));
            assert!(
                !raw.contains("|safe") && !raw.contains("| safe") && !raw.contains("autoescape"),
                "{}",
                path.display()
            );
        }
    }
}
