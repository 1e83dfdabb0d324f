//! What podmux is built from: licences that its own allows, one TLS provider, nothing that was decided against.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::oracle::metadata;

/// Licences under which a part may be given on with MIT OR Apache-2.0.
const ALLOWED: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that must not come in: a second TLS provider or parser of YAML, a clipboard that wants a display, a Windows-only terminal.
const REFUSED: [&str; 6] = [
    "aws-lc-rs",
    "openssl",
    "native-tls",
    "serde_yaml",
    "arboard",
    "termion",
];

/// The packages that this platform's build resolves to.
fn packages() -> Vec<Value> {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let built: BTreeSet<&str> = nodes
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| built.contains(package["id"].as_str().unwrap_or_default()))
        .cloned()
        .collect()
}

/// Whether each part of a conjunction offers an allowed choice; `/` is how old manifests wrote OR.
fn is_allowed(licence: &str) -> bool {
    let licence = licence.replace(" / ", "/").replace('/', " OR ");
    licence.split(" AND ").all(|part| {
        part.trim_matches(['(', ')'])
            .split(" OR ")
            .any(|choice| ALLOWED.contains(&choice.trim_matches(['(', ')'])))
    })
}

#[test]
fn every_licence_is_compatible_with_ours() {
    let packages = packages();
    assert!(packages.len() > 100, "{} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !is_allowed(package["license"].as_str().unwrap_or_default()))
        .map(|package| format!("{} {}", package["name"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
    assert!(!is_allowed("GPL-3.0 AND MIT") && is_allowed("(MIT OR GPL-3.0) AND ISC"));
}

#[test]
fn nothing_comes_in_that_was_decided_against() {
    let packages = packages();
    let names: Vec<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    for refused in REFUSED {
        assert!(!names.contains(&refused), "{refused}");
    }
    let vt100 = names.iter().filter(|name| **name == "vt100").count();
    assert_eq!(vt100, 1, "one pane engine");
}
