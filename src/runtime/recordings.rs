//! Owns the files that panes are recorded to, in asciicast v2: a header, then a line of JSON for each piece of output.
//! Mode 0600. Nothing of it waits for the disk: a disk that does not keep up ends the recording, and says so. Called by `perform`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Instant;

use serde_json::json;

use super::line_file::{Durability, LineFile, Written};
use crate::app::effect::{RecordPiece, Recording};
use crate::app::{Event, Weight};
use crate::geometry::GridSize;
use crate::ids::PaneId;

/// What is being recorded.
#[derive(Debug, Default)]
pub(super) struct Recordings {
    /// Where the files go; none where there is no home folder.
    folder: Option<PathBuf>,
    running: HashMap<PaneId, Cast>,
    /// Files that are being closed: each waits for its writer.
    closing: Vec<JoinHandle<()>>,
}

/// One recording.
#[derive(Debug)]
struct Cast {
    file: LineFile,
    began: Instant,
    text: Text,
    /// The answer to the last line, looked at when the next one comes.
    last: Option<Written>,
}

impl Recordings {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            running: HashMap::new(),
            closing: Vec::new(),
        }
    }

    /// Opens the file; says where it is, or why not.
    pub(super) fn start(&mut self, recording: &Recording, now: Instant) -> Event {
        let pane = recording.pane;
        let Some(folder) = &self.folder else {
            return Event::RecordingFailed(pane, "there is no home folder".to_owned());
        };
        let path = folder.join(name(recording));
        let file = match LineFile::open(&path) {
            Ok(file) => file,
            Err(error) => return Event::RecordingFailed(pane, error.to_string()),
        };
        let last = Some(file.append(header(recording), Durability::Buffered));
        let cast = Cast {
            file,
            began: now,
            text: Text::default(),
            last,
        };
        self.running.insert(pane, cast);
        let said = format!("recording to {}", path.display());
        Event::Said(Weight::Plain, said)
    }

    /// Writes one piece; the event tells of a file that cannot be written.
    pub(super) fn piece(
        &mut self,
        pane: PaneId,
        piece: &RecordPiece,
        now: Instant,
    ) -> Option<Event> {
        let cast = self.running.get_mut(&pane)?;
        let why = cast.write(piece, now).err()?;
        self.running.remove(&pane);
        Some(Event::RecordingFailed(pane, why))
    }

    /// Closes the file once all that waits is written.
    pub(super) fn end(&mut self, pane: PaneId) -> Option<Event> {
        let cast = self.running.remove(&pane)?;
        let said = format!("recorded to {}", cast.file.path().display());
        self.closing.retain(|thread| !thread.is_finished());
        self.closing.push(std::thread::spawn(move || drop(cast)));
        Some(Event::Said(Weight::Plain, said))
    }
}

impl Drop for Recordings {
    fn drop(&mut self) {
        for thread in self.closing.drain(..) {
            if thread.join().is_err() {
                tracing::error!("the end of a recording was lost by a panic");
            }
        }
    }
}

impl Cast {
    fn write(&mut self, piece: &RecordPiece, now: Instant) -> Result<(), String> {
        if let Some(Ok(Err(error))) = self.last.as_mut().map(Written::try_recv) {
            return Err(error.to_string());
        }
        let seconds = now.saturating_duration_since(self.began).as_secs_f64();
        let (code, text) = match piece {
            RecordPiece::Output(bytes) => ("o", self.text.take(bytes)),
            RecordPiece::Resize(size) => ("r", size_text(*size)),
        };
        if text.is_empty() {
            return Ok(());
        }
        let line = json!([seconds, code, text]).to_string();
        let mut written = self.file.append(line, Durability::Buffered);
        if let Ok(Err(error)) = written.try_recv() {
            return Err(error.to_string());
        }
        self.last = Some(written);
        Ok(())
    }
}

fn size_text(size: GridSize) -> String {
    format!("{}x{}", size.cols(), size.rows())
}

/// The pod's name with the time; no name of a pod leads out of the folder.
fn name(recording: &Recording) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let pod: String = recording.target.pod.name.chars().map(plain).collect();
    let time = jiff::Timestamp::from_millisecond(recording.unix_ms).unwrap_or_default();
    let day = time.strftime("%Y%m%d-%H%M%S");
    format!("{pod}-{day}-{:03}.cast", recording.unix_ms.rem_euclid(1000))
}

