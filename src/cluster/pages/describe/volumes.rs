//! Owns the part of describe about volumes: what each is, and what it takes its files from.

use k8s_openapi::api::core::v1::{EmptyDirVolumeSource, ProjectedVolumeSource, Volume};

use crate::cluster::pages::lines::{Page, joined};

/// Writes one line per volume.
pub(super) fn write(page: &mut Page, volumes: &[Volume]) {
    if volumes.is_empty() {
        return;
    }
    page.line(0, "Volumes:");
    let rows: Vec<[String; 2]> = volumes
        .iter()
        .map(|volume| [volume.name.clone(), source(volume)])
        .collect();
    page.table(1, &rows);
}

fn source(volume: &Volume) -> String {
    known(volume).unwrap_or_else(|| other(volume))
}

fn known(volume: &Volume) -> Option<String> {
    let map = volume
        .config_map
        .as_ref()
        .map(|map| format!("config map {}", map.name));
    let secret = volume.secret.as_ref();
    let secret =
        secret.map(|secret| format!("secret {}", secret.secret_name.as_deref().unwrap_or("?")));
    let claim = volume.persistent_volume_claim.as_ref();
    let claim = claim.map(|claim| format!("claim {}", claim.claim_name));
    let host = volume
        .host_path
        .as_ref()
        .map(|host| format!("host path {}", host.path));
    let empty = volume.empty_dir.as_ref().map(empty_dir);
    let csi = volume.csi.as_ref().map(|csi| format!("csi {}", csi.driver));
    let nfs = volume
        .nfs
        .as_ref()
        .map(|nfs| format!("nfs {}:{}", nfs.server, nfs.path));
    let projected = volume.projected.as_ref().map(projected);
    map.or(secret)
        .or(claim)
        .or(host)
        .or(empty)
        .or(csi)
        .or(nfs)
        .or(projected)
}

fn empty_dir(volume: &EmptyDirVolumeSource) -> String {
    let size = volume
        .size_limit
        .as_ref()
        .map(|size| format!("up to {}", size.0));
    let medium = volume.medium.clone().unwrap_or_default();
    joined(
        [
            "empty directory".to_owned(),
            medium,
            size.unwrap_or_default(),
        ],
        " ",
    )
}

fn projected(volume: &ProjectedVolumeSource) -> String {
    let each = volume.sources.iter().flatten().map(|source| {
        let map = source
            .config_map
            .as_ref()
            .map(|map| format!("config map {}", map.name));
        let secret = source
            .secret
            .as_ref()
            .map(|secret| format!("secret {}", secret.name));
        let token = source
            .service_account_token
            .as_ref()
            .map(|_| "account token".to_owned());
        let fields = source
            .downward_api
            .as_ref()
            .map(|_| "pod fields".to_owned());
        map.or(secret)
            .or(token)
            .or(fields)
            .unwrap_or_else(|| "another source".to_owned())
    });
    format!("projected: {}", joined(each, ", "))
}

/// Kinds that are rare: the field's own name has to do.
fn other(volume: &Volume) -> String {
    let object = serde_json::to_value(volume).unwrap_or_default();
    let mut names = object
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys());
    let kind = names.find(|name| *name != "name");
    kind.map_or_else(|| "of an unknown kind".to_owned(), Clone::clone)
}
