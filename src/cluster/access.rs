//! What the user may do, asked of the API server. Knows no sessions.
//! Called before shells open, and when a watch is forbidden.

use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::api::{Api, PostParams};
use kube::{Client, Error};

pub use crate::session::rights::{Right, exec_rights};

/// Who the API server takes us for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub user: String,
    pub groups: Vec<String>,
}

/// The answer about one right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub right: Right,
    pub allowed: bool,
    /// The authorizer's own words; often empty.
    pub reason: String,
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
