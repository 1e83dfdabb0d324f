//! Owns the way of finished frames to the outer terminal: a thread writes them, so that a slow terminal never holds the loop.
//! One frame is under way at most; while it is, nothing new is drawn. Called by `driver`.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc as async_mpsc;

/// Begins and ends a synchronised update, so that the outer terminal shows whole frames only.
/// Terminals without mode 2026 ignore both.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// Collects what ratatui writes during one frame. Clones share the bytes: one goes into ratatui, which gives no way back to it.
#[derive(Clone, Debug, Default)]
pub(super) struct FrameBuffer(Rc<RefCell<Vec<u8>>>);

impl FrameBuffer {
    /// Takes the frame's bytes, wrapped in a synchronised update; empty when nothing changed.
    pub(super) fn take(&self) -> Vec<u8> {
        let mut bytes = self.0.borrow_mut();
        if bytes.is_empty() {
            return Vec::new();
        }
        let mut frame = Vec::with_capacity(bytes.len() + BEGIN.len() + END.len());
        frame.extend_from_slice(BEGIN);
        frame.append(&mut bytes);
        frame.extend_from_slice(END);
        frame
    }
}

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What became of a frame.
#[derive(Debug)]
pub(super) enum FrameEnd {
    /// Written; how long the terminal took to take it.
    Written(Duration),
    /// The terminal is gone.
    Failed(io::Error),
}

/// The writing thread.
#[derive(Debug)]
pub(super) struct FrameWriter {
    frames: Option<mpsc::SyncSender<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl FrameWriter {
    /// Starts the thread; each frame's end comes on the receiver.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(super) fn start() -> io::Result<(Self, async_mpsc::Receiver<FrameEnd>)> {
        let (frames, to_write) = mpsc::sync_channel::<Vec<u8>>(1);
        let (ends, written) = async_mpsc::channel(4);
        let thread = std::thread::Builder::new()
            .name("frames".to_owned())
            .spawn(move || write_frames(&to_write, &ends))?;
        Ok((
            Self {
                frames: Some(frames),
                thread: Some(thread),
            },
            written,
        ))
    }

    /// Hands a frame over. The caller sends the next one only after this one's end, so the queue of one is never full.
    pub(super) fn send(&self, frame: Vec<u8>) {
        let sent = self.frames.as_ref().map(|frames| frames.try_send(frame));
        if !matches!(sent, Some(Ok(()))) {
            tracing::warn!("a frame was dropped: the writer is gone or still busy");
        }
    }
}

impl Drop for FrameWriter {
    fn drop(&mut self) {
        self.frames = None;
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::warn!("the frame writer ended by a panic");
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long the terminal takes"
)]
fn write_frames(frames: &mpsc::Receiver<Vec<u8>>, ends: &async_mpsc::Sender<FrameEnd>) {
    let mut out = io::stdout();
    while let Ok(frame) = frames.recv() {
        let began = Instant::now();
        let end = match out.write_all(&frame).and_then(|()| out.flush()) {
            Ok(()) => FrameEnd::Written(began.elapsed()),
            Err(error) => FrameEnd::Failed(error),
        };
        if ends.blocking_send(end).is_err() {
            return;
        }
    }
}

/// Frames that may follow the first one at once after a rest: a key draws a frame of its own, and its echoes come one by one.
const AHEAD: u32 = 3;

/// How many frames with answers to keys fit into the time of one.
const ANSWERS: u32 = 8;

/// When frames may be drawn: at most so many a second, a few ahead of that after a rest, fewer while the terminal is slow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    fastest: Duration,
    step: u32,
    /// When the frames drawn so far are paid for; the next one is due [`AHEAD`] intervals before.
    paid: Option<Instant>,
    last: Option<Instant>,
}

