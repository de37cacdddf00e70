//! Files that pages load: named by their content, so that browsers may keep them for ever.

use super::problem::Problem;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    /// `name` with its content's hash in it.
    hashed: String,
    content_type: &'static str,
    bytes: &'static [u8],
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset("tafel.css", "text/css; charset=utf-8", include_bytes!("../../static/tafel.css")),
        asset("tafel.js", "text/javascript; charset=utf-8", include_bytes!("../../static/tafel.js")),
        asset("idiomorph.min.js", "text/javascript; charset=utf-8", include_bytes!("../../static/idiomorph.min.js")),
        asset("icon.svg", "image/svg+xml", include_bytes!("../../static/icon.svg")),
    ]
});

fn asset(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let hash = HEXLOWER.encode(&Sha256::digest(bytes)[..6]);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    Asset { name, hashed: format!("{stem}.{hash}.{extension}"), content_type, bytes }
}

/// Where a page finds the file.
pub(crate) fn url(name: &str) -> String {
    let hashed = ASSETS.iter().find(|asset| asset.name == name).map_or(name, |asset| &asset.hashed);
    format!("/static/{hashed}")
}

/// A file by its hashed name.
pub(crate) async fn file(path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.hashed == *path);
    let asset = asset.ok_or_else(|| Problem::not_found("not_found", "There is no such file"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.bytes))
}
