//! The longest of everything that the program lets in, on every database.

use super::contract::{Database, all, appended_to, chunk, event, records, runtime};
use std::borrow::Cow;
use std::sync::Arc;
use tafel::plan::command::Role;
use tafel::plan::{Position, Timestamp};
use tafel::store::{Account, ApiToken, Append, Confirmation, Consumer, Origin, PendingUpload, StoredEvent};
use uuid::Uuid;

/// Whatever the program lets in, every database takes: signs beyond the basic plane count twice in some.
pub fn the_longest_of_everything_is_kept(database: &impl Database) {
    let store = appended_to(database);
    let (name, glass) = ("n".repeat(64), |count: usize| "🥂".repeat(count));
    let hash = "h".repeat(200);
    let account = Account {
        name: name.clone(),
        role: Role::Viewer,
        password_hash: Some(hash),
        created_at: Timestamp(1_700_000_000_000_000),
        disabled_at: None,
        language: None,
    };
    store.add_account(&account).unwrap();
    assert_eq!(store.account(&name).unwrap(), Some(account.clone()));
    let token = ApiToken { name: name.clone(), role: Role::Viewer, sha256: [1; 32], created_at: account.created_at };
    store.add_token(&token).unwrap();
    assert_eq!(store.tokens().unwrap(), [token]);
    let actor = format!("token:{name}");
    let long = StoredEvent { actor: Arc::from(&*actor), kind: Cow::Owned("k".repeat(64)), ..event(9, "{}") };
    let origin = Origin { cause: Some(Cow::Owned("c".repeat(64))), ..Origin::default() };
    let end = runtime().block_on(store.end()).unwrap();
    let append = Append::new(end, [(chunk(std::slice::from_ref(&long)), origin.clone())]);
    runtime().block_on(store.append(Arc::new(append))).unwrap();
    assert_eq!(all(&*store).last(), Some(&long));
    assert_eq!(records(&*store).pop().unwrap().envelope.unwrap().origin, origin);
    let upload = PendingUpload {
        id: Uuid::now_v7(),
        kind: "guests".to_owned(),
        file: glass(200),
        mapping: serde_json::json!({ glass(4_000): "extra" }).to_string(),
        content: vec![7],
        actor: actor.clone(),
        position: Position(9),
        created_at: account.created_at,
    };
    store.keep_upload(&upload, Timestamp(0)).unwrap();
    assert_eq!(store.upload(upload.id).unwrap(), Some(upload));
    let consumer =
        Consumer { name, position: Position(9), moved_by: actor.clone(), moved_at: account.created_at, incarnation: "12345678".to_owned() };
    assert!(store.move_consumer(&consumer, None).unwrap());
    assert_eq!(store.consumers().unwrap(), [consumer]);
    let confirmation = Confirmation { at: account.created_at, by: actor };
    store.confirm_clock(&confirmation).unwrap();
    assert_eq!(store.clock_confirmation().unwrap(), Some(confirmation));
}
