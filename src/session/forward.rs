//! Owns the values of a port-forward: what the user types, what it has carried, how its failures are worded. Pure.
//! Called by `app` (the question), `cluster` (the pod's ports and answers) and `ui`.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::outcome::brief;

/// A TCP port that a pod's spec names.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ContainerPort {
    pub port: u16,
    pub name: Option<Box<str>>,
    pub container: Arc<str>,
}

/// A local port and the pod's own that it leads to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PortPair {
    pub local: u16,
    pub remote: u16,
}

impl fmt::Display for PortPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.local, self.remote)
    }
}

/// What was typed is no pair of ports.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum PortError {
    #[error("type a port, or LOCAL:REMOTE as in 8080:80")]
    Empty,
    #[error("it listens on 127.0.0.1 only: type LOCAL:REMOTE without an address")]
    Address,
    #[error("{0} is no port: a number from 1 to 65535, or a name of the pod's spec")]
    NoPort(String),
}

impl PortPair {
    /// Reads `LOCAL:REMOTE`, `REMOTE` or `:REMOTE`; no local port, or 0, is the same one as in the pod. REMOTE may be the name of
    /// one of the pod's ports.
    ///
    /// # Errors
    /// [`PortError`]: a sentence that says what to type.
    pub fn parse(text: &str, ports: &[ContainerPort]) -> Result<Self, PortError> {
        let typed: Vec<&str> = text.split(':').map(str::trim).collect();
        let (local, remote) = match typed.as_slice() {
            [remote] => ("", *remote),
            [local, remote] => (*local, *remote),
            _ => return Err(PortError::Address),
        };
        if remote.is_empty() {
            return Err(PortError::Empty);
        }
        let remote = named(remote, ports)
            .or_else(|| number(remote).filter(|port| *port > 0))
            .ok_or_else(|| PortError::NoPort(remote.to_owned()))?;
        let local = match local {
            "" => remote,
            typed => match number(typed).ok_or_else(|| PortError::NoPort(typed.to_owned()))? {
                0 => remote,
                port => port,
            },
        };
        Ok(Self { local, remote })
    }
}

fn named(text: &str, ports: &[ContainerPort]) -> Option<u16> {
    let port = ports.iter().find(|port| port.name.as_deref() == Some(text));
    port.map(|port| port.port)
}

fn number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// What a forward has carried so far.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Carried {
    /// Connections that are open now.
    pub open: u32,
    /// All connections that were accepted.
    pub connections: u64,
    /// Bytes from here to the pod.
    pub to_pod: u64,
    /// Bytes from the pod to here.
    pub from_pod: u64,
}

/// The words of a node on a port that it could not reach, in short.
pub fn pod_words(port: u16, words: &str) -> String {
    if words.contains("connection refused") {
        return format!("connection refused inside the pod: nothing listens on its port {port}");
    }
    if words.contains("not found") && words.contains("sandbox") {
        return "the pod does not run any more".to_owned();
    }
    brief(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn ports() -> Vec<ContainerPort> {
        let port = |port, name: Option<&str>| ContainerPort {
            port,
            name: name.map(Into::into),
            container: "app".into(),
        };
        vec![port(8080, Some("http")), port(9090, None)]
    }

    #[rstest]
    #[case("8080", Ok((8080, 8080)))]
    #[case(" 9000 : 80 ", Ok((9000, 80)))]
    #[case(":80", Ok((80, 80)))]
    #[case("0:80", Ok((80, 80)))]
    #[case("http", Ok((8080, 8080)))]
    #[case("9000:http", Ok((9000, 8080)))]
    #[case("", Err(PortError::Empty))]
    #[case("9000:", Err(PortError::Empty))]
    #[case("0", Err(PortError::NoPort("0".to_owned())))]
    #[case("80:0", Err(PortError::NoPort("0".to_owned())))]
    #[case("65536", Err(PortError::NoPort("65536".to_owned())))]
    #[case("+80", Err(PortError::NoPort("+80".to_owned())))]
    #[case("https", Err(PortError::NoPort("https".to_owned())))]
    #[case("x:80", Err(PortError::NoPort("x".to_owned())))]
    #[case("0.0.0.0:80:80", Err(PortError::Address))]
    fn a_pair_is_read_as_kubectl_reads_it(
        #[case] typed: &str,
        #[case] expected: Result<(u16, u16), PortError>,
    ) {
        let pair = PortPair::parse(typed, &ports()).map(|pair| (pair.local, pair.remote));
        assert_eq!(pair, expected);
    }

    proptest! {
        #[test]
        fn a_pair_reads_back_as_printed(local in 1u16.., remote in 1u16..) {
            let pair = PortPair { local, remote };
            prop_assert_eq!(PortPair::parse(&pair.to_string(), &[]), Ok(pair));
        }

        #[test]
        fn no_text_makes_port_0(text in "[0-9a-z: ]{0,12}") {
            if let Ok(pair) = PortPair::parse(&text, &ports()) {
                prop_assert!(pair.local > 0 && pair.remote > 0);
            }
        }
    }

    #[test]
    fn a_closed_port_is_told_from_a_pod_that_is_over() {
        let refused = "error forwarding port 81 to pod 4f, uid : failed to execute portforward in network namespace \"/var/run/netns/cni-1\": failed to connect to localhost:81 inside namespace \"4f\", IPv4: dial tcp4 127.0.0.1:81: connect: connection refused IPv6 dial tcp6 [::1]:81: connect: connection refused ";
        assert_eq!(
            pod_words(81, refused),
            "connection refused inside the pod: nothing listens on its port 81"
        );
        let over = "error forwarding port 81 to pod 4f, uid : failed to find sandbox \"4f\" in store: not found";
        assert_eq!(pod_words(81, over), "the pod does not run any more");
        assert_eq!(pod_words(81, "something else"), "something else");
    }
}
