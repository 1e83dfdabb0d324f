//! Owns the five honest ends of a session and reads them out of the status frame. Knows nothing of sockets. Called by
//! `cluster::exec`, drawn by `ui`.

use std::fmt;

use serde::Deserialize;

/// How a session ended; a cut stream is never one of the successes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The status frame said so; a signal arrives as 128 + its number.
    Exited(i32),
    /// The command never ran; the runtime's own words.
    StartFailed(String),
    /// The stream ended without a status frame: nothing is known of the remote processes.
    Lost(String),
    /// The time limit of the command passed and it was cancelled.
    TimedOut,
    /// Cancelled by the user; `left` is `None` until a report has proven a number.
    Cancelled { left: Option<u32> },
}

/// What the look after an end says of the end itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look<'a> {
    /// Nothing against it.
    Agrees,
    LeaderLives,
    /// It could not be taken, and might be another time.
    Failed(&'a str),
}

impl Outcome {
    /// Whether this proves that the command ran to its end with code 0.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Exited(0))
    }

    /// What it comes to after the look behind it. An API server whose kubelet dies under a session reports an exit with 0, so that
    /// needs the look; another code needs that its leader is gone.
    #[must_use]
    pub fn checked(self, look: Look<'_>) -> Self {
        match (self, look) {
            (Self::Exited(code), Look::LeaderLives) => {
                Self::Lost(format!("exit {code} was reported, but its process lives"))
            }
            (Self::Exited(0), Look::Failed(why)) => {
                Self::Lost(format!("exit 0 was reported, and cannot be checked: {why}"))
            }
            (outcome, _) => outcome,
        }
    }

    /// Reads the JSON of the status channel; text that is not a status is a lost session.
    pub fn from_status(frame: &[u8]) -> Self {
        match serde_json::from_slice::<Status>(frame) {
            Ok(status) => status.outcome(),
            Err(error) => Self::Lost(format!("unreadable status frame: {error}")),
        }
    }
}

/// The runtime's ways to say that the image has no such program.
pub fn names_no_program(words: &str) -> bool {
    let ways = [
        "no such file",
        "executable file not found",
        "permission denied",
    ];
    ways.iter().any(|way| words.contains(way))
}

/// A word for what a refused start says at length; where there is none, all that was said.
pub fn start_word(why: &str) -> &str {
    const WORDS: [(&str, &str); 9] = [
        ("no such file", "no shell"),
        ("executable file not found", "no shell"),
        ("no shell", "no shell"),
        ("forbidden", "forbidden"),
        ("permission denied", "permission denied"),
        ("container not found", "not running"),
        ("not recorded", "not recorded"),
        ("not connected", "not connected"),
        ("no websocket", "no WebSocket"),
    ];
    let lower = why.to_lowercase();
    let found = WORDS.iter().find(|(said, _)| lower.contains(said));
    found.map_or(why, |(_, word)| word)
}

