//! Owns the split of a script into words and operators. Pure. Called by the parser.

use std::iter::Peekable;
use std::str::Chars;

use super::{Part, SyntaxError, Word};

/// One token; operators as they are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    Word(Word),
    Operator(&'static str),
    /// `<`, `>` or `>>` with the descriptor before it.
    Redirect(u8, &'static str),
}

type Letters<'a> = Peekable<Chars<'a>>;

/// Splits a script.
pub(super) fn tokens(script: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut letters = script.chars().peekable();
    let mut found = Vec::new();
    while let Some(letter) = letters.peek().copied() {
        match letter {
            ' ' | '\t' | '\r' => drop(letters.next()),
            '#' => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '\n' | ';' | '&' | '|' | '(' | ')' => found.push(operator(&mut letters)),
            '<' | '>' => {
                let descriptor = u8::from(letter == '>');
                found.push(redirect(&mut letters, descriptor)?);
            }
            _ => found.push(word_or_redirect(&mut letters)?),
        }
    }
    Ok(found)
}

fn operator(letters: &mut Letters<'_>) -> Token {
    let first = letters.next();
    let doubled = letters.next_if(|next| Some(*next) == first && matches!(next, '&' | '|' | ';'));
    Token::Operator(match (first, doubled.is_some()) {
        (Some('&'), true) => "&&",
        (Some('&'), false) => "&",
        (Some('|'), true) => "||",
        (Some('|'), false) => "|",
        (Some('('), _) => "(",
        (Some(')'), _) => ")",
        (Some(';'), true) => ";;",
        (Some(';'), false) => ";",
        (_, _) => "\n",
    })
}

fn redirect(letters: &mut Letters<'_>, descriptor: u8) -> Result<Token, SyntaxError> {
    let operator = match letters.next() {
        Some('<') => "<",
        _ if letters.next_if_eq(&'>').is_some() => ">>",
        _ if letters.next_if_eq(&'&').is_some() => ">&",
        _ => ">",
    };
    if operator == "<" && letters.peek() == Some(&'<') {
        return Err(SyntaxError::Unexpected("<<".to_owned()));
    }
    Ok(Token::Redirect(descriptor, operator))
}

fn word_or_redirect(letters: &mut Letters<'_>) -> Result<Token, SyntaxError> {
    let word = word(letters)?;
    let descriptor = word
        .plain()
        .and_then(|text| text.parse::<u8>().ok())
        .filter(|fd| *fd < 10);
    match (descriptor, letters.peek()) {
        (Some(descriptor), Some('<' | '>')) => redirect(letters, descriptor),
        _ => Ok(Token::Word(word)),
    }
}

fn word(letters: &mut Letters<'_>) -> Result<Word, SyntaxError> {
    let mut word = Word::default();
    while let Some(letter) = letters.peek().copied() {
        match letter {
            ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
            '\'' => {
                letters.next();
                word.0.push(Part::Text {
                    text: until(letters, '\'')?,
                    quoted: true,
                });
            }
            '"' => {
                letters.next();
                double_quoted(letters, &mut word)?;
            }
            '\\' => {
                letters.next();
                if let Some(escaped) = letters.next().filter(|escaped| *escaped != '\n') {
                    word.0.push(Part::Text {
                        text: escaped.to_string(),
                        quoted: true,
                    });
                }
            }
            '$' => {
                letters.next();
                word.0.push(dollar(letters, false)?);
            }
            '`' => {
                letters.next();
                let script = until(letters, '`')?;
                word.0.push(Part::Substitution {
                    script,
                    quoted: false,
                });
            }
            plain => {
                letters.next();
                push_text(&mut word, plain, false);
            }
        }
    }
    Ok(word)
}

fn push_text(word: &mut Word, letter: char, is_quoted: bool) {
    match word.0.last_mut() {
        Some(Part::Text { text, quoted }) if *quoted == is_quoted => text.push(letter),
        Some(_) | None => {
            word.0.push(Part::Text {
                text: letter.to_string(),
                quoted: is_quoted,
            });
        }
    }
}

fn double_quoted(letters: &mut Letters<'_>, word: &mut Word) -> Result<(), SyntaxError> {
    word.0.push(Part::Text {
        text: String::new(),
        quoted: true,
    });
    loop {
        match letters.next() {
            None => return Err(SyntaxError::Incomplete),
            Some('"') => return Ok(()),
            Some('$') => word.0.push(dollar(letters, true)?),
            Some('`') => {
                let script = until(letters, '`')?;
                word.0.push(Part::Substitution {
                    script,
                    quoted: true,
                });
            }
            Some('\\') => match letters.next() {
                None => return Err(SyntaxError::Incomplete),
                Some('\n') => {}
                Some(special @ ('"' | '\\' | '$' | '`')) => push_text(word, special, true),
                Some(plain) => {
                    push_text(word, '\\', true);
                    push_text(word, plain, true);
                }
            },
            Some(plain) => push_text(word, plain, true),
        }
    }
}

fn until(letters: &mut Letters<'_>, end: char) -> Result<String, SyntaxError> {
    let mut text = String::new();
    loop {
        match letters.next() {
            None => return Err(SyntaxError::Incomplete),
            Some(letter) if letter == end => return Ok(text),
            Some(letter) => text.push(letter),
        }
    }
}

fn dollar(letters: &mut Letters<'_>, quoted: bool) -> Result<Part, SyntaxError> {
    let name_part = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    match letters.peek().copied() {
        Some('(') => {
            letters.next();
            Ok(Part::Substitution {
                script: balanced(letters)?,
                quoted,
            })
        }
        Some('{') => {
            letters.next();
            let inner = until(letters, '}')?;
            let (name, otherwise) = match inner.split_once(":-").or_else(|| inner.split_once('-')) {
                Some((name, otherwise)) => (name.to_owned(), Some(otherwise.to_owned())),
                None => (inner, None),
            };
            Ok(Part::Variable {
                name,
                otherwise,
                quoted,
            })
        }
        Some(special @ ('?' | '$' | '!' | '#' | '@' | '*' | '0'..='9')) => {
            letters.next();
            Ok(Part::Variable {
                name: special.to_string(),
                otherwise: None,
                quoted,
            })
        }
        Some(letter) if name_part(&letter) => {
            let mut name = String::new();
            while let Some(letter) = letters.next_if(name_part) {
                name.push(letter);
            }
            Ok(Part::Variable {
                name,
                otherwise: None,
                quoted,
            })
        }
        Some(_) | None => Ok(Part::Text {
            text: "$".to_owned(),
            quoted,
        }),
    }
}

/// The inside of `$( )`, whose brackets may nest.
fn balanced(letters: &mut Letters<'_>) -> Result<String, SyntaxError> {
    let mut depth = 1_u32;
    let mut script = String::new();
    loop {
        let letter = letters.next().ok_or(SyntaxError::Incomplete)?;
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(script);
        }
        script.push(letter);
        if letter == '\'' {
            script.push_str(&until(letters, '\'')?);
            script.push('\'');
        }
    }
}
