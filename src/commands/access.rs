//! Owns what the options of access mean: the kubeconfig, its contexts, and how requests go out. Called by every command that reaches
//! a cluster.

use std::time::Duration;

use podmux::cli::{Access, Select};
use podmux::cluster::client::Overrides;
use podmux::cluster::error::AccessError;
use podmux::cluster::kubeconfig::{self, KubeconfigSources, Merged};
use podmux::cluster::watch::Selectors;
use podmux::ids::ContextName;

/// The kubeconfig that the options and the environment name.
pub(super) fn load(access: &Access) -> Result<Merged, AccessError> {
    kubeconfig::load(&KubeconfigSources::from_environment(
        access.kubeconfig.clone(),
    ))
}

/// The contexts that were asked for, each once; the current one where none was.
pub(super) fn picked(access: &Access, merged: &Merged) -> Result<Vec<ContextName>, AccessError> {
    if access.contexts.is_empty() {
        return Ok(vec![merged.pick(None)?]);
    }
    let mut picked = Vec::new();
    for name in &access.contexts {
        let context = merged.pick(Some(name))?;
        if !picked.contains(&context) {
            picked.push(context);
        }
    }
    Ok(picked)
}

/// Who asks, and how long an answer may take where the command line does not say.
pub(super) fn overrides(access: &Access, request: Duration) -> Overrides {
    Overrides {
        impersonate: access.as_user.clone(),
        groups: access.as_groups.clone(),
        request_timeout: access.request_timeout.or(Some(request)),
    }
}

pub(super) fn selectors(select: &Select) -> Selectors {
    Selectors {
        labels: select.selector.clone().unwrap_or_default(),
        fields: select.field_selector.clone().unwrap_or_default(),
    }
}
