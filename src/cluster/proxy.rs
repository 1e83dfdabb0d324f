//! Decides which proxy leads to a server, by the rules that kubectl follows. Pure. Used when a client is built.

use std::net::IpAddr;

use http::Uri;

use super::error::AccessError;

/// The proxy variables of the environment; the upper-case name wins over the lower-case one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProxyEnvironment {
    pub https: Option<String>,
    pub http: Option<String>,
    /// Hosts, domains, addresses and CIDR blocks that are reached directly, with commas between them.
    pub exempt: Option<String>,
}

impl ProxyEnvironment {
    /// Reads the environment of this process.
    pub fn from_environment() -> Self {
        let read = |upper: &str, lower: &str| {
            [upper, lower]
                .into_iter()
                .filter_map(|name| std::env::var(name).ok())
                .find(|value| !value.is_empty())
        };
        Self {
            https: read("HTTPS_PROXY", "https_proxy"),
            http: read("HTTP_PROXY", "http_proxy"),
            exempt: read("NO_PROXY", "no_proxy"),
        }
    }
}

/// The proxy for a server: `proxy-url` of the kubeconfig always counts, the environment's only where `NO_PROXY` allows it.
pub(super) fn proxy_for(
    server: &Uri,
    configured: Option<&str>,
    environment: &ProxyEnvironment,
) -> Result<Option<Uri>, AccessError> {
    if let Some(url) = configured.filter(|url| !url.is_empty()) {
        return parse(url, "proxy-url in the kubeconfig").map(Some);
    }
    let (from_environment, origin) = match server.scheme_str() {
        Some("http") => (&environment.http, "HTTP_PROXY"),
        Some(_) | None => (&environment.https, "HTTPS_PROXY"),
    };
    match from_environment {
        Some(url) if !is_exempt(server, environment.exempt.as_deref().unwrap_or_default()) => {
            parse(url, origin).map(Some)
        }
        Some(_) | None => Ok(None),
    }
}

fn parse(url: &str, origin: &'static str) -> Result<Uri, AccessError> {
    let with_scheme = if url.contains("://") {
        url.to_owned()
    } else {
        format!("http://{url}")
    };
    // The h asks for names to be resolved by the proxy, which our connector does anyway.
    let spelled = with_scheme.replacen("socks5h://", "socks5://", 1);
    let bad = |reason: String| AccessError::BadProxy {
        proxy: without_password(url),
        origin,
        reason,
    };
    let uri: Uri = spelled
        .parse()
        .map_err(|error: http::uri::InvalidUri| bad(error.to_string()))?;
    match uri.scheme_str() {
        Some("http" | "https" | "socks5") => Ok(uri),
        other => Err(bad(format!(
            "the scheme {} is not supported; http, https and socks5 are",
            other.unwrap_or("?")
        ))),
    }
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        (_, None) => url.to_owned(),
    }
}

fn is_exempt(server: &Uri, list: &str) -> bool {
    let host = server
        .host()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_ascii_lowercase();
    let port = server
        .port_u16()
        .unwrap_or(if server.scheme_str() == Some("http") {
            80
        } else {
            443
        });
    let address: Option<IpAddr> = host.parse().ok();
    host == "localhost"
        || address.is_some_and(|address| address.is_loopback())
        || list
            .split(',')
            .any(|rule| rule_exempts(&rule.trim().to_ascii_lowercase(), &host, address, port))
}

fn rule_exempts(rule: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if rule.is_empty() || rule == "*" {
        return rule == "*";
    }
    if let (Some((block, bits)), Some(address)) = (rule.split_once('/'), address) {
        return in_block(address, block, bits);
    }
    let (name, rule_port) = split_port(rule);
    if rule_port.is_some_and(|rule_port| rule_port != port) {
        return false;
    }
    if let Ok(rule_address) = name.parse::<IpAddr>() {
        return address == Some(rule_address);
    }
    let domain = name.strip_prefix('*').unwrap_or(name);
    match domain.strip_prefix('.') {
        Some(_) => host.ends_with(domain),
        None => {
            host == domain
                || host
                    .strip_suffix(domain)
                    .is_some_and(|rest| rest.ends_with('.'))
        }
    }
}

