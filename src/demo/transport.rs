//! Owns how requests reach the embedded server: pipes in memory behind the real client, or a loopback listener for tests. Knows nothing of
//! what is answered. Called by `demo` once at start.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use http::uri::{Authority, Scheme};
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::server::Server;

/// Bytes in flight in each direction of a connection in memory.
const PIPE: usize = 256 * 1024;

/// A client whose connections end in `server`, without a port.
pub(super) fn client(server: &Arc<Server>) -> kube::Client {
    let server = Arc::clone(server);
    let connector = tower::service_fn(move |_: http::Uri| {
        let server = Arc::clone(&server);
        Box::pin(async move { Ok::<_, Infallible>(connect(&server)) })
    });
    let http = Client::builder(TokioExecutor::new()).build(connector);
    let service = http.map_request(|mut request: Request<kube::client::Body>| {
        // The client sends paths only; a connection needs a name to belong to.
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(Authority::from_static("demo.local"));
        if let Ok(uri) = http::Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        request
    });
    kube::Client::new(service, "default")
}

fn connect(server: &Arc<Server>) -> TokioIo<Pipe> {
    let (near, far) = tokio::io::duplex(PIPE);
    server.tasks.spawn(serve(Arc::clone(server), far));
    TokioIo::new(Pipe(near))
}

/// Serves plain HTTP on a free port of the loopback address until the demo ends.
///
/// # Errors
/// Whatever keeps the port from being opened.
pub(super) async fn listen(server: &Arc<Server>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let accepting = Arc::clone(server);
    server.tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            accepting.tasks.spawn(serve(Arc::clone(&accepting), stream));
        }
    });
    Ok(address)
}

async fn serve(server: Arc<Server>, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(server.respond(request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection of the embedded server ended");
    }
}

/// The client's end of a connection in memory.
struct Pipe(DuplexStream);

impl Connection for Pipe {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}
