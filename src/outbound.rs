//! Requests to other servers: the one HTTP client of this program, which trusts whom the machine trusts.

use std::time::Duration;
use ureq::Agent;

/// Which addresses are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    HttpsOnly,
    /// In the clear, too: where the settings say so.
    Any,
}

/// Each request is over within this time, whatever happens. An answer is an answer, whatever its status; a redirect is not followed.
#[must_use]
pub fn agent(timeout: Duration, scheme: Scheme) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .https_only(scheme == Scheme::HttpsOnly);
    #[cfg(feature = "tls")]
    let config = config.tls_config(tls());
    config.build().into()
}

#[cfg(feature = "tls")]
fn tls() -> ureq::tls::TlsConfig {
    use std::sync::{Arc, LazyLock};
    use ureq::tls::{Certificate, RootCerts, TlsConfig};

    static TRUSTED: LazyLock<RootCerts> = LazyLock::new(|| {
        // Broken certificates on a machine are not ours to complain of; too few make the connection fail in words.
        let found = rustls_native_certs::load_native_certs().certs;
        let certificates: Vec<Certificate<'static>> = found.iter().map(|found| Certificate::from_der(found).to_owned()).collect();
        RootCerts::new_with_certs(&certificates)
    });
    TlsConfig::builder()
        .root_certs(TRUSTED.clone())
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A port of this machine on which nobody listens.
    fn closed() -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    }

    #[cfg(feature = "tls")]
    #[test]
    fn encrypted_addresses_are_asked() {
        let error = agent(Duration::from_secs(5), Scheme::Any).get(format!("https://{}", closed())).call().unwrap_err();
        assert!(matches!(error, ureq::Error::Io(_) | ureq::Error::ConnectionFailed), "{error}");
    }

    #[test]
    fn what_must_be_encrypted_is_not_asked_in_the_clear() {
        let error = agent(Duration::from_secs(5), Scheme::HttpsOnly).get(format!("http://{}", closed())).call().unwrap_err();
        assert!(matches!(error, ureq::Error::RequireHttpsOnly(_)), "{error}");
    }
}
