//! Owns the requests of pages: one GET each, bounded in memory, its refusals sorted. Knows nothing of what the answer holds.

use bytes::Bytes;
use http_body_util::BodyExt;
use k8s_openapi::api::core::v1::Pod;
use kube::client::Body;
use kube::core::params::GetParams;
use kube::core::{Request, Resource, Status};
use kube::{Client, Error};
use serde::de::DeserializeOwned;

use super::PageError;
use crate::cluster::error::AccessError;
use crate::ids::PodRef;

/// The most that an answer in JSON may take.
const DOCUMENT: usize = 16 << 20;

/// What stands for the server in sentences: pages do not know its address.
const SERVER: &str = "the API server";

/// What is asked, for the sentences of a refusal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) verb: &'static str,
    pub(super) resource: &'static str,
    pub(super) pod: &'a PodRef,
}

/// The newest bytes of an answer.
#[derive(Default, Debug)]
pub(super) struct Newest {
    pub(super) bytes: Vec<u8>,
    /// Whether older ones were dropped.
    pub(super) cut: bool,
}

impl Newest {
    /// Keeps at most `limit` bytes once finished, and at most twice that on the way.
    fn add(&mut self, piece: &[u8], limit: usize) {
        self.bytes.extend_from_slice(piece);
        if self.bytes.len() > limit.saturating_mul(2) {
            self.cut_to(limit);
        }
    }

    fn cut_to(&mut self, limit: usize) {
        let excess = self.bytes.len().saturating_sub(limit);
        if excess > 0 {
            self.bytes.drain(..excess);
            self.cut = true;
        }
    }
}

/// The pod itself, as any type that reads its JSON.
///
/// # Errors
/// Every variant but [`PageError::NoLog`] and [`PageError::TimedOut`].
pub(super) async fn pod<T: DeserializeOwned>(
    client: &Client,
    pod: &PodRef,
) -> Result<T, PageError> {
    let asked = Asked {
        verb: "get",
        resource: "pods",
        pod,
    };
    let request = pods(pod).get(&pod.name, &GetParams::default());
    document(client, request, asked).await
}

/// Requests about the pods of a pod's namespace.
pub(super) fn pods(pod: &PodRef) -> Request {
    Request::new(Pod::url_path(&(), Some(&pod.namespace)))
}

/// One document of JSON.
///
/// # Errors
/// As [`pod`].
pub(super) async fn document<T: DeserializeOwned>(
    client: &Client,
    request: Result<http::Request<Vec<u8>>, kube::core::request::Error>,
    asked: Asked<'_>,
) -> Result<T, PageError> {
    let resource = asked.resource;
    let mut body = open(client, request, asked).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = next(&mut body).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > DOCUMENT {
            let limit = DOCUMENT;
            return Err(PageError::TooLong { resource, limit });
        }
    }
    let unreadable = |reason: String| PageError::Unreadable { resource, reason };
    // As the client itself reads: another way in would be a second copy of the reader of each type.
    let text = str::from_utf8(&bytes).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))
}

/// The newest `limit` bytes of a text.
///
/// # Errors
/// [`PageError::NoLog`] for a 400; otherwise as [`pod`].
pub(super) async fn newest(
    client: &Client,
    request: Result<http::Request<Vec<u8>>, kube::core::request::Error>,
    asked: Asked<'_>,
    limit: usize,
) -> Result<Newest, PageError> {
    let mut body = open(client, request, asked).await?;
    let mut kept = Newest::default();
    while let Some(piece) = next(&mut body).await? {
        kept.add(&piece, limit);
    }
    kept.cut_to(limit);
    Ok(kept)
}

pub(super) async fn open(
    client: &Client,
    request: Result<http::Request<Vec<u8>>, kube::core::request::Error>,
    asked: Asked<'_>,
) -> Result<Body, PageError> {
    let request = request.map_err(|error| unreachable(Error::BuildRequest(error)))?;
    let answer = client
        .send(request.map(Body::from))
        .await
        .map_err(unreachable)?;
    let code = answer.status();
    let mut body = answer.into_body();
    if code.is_success() {
        return Ok(body);
    }
    let mut bytes = Vec::new();
    while let Some(piece) = next(&mut body).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > DOCUMENT {
            break;
        }
    }
    Err(refused(asked, status(code.as_u16(), &bytes)))
}

pub(super) async fn next(body: &mut Body) -> Result<Option<Bytes>, PageError> {
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(unreachable)?.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

fn unreachable(error: Error) -> PageError {
    PageError::Access(AccessError::classify(SERVER, error))
}

/// What the server says; a proxy on the way may not speak in `Status` objects.
fn status(code: u16, body: &[u8]) -> Status {
    serde_json::from_slice(body).unwrap_or_else(|_not_a_status| {
        let text = String::from_utf8_lossy(body);
        let message = text.trim().chars().take(200).collect::<String>();
        Status::failure(&message, "").with_code(code)
    })
}

fn refused(asked: Asked<'_>, status: Status) -> PageError {
    let message = || crate::inventory::printable_line(&status.message);
    match status.code {
        400 if asked.resource == "pods/log" => PageError::NoLog { message: message() },
        403 => PageError::Forbidden {
            verb: asked.verb,
            resource: asked.resource,
            namespace: asked.pod.namespace.to_string(),
        },
        404 => PageError::Gone {
            pod: asked.pod.clone(),
        },
        401 => unreachable(Error::Api(status.boxed())),
        code => PageError::Refused {
            code,
            message: message(),
        },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::ids::ContextName;

    #[rstest]
    #[case(
        "pods",
        404,
        "the pod shop/web-1 is gone (404). Go back to the list and choose another one"
    )]
    #[case(
        "pods/log",
        403,
        "you may not get pods/log in namespace shop (403). Ask for the right to get pods/log there"
    )]
    #[case(
        "pods/log",
        400,
        "there is no log: no\u{20}\u{20}way. Its events (e) may say why"
    )]
    #[case(
        "pods",
        401,
        "the API server does not accept the credentials (401): they are wrong or have expired. Log in again"
    )]
    #[case(
        "pods",
        500,
        "the API server answers 500: no\u{20}\u{20}way. Open the page again in a moment, or look at the pod's node"
    )]
    fn a_refusal_is_a_sentence_with_the_next_step(
        #[case] resource: &'static str,
        #[case] code: u16,
        #[case] expected: &str,
    ) {
        let pod = PodRef {
            context: ContextName::new("c"),
            namespace: "shop".into(),
            name: "web-1".into(),
        };
        let asked = Asked {
            verb: "get",
            resource,
            pod: &pod,
        };
        let body =
            br#"{"kind":"Status","status":"Failure","message":"no\u001b[31m\n way","code":CODE}"#;
        let body = String::from_utf8_lossy(body).replace("CODE", &code.to_string());
        let error = refused(asked, status(code, body.as_bytes()));
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_answer_of_a_proxy_keeps_its_code() {
        let status = status(502, b"<html>bad gateway</html>\n");
        assert_eq!(
            (status.code, &*status.message),
            (502, "<html>bad gateway</html>")
        );
    }

    #[test]
    fn the_newest_bytes_are_kept_within_their_bound() {
        let mut kept = Newest::default();
        for piece in [b"aaaa", b"bbbb", b"cccc"] {
            kept.add(piece, 5);
            assert!(kept.bytes.len() <= 10);
        }
        kept.cut_to(5);
        assert!(kept.cut);
        assert_eq!(kept.bytes, b"bcccc");
    }
}
