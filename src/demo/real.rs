//! Owns real processes behind exec streams: one sandbox for each container, one helper process for each command. Knows nothing of WebSocket
//! streams; what a helper does inside is `sandbox`'s. Called through `shells`.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream as StdStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::process::{Child, Command};
use tokio::sync::{OnceCell, mpsc, watch};

use super::pod::Pod;
use super::sandbox::{ContainerOrder, ExecOrder, FLAG, Place};
use super::shells::{
    self, ExecEnd, ExecInput, ExecOutput, ExecProcess, ExecStart, ProcessSide, Stdin, Terminal,
};
use super::tasks::Tasks;

pub(super) mod wire;

use wire::Wire;

/// The longest that a sandbox may take to be ready.
const READY: Duration = Duration::from_secs(10);

/// Containers by pod uid, restart count and container name.
type Key = (String, u32, String);

/// Whether commands are kept from the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Walls {
    Sandboxed,
    None,
}

/// What is started for each stage.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    _file: Option<File>,
}

#[cfg(target_os = "linux")]
impl Program {
    /// A copy in memory that nobody can write to: a process in a sandbox could otherwise reach back through `/proc` and change the program of
    /// whoever runs the demo.
    fn sealed(program: &Path) -> io::Result<Self> {
        use nix::fcntl::{FcntlArg, SealFlag, fcntl};
        use nix::sys::memfd::{MFdFlags, memfd_create};
        /// Newer kernels want to be told that the file is to be run; older ones do not know the flag.
        const MFD_EXEC: u32 = 0x10;
        let plain = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let executable = plain | MFdFlags::from_bits_retain(MFD_EXEC);
        let descriptor =
            memfd_create("podmux", executable).or_else(|_| memfd_create("podmux", plain))?;
        let mut copy = File::from(descriptor);
        io::copy(&mut File::open(program)?, &mut copy)?;
        let seals = SealFlag::F_SEAL_WRITE | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SHRINK;
        fcntl(&copy, FcntlArg::F_ADD_SEALS(seals | SealFlag::F_SEAL_SEAL))?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", copy.as_raw_fd()));
        Ok(Self {
            path,
            _file: Some(copy),
        })
    }
}

#[cfg(not(target_os = "linux"))]
impl Program {
    fn sealed(_program: &Path) -> io::Result<Self> {
        Err(io::Error::other("this system has no namespaces"))
    }
}

/// Starts real processes.
#[derive(Debug)]
pub(super) struct RealShells {
    program: Program,
    walls: Walls,
    tasks: Arc<Tasks>,
    sandboxes: Mutex<HashMap<Key, Arc<OnceCell<Sandbox>>>>,
}

/// One container's namespaces; they end with this, and everything in them.
#[derive(Debug)]
struct Sandbox {
    outer: u32,
    init: u32,
    _control: UnixStream,
    _process: Child,
}

impl RealShells {
    /// Real shells that start `program` again for each stage.
    ///
    /// # Errors
    /// Whatever keeps the program from being copied for sandboxes.
    pub(super) fn new(program: PathBuf, walls: Walls, tasks: Arc<Tasks>) -> io::Result<Self> {
        let program = match walls {
            Walls::Sandboxed => Program::sealed(&program)?,
            Walls::None => Program {
                path: program,
                _file: None,
            },
        };
        Ok(Self {
            program,
            walls,
            tasks,
            sandboxes: Mutex::default(),
        })
    }

    /// Starts a command.
    pub(super) fn start(self: &Arc<Self>, start: ExecStart) -> ExecProcess {
        let (process, side) = shells::process();
        let shells = Arc::clone(self);
        self.tasks
            .spawn(async move { shells.run(start, side).await });
        process
    }

    /// Ends the containers of a pod and everything in them.
    pub(super) fn forget(&self, uid: &str) {
        let mut sandboxes = self
            .sandboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        sandboxes.retain(|(pod, ..), _| pod != uid);
    }

