//! Owns the programs of a simulated container that answer at once: words in, text and an exit code out. Knows nothing of streams. Called by
//! `shell`.

use super::container::Container;
use super::processes::Signal;

mod text;

/// What a program has to work with.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) container: &'a Container,
    /// With the program's own name first.
    pub(super) argv: &'a [String],
    pub(super) input: &'a [u8],
    pub(super) directory: &'a str,
    pub(super) environment: Vec<(String, String)>,
    pub(super) own_pid: u32,
}

/// What it leaves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Answer {
    pub(super) output: Vec<u8>,
    pub(super) errors: Vec<u8>,
    pub(super) code: i32,
}

impl Answer {
    fn text(text: impl Into<String>) -> Self {
        Self {
            output: text.into().into_bytes(),
            ..Self::default()
        }
    }

    fn error(code: i32, message: impl std::fmt::Display) -> Self {
        Self {
            errors: format!("{message}\n").into_bytes(),
            code,
            ..Self::default()
        }
    }

    fn code(code: i32) -> Self {
        Self {
            code,
            ..Self::default()
        }
    }
}

/// Every program that [`run`] knows, for `command -v`.
const PROGRAMS: [&str; 32] = [
    "arch", "basename", "cat", "cut", "date", "df", "dirname", "echo", "env", "free", "grep",
    "head", "hostname", "id", "kill", "ls", "mkdir", "nproc", "printenv", "printf", "ps", "pwd",
    "rm", "seq", "sort", "tail", "test", "touch", "tty", "uname", "uptime", "wc",
];

/// Programs that the shell itself runs, because they take their time or start others.
const LASTING: [&str; 9] = [
    "ash", "bash", "dd", "nohup", "setsid", "sh", "sleep", "stty", "yes",
];

/// Where a program lives; `None` where there is none of that name.
pub(super) fn which(program: &str) -> Option<String> {
    let name = program.rsplit('/').next().unwrap_or_default();
    let known = PROGRAMS.contains(&name) || LASTING.contains(&name) || extra(name);
    let path = if matches!(
        name,
        "sh" | "ash" | "cat" | "ls" | "sleep" | "echo" | "ps" | "date"
    ) {
        format!("/bin/{name}")
    } else {
        format!("/usr/bin/{name}")
    };
    let placed = !program.contains('/') || program == path || program == format!("/usr/bin/{name}");
    // No bash in this image, so that the choice of a shell has something to choose.
    (known && placed && name != "bash").then_some(path)
}

fn extra(name: &str) -> bool {
    matches!(name, "true" | "false" | "whoami" | "clear" | "tr" | "tee")
}

/// Runs a program that answers at once; `None` where it is not one of them.
pub(super) fn run(call: &Call<'_>) -> Option<Answer> {
    let words: Vec<&str> = call.argv.iter().skip(1).map(String::as_str).collect();
    let name = call.argv.first()?.rsplit('/').next()?;
    Some(match name {
        "true" | ":" | "stty" | "mkdir" => Answer::default(),
        "false" => Answer::code(1),
        "hostname" if words.first() == Some(&"-i") => {
            Answer::text(format!("{}\n", call.container.address))
        }
        "hostname" => Answer::text(format!("{}\n", call.container.hostname)),
        "pwd" => Answer::text(format!("{}\n", call.directory)),
        "env" | "printenv" => environment(call, &words),
        "whoami" => Answer::text("root\n"),
        "id" => Answer::text("uid=0(root) gid=0(root) groups=0(root)\n"),
        "uname" => uname(call, &words),
        "arch" => Answer::text("x86_64\n"),
        "nproc" => Answer::text("2\n"),
        "tty" => Answer::text("/dev/pts/0\n"),
        "clear" => Answer::text("\x1b[H\x1b[2J"),
        "date" => date(&words),
        "uptime" => uptime(call),
        "df" => Answer::text(
            "Filesystem     1K-blocks     Used Available Use% Mounted on\noverlay         83873772 41935104  41938668  51% /\ntmpfs              65536        0     65536   0% /dev\n",
        ),
        "free" => Answer::text(
            "              total        used        free\nMem:        8148480     3011240     5137240\n",
        ),
        "echo" => text::echo(&words),
        "printf" => text::printf(&words),
        "seq" => text::seq(&words),
        "head" | "tail" => text::ends(call, name, &words),
        "wc" => text::wc(call, &words),
        "grep" => text::grep(call, &words),
        "sort" => text::sort(call, &words),
        "cut" | "tr" => Answer::text(String::from_utf8_lossy(call.input)),
        "tee" => tee(call, &words),
        "basename" => Answer::text(format!(
            "{}\n",
            words
                .first()
                .and_then(|path| path.rsplit('/').next())
                .unwrap_or_default()
        )),
        "dirname" => Answer::text(format!(
            "{}\n",
            words
                .first()
                .and_then(|path| path.rsplit_once('/'))
                .map_or(".", |(up, _)| up)
        )),
        "cat" => cat(call, &words),
        "ls" => ls(call, &words),
        "touch" => touch(call, &words),
        "rm" => rm(call, &words),
        "ps" => ps(call),
        "kill" => kill(call, &words),
        "test" | "[" => Answer::code(i32::from(!text::test(call, &words))),
        _ => return None,
    })
}

