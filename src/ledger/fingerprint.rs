//! The fingerprint of a request: what tells another request under the same id from the same one, sent again.

use crate::plan::command::{ApplyUpload, Ask, ReportAsk, Request};
use sha2::{Digest, Sha256};
use std::io::{self, Write as _};
use uuid::Uuid;

/// Few requests say more than this.
const USUAL: usize = 256;

/// Of who asks for what. Not of when it is asked for, nor of what the person saw: who repeats may know more by then.
pub(super) fn fingerprint(request: &Request) -> Uuid {
    let mut asked = Vec::with_capacity(USUAL);
    // Writing into memory does not fail.
    let _ = write!(asked, "{:?} {:?} ", request.actor, request.ask.family()).and_then(|()| write_ask(&mut asked, &request.ask));
    let sha256: [u8; 32] = Sha256::digest(&asked).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&sha256[..16]);
    Uuid::new_v8(bytes)
}

fn write_ask(asked: &mut Vec<u8>, ask: &Ask) -> io::Result<()> {
    match ask {
        // As the JSON interface has them: that stays the same from one version of the program to the next.
        Ask::Commands(commands) => Ok(serde_json::to_writer(asked, commands)?),
        Ask::Upload(apply) => {
            let ApplyUpload { upload, choices, expected: _ } = &**apply;
            write!(asked, "{:?} {} {choices:?}", upload.kind, upload.sha256)
        }
        // Every instance asks for it under the same id, and each at the position that it has come to.
        Ask::Report(ask) if matches!(**ask, ReportAsk::Start { .. }) => asked.write_all(b"start"),
        Ask::Report(ask) => write!(asked, "{ask:?}"),
        Ask::Mail(ask) => write!(asked, "{ask:?}"),
    }
}
