//! Builds the clients of a context, and tries them out. Knows the kubeconfig, not what the clients are used for.
//! Called when a context is opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::USER_AGENT;
use http::{HeaderValue, Request, Uri};
use kube::client::Body;
use kube::config::{AuthInfo, Config, ExecAuthCluster, KubeconfigError, LoadDataError};
use kube::{Client, Error};
use tower::BoxError;

use super::access::{self, Identity};
use super::credentials::{self, Credentials, Source};
use super::error::{AccessError, root_cause};
use super::kubeconfig::Merged;
use super::proxy::proxy_for;
use super::service_account;
use crate::ids::ContextName;

const AGENT: HeaderValue = HeaderValue::from_static(concat!("podmux/", env!("CARGO_PKG_VERSION")));
/// Also the time that a credential plugin gets.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Nobody waits so long: what 0 means, as for kubectl.
const NO_LIMIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// What the command line says beside the kubeconfig.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    /// `--as`
    pub impersonate: Option<String>,
    /// `--as-group`
    pub groups: Vec<String>,
    /// `--request-timeout`; 30 s unless given, 0 for no limit.
    pub request_timeout: Option<Duration>,
}

/// The clients of one context.
#[derive(Clone)]
pub struct Clients {
    /// For single requests: waits and tries again by itself while the server is overloaded, within the limit.
    pub api: Client,
    /// For sessions and watches: never tries again by itself, so that each failure is seen at once.
    pub exec: Client,
    /// The context's namespace.
    pub namespace: String,
    /// The address, as messages name it.
    pub server: String,
    /// The user's name in the kubeconfig; empty in a pod.
    pub user: String,
    pub request_timeout: Duration,
}

/// What a first contact shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    /// `v1.34.4`
    pub version: String,
    /// The minor version as a number, where it is one.
    pub minor: Option<u32>,
    /// Who the API server takes us for; `None` before 1.28.
    pub identity: Option<Identity>,
}

/// A configuration on its way to becoming clients.
struct Setup {
    config: Config,
    server: String,
    user: String,
}

/// Builds the clients of a context. Runs its credential plugin, and opens no connection.
///
/// # Errors
/// Whatever is wrong with the kubeconfig's entries, the certificates, the proxy or the plugin.
pub async fn connect(
    merged: &Merged,
    context: &ContextName,
    overrides: &Overrides,
) -> Result<Clients, AccessError> {
    let Setup {
        mut config,
        server,
        user,
    } = if merged.in_cluster {
        in_cluster(merged)?
    } else {
        from_kubeconfig(merged, context)?
    };
    let request_timeout = match overrides.request_timeout {
        Some(Duration::ZERO) => NO_LIMIT,
        limit => limit.unwrap_or(REQUEST_TIMEOUT),
    };
    config.connect_timeout = Some(request_timeout);
    config.headers.push((USER_AGENT, AGENT));
    if let Some(user) = &overrides.impersonate {
        config.auth_info.impersonate = Some(user.clone());
        config.auth_info.impersonate_groups = Some(overrides.groups.clone());
    }
    let credentials = if merged.in_cluster {
        config.auth_info.token_file = None;
        let source = Source::ServiceAccount(service_account::token());
        Some(Arc::new(Credentials::first(source).await?))
    } else {
        login(&mut config.auth_info, request_timeout).await?
    };
    let namespace = config.default_namespace.clone();
    let mut without_retries = config.clone();
    without_retries.default_retry = false;
    without_retries.read_timeout = None;
    let api = build(config, credentials.as_ref()).await?;
    Ok(Clients {
        api: limited(api, request_timeout, server.clone()),
        exec: build(without_retries, credentials.as_ref()).await?,
        namespace,
        server,
        user,
        request_timeout,
    })
}

