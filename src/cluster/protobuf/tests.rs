use http_body_util::StreamBody;
use proptest::prelude::*;

use super::*;
use crate::cluster::rows::RowBuilder;
use crate::cluster::slim::WatchedPod;
use crate::ids::ContextName;
use crate::inventory::PodRow;

/// The same pods as one API server (1.34) wrote them at one moment: as a streaming list, and as lists in both encodings.
const WATCH: &[u8] = include_bytes!("../../../tests/data/watch/pods.watch.protobuf");
const LIST: &[u8] = include_bytes!("../../../tests/data/watch/pods.list.protobuf");
const JSON: &[u8] = include_bytes!("../../../tests/data/watch/pods.list.json");

#[derive(serde::Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    object: serde_json::Value,
}

async fn body(chunks: Vec<Bytes>) -> WatchBody {
    let frames = chunks
        .into_iter()
        .map(|chunk| Ok::<_, std::io::Error>(Frame::data(chunk)));
    WatchBody::new(kube_body(StreamBody::new(futures_util::stream::iter(frames))).await)
}

/// kube keeps the constructor to itself, but its client wraps any body.
async fn kube_body<B>(inner: B) -> Body
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let mut inner = Some(inner);
    let service = tower::service_fn(move |_: Request<Body>| {
        let answer = inner.take().map(Response::new).ok_or("asked twice");
        async move { answer.map_err(BoxError::from) }
    });
    let client = Client::new(service, "default");
    client
        .send(Request::new(Body::empty()))
        .await
        .unwrap()
        .into_body()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn read(chunks: Vec<Bytes>) -> Result<Vec<Line>, WireError> {
    let bytes = block_on(async { body(chunks).await.collect().await })?.to_bytes();
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    Ok(lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect())
}

fn rows_of(objects: impl IntoIterator<Item = serde_json::Value>) -> Vec<PodRow> {
    let mut builder = RowBuilder::new(ContextName::new("test"));
    let mut rows: Vec<PodRow> = objects
        .into_iter()
        .map(|object| builder.row(serde_json::from_value::<WatchedPod>(object).unwrap().pod))
        .collect();
    rows.sort_by(|a, b| a.pod.cmp(&b.pod));
    rows
}

fn items(list: &[u8]) -> Vec<serde_json::Value> {
    let list: serde_json::Value = serde_json::from_slice(list).unwrap();
    list["items"].as_array().unwrap().clone()
}

fn framed(event: &WatchEvent) -> Vec<u8> {
    let bytes = event.encode_to_vec();
    [
        &u32::try_from(bytes.len()).unwrap().to_be_bytes()[..],
        &bytes,
    ]
    .concat()
}

fn event(kind: &str, object_kind: &str, object: &impl Message) -> WatchEvent {
    let type_meta = Some(TypeMeta {
        kind: object_kind.into(),
    });
    let unknown = Unknown {
        type_meta,
        raw: object.encode_to_vec().into(),
    };
    let raw = [&b"k8s\0"[..], &unknown.encode_to_vec()].concat().into();
    WatchEvent {
        kind: kind.into(),
        object: RawExtension { raw },
    }
}

#[test]
fn a_recorded_stream_gives_the_rows_of_the_recorded_json() {
    let lines = read(vec![Bytes::from_static(WATCH)]).unwrap();
    let added = lines
        .into_iter()
        .filter(|line| line.kind == "ADDED")
        .map(|line| line.object);
    let (ours, theirs) = (rows_of(added), rows_of(items(JSON)));
    assert!(theirs.len() > 30);
    assert_eq!(ours, theirs);
}

#[test]
fn a_recorded_list_gives_the_rows_of_the_recorded_json() {
    let list = Full::new(Bytes::from_static(LIST));
    let json = block_on(async { whole_answer(kube_body(list).await).await }).unwrap();
    assert_eq!(rows_of(items(&json)), rows_of(items(JSON)));
}

#[test]
fn the_end_of_the_initial_events_is_passed_on() {
    let last = read(vec![Bytes::from_static(WATCH)])
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(last.kind, "BOOKMARK");
    assert_eq!(
        last.object["metadata"]["annotations"]["k8s.io/initial-events-end"],
        "true"
    );
    assert!(
        last.object["metadata"]["resourceVersion"]
            .as_str()
            .is_some_and(|version| !version.is_empty())
    );
}

#[test]
fn a_gone_version_arrives_as_a_status() {
    let refusal = Refusal {
        status: "Failure".into(),
        message: "too old".into(),
        reason: "Expired".into(),
        code: 410,
    };
    let lines = read(vec![framed(&event("ERROR", "Status", &refusal)).into()]).unwrap();
    assert_eq!(
        (lines[0].kind.as_str(), &lines[0].object["code"]),
        ("ERROR", &serde_json::json!(410))
    );
    assert_eq!(lines[0].object["kind"], "Status");
}

#[test]
fn a_stream_that_ends_within_an_event_is_an_error() {
    let cut = Bytes::from_static(&WATCH[..WATCH.len() - 5]);
    assert!(matches!(read(vec![cut]), Err(WireError::Cut)));
}

#[test]
fn a_frame_beyond_the_limit_is_refused_before_it_is_read() {
    let huge = Bytes::from_static(&[0x7f, 0xff, 0xff, 0xff]);
    assert!(matches!(read(vec![huge]), Err(WireError::FrameTooLarge(_))));
}

#[test]
fn bytes_without_the_magic_are_refused() {
    let wrong = WatchEvent {
        kind: "ADDED".into(),
        object: RawExtension {
            raw: Bytes::from_static(b"{\"kind\""),
        },
    };
    assert!(matches!(
        read(vec![framed(&wrong).into()]),
        Err(WireError::NoMagic)
    ));
}

#[test]
fn only_reads_of_pod_lists_are_rewritten() {
    let asked = |method: Method, uri: &str| {
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .body(Body::empty())
            .unwrap();
        let asked = ask(&mut request);
        assert_eq!(asked.is_some(), request.headers().contains_key(ACCEPT));
        asked
    };
    assert!(asked(Method::GET, "/api/v1/pods?watch=true&timeoutSeconds=60") == Some(Asked::Watch));
    assert!(asked(Method::GET, "/api/v1/namespaces/shop/pods?limit=500") == Some(Asked::List));
    assert!(asked(Method::GET, "/api/v1/namespaces/shop/pods/web").is_none());
    assert!(asked(Method::GET, "/api/v1/namespaces").is_none());
    assert!(asked(Method::POST, "/api/v1/namespaces/shop/pods").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_does_not_matter_where_the_chunks_are_cut(cuts in prop::collection::vec(1..4000_usize, 1..60)) {
        let mut rest = Bytes::from_static(WATCH);
        let mut chunks = Vec::new();
        for cut in cuts {
            chunks.push(rest.split_to(cut.min(rest.len())));
        }
        chunks.push(rest);
        let lines = read(chunks).unwrap();
        let added = lines.into_iter().filter(|line| line.kind == "ADDED").map(|line| line.object);
        prop_assert_eq!(rows_of(added).len(), items(JSON).len());
    }

    #[test]
    fn no_bytes_make_it_panic(noise in prop::collection::vec(any::<u8>(), 0..400), at in 0..40_000_usize) {
        let mut bytes = WATCH.to_vec();
        let at = at.min(bytes.len() - noise.len());
        bytes[at..at + noise.len()].copy_from_slice(&noise);
        let read = block_on(async { body(vec![bytes.into()]).await.collect().await });
        prop_assert!(read.is_ok() || read.is_err());
    }
}