    async fn run(&self, start: ExecStart, side: ProcessSide) {
        let ProcessSide {
            input,
            output,
            gone,
            abandoned,
        } = side;
        let end = match self.helper(&start).await {
            Err(error) => ExecEnd::StartFailed(error.to_string()),
            Ok((mut helper, stream)) => {
                let (mut reader, writer) = stream.into_split();
                let watching = async {
                    let ended = helper.wait().await;
                    tracing::trace!(?ended, "a helper ended");
                    gone.send_replace(true);
                };
                let carrying = async {
                    tokio::select! {
                        end = read(&mut reader, &output) => end,
                        () = write(writer, input, abandoned) => ExecEnd::Code(137),
                    }
                };
                // What a helper wrote before it ended is read to the last byte.
                tokio::join!(carrying, watching).0
            }
        };
        gone.send_replace(true);
        // A stream that is gone needs no end.
        let _told = output.send(ExecOutput::Ended(end)).await.is_ok();
    }

    async fn helper(&self, start: &ExecStart) -> io::Result<(Child, UnixStream)> {
        let place = match self.walls {
            Walls::None => Place::Machine,
            Walls::Sandboxed => {
                let cell = self.cell(start);
                let open = || self.open(&start.pod, &start.container);
                let sandbox = tokio::time::timeout(READY, cell.get_or_try_init(open)).await??;
                Place::Sandbox {
                    outer: sandbox.outer,
                    init: sandbox.init,
                }
            }
        };
        let order = ExecOrder {
            place,
            argv: start.argv.clone(),
            tty: start.terminal == Terminal::Tty,
            stdin: start.stdin == Stdin::Open,
            hostname: start.pod.key().name.to_string(),
        };
        let text = serde_json::to_string(&order)?;
        self.spawn("exec", &text)
    }

    fn cell(&self, start: &ExecStart) -> Arc<OnceCell<Sandbox>> {
        let key = (
            start.pod.uid(),
            start.pod.restarts(),
            start.container.clone(),
        );
        let mut sandboxes = self
            .sandboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(sandboxes.entry(key).or_default())
    }

    async fn open(&self, pod: &Pod, container: &str) -> io::Result<Sandbox> {
        let order = ContainerOrder {
            hostname: pod.key().name.to_string(),
            container: container.to_owned(),
            revision: pod.revision().to_owned(),
        };
        let (process, stream) = self.spawn("container", &serde_json::to_string(&order)?)?;
        let outer = process
            .id()
            .ok_or_else(|| io::Error::other("the sandbox ended at once"))?;
        let mut lines = BufReader::new(stream).lines();
        let mut reports = Reports::default();
        while let Some(line) = lines.next_line().await? {
            let Some(init) = reports.take(&line).map_err(io::Error::other)? else {
                continue;
            };
            let control = lines.into_inner().into_inner();
            return Ok(Sandbox {
                outer,
                init,
                _control: control,
                _process: process,
            });
        }
        Err(io::Error::other("the sandbox ended while it was built"))
    }

