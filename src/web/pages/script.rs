//! What the scripts say, in the language of whoever reads it.

use crate::lang::T;
use serde_json::json;

/// Each text by its name in the scripts.
pub(super) fn words(t: T) -> String {
    json!({
        "live": t.js_live(), "offline": t.js_offline(), "lost": t.js_lost(), "oneWaits": t.js_one_waits(), "manyWait": t.js_many_wait(),
        "signedOut": t.js_signed_out(), "renewed": t.js_renewed(), "notSent": t.js_not_sent(), "unreachable": t.js_unreachable(),
        "cannotLeave": t.js_cannot_leave(), "undo": t.js_undo(), "bringBack": t.js_bring_back(), "look": t.js_look(),
        "sending": t.js_sending(), "notReceived": t.js_not_received(), "guests": t.js_n_guests(), "lift": t.js_lift(),
        "standsOn": t.js_stands_on(), "liftFirst": t.js_lift_first(), "small": t.js_small(), "place": t.js_place(),
        "seats": t.js_seats(), "tooSmallFor": t.js_too_small_for(), "swap": t.js_swap(), "vipAsk": t.js_vip_ask(),
        "vipsAsk": t.js_vips_ask(), "move": t.js_move(), "leave": t.js_leave(), "leaveIt": t.js_leave_it(), "stay": t.js_stay(),
    })
    .to_string()
}
