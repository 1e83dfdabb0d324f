//! Owns the addresses that a program has linked (OSC 8), to be shown when its user asks. Part of `Terminal`. See the note "Hyperlinks in
//! Terminal Emulators" by Egmont Koblinger.

use std::collections::VecDeque;

/// Addresses that are kept of a pane.
const LINKS: usize = 64;

/// Bytes of one; a longer one is not kept.
const LENGTH: usize = 1024;

/// The newest addresses, each once, the newest last.
#[derive(Debug, Default)]
pub(in crate::screen) struct Links(VecDeque<String>);

impl Links {
    /// Takes what stands after `8;`: parameters, a semicolon and an address, or none at the end of a link.
    pub(super) fn take(&mut self, body: &[u8]) {
        let address = memchr::memchr(b';', body).and_then(|at| body.get(at + 1..));
        let Some(address) = address.and_then(web_address) else {
            return;
        };
        self.0.retain(|kept| kept != address);
        if self.0.len() >= LINKS {
            self.0.pop_front();
        }
        self.0.push_back(address.to_owned());
    }

    /// The newest first.
    pub(in crate::screen) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().rev().map(String::as_str)
    }
}

/// Only what a browser takes, in the characters that an address is made of: nothing that hides, reorders or ends a line.
fn web_address(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    (web && text.len() <= LENGTH && text.bytes().all(|byte| byte.is_ascii_graphic()))
        .then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bodies: &[&str]) -> Vec<String> {
        let mut links = Links::default();
        for body in bodies {
            links.take(body.as_bytes());
        }
        links.iter().map(str::to_owned).collect()
    }

    #[test]
    fn only_web_addresses_without_anything_hidden_are_kept() {
        for (body, expected) in [
            (
                ";https://example.org/a?b=c;d",
                Some("https://example.org/a?b=c;d"),
            ),
            ("id=1:x=y;http://example.org", Some("http://example.org")),
            (";", None),
            ("", None),
            ("https://example.org", None),
            (";file:///etc/passwd", None),
            (";javascript:alert(1)", None),
            (";https://", None),
            (";https://example.org/a b", None),
            (";https://exam\u{202e}ple.org", None),
            (";https://example.org/\x1b[2J", None),
        ] {
            assert_eq!(
                kept(&[body]).first().map(String::as_str),
                expected,
                "{body:?}"
            );
        }
        let long = format!(";https://{}", "a".repeat(LENGTH));
        assert!(kept(&[&long]).is_empty());
    }

    #[test]
    fn the_newest_come_first_each_once_and_not_too_many() {
        assert_eq!(
            kept(&[";http://a", ";", ";http://b", ";", ";http://a", ";"]),
            ["http://a", "http://b"]
        );
        let many: Vec<String> = (0..LINKS + 9).map(|n| format!(";http://{n}")).collect();
        let bodies: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(kept(&bodies).len(), LINKS);
    }
}
