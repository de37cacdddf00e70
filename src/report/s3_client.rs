//! What speaks HTTP for the archive: the program's own client, instead of a second one.

use crate::outbound::{self, Scheme};
use http_body_util::BodyExt as _;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService};
use object_store::{ClientConfigKey, ClientOptions};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use ureq::http::{Method, Request};

/// A file of the archive is a report's; no answer is anywhere near this large.
const ANSWER_BYTES: u64 = 256 * 1024 * 1024;

/// Makes clients whose requests are over within this time.
#[derive(Debug)]
pub(super) struct Connector {
    pub timeout: Duration,
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        // Where a cloud hands out credentials to its own machines, the library allows it by itself.
        let allows_http = options.get_config_value(&ClientConfigKey::AllowHttp).as_deref() == Some("true");
        let scheme = if allows_http { Scheme::Any } else { Scheme::HttpsOnly };
        Ok(HttpClient::new(Client(outbound::agent(self.timeout, scheme))))
    }
}

#[derive(Debug)]
struct Client(ureq::Agent);

/// What `async_trait` makes of an async function.
type Answering<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Client {
    fn call<'me, 'call>(&'me self, request: HttpRequest) -> Answering<'call>
    where
        'me: 'call,
        Self: 'call,
    {
        Box::pin(self.ask(request))
    }
}

impl Client {
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let agent = self.0.clone();
        let asking = tokio::task::spawn_blocking(move || {
            let has_body = !matches!(head.method, Method::GET | Method::HEAD | Method::DELETE);
            let response =
                if has_body { agent.run(Request::from_parts(head, body.as_ref())) } else { agent.run(Request::from_parts(head, ())) };
            let (head, mut body) = response.map_err(failed)?.into_parts();
            let content = body.with_config().limit(ANSWER_BYTES).read_to_vec().map_err(failed)?;
            Ok(HttpResponse::from_parts(head, content.into()))
        });
        asking.await.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?
    }
}

fn failed(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => HttpErrorKind::Connect,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => HttpErrorKind::Connect,
        ureq::Error::Io(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}
