//! Adds what proves who we are to requests, and gets it afresh when it ends: from a token file each minute, from a plugin a minute
//! before its expiry, and once after a 401. Knows nothing of what is asked. A layer under the clients of one context.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::ByteString;
use kube::client::{Body, ClientBuilder};
use kube::config::{Config, ExecConfig};
use kube::{Client, Error};
use secrecy::SecretString;
use tokio::sync::Mutex;
use tower::BoxError;

use super::error::AccessError;
use super::plugin::{self, Credential};
use super::service_account;

/// Token files are read again after so long, as kubectl does.
const FILE_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// What a plugin gave is replaced so long before it expires.
const EARLY: SignedDuration = SignedDuration::from_secs(60);
/// A source whose fresh credentials were refused too is left alone for so long: it may ask its user something each time.
const REFUSED_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Where credentials come from.
#[derive(Debug)]
pub(super) enum Source {
    File(PathBuf),
    /// The token of the pod in which this process runs.
    ServiceAccount(PathBuf),
    Plugin {
        plugin: Box<ExecConfig>,
        limit: Duration,
    },
}

impl Source {
    /// Its token cannot be read.
    fn unreadable(&self, path: &Path, source: std::io::Error) -> AccessError {
        match self {
            Self::ServiceAccount(_) => service_account::unreadable(path, &source),
            Self::File(_) | Self::Plugin { .. } => AccessError::TokenFile {
                path: path.to_owned(),
                source,
            },
        }
    }
}

/// The current credentials of one context, shared by its clients.
#[derive(Debug)]
pub(super) struct Credentials {
    source: Source,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    held: Held,
    /// When they were last fetched because of a 401.
    after_refusal: Option<Timestamp>,
}

/// What proves who we are at one moment.
#[derive(Clone, Debug)]
struct Held {
    header: Option<HeaderValue>,
    certificate: Option<Arc<Certificate>>,
    until: Option<Timestamp>,
}

/// A client certificate with its key; neither gets into a log.
#[derive(PartialEq, Eq)]
struct Certificate {
    chain: String,
    key: String,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

impl Held {
    fn is_valid(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn same(&self, other: &Self) -> bool {
        self.header == other.header && self.certificate == other.certificate
    }
}

impl Credentials {
    /// Fetches the first ones.
    ///
    /// # Errors
    /// What is wrong with the file or the plugin.
    pub(super) async fn first(source: Source) -> Result<Self, AccessError> {
        let held = fetch(&source, Timestamp::now(), None).await?;
        Ok(Self {
            source,
            current: Mutex::new(Current {
                held,
                after_refusal: None,
            }),
        })
    }

    /// Those for the next request. Requests that come together wait for one refresh.
    async fn held(&self) -> Result<Held, AccessError> {
        let mut current = self.current.lock().await;
        let now = Timestamp::now();
        if !current.held.is_valid(now) {
            current.held = fetch(&self.source, now, Some(&current.held)).await?;
        }
        Ok(current.held.clone())
    }

