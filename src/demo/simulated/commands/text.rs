//! Owns the small programs that only turn text into text. Pure but for reading files of the container. Called by `commands`.

use super::{Answer, Call};

/// The most that `seq` prints.
const LONGEST_SEQUENCE: i64 = 100_000;

pub(super) fn echo(words: &[&str]) -> Answer {
    let (newline, words) = match words {
        ["-n", words @ ..] => ("", words),
        ["-e", words @ ..] | words => ("\n", words),
    };
    Answer::text(format!("{}{newline}", words.join(" ")))
}

/// `%s`, `%d` and the escapes; the format is used again while words are left, as POSIX wants.
pub(super) fn printf(words: &[&str]) -> Answer {
    let Some((format, words)) = words.split_first() else {
        return Answer::error(2, "printf: usage: printf format [arguments]");
    };
    let mut words = words.iter();
    let mut text = String::new();
    loop {
        let before = words.len();
        one_format(format, &mut words, &mut text);
        if words.len() == 0 || words.len() == before {
            return Answer::text(text);
        }
    }
}

fn one_format(format: &str, words: &mut std::slice::Iter<'_, &str>, text: &mut String) {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => match letters.next() {
                Some('%') | None => text.push('%'),
                Some(_) => text.push_str(words.next().copied().unwrap_or_default()),
            },
            '\\' => match letters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some('e') => text.push('\x1b'),
                Some('0') => octal(&mut letters, text),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            plain => text.push(plain),
        }
    }
}

fn octal(letters: &mut std::str::Chars<'_>, text: &mut String) {
    let mut value = 0;
    let mut rest = letters.clone();
    for _ in 0..2 {
        let Some(digit) = rest.next().and_then(|letter| letter.to_digit(8)) else {
            break;
        };
        value = value * 8 + digit;
        *letters = rest.clone();
    }
    text.extend(char::from_u32(value));
}

pub(super) fn seq(words: &[&str]) -> Answer {
    let numbers: Option<Vec<i64>> = words.iter().map(|word| word.parse().ok()).collect();
    let (from, step, to) = match numbers.as_deref() {
        Some([to]) => (1, 1, *to),
        Some([from, to]) => (*from, 1, *to),
        Some([from, step, to]) if *step != 0 => (*from, *step, *to),
        Some(_) | None => return Answer::error(1, "seq: invalid argument"),
    };
    let mut text = String::new();
    let mut number = from;
    for _ in 0..LONGEST_SEQUENCE {
        if (step > 0 && number > to) || (step < 0 && number < to) {
            break;
        }
        text += &number.to_string();
        text.push('\n');
        number = number.saturating_add(step);
    }
    Answer::text(text)
}

/// The named files one after the other, or the standard input.
fn input(call: &Call<'_>, paths: &[&str]) -> Result<String, Answer> {
    if paths.is_empty() {
        return Ok(String::from_utf8_lossy(call.input).into_owned());
    }
    let mut text = String::new();
    for path in paths {
        match call.read(path) {
            Ok(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
            Err(error) => return Err(Answer::error(1, format!("{path}: {error}"))),
        }
    }
    Ok(text)
}

/// `head` and `tail`.
pub(super) fn ends(call: &Call<'_>, name: &str, words: &[&str]) -> Answer {
    let (count, paths) = match words {
        ["-n", count, paths @ ..] => (count.parse().ok(), paths),
        [option, paths @ ..] if option.starts_with('-') => {
            let digits = option.trim_start_matches('-').trim_start_matches('n');
            (digits.parse().ok(), paths)
        }
        paths => (Some(10), paths),
    };
    let Some(count) = count else {
        return Answer::error(1, format!("{name}: invalid number"));
    };
    match input(call, paths) {
        Err(answer) => answer,
        Ok(text) => {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let skipped = if name == "tail" {
                lines.len().saturating_sub(count)
            } else {
                0
            };
            let ends = lines.into_iter().skip(skipped).take(count);
            Answer::text(ends.collect::<String>())
        }
    }
}

pub(super) fn wc(call: &Call<'_>, words: &[&str]) -> Answer {
    let (options, paths): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    match input(call, &paths) {
        Err(answer) => answer,
        Ok(text) => {
            let (lines, split) = (text.matches('\n').count(), text.split_whitespace().count());
            match options.first() {
                Some(&"-l") => Answer::text(format!("{lines}\n")),
                Some(&"-w") => Answer::text(format!("{split}\n")),
                Some(&"-c") => Answer::text(format!("{}\n", text.len())),
                Some(_) | None => Answer::text(format!("{lines} {split} {}\n", text.len())),
            }
        }
    }
}

pub(super) fn grep(call: &Call<'_>, words: &[&str]) -> Answer {
    let options: String = words
        .iter()
        .filter_map(|word| word.strip_prefix('-'))
        .collect();
    let plain: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let Some((pattern, paths)) = plain.split_first() else {
        return Answer::error(2, "grep: usage: grep [-vc] pattern [file]");
    };
    let text = match input(call, paths) {
        Ok(text) => text,
        Err(answer) => return Answer { code: 2, ..answer },
    };
    let wanted = !options.contains('v');
    let found: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(pattern) == wanted)
        .collect();
    let code = i32::from(found.is_empty());
    let output = match options.as_str() {
        "c" => format!("{}\n", found.len()),
        "q" => String::new(),
        _ => as_lines(&found),
    };
    Answer {
        code,
        ..Answer::text(output)
    }
}

pub(super) fn sort(call: &Call<'_>, words: &[&str]) -> Answer {
    let (options, paths): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    match input(call, &paths) {
        Err(answer) => answer,
        Ok(text) => {
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            if options.contains(&"-u") {
                lines.dedup();
            }
            if options.contains(&"-r") {
                lines.reverse();
            }
            Answer::text(as_lines(&lines))
        }
    }
}

fn as_lines(lines: &[&str]) -> String {
    let mut text = lines.join("\n");
    if !lines.is_empty() {
        text.push('\n');
    }
    text
}

/// `test` and `[`.
pub(super) fn test(call: &Call<'_>, words: &[&str]) -> bool {
    let number = |word: &str| word.parse::<i64>().unwrap_or(0);
    match words {
        [words @ .., "]"] => test(call, words),
        ["!", words @ ..] => !test(call, words),
        ["-z", word] => word.is_empty(),
        ["-e" | "-f" | "-r", path] => call.read(path).is_ok(),
        ["-d", path] => {
            let place = super::absolute(call.directory, path);
            call.container.lock().is_directory(&place)
        }
        [left, "=" | "==", right] => left == right,
        [left, "!=", right] => left != right,
        [left, "-eq", right] => number(left) == number(right),
        [left, "-ne", right] => number(left) != number(right),
        [left, "-lt", right] => number(left) < number(right),
        [left, "-le", right] => number(left) <= number(right),
        [left, "-gt", right] => number(left) > number(right),
        [left, "-ge", right] => number(left) >= number(right),
        ["-n", word] | [word] => !word.is_empty(),
        _ => false,
    }
}