    fn spawn(&self, stage: &str, order: &str) -> io::Result<(Child, UnixStream)> {
        let (near, far) = StdStream::pair()?;
        near.set_nonblocking(true)?;
        let mut command = Command::new(&self.program.path);
        command
            .args([FLAG, stage, order])
            .stdin(Stdio::from(OwnedFd::from(far)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if self.walls == Walls::Sandboxed {
            command.env_clear().current_dir("/");
        }
        Ok((command.spawn()?, UnixStream::from_std(near)?))
    }
}

/// What the two processes of a sandbox have said while it is built: the outer one the number of the first one inside, that one that it
/// is ready. They write to one socket, and either may come first.
#[derive(Debug, Default)]
struct Reports {
    init: Option<u32>,
    ready: bool,
}

impl Reports {
    /// Takes a line; gives the first process's number once both have reported.
    fn take(&mut self, line: &str) -> Result<Option<u32>, String> {
        match line.split_once(' ') {
            Some(("init", pid)) => {
                let pid = pid.parse().map_err(|error| format!("{line}: {error}"))?;
                self.init = Some(pid);
            }
            Some(("error", why)) => return Err(why.to_owned()),
            Some(_) | None if line == "ready" => self.ready = true,
            Some(_) | None => return Err(line.to_owned()),
        }
        Ok(self.init.filter(|_| self.ready))
    }
}

/// Hands input to the helper for as long as it takes any; never ends by itself.
async fn write(
    mut writer: OwnedWriteHalf,
    mut input: mpsc::Receiver<ExecInput>,
    mut abandoned: watch::Receiver<bool>,
) {
    let mut is_open = true;
    let mut is_read = true;
    while is_open || is_read {
        let message = tokio::select! {
            piece = input.recv(), if is_open => {
                is_open = piece.is_some();
                piece.map_or(Wire::EndOfStdin, outgoing)
            }
            _ = abandoned.wait_for(|abandoned| *abandoned), if is_read => {
                is_read = false;
                Wire::Abandoned
            }
        };
        if wire::send(&mut writer, &message).await.is_err() {
            break;
        }
    }
    // The socket stays open for as long as the helper is to live.
    std::future::pending::<()>().await;
}

fn outgoing(piece: ExecInput) -> Wire {
    match piece {
        ExecInput::Bytes(bytes) => Wire::Stdin(bytes),
        ExecInput::Resize { columns, rows } => Wire::Resize { columns, rows },
    }
}

async fn read(
    reader: &mut (impl tokio::io::AsyncRead + Unpin),
    output: &mpsc::Sender<ExecOutput>,
) -> ExecEnd {
    loop {
        let piece = match wire::receive(reader).await {
            Ok(Wire::Stdout(bytes)) => ExecOutput::Stdout(bytes),
            Ok(Wire::Stderr(bytes)) => ExecOutput::Stderr(bytes),
            Ok(Wire::Exited(code)) => return ExecEnd::Code(code),
            Ok(Wire::StartFailed(why)) => return ExecEnd::StartFailed(why),
            Ok(Wire::Stdin(_) | Wire::EndOfStdin | Wire::Abandoned | Wire::Resize { .. }) => {
                continue;
            }
            // A helper that ends without a word was killed together with its container.
            Err(_) => return ExecEnd::Code(137),
        };
        if output.send(piece).await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Tries the whole chain once: a sandbox, a shell with a terminal in it, its answer, and its end.
///
/// # Errors
/// Why shells cannot be sandboxed here, in words.
pub(super) async fn try_sandbox(shells: &Arc<RealShells>, pod: Arc<Pod>) -> Result<(), String> {
    let start = ExecStart {
        pod: Arc::clone(&pod),
        container: "probe".to_owned(),
        argv: ["/bin/sh", "-c", "sleep 100 & echo podmux-$((40 + 2)); cat"]
            .map(str::to_owned)
            .into(),
        terminal: Terminal::Tty,
        stdin: Stdin::Open,
    };
    let mut process = shells.start(start);
    let mut seen = Vec::new();
    let answer = async {
        while let Some(output) = process.output.recv().await {
            match output {
                ExecOutput::Stdout(bytes) | ExecOutput::Stderr(bytes) => seen.extend(bytes),
                ExecOutput::Ended(ExecEnd::StartFailed(why)) => return Err(why),
                ExecOutput::Ended(ExecEnd::Code(code)) => {
                    return Err(format!("its first shell ended with {code}"));
                }
            }
            if String::from_utf8_lossy(&seen).contains("podmux-42") {
                return Ok(());
            }
        }
        Err("its first shell said nothing".to_owned())
    };
    let answered = tokio::time::timeout(READY, answer).await;
    shells.forget(&pod.uid());
    answered.map_err(|late| format!("it took too long ({late})"))??;
    let gone = tokio::time::timeout(READY, process.gone.wait_for(|gone| *gone)).await;
    match gone {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) | Err(_) => Err("its processes did not end".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_processes_of_a_sandbox_may_report_in_either_order() {
        for lines in [["init 7", "ready"], ["ready", "init 7"]] {
            let mut reports = Reports::default();
            let taken = lines.map(|line| reports.take(line));
            assert_eq!(taken, [Ok(None), Ok(Some(7))], "{lines:?}");
        }
    }

    #[test]
    fn what_went_wrong_is_said() {
        let mut reports = Reports::default();
        let failed = reports.take("error namespaces: not permitted");
        assert_eq!(failed, Err("namespaces: not permitted".to_owned()));
        assert!(reports.take("what").is_err());
    }
}
