//! Owns the way in that Kubernetes gives a pod: the account's files and the server that the environment names. A layer under the
//! kubeconfig and the clients.

use std::path::{Path, PathBuf};

use kube::config::{Config, InClusterError};

use super::error::AccessError;

const FOLDER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Whether this process runs in a pod, and with what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum InPod {
    #[default]
    No,
    /// The server is named, but the account's token is not there.
    WithoutToken,
    WithToken,
}

impl InPod {
    /// Looks at the environment of this process and at the account's files.
    pub fn from_environment() -> Self {
        let named = std::env::var_os("KUBERNETES_SERVICE_HOST");
        match named.filter(|host| !host.is_empty()) {
            None => Self::No,
            Some(_) if token().exists() => Self::WithToken,
            Some(_) => Self::WithoutToken,
        }
    }
}

/// Where Kubernetes puts the account's token.
pub(super) fn token() -> PathBuf {
    in_folder("token")
}

/// There is a server for pods, and no token.
pub(super) fn without_token() -> AccessError {
    unreadable(&token(), &std::io::ErrorKind::NotFound.into())
}

/// How this pod reaches its API server.
///
/// # Errors
/// `ServiceAccount` with the file or the variable at fault.
pub(super) fn config() -> Result<Config, AccessError> {
    Config::incluster().map_err(|error| match error {
        InClusterError::ReadDefaultNamespace(source) => {
            unreadable(&in_folder("namespace"), &source)
        }
        InClusterError::ReadCertificateBundle(source) => unreadable(&in_folder("ca.crt"), &source),
        InClusterError::ReadEnvironmentVariable(_)
        | InClusterError::ParseClusterPort(_)
        | InClusterError::ParseClusterUrl(_)
        | InClusterError::ParseCertificates(_) => AccessError::ServiceAccount {
            reason: error.to_string(),
        },
    })
}

/// One of the account's files is of no use.
pub(super) fn unreadable(path: &Path, source: &std::io::Error) -> AccessError {
    AccessError::ServiceAccount {
        reason: format!("{}: {source}", path.display()),
    }
}

fn in_folder(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}
