use super::*;
use crate::session::SessionCommand;
use std::sync::Arc;

/// A writer whose messages come out of a channel; nothing is taken until the test does.
struct Desk {
    inputs: mpsc::Sender<Input>,
    urgents: mpsc::Sender<Urgent>,
    wire: mpsc::Receiver<Message>,
    drops: mpsc::Receiver<usize>,
    sizes: watch::Sender<GridSize>,
    pulse: Arc<Pulse>,
}

const APART: Duration = Duration::from_secs(2);

fn first() -> GridSize {
    GridSize::new(21, 79)
}

fn second() -> GridSize {
    GridSize::new(30, 100)
}

fn desk(room: usize) -> Desk {
    desk_of(room, FirstSize::Apart(APART))
}

fn desk_of(room: usize, first_size: FirstSize) -> Desk {
    let (inputs, input_lane) = mpsc::channel(64);
    let (urgents, urgent_lane) = mpsc::channel(16);
    let (to_wire, wire) = mpsc::channel(room);
    let (dropped, drops) = mpsc::channel(4);
    let sink = futures_util::sink::unfold(to_wire, |to_wire, message| async move {
        to_wire
            .send(message)
            .await
            .map_err(|_gone| Error::ConnectionClosed)?;
        Ok::<_, Error>(to_wire)
    });
    let (sizes, newest) = watch::channel(first());
    let pulse = Arc::new(Pulse::default());
    let own_pulse = Arc::clone(&pulse);
    tokio::spawn(async move {
        let mut lanes = Lanes {
            inputs: input_lane,
            urgents: urgent_lane,
            sizes: Some(newest),
        };
        let mut writer = Writer {
            sink: Box::pin(sink),
            lanes: &mut lanes,
            half_close: HalfClose::Known,
            first_size,
            pulse: &own_pulse,
            dropped,
            rest: Bytes::new(),
            overtaking: Overtaking::default(),
        };
        writer.run(Timing::default()).await
    });
    Desk {
        inputs,
        urgents,
        wire,
        drops,
        sizes,
        pulse,
    }
}

impl Desk {
    async fn type_in(&self, bytes: Vec<u8>) {
        self.inputs.send(Input::Bytes(bytes.into())).await.unwrap();
    }

    async fn ctrl_c(&self, ticket: u64, from: Instant) {
        let bytes = Bytes::from_static(INTERRUPT);
        let input = Input::Interrupt {
            ticket,
            bytes: bytes.clone(),
        };
        self.inputs.send(input).await.unwrap();
        let ahead = Urgent::Overtake {
            ticket,
            bytes,
            from,
        };
        self.urgents.send(ahead).await.unwrap();
    }

    /// The next message that is no ping.
    async fn size(&mut self) -> Message {
        loop {
            let message = self.wire.recv().await.expect("the writer lives");
            if !matches!(message, Message::Ping(_)) {
                return message;
            }
        }
    }

    /// The lengths of the next frames of input; a Ctrl-C is 0.
    async fn frames(&mut self, count: usize) -> Vec<usize> {
        let mut frames = Vec::new();
        while frames.len() < count {
            match self.wire.recv().await.expect("the writer lives") {
                Message::Binary(frame) if frame.get(1..) == Some(INTERRUPT) => frames.push(0),
                Message::Binary(frame) => frames.push(frame.len() - 1),
                Message::Text(_)
                | Message::Ping(_)
                | Message::Pong(_)
                | Message::Close(_)
                | Message::Frame(_) => {}
            }
        }
        frames
    }
}

#[tokio::test]
async fn a_typed_ctrl_c_stays_in_order_while_input_goes_out() {
    let mut desk = desk(1);
    desk.type_in(vec![b'a'; 5]).await;
    desk.ctrl_c(1, Instant::now() + Duration::from_secs(60))
        .await;
    desk.type_in(vec![b'b'; 7]).await;
    assert_eq!(desk.frames(3).await, [5, 0, 7]);
}

