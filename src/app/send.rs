//! Owns text on its way to several panes: the placeholders filled in per pane. Pure. Called by the composer and by pastes.

use crate::ids::{ContainerRef, PaneId, SessionId, TabId};

/// One pane's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SendTo {
    pub pane: PaneId,
    /// The session that was meant: a newer one in this pane gets nothing.
    pub session: SessionId,
    pub target: ContainerRef,
    pub text: String,
}

/// Text that goes to several panes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SendPlan {
    /// As it was written.
    pub text: String,
    pub kind: SendKind,
    pub reach: SendReach,
    /// Tells answers to this text from those to another.
    pub question: u32,
    pub to: Vec<SendTo>,
}

/// Whom a text is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SendReach {
    /// The focused pane, whatever the broadcast does.
    FocusedPane,
    /// The receivers of a tab; who is none any more gets nothing.
    Receivers(TabId),
}

/// Where the text comes from: a composed text ends with Enter, a paste goes as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SendKind {
    Composed,
    Paste,
}

/// What a placeholder can stand for in one pane.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Values {
    pub pod: String,
    pub namespace: String,
    pub container: String,
    pub context: String,
    pub node: String,
    pub ip: String,
    /// From 1, in the order of the targets.
    pub index: usize,
}

impl Values {
    fn of(&self, name: &str) -> Option<String> {
        match name {
            "pod" => Some(self.pod.clone()),
            "namespace" => Some(self.namespace.clone()),
            "container" => Some(self.container.clone()),
            "context" => Some(self.context.clone()),
            "node" => Some(self.node.clone()),
            "ip" => Some(self.ip.clone()),
            "index" => Some(self.index.to_string()),
            _ => None,
        }
    }
}

/// Fills in `{pod}` and its like, shell-quoted. `${name}` and unknown names stay; `{{ip}}` gives `{ip}`.
pub fn expand(text: &str, values: &Values) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let (taken, replaced) = one(from, before.ends_with('$'), values);
        out.push_str(&replaced);
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// How many bytes of `from`, which starts with a brace, are taken, and what stands for them.
fn one(from: &str, after_dollar: bool, values: &Values) -> (usize, String) {
    let literal = (1, "{".to_owned());
    if after_dollar {
        return literal;
    }
    let doubled = from
        .strip_prefix("{{")
        .and_then(|inner| inner.split_once("}}"));
    if let Some((name, _)) = doubled.filter(|(name, _)| values.of(name).is_some()) {
        return (name.len() + 4, format!("{{{name}}}"));
    }
    let single = from
        .strip_prefix('{')
        .and_then(|inner| inner.split_once('}'));
    match single.and_then(|(name, _)| Some((name, values.of(name)?))) {
        Some((name, value)) => (name.len() + 2, shell_quoted(&value)),
        None => literal,
    }
}

/// As one word of a POSIX shell: plain where nothing could be taken for syntax, else in single quotes.
pub fn shell_quoted(text: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@');
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn values() -> Values {
        Values {
            pod: "web-1".into(),
            node: "it's".into(),
            index: 3,
            ..Values::default()
        }
    }

    #[rstest]
    #[case("echo {pod}", "echo web-1")]
    #[case("echo ${pod} {pod}", "echo ${pod} web-1")]
    #[case("{{pod}}", "{pod}")]
    #[case("{{other}}", "{{other}}")]
    #[case("{node}", r"'it'\''s'")]
    #[case("{index}", "3")]
    #[case("{ip}", "''")]
    #[case("awk '{print $1}'", "awk '{print $1}'")]
    #[case("a{b", "a{b")]
    #[case("{{pod} {pod}}", "{web-1 web-1}")]
    fn placeholders_are_filled_in(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(expand(text, &values()), expected);
    }

    proptest! {
        #[test]
        fn text_without_placeholders_stays(text in "[^{]{0,40}") {
            prop_assert_eq!(expand(&text, &values()), text);
        }
    }
}
