//! Every way in which access to a cluster fails, as a sentence that ends in the next step. Knows no files and no sockets.
//! Raised by `kubeconfig`, `client` and `access`; printed before start, or shown in the status line.

use std::error::Error as StdError;
use std::path::PathBuf;
use std::time::Duration;

use kube::Error;

/// Why a cluster cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error(
        "no cluster is configured: {looked} does not exist. Set KUBECONFIG, pass --kubeconfig FILE, or look around with `podmux demo`"
    )]
    NoKubeconfig { looked: String },
    #[error("cannot read the kubeconfig {}: {source}. Check the path and who may read it", path.display())]
    ReadKubeconfig {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the kubeconfig {} is malformed: {reason}. Correct it there, or pass another one with --kubeconfig", path.display())]
    ParseKubeconfig { path: PathBuf, reason: String },
    #[error(
        "no context is chosen: the kubeconfig sets no current-context. Pass --context with {known}"
    )]
    NoCurrentContext { known: String },
    #[error("there is no context named {name} in {files}. {suggestion}")]
    UnknownContext {
        name: String,
        files: String,
        suggestion: String,
    },
    #[error(
        "context {context} names the cluster {cluster}, which {files} does not define. Add it, or pass another --context"
    )]
    UnknownCluster {
        context: String,
        cluster: String,
        files: String,
    },
    #[error(
        "context {context} names the user {user}, which {files} does not define. Add it, or pass another --context"
    )]
    UnknownUser {
        context: String,
        user: String,
        files: String,
    },
    #[error(
        "cluster {cluster} has no usable server address: {reason}. Correct `server:` in the kubeconfig"
    )]
    BadServer { cluster: String, reason: String },
    #[error("{what} cannot be used: {reason}. Correct it in the kubeconfig, or log in again")]
    BadCertificate { what: &'static str, reason: String },
    #[error(
        "the proxy {proxy} cannot be used: {reason}. Correct {origin}, or name the server in NO_PROXY"
    )]
    BadProxy {
        proxy: String,
        origin: &'static str,
        reason: String,
    },
    #[error(
        "the auth-provider {name} is not supported: it was removed from Kubernetes' own tools. Use {instead}"
    )]
    AuthProvider { name: String, instead: &'static str },
    #[error("the token file {} cannot be read: {source}. Log in again, or correct `tokenFile:`", path.display())]
    TokenFile {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "this pod's service account cannot be used: {reason}. Let the pod have its token (automountServiceAccountToken: true), or pass --kubeconfig"
    )]
    ServiceAccount { reason: String },
    #[error(
        "{what} cannot be sent: it holds characters that no HTTP header may hold. Log in again"
    )]
    BadToken { what: &'static str },
    #[error("the credential plugin {command} was not found. {hint}")]
    PluginMissing { command: String, hint: String },
    #[error("the credential plugin {command} cannot run: {source}. Run it by hand to see why")]
    PluginStart {
        command: String,
        source: std::io::Error,
    },
    #[error(
        "the credential plugin {command} failed ({status}){}. Run it by hand, or log in again",
        said(stderr)
    )]
    PluginFailed {
        command: String,
        status: String,
        stderr: String,
    },
    #[error(
        "the credential plugin {command} gave no answer within {}{}. It may be waiting for a login: run it in another terminal first",
        seconds(*limit), said(stderr)
    )]
    PluginHung {
        command: String,
        limit: Duration,
        stderr: String,
    },
    #[error(
        "the credential plugin {command} wants a terminal (interactiveMode: Always), which the console needs itself. Log in first in another terminal, or set interactiveMode: IfAvailable"
    )]
    PluginInteractive { command: String },
    #[error(
        "the credential plugin {command} gave an answer that is no ExecCredential: {reason}. Update the plugin, or check its apiVersion"
    )]
    PluginAnswer { command: String, reason: String },
    #[error(
        "cannot reach {server}: {reason}. Check the address, the network or VPN, and the proxy"
    )]
    Unreachable { server: String, reason: String },
    #[error("{server} gave no answer within {}. Check the network or VPN, or raise --request-timeout", seconds(*limit))]
    TimedOut { server: String, limit: Duration },
    #[error(
        "the certificate of {server} is refused: {reason}. Check certificate-authority and tls-server-name in the kubeconfig"
    )]
    CertificateRefused { server: String, reason: String },
    #[error("{server} refuses our client certificate: {reason}. It may have expired: log in again")]
    ClientCertificateRefused { server: String, reason: String },
    #[error(
        "{server} does not accept the credentials (401): they are wrong or have expired. Log in again"
    )]
    Unauthorized { server: String },
    #[error(
        "{server} does not accept the token of this pod's service account (401): it has expired, or the account is gone. Start the pod anew with an account that exists, or pass --kubeconfig"
    )]
    ServiceAccountRefused { server: String },
    #[error("{server} refuses (403): {message}. Ask for that right")]
    Forbidden { server: String, message: String },
    #[error("{server} answers {code}: {}. {}", message.trim_end_matches('.'), correction(message))]
    BadAnswer {
        server: String,
        code: u16,
        message: String,
    },
}

