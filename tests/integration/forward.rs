//! Port-forwards on the embedded cluster: what one local connection carries, and how it ends.

use std::time::Duration;

use podmux::cluster::forward::{ForwardError, Meter, PodPort, Timing, carry, ports};
use podmux::demo::{Demo, Denial};
use podmux::ids::{PodRef, PodUid};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::still::{container, demo};

const WEB: &str = "web-6d9c8-4kq2p";
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

async fn port(demo: &Demo, name: &str, port: u16) -> PodPort {
    let (at, _) = container(demo, ["shop", name, "app"]).await;
    PodPort {
        pod: at.pod,
        uid: at.uid,
        port,
    }
}

fn timing() -> Timing {
    Timing::new(Duration::from_secs(20))
}

/// What came of `request`, and of the connection. The local end says no more after it.
async fn asked(
    demo: &Demo,
    to: &PodPort,
    request: &[u8],
) -> (String, Result<(), ForwardError>, Meter) {
    let (mut near, mut far) = tokio::io::duplex(1024);
    let meter = Meter::default();
    let client = demo.client();
    let talk = async move {
        near.write_all(request).await.unwrap();
        near.shutdown().await.unwrap();
        read(&mut near).await
    };
    let counted = meter.enter();
    let (client, counted_by) = (&client, &meter);
    let carried = async move {
        let result = carry(client, to, &mut far, counted_by, timing()).await;
        drop(far);
        result
    };
    let (answer, result) = tokio::join!(talk, carried);
    drop(counted);
    (answer, result, meter)
}

async fn read(near: &mut DuplexStream) -> String {
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_pod_names_its_ports() {
    let demo = demo();
    let web = port(&demo, WEB, 8080).await;
    let found = ports(&demo.client(), &web.pod, &web.uid).await.unwrap();
    let shown: Vec<String> = found
        .iter()
        .map(|port| {
            let name = port.name.as_deref().unwrap_or("-");
            format!("{} {} {}", port.container, name, port.port)
        })
        .collect();
    assert_eq!(shown, ["app http 8080", "proxy metrics 9090"]);
    let another = PodUid::new("another");
    let replaced = ports(&demo.client(), &web.pod, &another).await;
    assert_eq!(replaced, Err(ForwardError::PodReplaced));
}

#[tokio::test]
async fn a_page_is_fetched_though_the_local_end_said_all_before_the_answer() {
    let demo = demo();
    let web = port(&demo, WEB, 8080).await;
    let (answer, result, meter) = asked(&demo, &web, REQUEST).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("hello from web-6d9c8-4kq2p\n"), "{answer}");
    assert_eq!(result, Ok(()));
    let carried = meter.carried();
    assert_eq!((carried.connections, carried.open), (1, 0));
    assert_eq!(carried.to_pod, REQUEST.len() as u64);
    assert_eq!(carried.from_pod, answer.len() as u64);
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_is_said() {
    let demo = demo();
    let closed = port(&demo, WEB, 81).await;
    let (answer, result, _) = asked(&demo, &closed, REQUEST).await;
    assert_eq!(answer, "");
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "connection refused inside the pod: nothing listens on its port 81"
    );
    assert!(!error.is_final());
}

#[tokio::test]
async fn another_pod_of_that_name_gets_nothing() {
    let demo = demo();
    let web = port(&demo, WEB, 8080).await;
    let replaced = PodPort {
        uid: PodUid::new("another"),
        ..web.clone()
    };
    let (answer, result, _) = asked(&demo, &replaced, REQUEST).await;
    assert_eq!(
        (answer.as_str(), result),
        ("", Err(ForwardError::PodReplaced))
    );
    let gone = PodPort {
        pod: PodRef {
            name: "web-0".into(),
            ..web.pod.clone()
        },
        ..web
    };
    let (_, result, _) = asked(&demo, &gone, REQUEST).await;
    let error = result.unwrap_err();
    assert!(error.is_final(), "{error}");
}

#[tokio::test]
async fn a_refusal_is_in_the_servers_words() {
    let demo = demo();
    let web = port(&demo, WEB, 8080).await;
    demo.control()
        .deny(Denial::everywhere("get", "pods/portforward"));
    let (_, result, _) = asked(&demo, &web, REQUEST).await;
    let error = result.unwrap_err();
    assert!(
        matches!(&error, ForwardError::Refused(why) if why.contains("cannot get resource")),
        "{error}"
    );
}

#[tokio::test]
async fn who_may_not_read_pods_may_forward_all_the_same() {
    let demo = demo();
    let web = port(&demo, WEB, 8080).await;
    demo.control().deny(Denial::everywhere("get", "pods"));
    let (answer, result, _) = asked(&demo, &web, REQUEST).await;
    assert!(answer.contains("hello"), "{answer}");
    assert_eq!(result, Ok(()));
}

#[tokio::test]
async fn a_cut_connection_is_no_end() {
    let demo = demo();
    let web = port(&demo, WEB, 8080).await;
    let (mut near, mut far) = tokio::io::duplex(1024);
    let (client, meter) = (demo.client(), Meter::default());
    let talk = async {
        near.write_all(b"GET / HTTP/1.1\r\nHost: kept\r\n\r\n")
            .await
            .unwrap();
        let mut first = [0; 12];
        near.read_exact(&mut first).await.unwrap();
        demo.control().cut_execs();
    };
    let carried = carry(&client, &web, &mut far, &meter, timing());
    let ((), result) = tokio::join!(talk, carried);
    let error = result.unwrap_err();
    assert!(matches!(error, ForwardError::Lost(_)), "{error}");
}
