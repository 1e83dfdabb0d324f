//! Owns the part of describe about volumes: what each is, and what it takes its files from.

use serde_json::{Map, Value};

use crate::cluster::pages::lines::{Page, joined};

/// Writes one line per volume.
pub(super) fn write(page: &mut Page, volumes: &[Map<String, Value>]) {
    if volumes.is_empty() {
        return;
    }
    page.line(0, "Volumes:");
    let rows: Vec<[String; 2]> = volumes
        .iter()
        .map(|volume| [text(volume.get("name"), "?"), source(volume)])
        .collect();
    page.table(1, &rows);
}

/// What it is: the one key beside its name. Of kinds that are rare the key itself has to do.
fn source(volume: &Map<String, Value>) -> String {
    let kind = volume.iter().find(|(key, _)| *key != "name");
    let Some((kind, of)) = kind else {
        return "of an unknown kind".to_owned();
    };
    match kind.as_str() {
        "configMap" => format!("config map {}", text(of.get("name"), "?")),
        "secret" => format!("secret {}", text(of.get("secretName"), "?")),
        "persistentVolumeClaim" => format!("claim {}", text(of.get("claimName"), "?")),
        "hostPath" => format!("host path {}", text(of.get("path"), "?")),
        "emptyDir" => empty_dir(of),
        "csi" => format!("csi {}", text(of.get("driver"), "?")),
        "nfs" => format!(
            "nfs {}:{}",
            text(of.get("server"), "?"),
            text(of.get("path"), "?")
        ),
        "projected" => projected(of),
        rare => rare.to_owned(),
    }
}

fn text(value: Option<&Value>, without: &str) -> String {
    value.and_then(Value::as_str).unwrap_or(without).to_owned()
}

fn empty_dir(of: &Value) -> String {
    let size = of.get("sizeLimit").map(|size| match size.as_str() {
        Some(size) => format!("up to {size}"),
        None => format!("up to {size}"),
    });
    joined(
        [
            "empty directory".to_owned(),
            text(of.get("medium"), ""),
            size.unwrap_or_default(),
        ],
        " ",
    )
}

fn projected(of: &Value) -> String {
    let sources = of.get("sources").and_then(Value::as_array);
    let each = sources.into_iter().flatten().map(|source| {
        let name = |kind: &str| Some(text(source.get(kind)?.get("name"), "?"));
        let map = name("configMap").map(|name| format!("config map {name}"));
        let secret = || name("secret").map(|name| format!("secret {name}"));
        let known = |kind: &str, words: &str| source.get(kind).map(|_| words.to_owned());
        map.or_else(secret)
            .or_else(|| known("serviceAccountToken", "account token"))
            .or_else(|| known("downwardAPI", "pod fields"))
            .unwrap_or_else(|| "another source".to_owned())
    });
    format!("projected: {}", joined(each, ", "))
}
