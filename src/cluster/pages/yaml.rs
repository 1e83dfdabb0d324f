//! Owns the YAML page: the object as the API server has it, without the bookkeeping of field owners.

use kube::Client;
use serde_json::Value;

use super::{PageError, request};
use crate::ids::PodRef;
use crate::inventory::printable_line;

/// The pod's object as YAML, without `managedFields`.
///
/// # Errors
/// Every variant of [`PageError`] but `NoLog` and `TimedOut`.
pub async fn yaml(client: &Client, pod: &PodRef) -> Result<Vec<String>, PageError> {
    let object: Value = request::pod(client, pod).await?;
    written(object)
}

fn written(mut object: Value) -> Result<Vec<String>, PageError> {
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.remove("managedFields");
    }
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let text = serde_saphyr::to_string_with_options(&object, options).map_err(|error| {
        PageError::Unreadable {
            resource: "pods",
            reason: error.to_string(),
        }
    })?;
    Ok(text.lines().map(printable_line).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_written_without_its_managed_fields() {
        let object = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web", "labels": {"on": "yes", "port": "8080"}, "managedFields": [{"manager": "x"}]},
            "spec": {"containers": [{"name": "app", "args": []}], "priority": 0},
        });
        assert_eq!(
            written(object).unwrap(),
            [
                "apiVersion: v1",
                "kind: Pod",
                "metadata:",
                "  labels:",
                "    \"on\": \"yes\"",
                "    port: \"8080\"",
                "  name: web",
                "spec:",
                "  containers:",
                "  - args: []",
                "    name: app",
                "  priority: 0",
            ]
        );
    }

    #[test]
    fn hostile_values_neither_break_the_lines_nor_reach_the_terminal() {
        let object = json!({"metadata": {"annotations": {
            "note": "a\nb: [x\u{1b}[31m\u{202e}c\u{7}",
            "long": "word ".repeat(60),
        }}});
        let lines = written(object).unwrap();
        assert!(
            lines
                .iter()
                .all(|line| !line.chars().any(|c| c.is_control() || c == '\u{202e}')),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 4, "{lines:?}");
    }
}
