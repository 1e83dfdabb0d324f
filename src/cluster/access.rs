//! What the user may do, asked of the API server, and the Role that would allow it. Knows no sessions.
//! Called before shells open, and when a watch is forbidden.

use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::api::{Api, PostParams};
use kube::{Client, Error};

/// Who the API server takes us for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub user: String,
    pub groups: Vec<String>,
}

/// One right, as RBAC words it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Right {
    pub verb: &'static str,
    /// `pods`, `pods/exec`
    pub resource: &'static str,
    /// `None` means cluster-wide.
    pub namespace: Option<String>,
}

/// The answer about one right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub right: Right,
    pub allowed: bool,
    /// The authorizer's own words; often empty.
    pub reason: String,
}

/// The rights that a shell needs. WebSocket exec is authorised as `get` by every server, and as `create` too from 1.35 on.
pub fn exec_rights(namespace: &str, server_minor: Option<u32>) -> Vec<Right> {
    let right = |verb| Right {
        verb,
        resource: "pods/exec",
        namespace: Some(namespace.to_owned()),
    };
    match server_minor {
        Some(..35) => vec![right("get")],
        Some(_) | None => vec![right("get"), right("create")],
    }
}

/// Asks about each right in turn, by `SelfSubjectAccessReview`.
///
/// # Errors
/// Whatever the request fails with; a refused right is no error.
pub async fn review(client: &Client, rights: Vec<Right>) -> Result<Vec<Verdict>, Error> {
    let api: Api<SelfSubjectAccessReview> = Api::all(client.clone());
    let mut verdicts = Vec::with_capacity(rights.len());
    for right in rights {
        let answer = api
            .create(&PostParams::default(), &question(&right))
            .await?;
        let status = answer.status.unwrap_or_default();
        let reason = status
            .reason
            .or(status.evaluation_error)
            .unwrap_or_default();
        verdicts.push(Verdict {
            right,
            allowed: status.allowed,
            reason,
        });
    }
    Ok(verdicts)
}

fn question(right: &Right) -> SelfSubjectAccessReview {
    let (resource, subresource) = match right.resource.split_once('/') {
        Some((resource, subresource)) => (resource, Some(subresource.to_owned())),
        None => (right.resource, None),
    };
    let attributes = ResourceAttributes {
        verb: Some(right.verb.to_owned()),
        resource: Some(resource.to_owned()),
        subresource,
        namespace: right.namespace.clone(),
        ..ResourceAttributes::default()
    };
    let spec = SelfSubjectAccessReviewSpec {
        resource_attributes: Some(attributes),
        ..SelfSubjectAccessReviewSpec::default()
    };
    SelfSubjectAccessReview {
        spec,
        ..SelfSubjectAccessReview::default()
    }
}

/// Asks the API server who we are (`SelfSubjectReview`, 1.28 and later).
///
/// # Errors
/// Whatever the request fails with: 404 from older servers.
pub async fn identity(client: &Client) -> Result<Identity, Error> {
    let api: Api<SelfSubjectReview> = Api::all(client.clone());
    let answer = api
        .create(&PostParams::default(), &SelfSubjectReview::default())
        .await?;
    let info = answer
        .status
        .and_then(|status| status.user_info)
        .unwrap_or_default();
    Ok(Identity {
        user: info.username.unwrap_or_default(),
        groups: info.groups.unwrap_or_default(),
    })
}

/// A Role and `RoleBinding` (or their cluster-wide forms) that grant the rights to the user, ready for `kubectl apply -f -`.
/// Rights of several namespaces give one pair each.
pub fn role_text(user: &str, rights: &[Right]) -> String {
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
        pair(user, scope, &within)
    });
    pairs.collect::<Vec<_>>().join("---\n")
}

fn pair(user: &str, scope: Option<&str>, rights: &[&Right]) -> String {
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
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: podmux{place}\nrules:\n{rules}---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}Binding\nmetadata:\n  name: podmux{place}\n\
         roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {kind}\n  name: podmux\n\
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
}
