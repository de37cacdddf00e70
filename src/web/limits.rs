//! How often somebody may try: sign-ins for each account and each address, and reports of broken pages.

use actix_web::HttpRequest;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

// The compiler works these out, so a nought would not get past it.

/// Five tries at once, then one a minute.
const PER_ACCOUNT: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// A team behind one address signs in on the same morning.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(60).unwrap();
const REPORTS: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Names and addresses that were not seen for a while are forgotten when there are more than this.
const REMEMBERED: usize = 10_000;

pub(crate) struct Limits {
    accounts: DefaultKeyedRateLimiter<(String, Option<IpAddr>)>,
    addresses: DefaultKeyedRateLimiter<Option<IpAddr>>,
    reports: DefaultKeyedRateLimiter<Option<IpAddr>>,
}

impl Default for Limits {
    fn default() -> Self {
        let one_a_minute = NonZeroU32::MIN;
        Self {
            accounts: RateLimiter::keyed(Quota::per_minute(one_a_minute).allow_burst(PER_ACCOUNT)),
            addresses: RateLimiter::keyed(Quota::per_minute(PER_ADDRESS)),
            reports: RateLimiter::keyed(Quota::per_minute(REPORTS)),
        }
    }
}

impl Limits {
    /// Whether this sign-in may be tried. Somebody else's tries from elsewhere lock nobody out.
    pub(crate) fn may_sign_in(&self, account: &str, address: Option<IpAddr>) -> bool {
        trim(&self.accounts);
        trim(&self.addresses);
        self.addresses.check_key(&address).is_ok() && self.accounts.check_key(&(account.to_lowercase(), address)).is_ok()
    }

    /// Whether a broken page may report itself.
    pub(crate) fn may_report(&self, address: Option<IpAddr>) -> bool {
        trim(&self.reports);
        self.reports.check_key(&address).is_ok()
    }
}

fn trim<K: Clone + Eq + Hash>(limiter: &DefaultKeyedRateLimiter<K>) {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
}

/// Where a request comes from. Somebody on this machine is taken for a proxy, which says for whom it asks.
pub(crate) fn address_of(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if !peer.is_loopback() {
        return Some(peer);
    }
    // What stands before the last entry the client may have made up.
    let forwarded = request.headers().get_all("x-forwarded-for").last().and_then(|value| value.to_str().ok());
    let last = forwarded.and_then(|value| value.rsplit(',').next()).map(str::trim);
    let told = last.and_then(|last| last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip())));
    Some(told.unwrap_or(peer))
}