#[tokio::test]
async fn a_typed_ctrl_c_overtakes_input_that_is_stuck_and_goes_out_once() {
    let mut desk = desk(1);
    desk.type_in(vec![b'a'; 5 * CHUNK]).await;
    desk.ctrl_c(1, Instant::now()).await;
    desk.type_in(vec![b'b'; 7]).await;
    let frames = desk.frames(7).await;
    let at = frames.iter().position(|frame| *frame == 0).unwrap();
    assert!(at < 5, "it waited for all that was before it: {frames:?}");
    assert_eq!(frames.iter().filter(|frame| **frame == 0).count(), 1);
    assert_eq!(frames.last(), Some(&7), "{frames:?}");
}

#[tokio::test]
async fn the_cancel_keys_interrupt_always_overtakes() {
    let mut desk = desk(1);
    desk.type_in(vec![b'a'; 5 * CHUNK]).await;
    desk.urgents.send(Urgent::Interrupt).await.unwrap();
    let frames = desk.frames(6).await;
    let at = frames.iter().position(|frame| *frame == 0).unwrap();
    assert!(at <= 2, "{frames:?}");
}

#[tokio::test]
async fn dropped_input_is_counted_with_the_ctrl_c_in_it() {
    let mut desk = desk(1);
    // Fills the wire and the writer's hand, so that the rest is queued.
    desk.type_in(vec![b'a'; 4 * CHUNK]).await;
    desk.type_in(vec![b'b'; 9]).await;
    desk.ctrl_c(1, Instant::now() + Duration::from_secs(60))
        .await;
    desk.urgents.send(Urgent::DropInput).await.unwrap();
    let sent: usize = {
        let mut sent = 0;
        let dropped = loop {
            tokio::select! {
                frames = desk.wire.recv() => if let Some(Message::Binary(frame)) = frames { sent += frame.len() - 1 },
                dropped = desk.drops.recv() => break dropped.unwrap(),
            }
        };
        while let Ok(Message::Binary(frame)) = desk.wire.try_recv() {
            sent += frame.len() - 1;
        }
        sent + dropped
    };
    assert_eq!(sent, 4 * CHUNK + 9 + 1);
}

/// An API server loses the exit code of a command that ends in the moment in which its input is closed, and reports success.
#[tokio::test(start_paused = true)]
async fn the_end_of_input_keeps_away_from_what_the_last_input_ends() {
    let mut desk = desk(8);
    desk.type_in(vec![b'a'; 5]).await;
    desk.inputs.send(Input::End).await.unwrap();
    assert_eq!(desk.frames(1).await, [5]);
    let sent = Instant::now();
    let end = desk.wire.recv().await.expect("the writer lives");
    assert_eq!(end, frames::close_stdin());
    assert!(sent.elapsed() >= END_APART, "{:?}", sent.elapsed());
}

/// An API server loses the output and the exit code of a command that ends in the moment in which a size comes.
#[tokio::test(start_paused = true)]
async fn a_size_waits_for_the_handshake_and_for_what_ends_at_once() {
    let mut desk = desk(8);
    desk.type_in(vec![b'a'; 5]).await;
    assert_eq!(desk.frames(1).await, [5], "no size went out before it");
    desk.sizes.send_replace(second());
    tokio::time::sleep(Duration::from_secs(60)).await;
    let said = Instant::now();
    desk.pulse.spoke.notify_one();
    assert_eq!(
        desk.size().await,
        frames::resize(second()),
        "the newest only"
    );
    assert!(said.elapsed() >= APART);
    desk.sizes.send_replace(first());
    let changed = Instant::now();
    assert_eq!(desk.size().await, frames::resize(first()));
    assert_eq!(changed.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_command_without_the_wrapper_gets_its_size_at_once() {
    let mut desk = desk_of(8, FirstSize::AtOnce);
    let began = Instant::now();
    assert_eq!(desk.size().await, frames::resize(first()));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[test]
fn only_a_command_that_may_end_at_once_waits_for_its_size() {
    let shell = SessionCommand::Shell(vec!["sh".to_owned()]);
    let command = SessionCommand::Argv(vec!["ls".to_owned()]);
    for (command, wrapped, first) in [
        (&shell, true, FirstSize::Apart(Duration::ZERO)),
        (&command, true, FirstSize::Apart(APART)),
        (&shell, false, FirstSize::AtOnce),
        (&command, false, FirstSize::AtOnce),
    ] {
        assert_eq!(FirstSize::of(command, wrapped), first, "{command:?}");
    }
}