impl AccessError {
    /// Sorts what the client reports by what the user has to do about it.
    pub fn classify(server: &str, error: Error) -> Self {
        let server = server.to_owned();
        if let Error::Api(status) = error {
            let (code, message) = (status.code, status.message);
            return match code {
                401 => Self::Unauthorized { server },
                403 => Self::Forbidden { server, message },
                code => Self::BadAnswer {
                    server,
                    code,
                    message,
                },
            };
        }
        if let Error::SerdeError(error) = error {
            return Self::BadAnswer {
                server,
                code: 200,
                message: format!("no JSON ({error})"),
            };
        }
        let Error::Service(error) = error else {
            return connection_error(server, &error);
        };
        // Raised by our own credentials on their way into a request.
        error
            .downcast::<Self>()
            .map_or_else(|error| connection_error(server, &*error), |ours| *ours)
    }

    /// Whether waiting may help: the network or the server, rather than the configuration.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::BadAnswer { code: 500.., .. }
        )
    }
}

/// rustls hides its errors behind `io::Error`, so the texts of the chain have to tell.
fn connection_error(server: String, error: &(dyn StdError + 'static)) -> AccessError {
    let reason = root_cause(error);
    if reason.contains("received fatal alert") {
        return AccessError::ClientCertificateRefused { server, reason };
    }
    if reason.contains("certificate") {
        return AccessError::CertificateRefused {
            server,
            reason: certificate_reason(&reason),
        };
    }
    let reason = if reason == "deadline has elapsed" {
        "no connection within the time allowed (--request-timeout, timeouts.request)".to_owned()
    } else {
        reason
    };
    AccessError::Unreachable { server, reason }
}

/// What a request failed with, in words without the names of our libraries: the API server's own, or what is wrong on the way to it.
pub fn sentence(error: &Error) -> String {
    if let Error::Api(status) = error {
        return status.message.clone();
    }
    if let Error::Service(inner) = error
        && let Some(ours) = inner.downcast_ref::<AccessError>()
    {
        return ours.to_string();
    }
    let on_the_way: Option<&(dyn StdError + 'static)> = if let Error::Service(inner) = error {
        Some(&**inner)
    } else if let Error::HyperError(inner) = error {
        Some(inner)
    } else {
        None
    };
    on_the_way.map_or_else(
        || causes(error),
        |inner| format!("no connection to the API server: {}", root_cause(inner)),
    )
}

/// The error with its causes, outermost first, none twice.
pub(super) fn causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = cause.source();
    }
    text
}

/// The innermost message, which is the one that names the fault.
pub(super) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = source_of(cause) {
        cause = inner;
    }
    cause.to_string()
}

