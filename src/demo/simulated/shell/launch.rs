//! Owns what stands in front of a program: `setsid`, `nohup`, `env` and the like. Pure. Part of the shell.

/// How a program is started.
#[derive(Clone, Debug, Default)]
pub(super) struct Launch {
    pub(super) argv: Vec<String>,
    pub(super) own_session: bool,
    pub(super) ignores_hup: bool,
    pub(super) clear_environment: bool,
    pub(super) assigned: Vec<(String, String)>,
    pub(super) removed: Vec<String>,
}

/// Takes `setsid`, `nohup`, `env` and the like off the front.
pub(super) fn launch(argv: Vec<String>) -> Launch {
    let mut launch = Launch {
        argv,
        ..Launch::default()
    };
    loop {
        let has_more = launch.argv.len() > 1;
        match launch.argv.first().map(String::as_str) {
            Some("setsid") if has_more => launch.own_session = true,
            Some("nohup") if has_more => launch.ignores_hup = true,
            Some("command" | "exec") if has_more => {}
            Some("env") if has_more => {
                if !peel_env(&mut launch) {
                    return launch;
                }
                continue;
            }
            Some(_) | None => return launch,
        }
        launch.argv.remove(0);
    }
}

/// The options of `env`; false where it is to print the environment.
fn peel_env(launch: &mut Launch) -> bool {
    let mut words = launch.argv.iter().skip(1).peekable();
    while let Some(word) = words.peek().map(|word| word.as_str()) {
        match word {
            "-i" => launch.clear_environment = true,
            "-u" => {
                words.next();
                launch
                    .removed
                    .extend(words.peek().map(|name| (*name).clone()));
            }
            assignment => match assignment.split_once('=') {
                Some((name, value)) => {
                    launch.assigned.push((name.to_owned(), value.to_owned()));
                }
                None => break,
            },
        }
        words.next();
    }
    let rest: Vec<String> = words.cloned().collect();
    if rest.is_empty() {
        return false;
    }
    launch.argv = rest;
    true
}
