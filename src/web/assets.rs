//! Files that pages load: named by their content, so that browsers may keep them for ever.

use super::problem::{Kind, Problem};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    /// `name` with its content's hash in it.
    hashed: String,
    content_type: &'static str,
    bytes: Bytes,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const FONT: &str = "font/woff2";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
        asset("fraunces-latin.woff2", FONT, Bytes::from_static(include_bytes!("../../static/vendor/fraunces-latin.woff2"))),
        asset("fraunces-latin-ext.woff2", FONT, Bytes::from_static(include_bytes!("../../static/vendor/fraunces-latin-ext.woff2"))),
        asset("idiomorph.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/vendor/idiomorph.min.js"))),
        asset("interact.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/vendor/interact.min.js"))),
        asset("tafel.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/tafel.js"))),
        asset("find.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/find.js"))),
        asset("ticks.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/ticks.js"))),
        asset("seating.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/seating.js"))),
        asset("floor.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/floor.js"))),
        asset("mail.js", SCRIPT, Bytes::from_static(include_bytes!("../../static/mail.js"))),
        asset("icon.svg", "image/svg+xml", Bytes::from_static(include_bytes!("../../static/icon.svg"))),
    ];
    // The style names the fonts, so it is renewed with them.
    let style = assets.iter().fold(include_str!("../../static/tafel.css").to_owned(), |style, asset| {
        style.replace(&format!("url({})", asset.name), &format!("url(/static/{})", asset.hashed))
    });
    assets.push(asset("tafel.css", "text/css; charset=utf-8", Bytes::from(style)));
    assets
});

fn asset(name: &'static str, content_type: &'static str, bytes: Bytes) -> Asset {
    let hash = HEXLOWER.encode(&Sha256::digest(&bytes)[..6]);
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
    let asset = asset.ok_or_else(|| Problem::not_found(Kind::NotFound).titled("There is no such file"))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, asset.content_type));
    response.insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    if asset.content_type == FONT {
        // It is compressed in itself.
        response.insert_header((CONTENT_ENCODING, "identity"));
    }
    Ok(response.body(asset.bytes.clone()))
}
