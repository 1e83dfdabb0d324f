//! One pod as a GET answers it, in the parts that pages and checks read. Knows nothing of requests. The full type of the API holds
//! some thirty kinds of volumes and the rules of scheduling, whose readers would be a large part of the program.

use k8s_openapi::api::core::v1::{
    Container, EphemeralContainer, PodSecurityContext, PodStatus, Toleration,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ids::PodUid;

/// A pod; the fields are those of the Kubernetes API.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default)]
pub struct WholePod {
    pub metadata: ObjectMeta,
    pub spec: Option<WholeSpec>,
    pub status: Option<PodStatus>,
}

/// Whether what a GET by name brought is the pod that was meant: another one may have its name by now.
pub(super) fn is_pod(found: &ObjectMeta, uid: &PodUid) -> bool {
    found.uid.as_deref() == Some(uid.as_str())
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

/// Lets kube's typed requests take one of our own readings of a pod for a pod; `$meta` is the field with its metadata.
macro_rules! read_as_pod {
    ($reading:ty, $meta:ident) => {
        impl kube::Resource for $reading {
            type DynamicType = ();
            type Scope = kube::core::NamespaceResourceScope;

            fn kind((): &()) -> std::borrow::Cow<'_, str> {
                k8s_openapi::api::core::v1::Pod::kind(&())
            }

            fn group((): &()) -> std::borrow::Cow<'_, str> {
                k8s_openapi::api::core::v1::Pod::group(&())
            }

            fn version((): &()) -> std::borrow::Cow<'_, str> {
                k8s_openapi::api::core::v1::Pod::version(&())
            }

            fn plural((): &()) -> std::borrow::Cow<'_, str> {
                k8s_openapi::api::core::v1::Pod::plural(&())
            }

            fn meta(&self) -> &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
                &self.$meta
            }

            fn meta_mut(
                &mut self,
            ) -> &mut k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
                &mut self.$meta
            }
        }
    };
}
pub(super) use read_as_pod;

read_as_pod!(WholePod, metadata);