/// `name:443`, `10.0.0.1:443`, `[::1]:443`; a bare IPv6 address has no port.
fn split_port(rule: &str) -> (&str, Option<u16>) {
    if let Some((address, rest)) = rule.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (
            address,
            rest.strip_prefix(':').and_then(|port| port.parse().ok()),
        );
    }
    match rule.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') => (name, port.parse().ok()),
        Some(_) | None => (rule, None),
    }
}

fn in_block(address: IpAddr, block: &str, bits: &str) -> bool {
    let (Ok(block), Ok(bits)) = (block.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let (address, block, width) = match (address, block) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            (u128::from(a.to_bits()), u128::from(b.to_bits()), 32_u32)
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    let Some(shift) = width.checked_sub(bits) else {
        return false;
    };
    let prefix = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
    prefix(address) == prefix(block)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn environment(exempt: &str) -> ProxyEnvironment {
        ProxyEnvironment {
            https: Some("http://proxy:3128".into()),
            http: Some("http://plain:3128".into()),
            exempt: Some(exempt.into()),
        }
    }

    fn proxied(server: &str, exempt: &str) -> bool {
        proxy_for(&server.parse().unwrap(), None, &environment(exempt))
            .unwrap()
            .is_some()
    }

    #[rstest]
    #[case("https://api.example.com:6443", "", true)]
    #[case("https://api.example.com:6443", "*", false)]
    #[case("https://api.example.com:6443", "example.com", false)]
    #[case("https://api.example.com:6443", ".example.com", false)]
    #[case("https://api.example.com:6443", "*.example.com", false)]
    #[case("https://example.com", ".example.com", true)]
    #[case("https://example.com", "example.com", false)]
    #[case("https://badexample.com", "example.com", true)]
    #[case("https://api.example.com:6443", "api.example.com:6443", false)]
    #[case("https://api.example.com:6443", "api.example.com:443", true)]
    #[case("https://api.example.com", "api.example.com:443", false)]
    #[case("https://10.1.2.3:6443", "10.0.0.0/8", false)]
    #[case("https://11.1.2.3:6443", "10.0.0.0/8", true)]
    #[case("https://10.1.2.3:6443", "10.1.2.3", false)]
    #[case("https://10.1.2.3:6443", "10.1.2.3:6443", false)]
    #[case("https://10.1.2.3:6443", "10.1.2", true)]
    #[case("https://[fd00::1]:6443", "fd00::/8", false)]
    #[case("https://[fd00::1]:6443", "[fd00::1]:6443", false)]
    #[case("https://localhost:6443", "", false)]
    #[case("https://127.0.0.1:6443", "", false)]
    #[case("https://API.example.com", " , api.EXAMPLE.com, ", false)]
    #[case("https://10.1.2.3", "0.0.0.0/0", false)]
    #[case("https://10.1.2.3", "10.0.0.0/99", true)]
    fn no_proxy_is_read_as_kubectl_reads_it(
        #[case] server: &str,
        #[case] exempt: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(proxied(server, exempt), expected);
    }

    #[test]
    fn the_kubeconfigs_own_proxy_is_used_whatever_the_environment_says() {
        let server = "https://api.example.com".parse().unwrap();
        let proxy = proxy_for(&server, Some("socks5h://gate:1080"), &environment("*")).unwrap();
        assert_eq!(proxy.unwrap(), "socks5://gate:1080");
    }

    #[test]
    fn a_proxy_without_a_scheme_is_an_http_proxy() {
        let server = "https://api.example.com".parse().unwrap();
        assert_eq!(
            proxy_for(&server, Some("gate:3128"), &ProxyEnvironment::default())
                .unwrap()
                .unwrap(),
            "http://gate:3128"
        );
    }

    #[test]
    fn a_plain_server_takes_the_plain_variable() {
        let server = "http://api.example.com".parse().unwrap();
        assert_eq!(
            proxy_for(&server, None, &environment("")).unwrap().unwrap(),
            "http://plain:3128"
        );
    }

    #[test]
    fn an_unknown_scheme_is_refused_without_its_password() {
        let server = "https://api.example.com".parse().unwrap();
        let error = proxy_for(&server, Some("ftp://me:secret@gate"), &environment(""))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("ftp") && error.contains("gate") && !error.contains("secret"),
            "{error}"
        );
    }
}
