//! Adds the bearer token to requests, and gets a fresh one when it ends: from a file each minute, from a plugin at its expiry or
//! after a 401. Knows nothing of what is asked. A layer under the clients of one context.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use kube::Client;
use kube::client::Body;
use kube::config::ExecConfig;
use tokio::sync::Mutex;
use tower::BoxError;

use super::error::AccessError;
use super::plugin::{self, Credential};

/// Token files are read again after so long, as kubectl does.
const FILE_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// Plugin tokens are replaced so long before they expire.
const EARLY: SignedDuration = SignedDuration::from_secs(60);

/// Where tokens come from.
#[derive(Debug)]
pub(super) enum Source {
    File(PathBuf),
    Plugin {
        plugin: Box<ExecConfig>,
        limit: Duration,
    },
}

/// The current token of one context, shared by its clients.
#[derive(Debug)]
pub(super) struct Tokens {
    source: Source,
    current: Mutex<Option<Token>>,
}

#[derive(Clone, Debug)]
struct Token {
    header: HeaderValue,
    until: Option<Timestamp>,
}

impl Tokens {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            current: Mutex::new(None),
        }
    }

    /// Starts with what a first run of the plugin gave.
    pub(super) fn starting_with(
        source: Source,
        credential: &Credential,
    ) -> Result<Self, AccessError> {
        let first = plugin_token(credential)?;
        Ok(Self {
            source,
            current: Mutex::new(Some(first)),
        })
    }

    /// The header for the next request. Requests that come together wait for one refresh.
    pub(super) async fn header(&self) -> Result<HeaderValue, AccessError> {
        let mut current = self.current.lock().await;
        let now = Timestamp::now();
        if let Some(token) = current
            .as_ref()
            .filter(|token| token.until.is_none_or(|until| now < until))
        {
            return Ok(token.header.clone());
        }
        let fresh = self.fetch(now, current.as_ref()).await?;
        Ok(current.insert(fresh).header.clone())
    }

    /// After a 401: the next request gets a fresh token.
    async fn forget(&self) {
        *self.current.lock().await = None;
    }

    async fn fetch(&self, now: Timestamp, old: Option<&Token>) -> Result<Token, AccessError> {
        match &self.source {
            Source::File(path) => match tokio::fs::read_to_string(path).await {
                Ok(text) => Ok(Token {
                    header: bearer(&text, "the token file")?,
                    until: now.checked_add(FILE_LIFE).ok(),
                }),
                // A file that was removed on purpose after the start leaves the last token in use, as in kubectl.
                Err(source) => old
                    .map(|old| Token {
                        header: old.header.clone(),
                        until: now.checked_add(FILE_LIFE).ok(),
                    })
                    .ok_or_else(|| AccessError::TokenFile {
                        path: path.clone(),
                        source,
                    }),
            },
            Source::Plugin { plugin, limit } => plugin_token(&plugin::run(plugin, *limit).await?),
        }
    }
}

fn plugin_token(credential: &Credential) -> Result<Token, AccessError> {
    let header = bearer(
        credential.token.as_deref().unwrap_or_default(),
        "the token of the credential plugin",
    )?;
    let until = credential
        .expiration_timestamp
        .and_then(|end| end.checked_sub(EARLY).ok());
    Ok(Token { header, until })
}

fn bearer(token: &str, what: &'static str) -> Result<HeaderValue, AccessError> {
    let mut header = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .or(Err(AccessError::BadToken { what }))?;
    header.set_sensitive(true);
    Ok(header)
}

/// Wraps a client so that each of its requests carries the token of the moment.
pub(super) fn with_tokens(client: Client, tokens: Arc<Tokens>) -> Client {
    let namespace = client.default_namespace().to_owned();
    let expiry = *client.valid_until();
    let service = tower::service_fn(move |request: Request<Body>| {
        let (client, tokens) = (client.clone(), tokens.clone());
        async move { send(client, tokens, request).await }
    });
    Client::new(service, namespace).with_valid_until(expiry)
}

async fn send(
    client: Client,
    tokens: Arc<Tokens>,
    mut request: Request<Body>,
) -> Result<Response<Body>, BoxError> {
    request
        .headers_mut()
        .insert(AUTHORIZATION, tokens.header().await?);
    let response = client.send(request).await?;
    if response.status() == StatusCode::UNAUTHORIZED {
        tokens.forget().await;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_file_may_end_in_a_newline() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "abc\n").unwrap();
        let tokens = Tokens::new(Source::File(path.clone()));
        assert_eq!(tokens.header().await.unwrap(), "Bearer abc");
    }

    #[tokio::test]
    async fn a_removed_token_file_leaves_the_last_token() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::new(Source::File(folder.path().join("none")));
        *tokens.current.lock().await = Some(Token {
            header: HeaderValue::from_static("Bearer old"),
            until: Some(Timestamp::UNIX_EPOCH),
        });
        assert_eq!(tokens.header().await.unwrap(), "Bearer old");
    }

    #[tokio::test]
    async fn a_missing_token_file_is_named() {
        let error = Tokens::new(Source::File("/nowhere/token".into()))
            .header()
            .await
            .unwrap_err();
        assert!(error.to_string().contains("/nowhere/token"), "{error}");
    }
}
