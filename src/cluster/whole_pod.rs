//! One pod as a GET answers it, in the parts that pages and checks read. Knows nothing of requests. The full type of the API holds
//! some sixty kinds of volumes and rules of scheduling, whose readers would be a large part of the program.

use k8s_openapi::api::core::v1::{
    Container, EphemeralContainer, PodSecurityContext, PodStatus, Toleration,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A pod; the fields are those of the Kubernetes API.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default)]
pub struct WholePod {
    pub metadata: ObjectMeta,
    pub spec: Option<WholeSpec>,
    pub status: Option<PodStatus>,
}

/// What was asked for; the fields are those of the Kubernetes API, as far as they are read.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WholeSpec {
    pub containers: Vec<Container>,
    pub ephemeral_containers: Option<Vec<EphemeralContainer>>,
    pub init_containers: Option<Vec<Container>>,
    pub node_name: Option<String>,
    pub priority_class_name: Option<String>,
    pub security_context: Option<PodSecurityContext>,
    pub service_account_name: Option<String>,
    pub tolerations: Option<Vec<Toleration>>,
    /// Each an object with `name`, and one more key that says its kind.
    pub volumes: Option<Vec<Map<String, Value>>>,
}

impl kube::Resource for WholePod {
    type DynamicType = ();
    type Scope = kube::core::NamespaceResourceScope;

    fn kind((): &()) -> std::borrow::Cow<'_, str> {
        "Pod".into()
    }

    fn group((): &()) -> std::borrow::Cow<'_, str> {
        "".into()
    }

    fn version((): &()) -> std::borrow::Cow<'_, str> {
        "v1".into()
    }

    fn plural((): &()) -> std::borrow::Cow<'_, str> {
        "pods".into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}
