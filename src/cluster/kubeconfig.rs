//! Finds and merges the kubeconfig as kubectl does, and picks the context. Knows no connection.
//! Called at start and whenever a context is opened.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use kube::config::{AuthInfo, Cluster, Kubeconfig, KubeconfigError, NamedContext};

use super::error::AccessError;
use super::proxy::ProxyEnvironment;
use super::service_account::{self, InPod};
use crate::ids::ContextName;

/// The name of the context that a pod's own service account makes.
pub const IN_CLUSTER: &str = "in-cluster";

/// Where to look, in order: the flag, the list, the home folder, the service account.
#[derive(Clone, Debug, Default)]
pub struct KubeconfigSources {
    /// `--kubeconfig`; it has to exist.
    pub flag: Option<PathBuf>,
    /// `$KUBECONFIG`: a list of files, of which the missing ones are skipped.
    pub list: Option<OsString>,
    /// The home folder, for `.kube/config`.
    pub home: Option<PathBuf>,
    /// Whether this process runs in a pod with a service account.
    pub in_pod: InPod,
    /// What the environment says about proxies.
    pub proxies: ProxyEnvironment,
}

impl KubeconfigSources {
    /// Reads the environment of this process.
    pub fn from_environment(flag: Option<PathBuf>) -> Self {
        Self {
            flag,
            list: std::env::var_os("KUBECONFIG").filter(|list| !list.is_empty()),
            home: directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()),
            in_pod: InPod::from_environment(),
            proxies: ProxyEnvironment::from_environment(),
        }
    }

    /// The files to read, and whether a missing one is an error.
    fn files(&self) -> (Vec<PathBuf>, Missing) {
        if let Some(flag) = &self.flag {
            return (vec![flag.clone()], Missing::Refused);
        }
        if let Some(list) = &self.list {
            let files: Vec<PathBuf> = std::env::split_paths(list)
                .filter(|path| !path.as_os_str().is_empty())
                .collect();
            if !files.is_empty() {
                return (files, Missing::Skipped);
            }
        }
        (
            self.home
                .iter()
                .map(|home| home.join(".kube").join("config"))
                .collect(),
            Missing::Skipped,
        )
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Refused,
    Skipped,
}

/// The kubeconfig files, merged: the first to name something wins.
#[derive(Clone, Debug)]
pub struct Merged {
    pub(super) config: Kubeconfig,
    files: Vec<PathBuf>,
    pub(super) in_cluster: bool,
    pub(super) proxies: ProxyEnvironment,
}

/// One line of the context picker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContextLine {
    pub name: ContextName,
    pub cluster: String,
    pub user: String,
    pub namespace: String,
}

/// Reads and merges the files.
///
/// # Errors
/// `NoKubeconfig` when there is none and no service account, `ServiceAccount` in a pod without its token, `ReadKubeconfig` and `ParseKubeconfig` with the file at fault.
pub fn load(sources: &KubeconfigSources) -> Result<Merged, AccessError> {
    let (candidates, missing) = sources.files();
    let mut merged = Merged {
        config: Kubeconfig::default(),
        files: Vec::new(),
        in_cluster: false,
        proxies: sources.proxies.clone(),
    };
    for path in &candidates {
        if missing == Missing::Skipped && !path.exists() {
            continue;
        }
        let next = read(path)?;
        merged.config = merged
            .config
            .merge(next)
            .map_err(|error| refused(path, error))?;
        merged.files.push(path.clone());
    }
    if merged.files.is_empty() || merged.config.contexts.is_empty() {
        merged.in_cluster = sources.in_pod == InPod::WithToken;
    }
    if merged.files.is_empty() && !merged.in_cluster {
        return Err(match sources.in_pod {
            InPod::WithoutToken => service_account::without_token(),
            InPod::No | InPod::WithToken => AccessError::NoKubeconfig {
                looked: list_of(&candidates),
            },
        });
    }
    Ok(merged)
}

/// A folder or an unreadable file fails here; an empty file is an empty configuration.
fn read(path: &Path) -> Result<Kubeconfig, AccessError> {
    Kubeconfig::read_from(path).map_err(|error| refused(path, error))
}

fn refused(path: &Path, error: KubeconfigError) -> AccessError {
    let path = path.to_owned();
    if let KubeconfigError::ReadConfig(source, _) = error {
        return AccessError::ReadKubeconfig { path, source };
    }
    let KubeconfigError::Parse(error) = error else {
        return AccessError::ParseKubeconfig {
            path,
            reason: error.to_string(),
        };
    };
    // The parser's own picture of the place would print the lines around it, and those may hold tokens.
    let plain = error.without_snippet().to_string();
    let first = plain.lines().next().unwrap_or_default();
    let place = error
        .location()
        .map(|at| format!("line {}, column {}: ", at.line(), at.column()));
    AccessError::ParseKubeconfig {
        path,
        reason: format!("{}{first}", place.unwrap_or_default()),
    }
}

fn list_of(files: &[PathBuf]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    if names.is_empty() {
        "a home folder".to_owned()
    } else {
        names.join(", ")
    }
}

