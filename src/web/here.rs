//! Who is here: whoever has a page open on this instance, told to all of them.

use super::App;
use crate::lang::Lang;
use crate::view::{Address, Here as Shown};
use actix_web::web;
use askama::Template;
use bytestring::ByteString;
use parking_lot::Mutex;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// People come and go in crowds, after a deploy say; the others are told once of all who came within this time.
const GATHER: Duration = Duration::from_millis(500);

/// The open pages of this instance.
pub(crate) struct Here {
    visits: Mutex<BTreeMap<u64, Visit>>,
    next: AtomicU64,
    is_telling: AtomicBool,
    /// Once for each language.
    told: HashMap<Lang, watch::Sender<ByteString>>,
}

struct Visit {
    actor: Arc<str>,
    address: Address,
}

impl Default for Here {
    fn default() -> Self {
        let told = Lang::iter().map(|lang| (*lang, watch::channel(ByteString::new()).0)).collect();
        Self { visits: Mutex::default(), next: AtomicU64::new(0), is_telling: AtomicBool::new(false), told }
    }
}

/// A page that is open; it is closed when this is dropped.
pub(crate) struct Open {
    app: web::Data<App>,
    visit: u64,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.app.here.visits.lock().remove(&self.visit);
        tell(&self.app);
    }
}

/// Somebody opens a page; what comes over the channel is for their socket.
pub(crate) fn open(app: &web::Data<App>, actor: &Arc<str>, lang: Lang, address: &Address) -> (Open, watch::Receiver<ByteString>) {
    let visit = app.here.next.fetch_add(1, Ordering::Relaxed);
    app.here.visits.lock().insert(visit, Visit { actor: actor.clone(), address: address.clone() });
    let told = app.here.told.get(&lang).map(watch::Sender::subscribe);
    let mut told = told.unwrap_or_else(|| watch::channel(ByteString::new()).1);
    // Who was here before is news to whoever comes.
    told.mark_changed();
    tell(app);
    (Open { app: app.clone(), visit }, told)
}

/// Tells everybody, a little later, unless that is about to happen.
fn tell(app: &web::Data<App>) {
    if app.here.is_telling.swap(true, Ordering::AcqRel) {
        return;
    }
    let app = app.clone();
    actix_web::rt::spawn(async move {
        tokio::time::sleep(GATHER).await;
        app.here.is_telling.store(false, Ordering::Release);
        let Ok(ledger) = app.ledger() else { return };
        let snapshot = ledger.snapshot();
        for (lang, told) in app.here.told.iter().filter(|(_, told)| told.receiver_count() > 0) {
            let shown = {
                let visits = app.here.visits.lock();
                Shown::of(&snapshot.plan, lang.texts(), visits.values().map(|visit| (&visit.actor, &visit.address))).render()
            };
            match shown {
                Ok(html) => {
                    let text = ByteString::from(format!("{}\n{html}", json!({"build": super::BUILD})));
                    told.send_if_modified(|told| std::mem::replace(told, text.clone()) != text);
                }
                Err(error) => tracing::error!(%error, "a template fails"),
            }
        }
    });
}