/// The runtime's words without the chain of who said so before: its own last sentence says what is wrong.
pub fn brief(why: &str) -> String {
    const FIRST: &str = "Internal error occurred: ";
    const CHAIN: &str = "failed to exec in container: ";
    const LAST: &str = "unable to start container process: ";
    let Some((before, chain)) = why.split_once(FIRST).or_else(|| why.split_once(CHAIN)) else {
        return why.to_owned();
    };
    let last = chain.rsplit_once(LAST).map_or(chain, |(_, last)| last);
    let before = before
        .strip_suffix("error executing command in container: ")
        .unwrap_or(before);
    format!("{before}{}", last.strip_suffix(": unknown").unwrap_or(last))
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exited {code}"),
            Self::StartFailed(why) => write!(f, "start failed: {why}"),
            Self::Lost(why) => write!(f, "lost: {why}"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Cancelled { left: Some(left) } => write!(f, "cancelled, {left} left"),
            Self::Cancelled { left: None } => f.write_str("cancelled, not confirmed"),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    #[serde(rename = "status")]
    word: String,
    reason: String,
    message: String,
    details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Details {
    causes: Vec<Cause>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cause {
    reason: String,
    message: String,
}

impl Status {
    fn outcome(self) -> Outcome {
        if self.word == "Success" {
            return Outcome::Exited(0);
        }
        if self.word != "Failure" {
            return Outcome::Lost(format!("status frame says {:?}", self.word));
        }
        let causes = self.details.unwrap_or_default().causes;
        if self.reason == "NonZeroExitCode" {
            let code = causes.iter().find(|cause| cause.reason == "ExitCode");
            return match code.and_then(|cause| cause.message.parse().ok()) {
                Some(code) => Outcome::Exited(code),
                None => Outcome::Lost(format!("no exit code in the status: {}", self.message)),
            };
        }
        let words = causes
            .into_iter()
            .map(|cause| cause.message)
            .find(|text| !text.is_empty());
        Outcome::StartFailed(words.unwrap_or(self.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(frame: &str, expected: &Outcome) {
        assert_eq!(Outcome::from_status(frame.as_bytes()), *expected);
    }

    #[test]
    fn the_last_sentence_of_a_runtime_says_what_is_wrong() {
        let chain = "failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: \"sh\": not found: unknown";
        for before in [
            "Internal error occurred: ",
            "error executing command in container: ",
            "",
        ] {
            let long = format!("{before}{chain}");
            assert_eq!(brief(&long), "exec: \"sh\": not found", "{before}");
            let led = format!("no shell: {long}");
            assert_eq!(brief(&led), "no shell: exec: \"sh\": not found", "{before}");
        }
        assert_eq!(brief("pods \"a\" not found"), "pods \"a\" not found");
    }

    #[test]
    fn a_node_that_does_not_answer_is_no_image_without_a_shell() {
        let no_shell = "exec: \"/bin/sh\": stat /bin/sh: no such file or directory";
        assert!(names_no_program(no_shell));
        let no_node =
            "error sending request: dial tcp 127.0.0.1:16445: connect: connection refused";
        assert!(!names_no_program(no_node));
    }

    #[test]
    fn success_is_exit_0() {
        check(r#"{"metadata":{},"status":"Success"}"#, &Outcome::Exited(0));
    }

    #[test]
    fn a_non_zero_code_is_read_from_its_cause() {
        check(
            r#"{"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"137"}]}}"#,
            &Outcome::Exited(137),
        );
    }

    #[test]
    fn the_runtimes_words_name_a_failed_start() {
        check(
            r#"{"status":"Failure","message":"Internal error occurred: exec: no such file","reason":"InternalError","details":{"causes":[{"message":"exec: \"/bin/sh\": no such file"}]},"code":500}"#,
            &Outcome::StartFailed("exec: \"/bin/sh\": no such file".into()),
        );
    }

    #[test]
    fn a_failure_without_causes_keeps_its_message() {
        check(
            r#"{"status":"Failure","message":"gone"}"#,
            &Outcome::StartFailed("gone".into()),
        );
    }

    #[test]
    fn nothing_else_is_ever_a_success() {
        for frame in [
            "",
            "{}",
            "[]",
            "null",
            "{\"status\":\"success\"}",
            "\u{1}garbage",
        ] {
            let outcome = Outcome::from_status(frame.as_bytes());
            assert!(matches!(outcome, Outcome::Lost(_)), "{frame}: {outcome}");
        }
    }

    #[test]
    fn an_exit_is_believed_as_far_as_the_look_behind_it_allows() {
        let lost = |outcome: Outcome| matches!(outcome, Outcome::Lost(_));
        let exited = Outcome::Exited;
        assert_eq!(exited(0).checked(Look::Agrees), exited(0));
        assert!(lost(exited(0).checked(Look::LeaderLives)));
        assert!(lost(exited(7).checked(Look::LeaderLives)));
        assert!(lost(exited(0).checked(Look::Failed("refused"))));
        assert_eq!(exited(7).checked(Look::Failed("refused")), exited(7));
        assert_eq!(
            Outcome::TimedOut.checked(Look::LeaderLives),
            Outcome::TimedOut
        );
    }

    #[test]
    fn a_non_zero_status_without_a_code_is_not_guessed() {
        let outcome = Outcome::from_status(br#"{"status":"Failure","reason":"NonZeroExitCode"}"#);
        assert!(matches!(outcome, Outcome::Lost(_)), "{outcome}");
    }
}
