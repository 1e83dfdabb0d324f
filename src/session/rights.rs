//! Owns the rights that a session needs, the Role that would grant them, and the reading of the API server's refusals. Pure.
//! Called before shells open, and wherever a request was refused.

/// One right, as RBAC words it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Right {
    pub verb: &'static str,
    /// `pods`, `pods/exec`
    pub resource: &'static str,
    /// `None` means cluster-wide.
    pub namespace: Option<String>,
}

/// What rights are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Need {
    Shell,
    /// An ephemeral container beside one without a shell; the shell in it is another need.
    DebugContainer,
    /// Connections to a pod's ports.
    Forward,
}

impl Need {
    /// The rights that it takes in a namespace.
    pub fn rights(self, namespace: &str, server_minor: Option<u32>) -> Vec<Right> {
        match self {
            Self::Shell => exec_rights(namespace, server_minor),
            Self::Forward => upgrade_rights(self.resource(), namespace, server_minor),
            Self::DebugContainer => vec![Right {
                verb: "patch",
                resource: self.resource(),
                namespace: Some(namespace.to_owned()),
            }],
        }
    }

    /// What its verbs are for.
    pub const fn resource(self) -> &'static str {
        match self {
            Self::Shell => "pods/exec",
            Self::DebugContainer => "pods/ephemeralcontainers",
            Self::Forward => "pods/portforward",
        }
    }

    /// A Role that grants it, together with the list and with the shells that a debug container is for.
    pub fn role(self, user: &str, namespace: &str) -> String {
        let mut rights = match self {
            Self::Shell | Self::DebugContainer => shell_rights(namespace),
            Self::Forward => list_rights(namespace),
        };
        if self != Self::Shell {
            rights.extend(self.rights(namespace, None));
        }
        named_role(self.role_name(), user, &rights)
    }

    /// A Role that grants less than another must not take its place when it is applied.
    const fn role_name(self) -> &'static str {
        match self {
            Self::Shell | Self::DebugContainer => "podmux",
            Self::Forward => "podmux-forward",
        }
    }
}

/// The rights that a shell needs.
pub fn exec_rights(namespace: &str, server_minor: Option<u32>) -> Vec<Right> {
    upgrade_rights(Need::Shell.resource(), namespace, server_minor)
}

/// A WebSocket to a pod is authorised as `get` by every server, and as `create` too from 1.35 on.
fn upgrade_rights(
    resource: &'static str,
    namespace: &str,
    server_minor: Option<u32>,
) -> Vec<Right> {
    let right = |verb| Right {
        verb,
        resource,
        namespace: Some(namespace.to_owned()),
    };
    match server_minor {
        Some(..35) => vec![right("get")],
        Some(_) | None => vec![right("get"), right("create")],
    }
}

/// The Role that shells in a namespace need, on servers of every version.
pub fn shell_role(user: &str, namespace: &str) -> String {
    role_text(user, &shell_rights(namespace))
}

fn shell_rights(namespace: &str) -> Vec<Right> {
    let mut rights = list_rights(namespace);
    rights.extend(exec_rights(namespace, None));
    rights
}

fn list_rights(namespace: &str) -> Vec<Right> {
    let right = |verb| Right {
        verb,
        resource: "pods",
        namespace: Some(namespace.to_owned()),
    };
    ["get", "list", "watch"].map(right).into()
}

/// What an API server refused, in its own words: who may not do what, and where.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Refused {
    pub user: String,
    pub verb: String,
    pub resource: String,
    /// `None` where the refusal is cluster-wide.
    pub namespace: Option<String>,
}

impl Refused {
    /// Reads a message that holds `User "U" cannot VERB resource "R" in API group "" in the namespace "N"`.
    pub fn read(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once("User \"")?;
        let (user, rest) = rest.split_once("\" cannot ")?;
        let (verb, rest) = rest.split_once(" resource \"")?;
        let (resource, rest) = rest.split_once('"')?;
        let namespace = rest
            .split_once("in the namespace \"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(namespace, _)| namespace.to_owned());
        Some(Self {
            user: user.to_owned(),
            verb: verb.to_owned(),
            resource: resource.to_owned(),
            namespace,
        })
    }

    /// The missing right in a sentence, then a Role that grants it where podmux has one for it.
    pub fn advice(&self) -> String {
        let place = match &self.namespace {
            Some(namespace) => format!("in namespace {namespace}"),
            None => "in the whole cluster".to_owned(),
        };
        let missing = format!(
            "missing: {} on {} {place}, for {}",
            self.verb, self.resource, self.user
        );
        match (&self.namespace, self.resource.as_str()) {
            (Some(namespace), "pods" | "pods/exec") => {
                with_role(&missing, &Need::Shell.role(&self.user, namespace))
            }
            (Some(namespace), "pods/ephemeralcontainers") => {
                with_role(&missing, &Need::DebugContainer.role(&self.user, namespace))
            }
            (Some(namespace), "pods/portforward") => {
                with_role(&missing, &Need::Forward.role(&self.user, namespace))
            }
            (Some(_) | None, _) => missing,
        }
    }
}

fn with_role(missing: &str, role: &str) -> String {
    format!("{missing}; this grants it (kubectl apply -f -):\n{role}")
}

/// A Role and `RoleBinding` (or their cluster-wide forms) that grant the rights to the user, ready for `kubectl apply -f -`.
/// Rights of several namespaces give one pair each.
pub fn role_text(user: &str, rights: &[Right]) -> String {
    named_role(Need::Shell.role_name(), user, rights)
}

fn named_role(name: &str, user: &str, rights: &[Right]) -> String {
    let mut scopes: Vec<Option<&str>> = rights
        .iter()
        .map(|right| right.namespace.as_deref())
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    let pairs = scopes.into_iter().map(|scope| {
        let within: Vec<&Right> = rights
            .iter()
            .filter(|right| right.namespace.as_deref() == scope)
            .collect();
        pair(name, user, scope, &within)
    });
    pairs.collect::<Vec<_>>().join("---\n")
}

fn pair(name: &str, user: &str, scope: Option<&str>, rights: &[&Right]) -> String {
    let kind = if scope.is_some() {
        "Role"
    } else {
        "ClusterRole"
    };
    let place = scope
        .map(|namespace| format!("\n  namespace: {namespace}"))
        .unwrap_or_default();
    let rules: Vec<String> = rules(rights)
        .into_iter()
        .map(|(resource, verbs)| {
            format!(
                "- apiGroups: [\"\"]
  resources: [\"{resource}\"]
  verbs: [{}]
",
                quoted(&verbs)
            )
        })
        .collect();
    let rules = rules.concat();
    let user = serde_json::Value::from(user);
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {name}{place}\nrules:\n{rules}---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}Binding\nmetadata:\n  name: {name}{place}\n\
         roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {kind}\n  name: {name}\n\
         subjects:\n- {}\n  name: {user}\n",
        "apiGroup: rbac.authorization.k8s.io\n  kind: User"
    )
}

