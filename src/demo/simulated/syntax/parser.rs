//! Owns the grammar of lists, pipelines and compound commands. Pure. Called by `shell`.

use super::lexer::{Token, tokens};
use super::{
    Command, Connector, Item, List, Part, Pipeline, Place, Redirect, Simple, SyntaxError, Target,
    Word,
};

/// Commands inside of commands; a deeper script is refused before it can exhaust the stack.
const DEPTH: usize = 32;

/// Reads a whole script.
///
/// # Errors
/// [`SyntaxError::Incomplete`] where another line may complete it.
pub(in super::super) fn parse(script: &str) -> Result<List, SyntaxError> {
    let mut parser = Parser {
        tokens: tokens(script)?,
        at: 0,
        depth: 0,
    };
    let list = parser.list(&[])?;
    match parser.peek() {
        None => Ok(list),
        Some(token) => Err(unexpected(token)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    fn is_operator(&self, operator: &str) -> bool {
        matches!(self.peek(), Some(Token::Operator(found)) if *found == operator)
    }

    fn reserved(&self) -> Option<&str> {
        match self.peek() {
            Some(Token::Word(word)) => word.plain(),
            Some(Token::Operator(_) | Token::Redirect(..)) | None => None,
        }
    }

    fn take_reserved(&mut self, wanted: &str) -> Result<(), SyntaxError> {
        if self.reserved() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(self.peek().map_or(SyntaxError::Incomplete, unexpected))
    }

    fn skip_newlines(&mut self) {
        while self.take_operator("\n") {}
    }

    /// Items up to a closing bracket or one of `ends`.
    fn list(&mut self, ends: &[&str]) -> Result<List, SyntaxError> {
        let mut items = Vec::new();
        loop {
            while self.take_operator("\n") || (!items.is_empty() && self.take_operator(";")) {}
            let over = self.peek().is_none()
                || self.is_operator(")")
                || self.reserved().is_some_and(|word| ends.contains(&word));
            if over {
                return Ok(List(items));
            }
            items.push(self.item()?);
        }
    }

    fn item(&mut self) -> Result<Item, SyntaxError> {
        let from = self.at;
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let connector = if self.take_operator("&&") {
                Connector::And
            } else if self.take_operator("||") {
                Connector::Or
            } else {
                break;
            };
            self.skip_newlines();
            rest.push((connector, self.pipeline()?));
        }
        let text = written(self.tokens.get(from..self.at).unwrap_or_default());
        let place = if self.take_operator("&") {
            Place::Background
        } else {
            Place::Foreground
        };
        if place == Place::Foreground && !self.at_end_of_item() {
            return Err(self.peek().map_or(SyntaxError::Incomplete, unexpected));
        }
        Ok(Item {
            first,
            rest,
            place,
            text,
        })
    }

    fn at_end_of_item(&self) -> bool {
        self.peek().is_none()
            || self.is_operator(";")
            || self.is_operator("\n")
            || self.is_operator(")")
    }

    fn pipeline(&mut self) -> Result<Pipeline, SyntaxError> {
        let negated = self.reserved() == Some("!");
        self.at += usize::from(negated);
        let mut commands = vec![self.command()?];
        while self.take_operator("|") {
            self.skip_newlines();
            commands.push(self.command()?);
        }
        Ok(Pipeline { negated, commands })
    }

    fn command(&mut self) -> Result<Command, SyntaxError> {
        if self.depth >= DEPTH {
            return Err(SyntaxError::Unexpected("nesting".to_owned()));
        }
        self.depth += 1;
        let command = self.command_inside();
        self.depth -= 1;
        command
    }

    fn command_inside(&mut self) -> Result<Command, SyntaxError> {
        if self.take_operator("(") {
            let list = self.list(&[])?;
            if !self.take_operator(")") {
                return Err(SyntaxError::Incomplete);
            }
            return Ok(Command::Subshell(list));
        }
        match self.reserved() {
            Some("{") => {
                self.at += 1;
                let list = self.list(&["}"])?;
                self.take_reserved("}")?;
                Ok(Command::Group(list))
            }
            Some("while") => self.repeat(false),
            Some("until") => self.repeat(true),
            Some("for") => self.for_each(),
            Some("if") => self.condition(),
            Some(word @ ("then" | "do" | "done" | "fi" | "else" | "elif" | "}")) => {
                Err(SyntaxError::Unexpected(word.to_owned()))
            }
            Some(_) | None => self.simple().map(Command::Simple),
        }
    }

    fn repeat(&mut self, until: bool) -> Result<Command, SyntaxError> {
        self.at += 1;
        let condition = self.list(&["do"])?;
        let body = self.body()?;
        Ok(Command::While {
            until,
            condition,
            body,
        })
    }

    fn body(&mut self) -> Result<List, SyntaxError> {
        self.take_reserved("do")?;
        let body = self.list(&["done"])?;
        self.take_reserved("done")?;
        Ok(body)
    }

    fn for_each(&mut self) -> Result<Command, SyntaxError> {
        self.at += 1;
        let name = self.reserved().ok_or(SyntaxError::Incomplete)?.to_owned();
        self.at += 1;
        let mut words = Vec::new();
        if self.reserved() == Some("in") {
            self.at += 1;
            while let Some(Token::Word(word)) = self.peek() {
                words.push(word.clone());
                self.at += 1;
            }
        }
        while self.take_operator("\n") || self.take_operator(";") {}
        let body = self.body()?;
        Ok(Command::For { name, words, body })
    }

    fn condition(&mut self) -> Result<Command, SyntaxError> {
        self.at += 1;
        let mut arms = Vec::new();
        let mut otherwise = List::default();
        loop {
            let condition = self.list(&["then"])?;
            self.take_reserved("then")?;
            arms.push((condition, self.list(&["elif", "else", "fi"])?));
            match self.reserved() {
                Some("elif") => self.at += 1,
                Some("else") => {
                    self.at += 1;
                    otherwise = self.list(&["fi"])?;
                    break;
                }
                Some(_) | None => break,
            }
        }
        self.take_reserved("fi")?;
        Ok(Command::If { arms, otherwise })
    }

    fn simple(&mut self) -> Result<Simple, SyntaxError> {
        let mut simple = Simple::default();
        let from = self.at;
        loop {
            match self.peek().cloned() {
                Some(Token::Word(word)) => {
                    self.at += 1;
                    match assignment(&word).filter(|_| simple.words.is_empty()) {
                        Some(assignment) => simple.assignments.push(assignment),
                        None => simple.words.push(word),
                    }
                }
                Some(Token::Redirect(descriptor, operator)) => {
                    self.at += 1;
                    let redirect = self.redirect(descriptor, operator)?;
                    simple.redirects.push(redirect);
                }
                Some(Token::Operator(_)) | None => break,
            }
        }
        if self.at == from {
            return Err(self.peek().map_or(SyntaxError::Incomplete, unexpected));
        }
        Ok(simple)
    }

    fn redirect(&mut self, descriptor: u8, operator: &str) -> Result<Redirect, SyntaxError> {
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return Err(self.peek().map_or(SyntaxError::Incomplete, unexpected));
        };
        self.at += 1;
        let target = match operator {
            "<" => Target::Read(word),
            ">>" => Target::Append(word),
            ">&" => {
                let number = word.plain().and_then(|text| text.parse().ok());
                Target::Duplicate(number.ok_or(SyntaxError::Unexpected(">&".to_owned()))?)
            }
            _ => Target::Write(word),
        };
        Ok(Redirect { descriptor, target })
    }
}