/// `io::Error` skips the error that it wraps when asked for its source.
fn source_of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    wrapped
        .map(|inner| inner as &(dyn StdError + 'static))
        .or_else(|| error.source())
}

fn certificate_reason(reason: &str) -> String {
    let short = reason
        .strip_prefix("invalid peer certificate: ")
        .unwrap_or(reason);
    match short {
        "UnknownIssuer" => {
            "it was signed by an authority that the kubeconfig does not trust".to_owned()
        }
        other => other.to_owned(),
    }
}

/// What an answer asks to be put right; the server's own words have to tell.
fn correction(message: &str) -> &'static str {
    let says = |words: &str| message.contains(words);
    let selector = [
        ", expected: ",
        "invalid selector",
        "field label not supported",
    ];
    if selector.into_iter().any(says) {
        return "Correct the selector";
    }
    if says("HTTP request to an HTTPS server") {
        return "Write https:// before the address in the kubeconfig";
    }
    "Check that the address is that of a Kubernetes API server"
}

/// What a plugin wrote to its stderr: its last lines, with control characters taken out.
fn said(stderr: &str) -> String {
    let lines: Vec<&str> = stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let last = lines
        .get(lines.len().saturating_sub(3)..)
        .unwrap_or_default()
        .join(" / ");
    let clean: String = last.chars().filter(|c| !c.is_control()).take(400).collect();
    if clean.is_empty() {
        String::new()
    } else {
        format!(": {clean}")
    }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plugin_says_is_cut_and_cleaned() {
        assert_eq!(said("\n a\nb\n\x1b[31mc\nd\n"), ": b / [31mc / d");
        assert_eq!(said(" \n"), "");
    }

    #[test]
    fn a_refused_connection_is_unreachable() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = AccessError::classify("https://a", Error::Service(Box::new(refused)));
        assert!(matches!(error, AccessError::Unreachable { .. }), "{error}");
    }

    #[test]
    fn a_broken_connection_is_said_without_the_names_of_libraries() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let said = sentence(&Error::Service(Box::new(refused)));
        assert_eq!(said, "no connection to the API server: connection refused");
        let ours = AccessError::Unauthorized {
            server: "https://a".into(),
        };
        let said = sentence(&Error::Service(Box::new(ours)));
        assert!(said.contains("Log in again"), "{said}");
    }

    #[test]
    fn an_answer_says_what_to_correct() {
        let table = [
            (
                400,
                "unable to parse requirement: found '(', expected: identifier",
                "Correct the selector",
            ),
            (
                400,
                "field label not supported: nope",
                "Correct the selector",
            ),
            (
                400,
                "Client sent an HTTP request to an HTTPS server.",
                "Write https:// before the address",
            ),
            (404, "404 page not found", "Check that the address is"),
            (500, "etcd is down.", "Check that the address is"),
        ];
        for (code, message, advice) in table {
            let error = AccessError::BadAnswer {
                server: "https://a".into(),
                code,
                message: message.into(),
            };
            let said = error.to_string();
            assert!(
                said.contains(&format!(". {advice}")) && !said.contains(".."),
                "{said}"
            );
        }
    }

    #[test]
    fn an_unknown_issuer_is_said_in_words() {
        let tls = std::io::Error::other("invalid peer certificate: UnknownIssuer");
        let error = AccessError::classify("https://a", Error::Service(Box::new(tls)));
        assert_eq!(
            error.to_string(),
            "the certificate of https://a is refused: it was signed by an authority that the kubeconfig does not trust. \
             Check certificate-authority and tls-server-name in the kubeconfig"
        );
    }

    #[test]
    fn our_own_errors_come_back_out_of_the_client() {
        let ours = AccessError::PluginInteractive {
            command: "login".into(),
        };
        let error = AccessError::classify("https://a", Error::Service(Box::new(ours)));
        assert!(matches!(error, AccessError::PluginInteractive { .. }));
    }
}