/// Asks the server for its version and for our name there.
///
/// # Errors
/// Which stage failed: network, certificate, credentials, or an answer that no API server gives.
pub async fn probe(clients: &Clients) -> Result<Contact, AccessError> {
    let limit = clients.request_timeout;
    let contact = tokio::time::timeout(limit, first_contact(&clients.exec)).await;
    let late = AccessError::TimedOut {
        server: clients.server.clone(),
        limit,
    };
    contact.map_or(Err(late), |answer| {
        answer.map_err(|error| AccessError::classify(&clients.server, error))
    })
}

async fn first_contact(client: &Client) -> Result<Contact, Error> {
    let version = client.apiserver_version().await?;
    let identity = match access::identity(client).await {
        Ok(identity) => Some(identity),
        // Reviews of oneself came with 1.28, and a server may refuse them without refusing us.
        Err(Error::Api(status)) if matches!(status.code, 403 | 404) => None,
        Err(error) => return Err(error),
    };
    let digits: String = version
        .minor
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Ok(Contact {
        version: version.git_version,
        minor: digits.parse().ok(),
        identity,
    })
}

fn in_cluster(merged: &Merged) -> Result<Setup, AccessError> {
    let mut config = service_account::config()?;
    config.proxy_url = proxy_for(&config.cluster_url, None, &merged.proxies)?;
    let server = config.cluster_url.to_string();
    Ok(Setup {
        config,
        server,
        user: String::new(),
    })
}

fn from_kubeconfig(merged: &Merged, context: &ContextName) -> Result<Setup, AccessError> {
    let (cluster_name, cluster) = merged.cluster_of(context)?;
    let (user, mut auth_info) = merged.user_of(context)?;
    if let Some(provider) = &auth_info.auth_provider {
        return Err(AccessError::AuthProvider {
            name: provider.name.clone(),
            instead: instead_of(&provider.name),
        });
    }
    let server = cluster.server.clone().unwrap_or_default();
    let url = server_url(&cluster_name, &server)?;
    let ca = ExecAuthCluster::try_from(&cluster).map_err(|error| bad_certificate(&error))?;
    let mut config = Config::new(url);
    config.root_cert = ca
        .certificate_authority_data
        .as_deref()
        .map(certificates)
        .transpose()?;
    config.default_namespace = merged.namespace_of(context);
    config.accept_invalid_certs = cluster.insecure_skip_tls_verify.unwrap_or(false);
    config.disable_compression = cluster.disable_compression.unwrap_or(false);
    config.proxy_url = proxy_for(
        &config.cluster_url,
        cluster.proxy_url.as_deref(),
        &merged.proxies,
    )?;
    config.tls_server_name.clone_from(&cluster.tls_server_name);
    if let Some(plugin) = auth_info
        .exec
        .as_mut()
        .filter(|plugin| plugin.provide_cluster_info)
    {
        plugin.cluster = Some(ca);
    }
    config.auth_info = auth_info;
    Ok(Setup {
        config,
        server,
        user,
    })
}

fn server_url(cluster: &str, server: &str) -> Result<Uri, AccessError> {
    let bad = |reason: String| AccessError::BadServer {
        cluster: cluster.to_owned(),
        reason,
    };
    if server.is_empty() {
        return Err(bad("it is empty".to_owned()));
    }
    // kubectl takes a bare host for plain http, too.
    let spelled = if server.contains("://") {
        server.to_owned()
    } else {
        format!("http://{server}")
    };
    let url: Uri = spelled
        .parse()
        .map_err(|error| bad(format!("{server}: {error}")))?;
    match (url.scheme_str(), url.host()) {
        (Some("http" | "https"), Some(_)) => Ok(url),
        _ => Err(bad(format!("{server} is no http or https address"))),
    }
}

