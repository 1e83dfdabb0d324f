//! Lists the pods of a scope once, as rows, and the namespaces. Knows nothing of watches or of what they are for. Called by the
//! headless commands and by live completion.

use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, ListParams};
use kube::{Client, ResourceExt};

use super::error::AccessError;
use super::rows::RowBuilder;
use super::slim::WatchedPod;
use super::watch::Selectors;
use crate::ids::{ContextName, PodRef};
use crate::inventory::{PodRow, Scope};

/// Pods in one page of a list.
const PAGE: u32 = 500;

/// Which API server is asked, and by what name its pods go.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub client: &'a Client,
    /// As messages name it.
    pub server: &'a str,
    pub context: &'a ContextName,
}

/// One pod of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    pub row: PodRow,
    /// It has succeeded or failed as a whole and runs nothing any more.
    pub ended: bool,
}

/// Every pod of a scope that the selectors let through, in the server's order.
///
/// # Errors
/// `Forbidden` without the right to list pods there, else whatever the network or the server does.
pub async fn pods(
    asked: Asked<'_>,
    scope: &Scope,
    selectors: &Selectors,
) -> Result<Vec<Listed>, AccessError> {
    let api: Api<WatchedPod> = match scope {
        Scope::All => Api::all(asked.client.clone()),
        Scope::Namespace(name) => Api::namespaced(asked.client.clone(), name),
    };
    let mut builder = RowBuilder::new(asked.context.clone());
    let mut rows = Vec::new();
    let mut params = ListParams::default()
        .labels(&selectors.labels)
        .fields(&selectors.fields)
        .limit(PAGE);
    loop {
        let list = api
            .list(&params)
            .await
            .map_err(|error| AccessError::classify(asked.server, error))?;
        rows.extend(
            list.items
                .into_iter()
                .map(|item| listed(item, &mut builder)),
        );
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => params = params.continue_token(&token),
            None => return Ok(rows),
        }
    }
}

/// One pod; `None` where the API server says that there is none of that name.
///
/// # Errors
/// As [`pods`], for the right to get it.
pub async fn pod(asked: Asked<'_>, pod: &PodRef) -> Result<Option<Listed>, AccessError> {
    let api: Api<WatchedPod> = Api::namespaced(asked.client.clone(), &pod.namespace);
    let found = api
        .get_opt(&pod.name)
        .await
        .map_err(|error| AccessError::classify(asked.server, error))?;
    Ok(found.map(|item| listed(item, &mut RowBuilder::new(asked.context.clone()))))
}

/// The names of all namespaces.
///
/// # Errors
/// `Forbidden` without the right to list them, else whatever the network or the server does.
pub async fn namespaces(asked: Asked<'_>) -> Result<Vec<String>, AccessError> {
    let api: Api<Namespace> = Api::all(asked.client.clone());
    let list = api
        .list_metadata(&ListParams::default())
        .await
        .map_err(|error| AccessError::classify(asked.server, error))?;
    Ok(list.iter().map(ResourceExt::name_any).collect())
}

fn listed(item: WatchedPod, builder: &mut RowBuilder) -> Listed {
    let ended = matches!(item.pod.status.phase.as_str(), "Succeeded" | "Failed");
    Listed {
        row: builder.row(item.pod),
        ended,
    }
}