impl Merged {
    /// The contexts in the order of the files; just [`IN_CLUSTER`] in a pod without a kubeconfig.
    pub fn contexts(&self) -> Vec<ContextLine> {
        if self.in_cluster {
            let name = ContextName::new(IN_CLUSTER);
            return vec![ContextLine {
                name,
                cluster: String::new(),
                user: String::new(),
                namespace: String::new(),
            }];
        }
        self.config
            .contexts
            .iter()
            .filter_map(context_line)
            .collect()
    }

    /// Picks the context of that name, else the current one.
    ///
    /// # Errors
    /// `UnknownContext` with the nearest name, `NoCurrentContext` with the names there are.
    pub fn pick(&self, wanted: Option<&str>) -> Result<ContextName, AccessError> {
        let current = self
            .config
            .current_context
            .as_deref()
            .filter(|name| !name.is_empty());
        if self.in_cluster && wanted.is_none_or(|name| name == IN_CLUSTER) {
            return Ok(ContextName::new(IN_CLUSTER));
        }
        let name = wanted
            .or(current)
            .ok_or_else(|| AccessError::NoCurrentContext {
                known: self.known(),
            })?;
        if self
            .config
            .contexts
            .iter()
            .any(|context| context.name == name)
        {
            return Ok(ContextName::new(name));
        }
        Err(AccessError::UnknownContext {
            name: name.into(),
            files: self.file_list(),
            suggestion: self.suggestion(name),
        })
    }

    /// The cluster of a context, with its name.
    pub(super) fn cluster_of(
        &self,
        context: &ContextName,
    ) -> Result<(String, Cluster), AccessError> {
        let name = self
            .context(context)?
            .context
            .as_ref()
            .map(|context| context.cluster.clone())
            .unwrap_or_default();
        let found = self
            .config
            .clusters
            .iter()
            .find(|cluster| cluster.name == name);
        let cluster = found.and_then(|named| named.cluster.clone());
        cluster
            .map(|cluster| (name.clone(), cluster))
            .ok_or_else(|| AccessError::UnknownCluster {
                context: context.to_string(),
                cluster: name,
                files: self.file_list(),
            })
    }

    /// The user of a context, with its name; a context without one is anonymous, as in kubectl.
    pub(super) fn user_of(&self, context: &ContextName) -> Result<(String, AuthInfo), AccessError> {
        let named = self.context(context)?.context.as_ref();
        let Some(name) = named
            .and_then(|context| context.user.clone())
            .filter(|name| !name.is_empty())
        else {
            return Ok((String::new(), AuthInfo::default()));
        };
        let found = self.config.auth_infos.iter().find(|user| user.name == name);
        found
            .map(|user| (name.clone(), user.auth_info.clone().unwrap_or_default()))
            .ok_or_else(|| AccessError::UnknownUser {
                context: context.to_string(),
                user: name,
                files: self.file_list(),
            })
    }

    /// The namespace of a context.
    pub(super) fn namespace_of(&self, context: &ContextName) -> String {
        let named = self
            .context(context)
            .ok()
            .and_then(|named| named.context.as_ref());
        let namespace = named
            .and_then(|context| context.namespace.clone())
            .filter(|name| !name.is_empty());
        namespace.unwrap_or_else(|| "default".to_owned())
    }

    /// The entry of a context.
    pub(super) fn context(&self, name: &ContextName) -> Result<&NamedContext, AccessError> {
        let found = self
            .config
            .contexts
            .iter()
            .find(|context| context.name == name.as_str());
        found.ok_or_else(|| AccessError::UnknownContext {
            name: name.to_string(),
            files: self.file_list(),
            suggestion: self.suggestion(name.as_str()),
        })
    }

    pub(super) fn file_list(&self) -> String {
        list_of(&self.files)
    }

    fn known(&self) -> String {
        let names: Vec<&str> = self
            .config
            .contexts
            .iter()
            .map(|context| context.name.as_str())
            .collect();
        match names.as_slice() {
            [] => "the name of a context, once one is defined".to_owned(),
            [only] => (*only).to_owned(),
            names => format!("one of {}", names.join(", ")),
        }
    }

    fn suggestion(&self, wanted: &str) -> String {
        let similarity = |name: &str| strsim::jaro_winkler(name, wanted);
        let names = self
            .config
            .contexts
            .iter()
            .map(|context| context.name.as_str());
        let nearest = names.max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        match nearest.filter(|name| similarity(name) > 0.7) {
            Some(name) => format!("Did you mean {name}?"),
            None => format!("Pass --context with {}", self.known()),
        }
    }
}

fn context_line(named: &NamedContext) -> Option<ContextLine> {
    let context = named.context.as_ref()?;
    Some(ContextLine {
        name: ContextName::new(&named.name),
        cluster: context.cluster.clone(),
        user: context.user.clone().unwrap_or_default(),
        namespace: context
            .namespace
            .clone()
            .unwrap_or_else(|| "default".to_owned()),
    })
}

#[cfg(test)]
mod tests;