const fn instead_of(provider: &str) -> &'static str {
    match provider.as_bytes() {
        b"gcp" => {
            "the exec plugin gke-gcloud-auth-plugin (`gcloud container clusters get-credentials` writes it)"
        }
        b"azure" => "the exec plugin kubelogin (`kubelogin convert-kubeconfig` writes it)",
        b"oidc" => "the exec plugin kubectl-oidc_login (`kubectl oidc-login setup` writes it)",
        _ => "an exec plugin (`users[].user.exec` in the kubeconfig), or a token",
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, AccessError> {
    let bad = |reason: String| AccessError::BadCertificate {
        what: "the certificate-authority",
        reason,
    };
    let blocks = pem::parse_many(pem).map_err(|error| bad(error.to_string()))?;
    let found: Vec<_> = blocks
        .into_iter()
        .filter(|b| b.tag() == "CERTIFICATE")
        .map(pem::Pem::into_contents)
        .collect();
    if found.is_empty() {
        Err(bad("it holds no PEM certificate".to_owned()))
    } else {
        Ok(found)
    }
}

fn bad_certificate(error: &KubeconfigError) -> AccessError {
    let (what, source) = if let KubeconfigError::LoadCertificateAuthority(source) = error {
        ("the certificate-authority", source)
    } else if let KubeconfigError::LoadClientCertificate(source) = error {
        ("the client-certificate", source)
    } else if let KubeconfigError::LoadClientKey(source) = error {
        ("the client-key", source)
    } else {
        return AccessError::BadCertificate {
            what: "a certificate",
            reason: root_cause(error),
        };
    };
    let reason = match source {
        LoadDataError::ReadFile(error, path) => format!("{}: {error}", path.display()),
        LoadDataError::DecodeBase64(error) => format!("its data is no base64 ({error})"),
        LoadDataError::NoBase64DataOrFile => "it is named nowhere".to_owned(),
    };
    AccessError::BadCertificate { what, reason }
}

/// Takes token files and plugins out of kube's hands: its reader keeps the newline at the end of a token file,
/// and its runner lets a plugin write into the screen and wait for ever.
async fn login(
    auth_info: &mut AuthInfo,
    limit: Duration,
) -> Result<Option<Arc<Credentials>>, AccessError> {
    let password = auth_info.username.is_some() && auth_info.password.is_some();
    if password || auth_info.token.is_some() {
        auth_info.token_file = None;
        auth_info.exec = None;
        return Ok(None);
    }
    let source = match (auth_info.token_file.take(), auth_info.exec.take()) {
        (Some(path), _) => Source::File(PathBuf::from(path)),
        (None, Some(plugin)) => Source::Plugin {
            plugin: Box::new(plugin),
            limit,
        },
        (None, None) => return Ok(None),
    };
    Ok(Some(Arc::new(Credentials::first(source).await?)))
}

async fn build(
    config: Config,
    credentials: Option<&Arc<Credentials>>,
) -> Result<Client, AccessError> {
    match credentials {
        Some(credentials) => credentials::client(config, Arc::clone(credentials)).await,
        None => credentials::plain(config),
    }
}

/// A client whose requests are given up after the limit; a log that is followed may stay silent for as long as its pod is.
fn limited(client: Client, limit: Duration, server: String) -> Client {
    let namespace = client.default_namespace().to_owned();
    let service = tower::service_fn(move |request: Request<Body>| {
        let client = client.clone();
        let server = server.clone();
        async move {
            let followed = is_followed(request.uri());
            let answer = client.send(request);
            if followed {
                return answer.await.map_err(unwrapped);
            }
            let late = AccessError::TimedOut { server, limit };
            match tokio::time::timeout(limit, answer).await {
                Ok(answer) => answer.map_err(unwrapped),
                Err(_elapsed) => Err(late.into()),
            }
        }
    });
    Client::new(service, namespace)
}

fn is_followed(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    query.split('&').any(|word| word == "follow=true")
}

/// What the client inside said, which the one outside wraps again.
fn unwrapped(error: Error) -> BoxError {
    if let Error::Service(inner) = error {
        return inner;
    }
    error.into()
}

pub(super) fn refused(error: &Error) -> AccessError {
    if let Error::InferKubeconfig(error) = error {
        return bad_certificate(error);
    }
    let what = "the client certificate, its key or the certificate-authority";
    AccessError::BadCertificate {
        what,
        reason: root_cause(error),
    }
}

#[cfg(test)]
mod tests;