/// An absolute path without `.` and `..`.
pub(super) fn absolute(directory: &str, path: &str) -> String {
    let joined = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{directory}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}

impl Call<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, super::container::FileError> {
        let path = absolute(self.directory, path);
        self.container.lock().read(&path, &self.container.boot_id)
    }
}

fn environment(call: &Call<'_>, words: &[&str]) -> Answer {
    if let Some(name) = words.first() {
        let value = call.environment.iter().find(|(key, _)| key == name);
        return value.map_or_else(
            || Answer::code(1),
            |(_, value)| Answer::text(format!("{value}\n")),
        );
    }
    let lines: Vec<String> = call
        .environment
        .iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    Answer::text(lines.concat())
}

fn uname(call: &Call<'_>, words: &[&str]) -> Answer {
    let line = match words.first() {
        None => "Linux".to_owned(),
        Some(&"-r") => "6.1.0-demo".to_owned(),
        Some(&"-n") => call.container.hostname.clone(),
        Some(&"-m") => "x86_64".to_owned(),
        Some(_) => format!(
            "Linux {} 6.1.0-demo #1 SMP x86_64 GNU/Linux",
            call.container.hostname
        ),
    };
    Answer::text(format!("{line}\n"))
}

fn date(words: &[&str]) -> Answer {
    let now = jiff::Timestamp::now();
    let zoned = now.to_zoned(jiff::tz::TimeZone::UTC);
    let format = words.iter().find_map(|word| word.strip_prefix('+'));
    match jiff::fmt::strtime::format(format.unwrap_or("%a %b %e %H:%M:%S UTC %Y"), &zoned) {
        Ok(text) => Answer::text(format!("{text}\n")),
        Err(error) => Answer::error(1, format!("date: {error}")),
    }
}

fn uptime(call: &Call<'_>) -> Answer {
    let minutes = call.container.ticks() / 6000;
    Answer::text(format!(
        " up {}:{:02}, load average: 0.08, 0.03, 0.01\n",
        minutes / 60,
        minutes % 60
    ))
}

fn cat(call: &Call<'_>, words: &[&str]) -> Answer {
    let paths: Vec<&&str> = words.iter().filter(|word| !word.starts_with('-')).collect();
    if paths.is_empty() {
        return Answer {
            output: call.input.to_vec(),
            ..Answer::default()
        };
    }
    let mut answer = Answer::default();
    for path in paths {
        match call.read(path) {
            Ok(bytes) => answer.output.extend_from_slice(&bytes),
            Err(error) => {
                answer
                    .errors
                    .extend_from_slice(format!("cat: {path}: {error}\n").as_bytes());
                answer.code = 1;
            }
        }
    }
    answer
}

fn tee(call: &Call<'_>, words: &[&str]) -> Answer {
    let mut answer = Answer {
        output: call.input.to_vec(),
        ..Answer::default()
    };
    for path in words.iter().filter(|word| !word.starts_with('-')) {
        let place = absolute(call.directory, path);
        if let Err(error) = call.container.lock().write(&place, call.input, false) {
            answer
                .errors
                .extend_from_slice(format!("tee: {path}: {error}\n").as_bytes());
            answer.code = 1;
        }
    }
    answer
}