    /// Others than those that got a 401; `None` where there are none.
    async fn instead_of(&self, refused: &Held) -> Result<Option<Held>, AccessError> {
        let mut current = self.current.lock().await;
        if !current.held.same(refused) {
            return Ok(Some(current.held.clone()));
        }
        let now = Timestamp::now();
        let recent = |at: Timestamp| now.duration_since(at) < REFUSED_AGAIN;
        if current.after_refusal.is_some_and(recent) {
            return Ok(None);
        }
        current.after_refusal = Some(now);
        let fresh = fetch(&self.source, now, Some(&current.held)).await?;
        let other = !fresh.same(refused);
        current.held = fresh.clone();
        Ok(other.then_some(fresh))
    }
}

async fn fetch(source: &Source, now: Timestamp, old: Option<&Held>) -> Result<Held, AccessError> {
    let of_file = |header| Held {
        header: Some(header),
        certificate: None,
        until: now.checked_add(FILE_LIFE).ok(),
    };
    match source {
        Source::File(path) | Source::ServiceAccount(path) => match token_in(path).await {
            Ok(text) => Ok(of_file(bearer(&text, "the token file")?)),
            // A file that was removed on purpose after the start leaves the last token in use, as in kubectl.
            Err(error) => old
                .and_then(|old| old.header.clone())
                .map(of_file)
                .ok_or_else(|| source.unreadable(path, error)),
        },
        Source::Plugin { plugin, limit } => {
            let given = plugin::run(plugin, *limit).await?;
            from_plugin(given, old)
        }
    }
}

/// A token that is empty would make us somebody without a name.
async fn token_in(path: &Path) -> std::io::Result<String> {
    let text = tokio::fs::read_to_string(path).await?;
    if text.trim().is_empty() {
        return Err(std::io::Error::other("it is empty"));
    }
    Ok(text)
}

fn from_plugin(given: Credential, old: Option<&Held>) -> Result<Held, AccessError> {
    let header = given
        .token
        .as_deref()
        .map(|token| bearer(token, "the token of the credential plugin"))
        .transpose()?;
    let certificate = given
        .client_certificate_data
        .zip(given.client_key_data)
        .map(|(chain, key)| Certificate { chain, key });
    // The same one again is no reason for new connections.
    let kept = old.and_then(|old| old.certificate.clone());
    let certificate = match (certificate, kept) {
        (Some(new), Some(kept)) if new == *kept => Some(kept),
        (new, _) => new.map(Arc::new),
    };
    let end = given.expiration_timestamp;
    Ok(Held {
        header,
        certificate,
        until: end.and_then(|end| end.checked_sub(EARLY).ok()),
    })
}

fn bearer(token: &str, what: &'static str) -> Result<HeaderValue, AccessError> {
    let mut header = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .or(Err(AccessError::BadToken { what }))?;
    header.set_sensitive(true);
    Ok(header)
}

/// A client whose requests carry the credentials of the moment.
///
/// # Errors
/// What is wrong with the certificates.
pub(super) async fn client(
    config: Config,
    credentials: Arc<Credentials>,
) -> Result<Client, AccessError> {
    let namespace = config.default_namespace.clone();
    let sender = Arc::new(Sender::new(config, credentials).await?);
    let service = tower::service_fn(move |request: Request<Body>| {
        let sender = Arc::clone(&sender);
        async move { sender.send(request).await }
    });
    Ok(Client::new(service, namespace))
}

/// A client without credentials of ours.
///
/// # Errors
/// What is wrong with the certificates.
pub(super) fn plain(config: Config) -> Result<Client, AccessError> {
    let builder =
        ClientBuilder::try_from(config).map_err(|error| super::client::refused(&error))?;
    Ok(builder.build())
}

/// Sends requests over connections that were made with the certificate of the moment.
struct Sender {
    config: Config,
    credentials: Arc<Credentials>,
    connected: Mutex<(Option<Arc<Certificate>>, Client)>,
}

impl Sender {
    async fn new(config: Config, credentials: Arc<Credentials>) -> Result<Self, AccessError> {
        let certificate = credentials.held().await?.certificate;
        let client = with_certificate(&config, certificate.as_deref())?;
        Ok(Self {
            config,
            credentials,
            connected: Mutex::new((certificate, client)),
        })
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let again = copy(&request);
        let held = self.credentials.held().await?;
        let response = self.once(request, &held).await?;
        let Some(again) = again.filter(|_| response.status() == StatusCode::UNAUTHORIZED) else {
            return Ok(response);
        };
        let response = match self.credentials.instead_of(&held).await? {
            Some(fresh) => self.once(again, &fresh).await?,
            None => response,
        };
        self.accepted(response)
    }

    /// Nobody can log in for a pod: what helps there is something else than after any other 401.
    fn accepted(&self, response: Response<Body>) -> Result<Response<Body>, BoxError> {
        let refused = response.status() == StatusCode::UNAUTHORIZED;
        match self.credentials.source {
            Source::ServiceAccount(_) if refused => Err(AccessError::ServiceAccountRefused {
                server: self.config.cluster_url.to_string(),
            }
            .into()),
            Source::ServiceAccount(_) | Source::File(_) | Source::Plugin { .. } => Ok(response),
        }
    }

    async fn once(
        &self,
        mut request: Request<Body>,
        held: &Held,
    ) -> Result<Response<Body>, BoxError> {
        if let Some(header) = &held.header {
            request.headers_mut().insert(AUTHORIZATION, header.clone());
        }
        let client = self.connected(held).await?;
        client
            .send(request)
            .await
            .map_err(|error: Error| error.into())
    }

    /// Sessions and watches go on over their old connections.
    async fn connected(&self, held: &Held) -> Result<Client, AccessError> {
        let mut connected = self.connected.lock().await;
        let same = match (&connected.0, &held.certificate) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        if !same {
            let client = with_certificate(&self.config, held.certificate.as_deref())?;
            *connected = (held.certificate.clone(), client);
        }
        Ok(connected.1.clone())
    }
}

fn with_certificate(
    config: &Config,
    certificate: Option<&Certificate>,
) -> Result<Client, AccessError> {
    let mut config = config.clone();
    if let Some(Certificate { chain, key }) = certificate {
        config.auth_info.client_certificate_data = Some(base64(chain));
        config.auth_info.client_key_data = Some(SecretString::from(base64(key)));
    }
    plain(config)
}

/// The form in which a kubeconfig holds a PEM file.
fn base64(text: &str) -> String {
    let encoded = serde_json::to_value(ByteString(text.as_bytes().to_vec())).unwrap_or_default();
    encoded.as_str().unwrap_or_default().to_owned()
}

/// The same request once more; `None` where its body cannot be sent twice.
fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().try_clone()?);
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    *copy.version_mut() = request.version();
    copy.headers_mut().clone_from(request.headers());
    copy.extensions_mut().clone_from(request.extensions());
    Some(copy)
}

#[cfg(test)]
mod tests;
