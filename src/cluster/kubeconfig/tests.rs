use std::fs;

use super::*;

const ONE: &str = "apiVersion: v1
kind: Config
current-context: dev
contexts:
- name: dev
  context: {cluster: dev, user: jane, namespace: shop}
- name: prod-eu
  context: {cluster: prod, user: jane}
clusters:
- name: dev
  cluster: {server: 'https://dev:6443', certificate-authority: ca.crt}
users:
- name: jane
  user: {token: from-one}
";
const TWO: &str = "apiVersion: v1
kind: Config
current-context: prod-us
contexts:
- name: prod-us
  context: {cluster: prod, user: jane}
- name: nobody
  context: {cluster: prod, user: missing}
clusters:
- name: prod
  cluster: {server: 'https://prod:6443'}
users:
- name: jane
  user: {token: from-two}
";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn listed(folder: &tempfile::TempDir, names: &[&str]) -> KubeconfigSources {
    let list = std::env::join_paths(names.iter().map(|name| folder.path().join(name))).unwrap();
    KubeconfigSources {
        list: Some(list),
        ..KubeconfigSources::default()
    }
}

#[test]
fn the_first_file_to_name_something_wins() {
    let folder = folder(&[("one", ONE), ("two", TWO)]);
    let merged = load(&listed(&folder, &["one", "two"])).unwrap();
    let names: Vec<_> = merged
        .contexts()
        .into_iter()
        .map(|line| line.name.to_string())
        .collect();
    assert_eq!(names, ["dev", "prod-eu", "prod-us", "nobody"]);
    assert_eq!(merged.pick(None).unwrap().as_str(), "dev");
    let (_, user) = merged.user_of(&ContextName::new("prod-us")).unwrap();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(&user.token.unwrap()),
        "from-one"
    );
}

#[test]
fn missing_files_of_the_list_are_skipped() {
    let folder = folder(&[("two", TWO)]);
    let merged = load(&listed(&folder, &["none", "two", "nor-this"])).unwrap();
    assert_eq!(merged.pick(None).unwrap().as_str(), "prod-us");
}

#[test]
fn the_flag_wins_over_the_list_and_has_to_exist() {
    let folder = folder(&[("one", ONE), ("two", TWO)]);
    let mut sources = listed(&folder, &["two"]);
    sources.flag = Some(folder.path().join("one"));
    assert_eq!(load(&sources).unwrap().pick(None).unwrap().as_str(), "dev");
    sources.flag = Some(folder.path().join("none"));
    assert!(matches!(
        load(&sources),
        Err(AccessError::ReadKubeconfig { .. })
    ));
}

#[test]
fn the_home_folder_comes_last() {
    let folder = folder(&[(".kube/config", ONE)]);
    let sources = KubeconfigSources {
        home: Some(folder.path().into()),
        ..KubeconfigSources::default()
    };
    assert_eq!(load(&sources).unwrap().pick(None).unwrap().as_str(), "dev");
}

#[test]
fn without_any_file_the_service_account_is_taken() {
    let folder = folder(&[]);
    let home = Some(folder.path().to_path_buf());
    let sources = KubeconfigSources {
        home: home.clone(),
        in_pod: InPod::WithToken,
        ..KubeconfigSources::default()
    };
    assert_eq!(
        load(&sources).unwrap().pick(None).unwrap().as_str(),
        IN_CLUSTER
    );
    let nowhere = KubeconfigSources {
        home,
        ..KubeconfigSources::default()
    };
    let error = load(&nowhere).unwrap_err().to_string();
    assert!(
        error.contains(".kube/config") && error.contains("podmux demo"),
        "{error}"
    );
}

#[test]
fn a_pod_without_its_token_is_told_what_is_missing() {
    let folder = folder(&[]);
    let sources = KubeconfigSources {
        home: Some(folder.path().to_path_buf()),
        in_pod: InPod::WithoutToken,
        ..KubeconfigSources::default()
    };
    let error = load(&sources).unwrap_err().to_string();
    assert!(
        error.contains("serviceaccount/token") && error.contains("automountServiceAccountToken"),
        "{error}"
    );
}

#[test]
fn a_kubeconfig_wins_over_the_service_account() {
    let folder = folder(&[("one", ONE)]);
    let sources = KubeconfigSources {
        in_pod: InPod::WithToken,
        ..listed(&folder, &["one"])
    };
    assert_eq!(load(&sources).unwrap().pick(None).unwrap().as_str(), "dev");
}

#[test]
fn paths_are_relative_to_their_own_file() {
    let folder = folder(&[("deep/one", ONE)]);
    let merged = load(&listed(&folder, &["deep/one"])).unwrap();
    let (_, cluster) = merged.cluster_of(&ContextName::new("dev")).unwrap();
    assert_eq!(
        cluster.certificate_authority.unwrap(),
        folder.path().join("deep/ca.crt").to_str().unwrap()
    );
}

#[test]
fn an_unknown_context_names_the_nearest_one() {
    let folder = folder(&[("one", ONE)]);
    let merged = load(&listed(&folder, &["one"])).unwrap();
    let near = merged.pick(Some("prod-ue")).unwrap_err().to_string();
    assert!(near.contains("Did you mean prod-eu?"), "{near}");
    let far = merged.pick(Some("xyz")).unwrap_err().to_string();
    assert!(far.contains("one of dev, prod-eu"), "{far}");
}

#[test]
fn a_kubeconfig_without_a_current_context_lists_those_there_are() {
    let folder = folder(&[("one", &ONE.replace("current-context: dev\n", ""))]);
    let error = load(&listed(&folder, &["one"]))
        .unwrap()
        .pick(None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("--context with one of dev, prod-eu"),
        "{error}"
    );
}

#[test]
fn names_that_lead_nowhere_are_said() {
    let folder = folder(&[("one", ONE), ("two", TWO)]);
    let merged = load(&listed(&folder, &["one", "two"])).unwrap();
    let error = merged.user_of(&ContextName::new("nobody")).unwrap_err();
    assert!(matches!(error, AccessError::UnknownUser { .. }), "{error}");
    let alone = load(&listed(&folder, &["one"])).unwrap();
    let error = alone.cluster_of(&ContextName::new("prod-eu")).unwrap_err();
    assert!(
        matches!(error, AccessError::UnknownCluster { .. }),
        "{error}"
    );
}

#[test]
fn a_malformed_file_is_named_with_its_place_and_without_its_secrets() {
    let broken = ONE.replace(
        "users:\n- name: jane\n  user: {token: from-one}",
        "users:\n- name: jane\n  user: {token: [from-one]}",
    );
    let folder = folder(&[("one", &broken)]);
    let error = load(&listed(&folder, &["one"])).unwrap_err().to_string();
    assert!(
        error.contains("/one is malformed: line 14, column "),
        "{error}"
    );
    assert!(
        !error.contains("from-one") && !error.contains('\n'),
        "{error}"
    );
}

#[test]
fn the_namespace_of_a_context_is_default_unless_it_says_so() {
    let folder = folder(&[("one", ONE)]);
    let merged = load(&listed(&folder, &["one"])).unwrap();
    assert_eq!(merged.namespace_of(&ContextName::new("dev")), "shop");
    assert_eq!(merged.namespace_of(&ContextName::new("prod-eu")), "default");
}