fn assignment(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Text {
        text,
        quoted: false,
    }) = word.0.first()
    else {
        return None;
    };
    let (name, value) = text.split_once('=')?;
    let mut letters = name.chars();
    let first = letters.next()?;
    let named = (first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !named {
        return None;
    }
    let mut parts = word.0.clone();
    parts.remove(0);
    parts.insert(
        0,
        Part::Text {
            text: value.to_owned(),
            quoted: true,
        },
    );
    Some((name.to_owned(), Word(parts)))
}

fn unexpected(token: &Token) -> SyntaxError {
    SyntaxError::Unexpected(written(std::slice::from_ref(token)).replace('\n', "newline"))
}

fn written(tokens: &[Token]) -> String {
    let words: Vec<String> = tokens
        .iter()
        .map(|token| match token {
            Token::Word(word) => word.0.iter().map(part_text).collect(),
            Token::Operator(operator) => (*operator).to_owned(),
            Token::Redirect(descriptor, operator) => format!("{descriptor}{operator}"),
        })
        .collect();
    words.join(" ")
}

fn part_text(part: &Part) -> String {
    match part {
        Part::Text { text, .. } => text.clone(),
        Part::Variable { name, .. } => format!("${name}"),
        Part::Substitution { script, .. } => format!("$({script})"),
    }
}
