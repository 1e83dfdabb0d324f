//! Owns the answer to each request: rights, faults, then the resource. Knows nothing of connections. Called by `transport`, once per request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::answers::{self, Body, Refusal};
use super::choice::Choice;
use super::discovery;
use super::ephemeral;
use super::events;
use super::exec;
use super::faults::Faults;
use super::forward;
use super::lists;
use super::logs;
use super::metrics;
use super::routes::{self, Asked, Query, Route};
use super::shells::Census;
use super::shop::WorkloadObject;
use super::store::Store;
use super::tasks::Tasks;
use super::typed::Typed;
use super::watches::{self, Watched};

/// Requests remembered for tests.
const REMEMBERED: usize = 1024;

/// The longest body that a request may have.
const LONGEST_BODY: usize = 1 << 20;

/// Who the demo says its user is.
const USER: &str = "demo";

/// The embedded API server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) store: Arc<Store>,
    pub(super) faults: Faults,
    pub(super) shells: Choice,
    pub(super) workloads: Vec<WorkloadObject>,
    pub(super) tasks: Arc<Tasks>,
    pub(super) census: Census,
    pub(super) typed: Typed,
    /// Unix seconds.
    pub(super) started: i64,
    requests: Mutex<VecDeque<String>>,
}

impl Server {
    pub(super) fn new(
        store: Store,
        workloads: Vec<WorkloadObject>,
        shells: Choice,
        tasks: Arc<Tasks>,
        started: i64,
    ) -> Self {
        Self {
            store: Arc::new(store),
            faults: Faults::new(),
            shells,
            workloads,
            tasks,
            census: Census::default(),
            typed: Typed::default(),
            started,
            requests: Mutex::default(),
        }
    }

    /// The last requests as `METHOD path?query`, oldest first.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// Answers one request; refusals become `Status` objects.
    pub(super) async fn respond<B>(self: Arc<Self>, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: std::fmt::Display,
    {
        self.remember(&request);
        let delay = self.faults.delay();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match self.answer(request).await {
            Ok(response) => response,
            Err(refusal) => refusal.answer(),
        }
    }

    fn remember<B>(&self, request: &Request<B>) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == REMEMBERED {
            requests.pop_front();
        }
        let target = request
            .uri()
            .path_and_query()
            .map_or("", |target| target.as_str());
        requests.push_back(format!("{} {target}", request.method()));
    }

    async fn answer<B>(self: &Arc<Self>, mut request: Request<B>) -> Result<Response<Body>, Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: std::fmt::Display,
    {
        let route = routes::route(request.uri().path());
        let query = Query::parse(request.uri().query().unwrap_or_default());
        if self.faults.unauthorized() {
            return Err(Refusal::unauthorized());
        }
        if let Some(asked) = route.asked(&query)
            && self.faults.denied(&asked)
        {
            return Err(Refusal::forbidden(USER, &asked));
        }
        match (request.method().clone(), route) {
            (Method::POST, Route::AccessReview) => self.access_review(request).await,
            (Method::POST, Route::SubjectReview) => Ok(subject_review()),
            (Method::GET | Method::POST, Route::Exec(key)) => {
                let upgrade = hyper::upgrade::on(&mut request);
                exec::answer(self, &key, &query, request.headers(), upgrade).await
            }
            (Method::GET | Method::POST, Route::Forward(key)) => {
                let upgrade = hyper::upgrade::on(&mut request);
                forward::answer(self, &key, &query, request.headers(), upgrade)
            }
            (Method::PATCH, Route::EphemeralContainers(key)) => {
                let patch = body(request).await?;
                ephemeral::add(self, &key, &patch)
            }
            (Method::GET, route) => self.read(&route, &query),
            (_, Route::Unknown) => Err(Refusal::no_such_path()),
            (_, _) => Err(Refusal::method_not_allowed()),
        }
    }

