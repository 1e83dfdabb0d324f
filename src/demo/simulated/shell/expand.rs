//! Owns the expansion of words: variables, substitutions, splitting, redirects. Part of the shell.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::commands;
use super::super::session::{Sink, Source, Streams};
use super::super::syntax::{self, Command, Part, Redirect, Target, Word};
use super::Shell;

/// Fields while a word is put together.
#[derive(Default)]
struct Fields {
    done: Vec<String>,
    open: Option<String>,
}

impl Fields {
    fn push(&mut self, text: &str, quoted: bool) {
        if quoted {
            self.open.get_or_insert_default().push_str(text);
            return;
        }
        let mut first = true;
        for piece in text.split([' ', '\t', '\n']) {
            if !first {
                self.done.extend(self.open.take());
            }
            first = false;
            if !piece.is_empty() {
                self.open.get_or_insert_default().push_str(piece);
            }
        }
    }
}

impl Shell {
    /// All words expanded and split.
    pub(super) async fn expand_all(&mut self, words: &[Word], streams: &Streams) -> Vec<String> {
        let mut expanded = Vec::new();
        for word in words {
            expanded.extend(self.expand(word, streams).await);
        }
        expanded
    }

    async fn expand(&mut self, word: &Word, streams: &Streams) -> Vec<String> {
        let mut fields = Fields::default();
        for part in &word.0 {
            match part {
                Part::Text { text, .. } => {
                    fields.open.get_or_insert_default().push_str(text);
                }
                Part::Variable {
                    name, quoted: true, ..
                } if name == "@" => {
                    for (at, value) in self.words.iter().skip(1).enumerate() {
                        if at > 0 {
                            fields.done.extend(fields.open.take());
                        }
                        fields.push(value, true);
                    }
                }
                Part::Variable {
                    name,
                    otherwise,
                    quoted,
                } => {
                    let value = self.variable(name).or_else(|| otherwise.clone());
                    fields.push(&value.unwrap_or_default(), *quoted);
                }
                Part::Substitution { script, quoted } => {
                    let text = self.substitute(script, streams).await;
                    fields.push(text.trim_end_matches('\n'), *quoted);
                }
            }
        }
        fields.done.extend(fields.open);
        fields.done
    }

    fn variable(&self, name: &str) -> Option<String> {
        let value = match name {
            "?" => self.last.to_string(),
            "$" => self.pid.to_string(),
            "!" => self.last_background?.to_string(),
            "#" => self.words.len().saturating_sub(1).to_string(),
            "@" | "*" => self.words.get(1..).unwrap_or_default().join(" "),
            "PWD" => self.directory.clone(),
            number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.words.get(number.parse::<usize>().ok()?)?.clone()
            }
            name => self.variables.get(name)?.clone(),
        };
        (!value.is_empty()).then_some(value)
    }

    async fn substitute(&mut self, script: &str, streams: &Streams) -> String {
        let Ok(list) = syntax::parse(script) else {
            self.last = 2;
            return String::new();
        };
        let bytes = self.captured(&Command::Subshell(list), streams).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What a command writes.
    pub(super) async fn captured(&mut self, command: &Command, streams: &Streams) -> Vec<u8> {
        let buffer = Arc::new(Mutex::new(Vec::new()));
        let mut inner = streams.clone();
        inner.output = Sink::Buffer(Arc::clone(&buffer));
        self.command(command, &inner).await;
        let mut bytes = buffer.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *bytes)
    }

    /// Applies one redirect.
    ///
    /// # Errors
    /// The message for a file that cannot be opened.
    pub(super) async fn redirect(
        &mut self,
        redirect: &Redirect,
        streams: &mut Streams,
    ) -> Result<(), String> {
        let (word, append) = match &redirect.target {
            Target::Duplicate(1) if redirect.descriptor == 2 => {
                streams.errors = streams.output.clone();
                return Ok(());
            }
            Target::Duplicate(2) if redirect.descriptor == 1 => {
                streams.output = streams.errors.clone();
                return Ok(());
            }
            Target::Duplicate(_) => return Ok(()),
            Target::Read(word) => {
                let path = self.path(word, streams).await;
                let read = self.container.lock().read(&path, &self.container.boot_id);
                let bytes = read.map_err(|error| format!("cannot open {path}: {error}"))?;
                streams.input = Source::Bytes(Arc::new(bytes));
                return Ok(());
            }
            Target::Write(word) => (word, false),
            Target::Append(word) => (word, true),
        };
        let path = self.path(word, streams).await;
        let sink = if path == "/dev/null" {
            Sink::Nowhere
        } else {
            let opened = self.container.lock().write(&path, b"", append);
            opened.map_err(|error| format!("cannot create {path}: {error}"))?;
            Sink::File(path)
        };
        if redirect.descriptor == 2 {
            streams.errors = sink;
        } else {
            streams.output = sink;
        }
        Ok(())
    }

    async fn path(&mut self, word: &Word, streams: &Streams) -> String {
        let path = self.expand(word, streams).await.concat();
        commands::absolute(&self.directory, &path)
    }
}