/// One rule per resource, in the order given.
fn rules<'a>(rights: &[&'a Right]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut rules: Vec<(&str, Vec<&str>)> = Vec::new();
    for right in rights {
        match rules
            .iter_mut()
            .find(|(resource, _)| *resource == right.resource)
        {
            Some((_, verbs)) if verbs.contains(&right.verb) => {}
            Some((_, verbs)) => verbs.push(right.verb),
            None => rules.push((right.resource, vec![right.verb])),
        }
    }
    rules
}

fn quoted(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("\"{word}\""))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn servers_from_1_35_on_and_unknown_ones_need_both_verbs() {
        let verbs = |minor| {
            exec_rights("shop", minor)
                .into_iter()
                .map(|right| right.verb)
                .collect::<Vec<_>>()
        };
        assert_eq!(verbs(Some(34)), ["get"]);
        assert_eq!(verbs(Some(35)), ["get", "create"]);
        assert_eq!(verbs(None), ["get", "create"]);
    }

    #[test]
    fn a_debug_container_needs_its_own_resource_and_the_shell_in_it() {
        let role = Need::DebugContainer.role("jane", "shop");
        assert!(
            role.contains("resources: [\"pods/ephemeralcontainers\"]\n  verbs: [\"patch\"]"),
            "{role}"
        );
        assert!(role.contains("resources: [\"pods/exec\"]"), "{role}");
        assert_eq!(Need::Shell.role("jane", "shop"), shell_role("jane", "shop"));
    }

    #[test]
    fn a_forward_needs_the_verbs_of_a_shell_on_its_own_resource() {
        let verbs = |minor| {
            let rights = Need::Forward.rights("shop", minor);
            assert!(
                rights
                    .iter()
                    .all(|right| right.resource == "pods/portforward")
            );
            rights.iter().map(|right| right.verb).collect::<Vec<_>>()
        };
        assert_eq!(verbs(Some(34)), ["get"]);
        assert_eq!(verbs(Some(35)), ["get", "create"]);
        let role = Need::Forward.role("jane", "shop");
        assert!(
            role.contains("resources: [\"pods/portforward\"]\n  verbs: [\"get\", \"create\"]"),
            "{role}"
        );
        assert!(!role.contains("pods/exec"), "{role}");
        assert!(
            role.contains("name: podmux-forward\n"),
            "applied beside the Role of shells: {role}"
        );
    }

    #[test]
    fn a_role_text_grants_each_resource_once() {
        let text = role_text("jane", &exec_rights("shop", None));
        assert_eq!(
            text,
            r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: podmux
  namespace: shop
rules:
- apiGroups: [""]
  resources: ["pods/exec"]
  verbs: ["get", "create"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: podmux
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: podmux
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: "jane"
"#
        );
    }

    #[test]
    fn a_cluster_wide_right_makes_a_cluster_role() {
        let right = Right {
            verb: "list",
            resource: "namespaces",
            namespace: None,
        };
        let text = role_text("system:serviceaccount:a:b", &[right]);
        assert!(
            text.contains("kind: ClusterRole\n") && text.contains("kind: ClusterRoleBinding\n"),
            "{text}"
        );
        assert!(!text.contains("namespace: "), "{text}");
    }

    const FORBIDDEN: &str = r#"pods "web-0" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "shop""#;

    #[test]
    fn a_refusal_names_verb_resource_namespace_and_a_role() {
        let refused = Refused::read(FORBIDDEN).unwrap();
        let advice = refused.advice();
        for part in [
            "missing: create on pods/exec in namespace shop, for jane",
            "kind: RoleBinding",
            r#"verbs: ["get", "create"]"#,
            "namespace: shop",
            r#"name: "jane""#,
        ] {
            assert!(advice.contains(part), "{part}: {advice}");
        }
    }

    #[test]
    fn a_cluster_wide_refusal_gets_no_role_that_would_not_help() {
        let message = r#"nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope"#;
        let refused = Refused::read(message).unwrap();
        assert_eq!(refused.namespace, None);
        let advice = refused.advice();
        assert!(!advice.contains("kind:"), "{advice}");
    }

    proptest! {
        #[test]
        fn other_messages_are_no_refusals(text in "[^\"]{0,200}") {
            prop_assert_eq!(Refused::read(&text), None);
        }
    }
}
