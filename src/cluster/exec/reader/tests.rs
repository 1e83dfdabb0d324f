use super::*;
use crate::ids::SessionId;
use std::sync::Arc;
use tokio::sync::Notify;

type Wire = Result<Message, Error>;

/// A reader over a server that says only what the test lets it say.
struct Desk {
    wire: mpsc::Sender<Wire>,
    pulse: Arc<Pulse>,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
    urgents: mpsc::Receiver<Urgent>,
    _urgent: mpsc::Sender<Urgent>,
    _output: mpsc::Receiver<OutputChunk>,
    end: tokio::task::JoinHandle<ReaderEnd>,
}

fn desk(timing: Timing) -> Desk {
    desk_with(timing, Search::Over)
}

fn desk_with(timing: Timing, search: Search) -> Desk {
    let (wire, from_wire) = mpsc::channel(8);
    let (tell, events) = mpsc::channel(16);
    let (output, outputs) = mpsc::channel(8);
    let (urgent, urgents) = mpsc::channel(8);
    let (_dropped, drops) = mpsc::channel(1);
    let pulse = Arc::new(Pulse::default());
    let (own_pulse, own_urgent) = (Arc::clone(&pulse), urgent.downgrade());
    let end = tokio::spawn(async move {
        let events = Events {
            session: SessionId::from_bytes([1; 16]),
            to: tell,
            wake: Arc::new(Notify::new()),
        };
        let stream = futures_util::stream::unfold(from_wire, |mut from_wire| async move {
            from_wire.recv().await.map(|message| (message, from_wire))
        });
        let mut reader = Reader::new(Parts {
            stream: Box::pin(stream),
            output: &output,
            events: &events,
            pulse: &own_pulse,
            urgent: &own_urgent,
            dropped: drops,
            timing,
            search,
        });
        reader.run().await
    });
    Desk {
        wire,
        pulse,
        events,
        urgents,
        _urgent: urgent,
        _output: outputs,
        end,
    }
}

fn quick() -> Timing {
    Timing {
        answer: Duration::from_millis(20),
        ..Timing::default()
    }
}

impl Desk {
    async fn event(&mut self) -> SessionEvent {
        loop {
            let (_, event) = self.events.recv().await.expect("the reader lives");
            if !matches!(event, SessionEvent::Opened | SessionEvent::Unmarked) {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn unanswered_input_asks_for_a_ping_then_is_silent_and_drops_the_rest() {
    let mut desk = desk(quick());
    desk.pulse.asked(Instant::now());
    assert_eq!(desk.urgents.recv().await, Some(Urgent::Ping));
    assert_eq!(desk.urgents.recv().await, Some(Urgent::DropInput));
    assert_eq!(desk.event().await, SessionEvent::Silent(true));
    desk.wire
        .send(Ok(Message::Pong(Bytes::new())))
        .await
        .unwrap();
    assert_eq!(desk.event().await, SessionEvent::Silent(false));
}

#[tokio::test]
async fn an_answer_to_the_ping_keeps_a_quiet_program_live() {
    let mut desk = desk(quick());
    desk.pulse.asked(Instant::now());
    assert_eq!(desk.urgents.recv().await, Some(Urgent::Ping));
    desk.wire
        .send(Ok(Message::Pong(Bytes::new())))
        .await
        .unwrap();
    while desk.pulse.read().asked.is_some() {
        tokio::task::yield_now().await;
    }
    desk.pulse.asked(Instant::now());
    assert_eq!(desk.urgents.recv().await, Some(Urgent::Ping), "asked anew");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_lost_at_the_pong_deadline() {
    let timing = Timing {
        pong_deadline: Duration::from_millis(30),
        ..Timing::default()
    };
    let end = desk(timing).end.await.unwrap();
    assert!(matches!(end.outcome, Outcome::Lost(_)), "{end:?}");
}

#[tokio::test]
async fn a_probe_without_an_answer_is_a_lost_stream() {
    let desk = desk(Timing::default());
    desk.pulse.probe(Duration::from_millis(20));
    let end = desk.end.await.unwrap();
    assert_eq!(end.outcome, Outcome::Lost("no answer to a ping".into()));
}

#[tokio::test]
async fn a_failure_after_output_of_an_unknown_start_keeps_its_words() {
    let desk = desk(Timing::default());
    let frame = br#"{"status":"Failure","reason":"InternalError","message":"no shell"}"#;
    let mut bytes = vec![3];
    bytes.extend_from_slice(frame);
    desk.wire
        .send(Ok(Message::Binary(bytes.into())))
        .await
        .unwrap();
    drop(desk.wire);
    let end = desk.end.await.unwrap();
    assert_eq!(end.outcome, Outcome::StartFailed("no shell".into()));
}

/// The wrapper says its handshake before anything can succeed. An API server says success, too, when it has lost the runtime's answer.
#[tokio::test]
async fn success_without_the_handshake_is_not_believed() {
    let lost = Outcome::Lost("the server lost its output".into());
    let success: &[u8] = br#"{"status":"Success"}"#;
    let failure: &[u8] = br#"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}"#;
    for (said, status, outcome) in [
        ("", success, lost),
        ("", failure, Outcome::Exited(7)),
        // Whatever /bin/sh is there, it ran.
        ("usage: sh", success, Outcome::Exited(0)),
    ] {
        let search = Search::Running {
            scanner: HandshakeScanner::new(SessionId::from_bytes([1; 16])),
            channel: Channel::Out,
            until: Instant::now() + Duration::from_secs(60),
        };
        let desk = desk_with(Timing::default(), search);
        for (channel, bytes) in [(1, said.as_bytes()), (3, status)] {
            let frame = frames::on_channel(channel, bytes);
            desk.wire.send(Ok(frame)).await.unwrap();
        }
        drop(desk.wire);
        assert_eq!(desk.end.await.unwrap().outcome, outcome, "{said}");
    }
}
