use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{TAKEN_IN, pump};
use crate::cluster::forward::{ForwardError, Meter, Timing};

type Server = WebSocketStream<DuplexStream>;

/// Both ends of a forwarded connection: the local program's and the server's.
struct Line {
    near: DuplexStream,
    server: Server,
    over: tokio::task::JoinHandle<Result<(), ForwardError>>,
}

async fn line() -> Line {
    let (near, mut far) = duplex(1 << 20);
    let (ours, theirs) = duplex(2 * 1024);
    let socket = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
    let mut server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
    let over = tokio::spawn(async move {
        let timing = Timing::new(Duration::from_secs(1));
        pump(socket, &mut far, 80, &Meter::default(), timing).await
    });
    for channel in [0, 1] {
        server
            .send(Message::binary(vec![channel, 80, 0]))
            .await
            .unwrap();
    }
    Line { near, server, over }
}

/// The next bytes that reach the pod; pings are answered on the way.
async fn read(server: &mut Server) -> Vec<u8> {
    loop {
        if let Message::Binary(bytes) = server.next().await.unwrap().unwrap() {
            return bytes.to_vec();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_come_long_after_all_was_said() {
    let Line {
        mut near,
        mut server,
        over,
    } = line().await;
    near.write_all(b"ask").await.unwrap();
    near.shutdown().await.unwrap();
    assert_eq!(read(&mut server).await, b"\0ask");
    let answering = async {
        sleep(Duration::from_secs(50)).await;
        server
            .send(Message::binary(&b"\0answer"[..]))
            .await
            .unwrap();
        // It never closes, as a server does that keeps its connections.
        while let Some(Ok(_)) = server.next().await {}
    };
    let mut answer = String::new();
    let reading = near.read_to_string(&mut answer);
    let ((), read) = tokio::join!(answering, reading);
    read.unwrap();
    assert_eq!(answer, "answer");
    assert_eq!(over.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_sign_of_life_is_lost() {
    let Line {
        near: _near,
        server: _server,
        over,
    } = line().await;
    let error = over.await.unwrap().unwrap_err();
    assert_eq!(error, ForwardError::Lost("no answer in 30 s".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_answered_ping_is_a_sign_of_life() {
    let Line {
        near,
        mut server,
        over,
    } = line().await;
    let listening = tokio::spawn(async move { while let Some(Ok(_)) = server.next().await {} });
    sleep(Duration::from_secs(600)).await;
    assert!(!over.is_finished());
    drop(near);
    assert_eq!(over.await.unwrap(), Ok(()));
    listening.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_does_not_read_is_waited_for() {
    let Line {
        mut near,
        mut server,
        over,
    } = line().await;
    let much = vec![b'x'; usize::try_from(TAKEN_IN).unwrap() * 2];
    near.write_all(&much).await.unwrap();
    sleep(Duration::from_secs(600)).await;
    assert!(!over.is_finished());
    let mut got = 0;
    while got < much.len() {
        got += read(&mut server).await.len() - 1;
    }
    server
        .send(Message::binary(&b"\0thanks"[..]))
        .await
        .unwrap();
    server.close(None).await.unwrap();
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "thanks");
    assert_eq!(over.await.unwrap(), Ok(()));
}
