//! Putting the file into the archive: a bucket or a folder. What is there is never overwritten.

use super::attempt::Trouble;
use super::mark;
use super::settings::Archive;
#[cfg(not(feature = "s3"))]
use crate::capability::{Capability, NotBuiltIn};
use jiff::civil::Date;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};
use std::sync::Arc;
use std::time::Duration;

pub(super) struct Place {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    /// How people write it.
    shown: String,
    within: Duration,
}

/// # Errors
/// What of the settings is not possible.
pub(super) fn open(settings: &Archive) -> Result<Place, String> {
    let within = Duration::from_secs(settings.timeout_s.into());
    let prefix = settings.prefix.trim_matches('/').to_owned();
    if let Some(folder) = &settings.folder {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| error.to_string())?.with_fsync(true);
        return Ok(Place { store: Arc::new(store), prefix, shown: format!("file:{}", folder.display()), within });
    }
    let store = bucket(settings, within)?;
    Ok(Place { store, prefix, shown: format!("s3://{}", settings.bucket.as_deref().unwrap_or_default()), within })
}

#[cfg(not(feature = "s3"))]
fn bucket(_: &Archive, _: Duration) -> Result<Arc<dyn ObjectStore>, String> {
    Err(NotBuiltIn { setting: "bucket", capability: Capability::S3 }.to_string())
}

#[cfg(feature = "s3")]
fn bucket(settings: &Archive, within: Duration) -> Result<Arc<dyn ObjectStore>, String> {
    use super::s3_client::Connector;
    use super::settings::Secret;
    use object_store::RetryConfig;
    use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum, S3ConditionalPut};

    // Ours is over first, so that it is always said in the same words.
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(settings.bucket.as_deref().unwrap_or_default())
        .with_region(settings.region.as_deref().unwrap_or("us-east-1"))
        .with_http_connector(Connector { timeout: within * 2 })
        .with_allow_http(settings.allow_http)
        .with_checksum_algorithm(Checksum::SHA256)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        // Trying again is for the attempt, which knows for how long.
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() });
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(id) = &settings.access_key_id {
        builder = builder.with_access_key_id(id);
    }
    if let Some(secret) = settings.secret_access_key.as_ref().map(Secret::reveal) {
        builder = builder.with_secret_access_key(secret);
    }
    match settings.encryption.as_deref() {
        None => {}
        Some("AES256") => {
            let key: AmazonS3ConfigKey = "aws_server_side_encryption".parse().map_err(|error: Error| error.to_string())?;
            builder = builder.with_config(key, "AES256");
        }
        Some(key) => builder = builder.with_sse_kms_encryption(key),
    }
    Ok(Arc::new(builder.build().map_err(|error| error.to_string())?))
}

fn trouble(doing: &str, error: &Error) -> Trouble {
    // The innermost cause says what has happened; those around it say where, at length.
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let words = format!("{doing}: {cause}");
    match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } | Error::InvalidPath { .. } | Error::NotSupported { .. } => {
            Trouble::Lasting(words)
        }
        _ => Trouble::Passing(words),
    }
}

impl Place {
    fn path(&self, date: Date, name: &str) -> Path {
        let day = date.strftime("%Y/%m/%d");
        Path::from(if self.prefix.is_empty() { format!("{day}/{name}") } else { format!("{}/{day}/{name}", self.prefix) })
    }

    /// Puts it there, unless it is there; answers where.
    ///
    /// # Errors
    /// It is not there, or something else is.
    pub(super) async fn put(&self, date: Date, name: &str, content: &[u8]) -> Result<String, Trouble> {
        let path = self.path(date, name);
        let location = format!("{}/{path}", self.shown);
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let putting = self.store.put_opts(&path, content.to_vec().into(), options);
        match tokio::time::timeout(self.within, putting).await {
            Ok(Ok(_)) => {}
            Ok(Err(Error::AlreadyExists { .. } | Error::Precondition { .. })) => {
                if self.get(date, name).await? != content {
                    return Err(Trouble::Person(format!("another file is archived at {location} already")));
                }
            }
            Ok(Err(error)) => return Err(trouble("archiving", &error)),
            Err(_) => return Err(Trouble::Passing(format!("archiving: no answer within {} s", self.within.as_secs()))),
        }
        mark("put").await;
        Ok(location)
    }

    /// # Errors
    /// It cannot be read.
    pub(super) async fn get(&self, date: Date, name: &str) -> Result<Vec<u8>, Trouble> {
        let reading = async { self.store.get(&self.path(date, name)).await?.bytes().await };
        match tokio::time::timeout(self.within, reading).await {
            Ok(Ok(bytes)) => Ok(bytes.to_vec()),
            Ok(Err(error)) => Err(trouble("reading from the archive", &error)),
            Err(_) => Err(Trouble::Passing(format!("reading from the archive: no answer within {} s", self.within.as_secs()))),
        }
    }

    /// Writes a small file and removes it again.
    ///
    /// # Errors
    /// Why that is not possible.
    pub(super) async fn try_out(&self, name: &str) -> Result<(), Trouble> {
        let path = Path::from(if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) });
        let content: &[u8] = b"a check by tafel, to be removed at once\r\n";
        let trying = async {
            let create = || PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            self.store.put_opts(&path, content.into(), create()).await?;
            let again = self.store.put_opts(&path, content.into(), create()).await;
            self.store.delete(&path).await?;
            Ok::<bool, Error>(matches!(again, Err(Error::AlreadyExists { .. } | Error::Precondition { .. })))
        };
        match tokio::time::timeout(self.within * 3, trying).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Trouble::Person("the archive overwrites files although it is asked not to; it cannot be used".to_owned())),
            Ok(Err(error)) => Err(trouble("trying the archive", &error)),
            Err(_) => Err(Trouble::Passing("trying the archive: no answer".to_owned())),
        }
    }
}
