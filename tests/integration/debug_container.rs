//! A debug container beside one without a shell, on the embedded cluster: added, refused, found again, entered.

use std::time::Duration;

use podmux::cluster::census::look;
use podmux::cluster::debug_container::{DebugContainer, DebugError, DebugOrder, add};
use podmux::demo::{Demo, Denial};
use podmux::ids::{ContainerRef, PodUid};
use podmux::session::census::Census;

use super::still::{container, demo};

const LEDGER: &str = "ledger-59c7d-5tnwk";
const LONG: Duration = Duration::from_secs(20);

async fn order(demo: &Demo, name: &str) -> DebugOrder {
    let (target, _) = container(demo, ["billing", LEDGER, "ledger"]).await;
    DebugOrder {
        target,
        image: "busybox:1.36".to_owned(),
        name: name.to_owned(),
        timeout: LONG,
    }
}

async fn census(demo: &Demo, target: &ContainerRef) -> Result<Census, String> {
    let found = look(&demo.client(), target, LONG).await;
    found.map_err(|error| error.to_string())
}

#[tokio::test]
async fn it_has_the_shell_that_its_target_has_not() {
    let demo = demo();
    let order = order(&demo, "podmux-1").await;
    let without = census(&demo, &order.target).await.unwrap_err();
    assert!(without.contains("no shell in the image"), "{without}");
    let added = add(&demo.client(), &order).await.unwrap();
    assert_eq!(added.name, "podmux-1");
    assert!(!added.id.is_empty());
    let beside = ContainerRef {
        container: added.name.as_str().into(),
        ..order.target.clone()
    };
    census(&demo, &beside).await.unwrap();
}

#[tokio::test]
async fn a_second_one_is_the_first_again() {
    let demo = demo();
    let first = add(&demo.client(), &order(&demo, "podmux-1").await).await;
    let second = add(&demo.client(), &order(&demo, "podmux-2").await).await;
    assert_eq!(second.unwrap(), first.unwrap());
}

async fn refused(demo: &Demo, order: &DebugOrder) -> DebugError {
    let added: Result<DebugContainer, DebugError> = add(&demo.client(), order).await;
    added.unwrap_err()
}

#[tokio::test]
async fn an_image_that_is_nowhere_is_said_in_the_kubelets_words() {
    let demo = demo();
    demo.control().no_image("busybox:1.36");
    let error = refused(&demo, &order(&demo, "podmux-1").await).await;
    assert!(
        matches!(&error, DebugError::NotStarted(why) if why.starts_with("ImagePullBackOff")),
        "{error}"
    );
}

#[tokio::test]
async fn a_refusal_is_in_the_servers_words() {
    let demo = demo();
    let denial = Denial::everywhere("patch", "pods/ephemeralcontainers");
    demo.control().deny(denial);
    let error = refused(&demo, &order(&demo, "podmux-1").await).await;
    assert!(
        matches!(&error, DebugError::Refused(why) if why.contains("cannot patch resource")),
        "{error}"
    );
}

#[tokio::test]
async fn another_pod_of_that_name_gets_none() {
    let demo = demo();
    let mut order = order(&demo, "podmux-1").await;
    order.target.uid = PodUid::new("another");
    let error = refused(&demo, &order).await;
    assert!(matches!(error, DebugError::PodReplaced), "{error}");
}