fn header(recording: &Recording) -> String {
    let pod = &recording.target.pod;
    json!({
        "version": 2,
        "width": recording.size.cols(),
        "height": recording.size.rows(),
        "timestamp": recording.unix_ms.div_euclid(1000),
        "title": format!("{}/{} {}", pod.namespace, pod.name, recording.target.container),
        "env": {"TERM": "xterm-256color"},
    })
    .to_string()
}

/// Bytes become text in whole characters; one that is cut waits for its rest.
#[derive(Debug, Default)]
struct Text {
    open: Vec<u8>,
}

impl Text {
    fn take(&mut self, bytes: &[u8]) -> String {
        self.open.extend_from_slice(bytes);
        let end = whole_characters(&self.open);
        let rest = self.open.split_off(end);
        let text = String::from_utf8_lossy(&self.open).into_owned();
        self.open = rest;
        text
    }
}

/// Where the last character begins, if it is cut; else the length.
fn whole_characters(bytes: &[u8]) -> usize {
    let last = bytes
        .iter()
        .rev()
        .take(4)
        .position(|byte| byte & 0xc0 != 0x80);
    let Some(start) = last.and_then(|back| (bytes.len() - back).checked_sub(1)) else {
        return bytes.len();
    };
    let tail = bytes.get(start..).unwrap_or_default();
    match std::str::from_utf8(tail) {
        Err(error) if error.error_len().is_none() => start,
        Ok(_) | Err(_) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ContainerRef, ContextName, PodRef, PodUid};
    use bytes::Bytes;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    fn recording(pod: &str) -> Recording {
        Recording {
            pane: PaneId(1),
            target: ContainerRef {
                pod: PodRef {
                    context: ContextName::new("demo"),
                    namespace: "shop".into(),
                    name: pod.into(),
                },
                uid: PodUid::new("uid"),
                container: "app".into(),
            },
            size: GridSize::new(24, 80),
            unix_ms: 1_764_126_000_042,
        }
    }

    #[test]
    fn characters_that_are_cut_wait() {
        let mut text = Text::default();
        let all = "é日😀x".as_bytes();
        let taken: String = all.iter().map(|byte| text.take(&[*byte])).collect();
        assert_eq!(taken, "é日😀x");
        assert_eq!(text.take(b"\xff\xfe"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        assert_eq!(name(&recording("web-0")), "web-0-20251126-030000-042.cast");
        assert!(name(&recording("../../etc/x")).starts_with("______etc_x-"));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn a_recording_is_an_asciicast_that_only_its_owner_reads() {
        let home = tempfile::tempdir().unwrap();
        let mut recordings = Recordings::new(Some(home.path().join("recordings")));
        let (start, pane) = (Instant::now(), PaneId(1));
        let told = recordings.start(&recording("web-0"), start);
        assert!(matches!(told, Event::Said(..)), "{told:?}");
        let later = start + Duration::from_millis(1500);
        let output = RecordPiece::Output(Bytes::from_static("\x1b[31mrot\r\n".as_bytes()));
        assert!(recordings.piece(pane, &output, later).is_none());
        let resize = RecordPiece::Resize(GridSize::new(10, 40));
        assert!(recordings.piece(pane, &resize, later).is_none());
        drop(recordings);
        let file = home
            .path()
            .join("recordings/web-0-20251126-030000-042.cast");
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            (
                &lines[0]["version"],
                &lines[0]["width"],
                &lines[0]["height"]
            ),
            (&json!(2), &json!(80), &json!(24))
        );
        assert_eq!(lines[0]["title"], "shop/web-0 app");
        assert_eq!(lines[1], json!([1.5, "o", "\u{1b}[31mrot\r\n"]));
        assert_eq!(lines[2], json!([1.5, "r", "40x10"]));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn a_folder_that_cannot_be_made_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut recordings = Recordings::new(Some(file.path().join("recordings")));
        let told = recordings.start(&recording("web-0"), Instant::now());
        assert!(matches!(told, Event::RecordingFailed(_, _)), "{told:?}");
        let told = Recordings::default().start(&recording("web-0"), Instant::now());
        assert!(matches!(told, Event::RecordingFailed(_, _)), "{told:?}");
    }
}