    fn read(&self, route: &Route, query: &Query) -> Result<Response<Body>, Refusal> {
        match route {
            Route::Version => Ok(answers::json(&discovery::version())),
            Route::Healthy => Ok(answers::text("ok".to_owned())),
            Route::GroupList => Ok(answers::json(&discovery::groups())),
            Route::Group(group) => Ok(answers::json(&discovery::resources(*group))),
            Route::Namespaces if query.flag("watch") => {
                let watched = Watched::Namespaces {
                    started: self.started,
                };
                watches::answer(&self.store, &self.faults, watched, query)
            }
            Route::Namespaces => Ok(lists::namespaces(&self.store, self.started)),
            Route::Namespace(name) => lists::namespace(&self.store, name, self.started),
            Route::Nodes => Ok(lists::nodes(&self.store, self.started)),
            Route::Pods { namespace } if query.flag("watch") => {
                let selection = lists::selection(namespace.as_deref(), query)?;
                watches::answer(&self.store, &self.faults, Watched::Pods(selection), query)
            }
            Route::Pods { namespace } => lists::pods(&self.store, namespace.as_deref(), query),
            Route::Pod(key) => lists::pod(&self.store, key),
            Route::Log(key) => logs::answer(&self.store, key, query),
            Route::Events { namespace } => events::answer(&self.store, namespace.as_deref(), query),
            Route::Workloads { plural, namespace } => {
                let namespace = namespace.as_deref();
                lists::workloads(&self.store, &self.workloads, plural, namespace, query)
            }
            Route::Workload {
                plural,
                namespace,
                name,
            } => lists::workload(&self.workloads, plural, namespace, name),
            Route::Metrics { namespace, name } => {
                let now = super::now();
                metrics::answer(&self.store, namespace.as_deref(), name.as_deref(), now)
            }
            Route::AccessReview
            | Route::SubjectReview
            | Route::Exec(_)
            | Route::Forward(_)
            | Route::EphemeralContainers(_) => Err(Refusal::method_not_allowed()),
            Route::Unknown => Err(Refusal::no_such_path()),
        }
    }

    async fn access_review<B>(&self, request: Request<B>) -> Result<Response<Body>, Refusal>
    where
        B: http_body::Body<Data = Bytes>,
        B::Error: std::fmt::Display,
    {
        let review = body(request).await?;
        let asked = reviewed(&review)?;
        let allowed = !self.faults.denied(&asked);
        let answer = json!({
            "kind": "SelfSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "metadata": {"creationTimestamp": null},
            "spec": review.get("spec"),
            "status": {"allowed": allowed, "reason": ""},
        });
        Ok(answers::with_status(http::StatusCode::CREATED, &answer))
    }
}

async fn body<B>(request: Request<B>) -> Result<Value, Refusal>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    let collected = request.into_body().collect().await;
    let bytes = collected
        .map_err(|error| Refusal::bad_request(error.to_string()))?
        .to_bytes();
    if bytes.len() > LONGEST_BODY {
        return Err(Refusal::bad_request("the request body is too long"));
    }
    serde_json::from_slice(&bytes).map_err(|error| Refusal::bad_request(error.to_string()))
}

fn reviewed(review: &Value) -> Result<Asked, Refusal> {
    let attributes = review
        .pointer("/spec/resourceAttributes")
        .ok_or_else(|| Refusal::invalid("spec.resourceAttributes: Required value"))?;
    let text = |name: &str| {
        attributes
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let verbs = [
        "get", "list", "watch", "create", "update", "patch", "delete",
    ];
    let verb = verbs
        .into_iter()
        .find(|verb| *verb == text("verb"))
        .unwrap_or("other");
    let resource = match text("subresource") {
        "" => text("resource").to_owned(),
        subresource => format!("{}/{subresource}", text("resource")),
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(Asked {
        verb,
        group: "",
        resource,
        namespace: some(text("namespace")),
        name: some(text("name")),
    })
}

fn subject_review() -> Response<Body> {
    let answer = json!({
        "kind": "SelfSubjectReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"creationTimestamp": null},
        "status": {"userInfo": {"username": USER, "groups": ["system:authenticated"]}},
    });
    answers::with_status(http::StatusCode::CREATED, &answer)
}
