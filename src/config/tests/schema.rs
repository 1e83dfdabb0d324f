//! What the schema takes is what the reader takes, as far as a schema can say it.

use serde_json::Value;

use super::{CHANGED, WRONG_VALUES};
use crate::config::Config;

/// Whether a value is as a schema says. Knows the words that ours uses, and fails on any other.
fn fits(schema: &Value, value: &Value, root: &Value) -> bool {
    let Some(rules) = schema.as_object() else {
        return schema == &Value::Bool(true);
    };
    rules.iter().all(|(rule, of)| match rule.as_str() {
        "$defs"
        | "$schema"
        | "writeOnly"
        | "title"
        | "description"
        | "default"
        | "format"
        | "properties"
        | "additionalProperties" => true,
        "$ref" => {
            let path = of.as_str().unwrap().trim_start_matches('#');
            fits(root.pointer(path).unwrap(), value, root)
        }
        "anyOf" => of
            .as_array()
            .unwrap()
            .iter()
            .any(|one| fits(one, value, root)),
        "oneOf" => {
            let all = of.as_array().unwrap().iter();
            all.filter(|one| fits(one, value, root)).count() == 1
        }
        "type" => match of.as_array() {
            Some(types) => types.iter().any(|of| is_a(of, value)),
            None => is_a(of, value),
        },
        "const" => of == value,
        "enum" => of.as_array().unwrap().contains(value),
        "pattern" => value.as_str().is_none_or(|text| {
            regex::Regex::new(of.as_str().unwrap())
                .unwrap()
                .is_match(text)
        }),
        "minLength" => value
            .as_str()
            .is_none_or(|text| text.len() as u64 >= of.as_u64().unwrap()),
        "minimum" => value.as_i64().is_none_or(|n| n >= of.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|n| n <= of.as_i64().unwrap()),
        "minItems" => value
            .as_array()
            .is_none_or(|all| all.len() as u64 >= of.as_u64().unwrap()),
        "uniqueItems" => value.as_array().is_none_or(|all| {
            all.iter()
                .enumerate()
                .all(|(at, one)| !all[..at].contains(one))
        }),
        "items" => value
            .as_array()
            .is_none_or(|all| all.iter().all(|one| fits(of, one, root))),
        other => panic!("`{other}` is not known here"),
    }) && members_fit(schema, value, root)
}

fn members_fit(schema: &Value, value: &Value, root: &Value) -> bool {
    let Some(members) = value.as_object() else {
        return true;
    };
    let others = schema
        .get("additionalProperties")
        .unwrap_or(&Value::Bool(true));
    members.iter().all(|(name, member)| {
        let of = schema.get("properties").and_then(|known| known.get(name));
        fits(of.unwrap_or(others), member, root)
    })
}

fn is_a(of: &Value, value: &Value) -> bool {
    match of.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("`{other}` is no type"),
    }
}

fn taken(text: &str) -> bool {
    let schema: Value = serde_json::from_str(Config::schema()).unwrap();
    let value: Value = toml::from_str(text).unwrap();
    fits(&schema, &value, &schema)
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let example = include_str!("../../../config.example.toml");
    for text in [
        example,
        CHANGED,
        "[ui]\nascii = false\n",
        "[ui]\nascii = \"auto\"\n",
    ] {
        assert!(taken(text), "{text}");
    }
}

/// What only the reader knows: bounds of durations and sizes, regular expressions, names of keys.
const BEYOND: [&str; 6] = [
    "[timeouts]\ngrace = \"2h\"",
    "[history]\nbytes_total = \"1B\"",
    "[guard]\ndeny = [\"(\"]",
    "[keys]\nprefix = \"crtl-g\"",
    "[keys]\ncancel = \"retrun\"",
    "[keys]\nzomo = \"z\"",
];

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let more = [
        "[broadcast]\nmax_targets = 10001",
        "[history]\nlines = 1000001",
        "[list]\ncolumns = []",
        "[list]\ncolumns = [\"pod\", \"pod\"]",
        "[list]\nsort = \"--age\"",
        "[list]\nnamespaces = [\"A B\"]",
        "[ui]\nmax_fps = 0",
        "[ui]\nmax_fps = 121",
        "[ui]\nlist_width = 19",
        "[ui]\ntheme = \"\"",
        "[shell]\nterm = \"a b\"",
        "[shel]\n",
        "[ui]\nthme = \"dark\"",
    ];
    let wrong = WRONG_VALUES.iter().map(|(text, _)| *text).chain(more);
    for text in wrong.filter(|text| !BEYOND.contains(text)) {
        assert!(!taken(text), "{text}");
    }
}