fn ls(call: &Call<'_>, words: &[&str]) -> Answer {
    let long = words
        .iter()
        .any(|word| word.starts_with('-') && word.contains('l'));
    let mut paths: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !word.starts_with('-'))
        .collect();
    if paths.is_empty() {
        paths.push(".");
    }
    let mut answer = Answer::default();
    for path in paths {
        let place = absolute(call.directory, path);
        let contents = call.container.lock();
        let names = match contents.names(&place) {
            Some(names) => names,
            None if contents.read(&place, "").is_ok() => vec![path.to_owned()],
            None => {
                let error = format!("ls: cannot access '{path}': No such file or directory\n");
                answer.errors.extend_from_slice(error.as_bytes());
                answer.code = 2;
                continue;
            }
        };
        for name in names {
            let inside = absolute(&place, &name);
            let line = if long {
                let size = contents.read(&inside, "").map_or(4096, |bytes| bytes.len());
                let kind = if contents.is_directory(&inside) {
                    "drwxr-xr-x"
                } else {
                    "-rw-r--r--"
                };
                format!("{kind} 1 root root {size:>8} Jan  1 00:00 {name}\n")
            } else {
                format!("{name}\n")
            };
            answer.output.extend_from_slice(line.as_bytes());
        }
    }
    answer
}

fn touch(call: &Call<'_>, words: &[&str]) -> Answer {
    for path in words {
        let place = absolute(call.directory, path);
        if let Err(error) = call.container.lock().write(&place, b"", true) {
            return Answer::error(1, format!("touch: cannot touch '{path}': {error}"));
        }
    }
    Answer::default()
}

fn rm(call: &Call<'_>, words: &[&str]) -> Answer {
    let flags: String = words
        .iter()
        .filter_map(|word| word.strip_prefix('-'))
        .collect();
    let recursive = flags.contains('r') || flags.contains('R');
    let mut answer = Answer::default();
    for path in words.iter().filter(|word| !word.starts_with('-')) {
        let place = absolute(call.directory, path);
        let removed = call.container.lock().remove(&place, recursive);
        if let Err(error) = removed
            && !(flags.contains('f') && error == super::container::FileError::Missing)
        {
            let line = format!("rm: cannot remove '{path}': {error}\n");
            answer.errors.extend_from_slice(line.as_bytes());
            answer.code = 1;
        }
    }
    answer
}

fn ps(call: &Call<'_>) -> Answer {
    let head = "    PID    PPID     SID TTY      TIME     COMMAND\n".to_owned();
    let mut lines = vec![head];
    for process in call.container.lock().processes.iter() {
        let terminal = if process.on_terminal { "pts/0" } else { "?" };
        lines.push(format!(
            "{:>7} {:>7} {:>7} {terminal:<8} 00:00:00 {}\n",
            process.pid, process.ppid, process.sid, process.command
        ));
    }
    let pid = call.own_pid;
    lines.push(format!(
        "{:>7} {pid:>7} {pid:>7} ?        00:00:00 ps\n",
        pid + 1
    ));
    Answer::text(lines.concat())
}

fn kill(call: &Call<'_>, words: &[&str]) -> Answer {
    let (signal, targets) = match words {
        ["-s", name, targets @ ..] => (Signal::parse(name), targets),
        [option, targets @ ..] if option.starts_with('-') && option.len() > 1 => {
            (Signal::parse(option.trim_start_matches('-')), targets)
        }
        targets => (Some(Signal::Term), targets),
    };
    if words.first() == Some(&"-0") {
        let alive = |word: &&str| {
            word.parse()
                .is_ok_and(|pid| call.container.lock().processes.get(pid).is_some())
        };
        return Answer::code(i32::from(!targets.iter().all(alive)));
    }
    let Some(signal) = signal else {
        return Answer::error(1, "kill: invalid signal specification");
    };
    let mut answer = Answer::default();
    for target in targets {
        let pid = target.parse::<u32>();
        let sent = pid.is_ok_and(|pid| call.container.lock().processes.signal(pid, signal));
        if !sent {
            let line = format!("kill: ({target}) - No such process\n");
            answer.errors.extend_from_slice(line.as_bytes());
            answer.code = 1;
        }
    }
    answer
}
