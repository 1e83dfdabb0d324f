//! Owns label and field selectors as the API server reads them. Pure; knows nothing of HTTP. Called by lists and watches.

use super::pod::Pod;

/// One requirement of a label selector.
#[derive(Clone, PartialEq, Eq, Debug)]
enum LabelRule {
    Equals(String, String),
    Differs(String, String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

/// One requirement of a field selector.
#[derive(Clone, PartialEq, Eq, Debug)]
struct FieldRule {
    field: Field,
    equal: bool,
    value: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    Name,
    Namespace,
    Node,
    Phase,
}

/// What a list or watch asks for: all rules must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Selection {
    namespace: Option<String>,
    labels: Vec<LabelRule>,
    fields: Vec<FieldRule>,
}

/// A selector that the API server would refuse; the text is its message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadSelector(String);

impl Selection {
    /// Reads the two selectors; an empty one asks for everything.
    ///
    /// # Errors
    /// [`BadSelector`] for text that is no selector, or an unknown field.
    pub(super) fn new(
        namespace: Option<&str>,
        labels: &str,
        fields: &str,
    ) -> Result<Self, BadSelector> {
        Ok(Self {
            namespace: namespace.map(str::to_owned),
            labels: requirements(labels)
                .into_iter()
                .map(label_rule)
                .collect::<Result<_, _>>()?,
            fields: fields
                .split(',')
                .filter(|text| !text.is_empty())
                .map(field_rule)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether a pod is asked for.
    pub(super) fn takes(&self, pod: &Pod) -> bool {
        self.namespace
            .as_deref()
            .is_none_or(|namespace| *pod.key().namespace == *namespace)
            && self
                .labels
                .iter()
                .all(|rule| rule.holds(|name| pod.label(name)))
            && self.fields.iter().all(|rule| rule.holds(pod))
    }

    /// Whether an object that has only labels is asked for.
    pub(super) fn takes_labels(&self, labels: &[(Box<str>, Box<str>)]) -> bool {
        let value = |name: &str| {
            labels
                .iter()
                .find(|(key, _)| **key == *name)
                .map(|(_, value)| &**value)
        };
        self.labels.iter().all(|rule| rule.holds(value))
    }
}

impl LabelRule {
    fn holds<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> bool {
        match self {
            Self::Equals(name, wanted) => value(name) == Some(wanted),
            Self::Differs(name, unwanted) => value(name) != Some(unwanted),
            Self::In(name, set) => value(name).is_some_and(|v| set.iter().any(|one| one == v)),
            Self::NotIn(name, set) => value(name).is_none_or(|v| set.iter().all(|one| one != v)),
            Self::Exists(name) => value(name).is_some(),
            Self::Absent(name) => value(name).is_none(),
        }
    }
}

impl FieldRule {
    fn holds(&self, pod: &Pod) -> bool {
        let value = match self.field {
            Field::Name => &*pod.key().name,
            Field::Namespace => &*pod.key().namespace,
            Field::Node => pod.node(),
            Field::Phase => pod.phase(),
        };
        (value == self.value) == self.equal
    }
}

/// Splits at the commas that are outside of brackets.
fn requirements(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = text.split(|letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' => return depth == 0,
            _ => {}
        }
        false
    });
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

fn label_rule(text: &str) -> Result<LabelRule, BadSelector> {
    if let Some((name, value)) = text.split_once("!=") {
        return Ok(LabelRule::Differs(word(name)?, value.trim().to_owned()));
    }
    if let Some((name, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Ok(LabelRule::Equals(word(name)?, value.trim().to_owned()));
    }
    if let Some((name, set)) = text.split_once(" notin ") {
        return Ok(LabelRule::NotIn(word(name)?, members(set)?));
    }
    if let Some((name, set)) = text.split_once(" in ") {
        return Ok(LabelRule::In(word(name)?, members(set)?));
    }
    match text.strip_prefix('!') {
        Some(name) => Ok(LabelRule::Absent(word(name)?)),
        None => Ok(LabelRule::Exists(word(text)?)),
    }
}

fn word(text: &str) -> Result<String, BadSelector> {
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if text.is_empty() || !text.bytes().all(plain) {
        let problem = "unable to parse requirement: found '', expected: identifier";
        return Err(BadSelector(format!("{problem} near \"{text}\"")));
    }
    Ok(text.to_owned())
}

fn members(text: &str) -> Result<Vec<String>, BadSelector> {
    let inner = text
        .trim()
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    let Some(inner) = inner else {
        return Err(BadSelector(format!(
            "unable to parse requirement: expected '(' near \"{text}\""
        )));
    };
    Ok(inner.split(',').map(|one| one.trim().to_owned()).collect())
}

fn field_rule(text: &str) -> Result<FieldRule, BadSelector> {
    let (name, equal, value) = if let Some((name, value)) = text.split_once("!=") {
        (name, false, value)
    } else if let Some((name, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        (name, true, value)
    } else {
        return Err(BadSelector(format!(
            "invalid selector: '{text}'; can't understand '{text}'"
        )));
    };
    let field = match name {
        "metadata.name" => Field::Name,
        "metadata.namespace" => Field::Namespace,
        "spec.nodeName" => Field::Node,
        "status.phase" => Field::Phase,
        unknown => {
            return Err(BadSelector(format!("field label not supported: {unknown}")));
        }
    };
    Ok(FieldRule {
        field,
        equal,
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::pod::{MadePod, PodKey};
    use serde_json::json;

    fn pod() -> Pod {
        Pod::Made(MadePod {
            key: PodKey {
                namespace: "shop".into(),
                name: "web-1".into(),
            },
            object: json!({
                "metadata": {"labels": {"app": "web", "tier": "front"}},
                "spec": {"nodeName": "n1"},
                "status": {"phase": "Running"},
            }),
        })
    }

    #[test]
    fn label_selectors_select_as_the_api_server_does() {
        for (text, wanted) in [
            ("", true),
            ("app=web", true),
            ("app==web", true),
            ("app=cart", false),
            ("app!=web", false),
            ("other!=web", true),
            ("app in (web, cart),tier", true),
            ("app in (cart)", false),
            ("app notin (cart)", true),
            ("app notin (web)", false),
            ("!app", false),
            ("!other", true),
            ("app=web,tier=back", false),
        ] {
            let selection = Selection::new(None, text, "").unwrap();
            assert_eq!(selection.takes(&pod()), wanted, "{text}");
        }
    }

    #[test]
    fn field_selectors_know_name_namespace_node_and_phase() {
        for (text, wanted) in [
            ("metadata.name=web-1", true),
            ("metadata.name!=web-1", false),
            ("status.phase=Running,spec.nodeName=n1", true),
            ("status.phase!=Running", false),
            ("spec.nodeName=n2", false),
            ("metadata.namespace==shop", true),
        ] {
            let selection = Selection::new(Some("shop"), "", text).unwrap();
            assert_eq!(selection.takes(&pod()), wanted, "{text}");
        }
    }

    #[test]
    fn bad_selectors_are_refused() {
        for (labels, fields) in [
            ("=a", ""),
            ("a in b", ""),
            ("", "status.podIP=1"),
            ("", "x"),
        ] {
            assert!(
                Selection::new(None, labels, fields).is_err(),
                "{labels} {fields}"
            );
        }
    }
}
