//! Owns what a pane answered to the last line that was broadcast, as text that can be compared: escape sequences out, the pod's own
//! name out, the command line and the prompt out. Pure. Knows nothing of screens. Fed and asked by `app`, shown by `ui`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem;

use super::Digest;

/// Bytes of one line that are compared; what is beyond them counts as the next line.
const LINE: usize = 4096;

/// A pane's output since the last broadcast Enter. Bounded: a line and a number, however much comes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AnswerTrack {
    lexer: Lexer,
    /// The line that is not ended yet.
    line: Vec<u8>,
    /// What stood on the line when its user began to type: the prompt.
    prompt: Vec<u8>,
    stage: Stage,
    /// Which of the broadcast lines it is an answer to.
    question: u32,
    text: Digest,
    /// The answer as of the last time that the prompt was back.
    settled: Option<Digest>,
}

/// Where in a broadcast line the output is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Stage {
    /// No line was broadcast yet.
    #[default]
    NotAsked,
    /// The rest of the command line is still being echoed.
    Echo,
    Answering,
}

/// How far an escape sequence is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Lexer {
    #[default]
    Text,
    /// After a carriage return: what comes next stands at the line's start.
    Returned,
    Escape,
    /// An escape with an intermediate byte: one more follows.
    Designation,
    Control,
    /// A string such as a title, up to its end.
    String,
    StringEscape,
}

impl AnswerTrack {
    /// The user begins to type a line: what stands there now is the prompt.
    pub fn typing_starts(&mut self) {
        if !blank(&self.line) {
            self.prompt.clone_from(&self.line);
        }
    }

    /// A line was broadcast to this pane: what comes next is its answer. Panes that got the same line got the same number.
    pub fn asked(&mut self, question: u32) {
        self.question = question;
        self.stage = Stage::Echo;
        self.text = Digest::default();
        self.settled = None;
    }

    /// Takes output; `own_name`, which prompts and `hostname` print, is no difference.
    pub fn feed(&mut self, bytes: &[u8], own_name: &str) {
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first() {
            let text = self.text_ahead(rest);
            if text == 0 {
                self.take(*first, own_name);
                rest = after;
            } else {
                let (text, after) = rest.split_at_checked(text).unwrap_or((rest, &[]));
                self.push(text, own_name);
                rest = after;
            }
        }
        if self.stage == Stage::Answering && self.at_prompt() {
            self.settled = Some(self.text);
        }
    }

    /// The answer, once the prompt is back, and which line it answers.
    pub fn answer(&self) -> Option<(u32, Digest)> {
        Some((self.question, self.settled?))
    }

    /// How many bytes from here on do nothing but stand on the line, which holds them.
    fn text_ahead(&self, bytes: &[u8]) -> usize {
        if self.lexer != Lexer::Text {
            return 0;
        }
        let room = LINE.saturating_sub(self.line.len());
        let is_text = |byte: &&u8| **byte > 0x1f && **byte != 0x7f;
        bytes.iter().take(room).take_while(is_text).count()
    }

    fn take(&mut self, byte: u8, own_name: &str) {
        self.lexer = match (self.lexer, byte) {
            (Lexer::Text | Lexer::Returned, 0x1b) => Lexer::Escape,
            (Lexer::Text | Lexer::Returned, b'\r') => Lexer::Returned,
            (Lexer::Text | Lexer::Returned, b'\n') => {
                self.end_line(own_name);
                Lexer::Text
            }
            (Lexer::Text | Lexer::Returned, 0x08 | 0x7f) => {
                self.line.pop();
                Lexer::Text
            }
            (state @ (Lexer::Text | Lexer::Returned), 0x00..=0x1f) if byte != b'\t' => state,
            (Lexer::Returned, _) => {
                self.line.clear();
                self.push(&[byte], own_name)
            }
            (Lexer::Text, _) => self.push(&[byte], own_name),
            (Lexer::Escape, b']' | b'P' | b'X' | b'^' | b'_') => Lexer::String,
            (Lexer::Escape, 0x20..=0x2f) => Lexer::Designation,
            (Lexer::Escape, b'[') | (Lexer::Control, 0x20..=0x3f) => Lexer::Control,
            (Lexer::Escape | Lexer::Designation | Lexer::Control | Lexer::StringEscape, _)
            | (Lexer::String, 0x07) => Lexer::Text,
            (Lexer::String, 0x1b) => Lexer::StringEscape,
            (Lexer::String, _) => Lexer::String,
        };
    }

    fn push(&mut self, text: &[u8], own_name: &str) -> Lexer {
        self.line.extend_from_slice(text);
        if self.line.len() >= LINE {
            self.end_line(own_name);
        }
        Lexer::Text
    }

    fn end_line(&mut self, own_name: &str) {
        match self.stage {
            Stage::NotAsked => {}
            // Where the echo is slow the command itself comes after the Enter: it is no answer.
            Stage::Echo => self.stage = Stage::Answering,
            Stage::Answering => {
                self.text.push(&normal(&self.line, own_name));
                self.text.push(b"\n");
            }
        }
        self.line.clear();
    }

    /// Whether the line that is not ended ends as the prompt did; `cd` may have changed the rest of it.
    fn at_prompt(&self) -> bool {
        let last = |line: &[u8]| line.trim_ascii_end().last().copied();
        match (last(&self.line), last(&self.prompt)) {
            (None, _) => false,
            (now, Some(before)) => now == Some(before),
            (Some(now), None) => matches!(now, b'$' | b'#' | b'%' | b'>'),
        }
    }
}

fn blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Without the name and the blanks at the end. Floods of lines go through here: what has no name in it is not copied.
fn normal<'a>(line: &'a [u8], own_name: &str) -> Cow<'a, [u8]> {
    let name = own_name.as_bytes();
    let is_named =
        !name.is_empty() && name.len() <= line.len() && memmem::find(line, name).is_some();
    if !is_named {
        return Cow::Borrowed(line.trim_ascii_end());
    }
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = memmem::find(rest, name)
        .and_then(|at| Some((rest.get(..at)?, rest.get(at + name.len()..)?)))
    {
        text.extend_from_slice(before);
        rest = after;
    }
    text.extend_from_slice(rest);
    text.truncate(text.trim_ascii_end().len());
    Cow::Owned(text)
}

/// Which of these answers, by position, are not that of more than half of them. None while one has not answered yet or answers
/// another line than the others, and none where no answer has a majority.
pub fn odd_ones(answers: &[Option<(u32, Digest)>]) -> Vec<usize> {
    let Some(answered) = answers.iter().copied().collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let one_line = answered.windows(2).all(|pair| match pair {
        [(left, _), (right, _)] => left == right,
        _ => true,
    });
    if !one_line {
        return Vec::new();
    }
    let all: Vec<Digest> = answered.into_iter().map(|(_, answer)| answer).collect();
    let mut sizes: BTreeMap<Digest, usize> = BTreeMap::new();
    for answer in &all {
        *sizes.entry(*answer).or_default() += 1;
    }
    let majority = sizes
        .into_iter()
        .find(|(_, size)| size * 2 > all.len())
        .map(|(answer, _)| answer);
    let odd = all
        .iter()
        .enumerate()
        .filter(|(_, answer)| majority.is_some_and(|most| most != **answer));
    odd.map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests;
