//! Owns the shape of answers: bodies, JSON, and `Status` objects as the API server words them. Knows nothing of pods. Called by everything
//! that answers a request.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::{Value, json};

use super::routes::Asked;

/// Every answer's body; an error cuts the connection.
pub(super) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// A refusal with the code and reason that a real server gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    pub(super) code: StatusCode,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) details: Option<Box<Value>>,
}

impl Refusal {
    fn new(code: StatusCode, reason: &'static str, message: String) -> Self {
        Self {
            code,
            reason,
            message,
            details: None,
        }
    }

    /// 404 for an object that is not there.
    pub(super) fn not_found(resource: &str, name: &str) -> Self {
        let details = json!({"name": name, "kind": resource});
        Self {
            details: Some(Box::new(details)),
            ..Self::new(
                StatusCode::NOT_FOUND,
                "NotFound",
                format!("{resource} \"{name}\" not found"),
            )
        }
    }

    /// 404 for a path that nothing serves.
    pub(super) fn no_such_path() -> Self {
        let message = "the server could not find the requested resource".to_owned();
        Self::new(StatusCode::NOT_FOUND, "NotFound", message)
    }

    /// 403 in the words of role based access control.
    pub(super) fn forbidden(user: &str, asked: &Asked) -> Self {
        let (resource, kind) = (
            &asked.resource,
            asked.resource.split('/').next().unwrap_or(""),
        );
        let name = asked
            .name
            .as_ref()
            .map(|name| format!(" \"{name}\""))
            .unwrap_or_default();
        let place = match &asked.namespace {
            Some(namespace) => format!("in the namespace \"{namespace}\""),
            None => "at the cluster scope".to_owned(),
        };
        let message = format!(
            "{kind}{name} is forbidden: User \"{user}\" cannot {} resource \"{resource}\" in API group \"{}\" {place}",
            asked.verb, asked.group
        );
        let details = match &asked.name {
            Some(name) => json!({"name": name, "kind": kind}),
            None => json!({"kind": kind}),
        };
        Self {
            details: Some(Box::new(details)),
            ..Self::new(StatusCode::FORBIDDEN, "Forbidden", message)
        }
    }

    /// 401 without a word on why.
    pub(super) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Unauthorized",
            "Unauthorized".to_owned(),
        )
    }

    /// 410 for a version that the history no longer reaches.
    pub(super) fn expired(asked: u64, oldest: u64) -> Self {
        let message = format!("too old resource version: {asked} ({oldest})");
        Self::new(StatusCode::GONE, "Expired", message)
    }

    /// 400 with the reason in words.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message.into())
    }

    /// 422 for options that contradict each other or that the server does not know.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message.into())
    }

    /// 500, as for a container that does not run.
    pub(super) fn internal(cause: &str) -> Self {
        let message = format!("Internal error occurred: {cause}");
        let details = json!({"causes": [{"message": cause}]});
        Self {
            details: Some(Box::new(details)),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
        }
    }

    /// 405.
    pub(super) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource".to_owned();
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    /// A refusal that a test made up.
    pub(super) fn scripted(code: StatusCode, message: &str) -> Self {
        Self::new(code, "Scripted", message.to_owned())
    }

    /// The `Status` object.
    pub(super) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code.as_u16(),
        });
        if let (Some(details), Value::Object(map)) = (&self.details, &mut status) {
            map.insert("details".to_owned(), (**details).clone());
        }
        status
    }

    /// The whole answer.
    pub(super) fn answer(&self) -> Response<Body> {
        with_status(self.code, &self.status())
    }
}

/// 200 with a JSON document.
pub(super) fn json(document: &Value) -> Response<Body> {
    with_status(StatusCode::OK, document)
}

/// Any code with a JSON document.
pub(super) fn with_status(code: StatusCode, document: &Value) -> Response<Body> {
    let body = Full::new(Bytes::from(document.to_string()));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = code;
    mark(&mut response, "application/json");
    response
}

/// 200 with plain text.
pub(super) fn text(content: String) -> Response<Body> {
    let body = Full::new(Bytes::from(content));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    mark(&mut response, "text/plain");
    response
}

/// 200 with pieces that are made while the client reads.
pub(super) fn streamed<S>(kind: &'static str, pieces: S) -> Response<Body>
where
    S: futures_util::Stream<Item = std::io::Result<Bytes>> + Send + 'static,
{
    use futures_util::TryStreamExt;
    let mut response = Response::new(StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync());
    mark(&mut response, kind);
    response
}

/// 101 and such: no body.
pub(super) fn empty(code: StatusCode) -> Response<Body> {
    let body = Full::new(Bytes::new());
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = code;
    response
}

fn mark(response: &mut Response<Body>, kind: &'static str) {
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_exec_reads_as_the_real_one() {
        let asked = Asked {
            verb: "get",
            group: "",
            resource: "pods/exec".to_owned(),
            namespace: Some("shop".to_owned()),
            name: Some("web-1".to_owned()),
        };
        assert_eq!(
            Refusal::forbidden("demo", &asked).message,
            "pods \"web-1\" is forbidden: User \"demo\" cannot get resource \"pods/exec\" in API group \"\" in the namespace \"shop\""
        );
    }
}