impl Pace {
    /// Starts at full speed. `max_fps` is clamped to 1..=240.
    pub(super) fn new(max_fps: u32) -> Self {
        Self {
            fastest: Duration::from_secs(1) / max_fps.clamp(1, 240),
            step: 1,
            paid: None,
            last: None,
        }
    }

    /// Takes another greatest speed.
    pub(super) fn limit(&mut self, max_fps: u32) {
        self.fastest = Self::new(max_fps).fastest;
    }

    /// Slows down while a frame takes over 8 ms, 60 → 30 → 10 a second, and speeds up when it takes under 2.
    pub(super) fn took(&mut self, took: Duration) {
        self.step = match (self.step, took) {
            (1, took) if took > Duration::from_millis(8) => 2,
            (2, took) if took > Duration::from_millis(16) => 6,
            (6, took) if took < Duration::from_millis(8) => 2,
            (2, took) if took < Duration::from_millis(2) => 1,
            (step, _) => step,
        };
    }

    fn interval(self) -> Duration {
        self.fastest * self.step
    }

    /// When the next frame may be drawn; none means at once.
    pub(super) fn due(self) -> Option<Instant> {
        let ahead = if self.step == 1 { AHEAD } else { 0 };
        self.paid?.checked_sub(self.interval() * ahead)
    }

    /// When a frame may be drawn that somebody waits for, who has just typed; it is not held up by what else is drawn.
    pub(super) fn due_for_answer(self) -> Option<Instant> {
        let due = self.due();
        match self.last {
            Some(last) if self.step == 1 => due.map(|due| due.min(last + self.fastest / ANSWERS)),
            Some(_) | None => due,
        }
    }

    /// A frame is drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        let from = self.paid.map_or(now, |paid| paid.max(now));
        self.paid = Some(from + self.interval());
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_bytes_is_not_written() {
        assert!(FrameBuffer::default().take().is_empty());
    }

    #[test]
    fn a_frame_is_one_synchronised_update() {
        let mut buffer = FrameBuffer::default();
        buffer.write_all(b"x").unwrap();
        assert_eq!(buffer.take(), b"\x1b[?2026hx\x1b[?2026l");
        assert!(buffer.take().is_empty());
    }

    /// How many frames are drawn in a time from a start on, when each could be drawn at once.
    fn drawn_in(pace: &mut Pace, start: Instant, time: Duration) -> usize {
        let end = start + time;
        let mut now = start;
        let mut frames = 0;
        while now < end {
            pace.drawn(now);
            frames += 1;
            now = pace.due().map_or(now, |due| due.max(now));
        }
        frames
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn after_a_rest_a_few_frames_follow_at_once_and_then_so_many_a_second() {
        let start = Instant::now();
        let mut pace = Pace::new(50);
        assert_eq!(pace.due(), None);
        assert_eq!(drawn_in(&mut pace, start, Duration::from_millis(19)), 4);
        let mut pace = Pace::new(50);
        let second = Duration::from_secs(1);
        assert_eq!(drawn_in(&mut pace, start, second), 53);
        assert_eq!(drawn_in(&mut pace, start + second, second), 50);
        let rested = start + second * 4;
        assert_eq!(drawn_in(&mut pace, rested, Duration::from_millis(19)), 4);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn a_slow_terminal_gets_fewer_frames_and_a_quick_one_gets_them_back() {
        let second = Duration::from_secs(1);
        let mut now = Instant::now();
        let mut frames = |pace: &mut Pace| {
            now += second * 4;
            drawn_in(pace, now, second)
        };
        let mut pace = Pace::new(50);
        assert_eq!(frames(&mut pace), 53);
        pace.took(Duration::from_millis(9));
        assert_eq!(frames(&mut pace), 25, "half as many, and none ahead");
        pace.took(Duration::from_millis(40));
        assert_eq!(frames(&mut pace), 9);
        pace.took(Duration::from_millis(1));
        pace.took(Duration::from_millis(1));
        assert_eq!(frames(&mut pace), 53);
    }
}
