//! Owns what the user hears of the way to the targets: what is missing, what was left out, which container was taken.

use super::{Chosen, Found, Namespaces, Note, Selection, choose, find};
use crate::cluster::error::AccessError;
use crate::headless::streams::Streams;
use crate::headless::{Clusters, ExitCode};
use crate::ids::ContainerRef;
use crate::inventory::PodRow;

/// Finds the pods that are meant, or says why none are.
pub(crate) async fn find_or_say(
    clusters: &Clusters,
    selection: &Selection,
    streams: &mut Streams<'_>,
) -> Result<Found, ExitCode> {
    let found = find(clusters, selection).await.map_err(|error| {
        streams.note(&format!("{error}"));
        exit_of(&error.why)
    })?;
    let place = || looked_in(clusters, &selection.namespaces);
    if !found.missing.is_empty() {
        for name in &found.missing {
            streams.note(&format!("no pod matches {name} {}", place()));
        }
        return Err(ExitCode::NoTarget);
    }
    if !found.ended.is_empty() {
        let names: Vec<String> = found.ended.iter().map(ToString::to_string).collect();
        let pods = if names.len() == 1 {
            "1 ended pod"
        } else {
            &format!("{} ended pods", names.len())
        };
        streams.note(&format!("{pods} left out: {}", names.join(", ")));
    }
    if found.pods.is_empty() {
        streams.note(&format!("no pod matches {}", place()));
        return Err(ExitCode::NoTarget);
    }
    Ok(found)
}

/// Where pods were looked for, and how to look elsewhere.
fn looked_in(clusters: &Clusters, namespaces: &Namespaces) -> String {
    let mut names: Vec<&str> = match namespaces {
        Namespaces::All => return "in any namespace".to_owned(),
        Namespaces::Named(names) => names.iter().map(String::as_str).collect(),
        Namespaces::OfContext => clusters.iter().map(|one| one.namespace.as_str()).collect(),
    };
    names.dedup();
    let plural = if names.len() > 1 { "s" } else { "" };
    let names = names.join(", ");
    format!("in namespace{plural} {names}; -n or -A looks elsewhere")
}

/// Chooses a container, and says where the choice was ours; `None` where there is none to choose, which is said.
pub(crate) fn choose_or_say(
    row: &PodRow,
    asked: Option<&str>,
    streams: &mut Streams<'_>,
) -> Option<Chosen> {
    let (chosen, note) = choose(row, asked);
    match note {
        None => {}
        Some(Note::First { out_of }) => {
            let taken = chosen
                .as_ref()
                .map_or("", |chosen| &*chosen.container.container);
            let all = out_of.join(", ");
            streams.note(&format!(
                "{}: container {taken} out of {all}; -c chooses",
                row.pod
            ));
        }
        Some(Note::NoSuchContainer { there_are }) => {
            let wanted = asked.unwrap_or("any");
            let there_are = there_are.join(", ");
            streams.note(&format!(
                "{} left out: no container {wanted}; there are {there_are}",
                row.pod
            ));
        }
    }
    chosen
}

/// The shortest names that tell these targets apart: pod, namespace/pod, or context/namespace/pod.
pub(crate) fn labels(targets: &[&ContainerRef]) -> Vec<String> {
    let first = targets.first().map(|target| &target.pod);
    let one = |same: &dyn Fn(&ContainerRef) -> bool| targets.iter().all(|target| same(target));
    let one_context = one(&|t| first.is_some_and(|pod| pod.context == t.pod.context));
    let one_namespace = one(&|t| first.is_some_and(|pod| pod.namespace == t.pod.namespace));
    let label = |target: &&ContainerRef| match (one_context, one_namespace) {
        (true, true) => target.pod.name.to_string(),
        (true, false) => target.pod.to_string(),
        (false, _) => format!("{}/{}", target.pod.context, target.pod),
    };
    targets.iter().map(label).collect()
}

/// What is wrong with the settings is a usage error; what is wrong out there leaves the outcome unknown.
const fn exit_of(error: &AccessError) -> ExitCode {
    // 400: the server cannot read a selector.
    if matches!(error, AccessError::BadAnswer { code: 400, .. }) {
        ExitCode::Usage
    } else {
        ExitCode::Unknown
    }
}
