//! Mails against a real SMTP server: everybody exactly one, whoever is killed and however the server misbehaves.

use crate::harness::PATIENCE;
use crate::harness::plans::{add_guest, add_table, request};
use crate::harness::postgres::shared;
use crate::harness::process::{Process, tafel, url};
use crate::harness::server::{Browser, add_session};
use crate::harness::told::Mailbox;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command as Run;
use std::time::{Duration, Instant};
use tafel::ledger::Ledger;
use tafel::plan::command::{Command, Role};
use tafel::plan::mail::{Mailing, Post};
use tafel::plan::{Position, TemplateId, decide};
use tafel::store::{self, Access};
use tempfile::TempDir;

/// Nobody takes a claim over before its end and five seconds.
const CLAIM_S: u32 = 10;

/// A party with a text, and its guests' addresses `gN@b.example`.
fn party(url: &str, guests: usize) -> TemplateId {
    let ledger = Ledger::start(store::open(url, Access::Beside).unwrap(), decide).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let submit = |commands: Vec<Command>| runtime.block_on(ledger.submit(request("berta", None, commands))).unwrap();
    for first in (0..guests).step_by(500) {
        let guest = |number: usize| {
            let language = if number.is_multiple_of(3) { "de" } else { "en" };
            let name = if number.is_multiple_of(7) { "Eve\u{202e}\nBcc: all@c.example".to_owned() } else { format!("Guest {number}") };
            add_guest(json!({"first_name": name, "last_name": "Größl", "email": format!("g{number}@b.example"), "language": language}))
        };
        submit((first..guests.min(first + 500)).map(guest).collect());
    }
    submit(vec![add_table(json!({"number": "T1", "seats": 10}))]);
    let set = json!({
        "name": "Invitation",
        "subject_en": "Your table, {{ name }}",
        "body_en": "Dear {{ name }},\n\nyou sit at {{ table|default('a table that we will tell') }}.\n",
        "subject_de": "Ihr Tisch, {{ name }}",
        "body_de": "Liebe(r) {{ name }},\n\nSie sitzen an {{ table|default('einem Tisch, den wir noch nennen') }}.\n",
    });
    let answer = submit(vec![Command::AddTemplate { set: serde_json::from_value(set).unwrap() }]);
    runtime.block_on(ledger.stop());
    TemplateId(answer.position.0)
}

fn variables(mailbox: &Mailbox) -> Vec<(&'static str, String)> {
    vec![
        ("TAFEL_MAIL_HOST", "127.0.0.1".to_owned()),
        ("TAFEL_MAIL_PORT", mailbox.port.to_string()),
        ("TAFEL_MAIL_TLS", "none".to_owned()),
        ("TAFEL_MAIL_FROM", "Winter Ball <party@b.example>".to_owned()),
        ("TAFEL_MAIL_PER_MINUTE", "60000".to_owned()),
        ("TAFEL_MAIL_TIMEOUT_S", "1".to_owned()),
        ("TAFEL_MAIL_CLAIM_S", CLAIM_S.to_string()),
    ]
}

/// What the stream says of a mailing.
fn mailing(url: &str, id: Position) -> (Mailing, Option<String>) {
    let ledger = Ledger::start(store::open(url, Access::Look).unwrap(), decide).unwrap();
    let mails = ledger.snapshot().plan.mails.clone();
    (mails.get(id).unwrap().clone(), mails.claim.map(|claim| claim.runner.to_string()))
}

fn in_state(mailing: &Mailing, state: Post) -> usize {
    mailing.in_state(|is| is == state).count()
}

/// Starts a batch to everybody, as the page's form does; answers its number.
fn start(browser: &mut Browser, template: TemplateId) -> Position {
    let page = browser.get(&format!("/mail/texts/{template}/send"));
    let (view, expected) = (page.field("view"), page.field("expected"));
    let fields = [("view", view.as_str()), ("expected", expected.as_str())];
    let started = browser.post(&format!("/mail/texts/{template}/start"), &fields);
    let again = browser.post(&format!("/mail/texts/{template}/start"), &fields);
    assert_eq!(started.location(), again.location(), "a double click starts one batch");
    Position(started.location().rsplit('/').next().unwrap().parse().unwrap())
}

fn post(browser: &mut Browser, page: &str, action: &str, fields: &[(&str, &str)]) {
    let view = browser.get(page).field("view");
    let fields: Vec<(&str, &str)> = [("view", view.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.post(action, &fields).location();
}

#[track_caller]
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How often each address was written to.
fn received(mailbox: &Mailbox) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for mail in mailbox.mails() {
        *counts.entry(mail["to"][0].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn everybody_gets_exactly_one_whoever_is_killed() {
    const GUESTS: usize = 1_620;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let store = shared().database();
    let template = party(&store, GUESTS);
    let secret = add_session(&store, Role::Staff);
    let mailbox = Mailbox::start();
    let run = |number: usize| Process::start_with(folders[number].path(), &store, &variables(&mailbox));
    let mut running = vec![run(0), run(1)];
    let mut browser = Browser::at(running[0].address, Some(secret.clone()));
    let id = start(&mut browser, template);
    // Whoever sends is killed three times: with a letter on its way, and wherever he happens to be.
    for (kill, count) in [100, 700, 1_200].into_iter().enumerate() {
        mailbox.misbehave(&json!([{"to": "g205@", "at": "data", "delay_s": 30}]));
        until("so many mails", || mailbox.mails().len() >= count);
        let runner = mailing(&store, id).1.unwrap();
        let killed = running.iter().position(|process| runner.contains(&format!("/{}-", process.id()))).unwrap();
        if kill == 0 {
            until("the letter that is held up", || received(&mailbox).contains_key("g205@b.example"));
        }
        running.remove(killed).kill();
        mailbox.misbehave(&json!([]));
        running.push(run(killed));
    }
    until("the end", || mailing(&store, id).0.is_over());
    let found = mailing(&store, id).0;
    let uncertain: Vec<String> = found.in_state(|state| state == Post::Uncertain).map(|(number, _)| number.to_string()).collect();
    assert!((1..=3).contains(&uncertain.len()), "one for each kill at most, and the one that was held up: {uncertain:?}");
    assert!(uncertain.contains(&"205".to_owned()), "{uncertain:?}");
    assert_eq!(in_state(&found, Post::Sent), GUESTS - uncertain.len());
    until("the claim to be given back", || mailing(&store, id).1.is_none());
    let counts = received(&mailbox);
    assert!(counts.values().all(|count| *count == 1), "nobody has two");
    assert_eq!(
        counts.len() + (uncertain.len() - uncertain.iter().filter(|number| counts.contains_key(&format!("g{number}@b.example"))).count()),
        GUESTS
    );
    // The uncertain ones are listed, and wait for a person, who has seen that this one arrived.
    let mut browser = Browser::at(running[0].address, Some(secret));
    let page = format!("/mail/{id}");
    browser.get(&page).shows("id=\"uncertain\"").shows("id=\"u205\"");
    for number in &uncertain {
        let arrived = if counts.contains_key(&format!("g{number}@b.example")) { "yes" } else { "no" };
        post(&mut browser, &page, &format!("/mail/{id}/{number}/decide"), &[("received", arrived)]);
    }
    until("everybody to have one", || mailing(&store, id).0.sent as usize == GUESTS);
    let (counts, mails) = (received(&mailbox), mailbox.mails());
    assert!(counts.len() == GUESTS && counts.values().all(|count| *count == 1));
    let ids: std::collections::BTreeSet<&str> = mails.iter().map(|mail| mail["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), GUESTS, "each has an id of its own");
    // No name has become a header or another recipient; each reads its own language.
    for mail in &mails {
        assert!(mail["to"].as_array().unwrap().len() == 1 && !mail["headers"].as_array().unwrap().contains(&json!("bcc")), "{mail}");
        let is_german = mail["subject"].as_str().unwrap().starts_with("Ihr Tisch");
        let number: usize = mail["to"][0].as_str().unwrap()[1..].split('@').next().unwrap().parse().unwrap();
        assert_eq!(is_german, number.is_multiple_of(3), "{mail}");
    }
    browser.get(&format!("{page}/205")).shows("you sit at a table that we will tell");
    for process in running {
        let _ = process.terminate();
    }
}

#[test]
fn a_server_that_misbehaves_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = url(folder.path());
    let template = party(&store, 12);
    let secret = add_session(&store, Role::Staff);
    let mailbox = Mailbox::start();
    let process = Process::start_with(folder.path(), &store, &variables(&mailbox));
    let mut browser = Browser::at(process.address, Some(secret));
    mailbox.misbehave(&json!([
        {"to": "g0@", "at": "rcpt", "say": "550 nobody here"},
        {"to": "g1@", "at": "rcpt", "say": "450 not now", "times": 1},
        {"to": "g2@", "at": "data", "cut": true, "times": 1},
        {"to": "g3@", "at": "data", "cut": true, "lose": true, "times": 1},
        {"to": "g4@", "at": "data", "say": "this is no answer", "times": 1},
        {"to": "g5@", "at": "data", "delay_s": 3, "times": 1},
        {"to": "g6@", "at": "data", "say": "554 spam", "lose": true, "times": 1},
        {"to": "g7@", "at": "rcpt", "cut": true, "times": 1},
    ]));
    let id = start(&mut browser, template);
    let page = format!("/mail/{id}");
    // A server that hangs up in the middle is left alone for a while, and said to be; whoever cannot wait asks again.
    until("the pause after the cut", || browser.get(&page).text.contains("Sending is on hold"));
    assert_eq!(mailing(&store, id).0.sent, 0, "{:?}", received(&mailbox));
    // Each that it cannot be understood about is a pause, too: nobody is left uncertain by the hundred.
    until("the others", || {
        if browser.get(&page).text.contains("Sending is on hold") {
            for action in ["pause", "resume"] {
                post(&mut browser, &page, &format!("{page}/{action}"), &[]);
            }
        }
        mailing(&store, id).0.sent == 5
    });
    let found = mailing(&store, id).0;
    let state = |number: u32| mailing(&store, id).0.letter(number).unwrap().state;
    assert_eq!((state(0), state(6)), (Post::Failed(None), Post::Failed(None)));
    assert!(matches!(state(1), Post::Failed(Some(_))), "{:?}", state(1));
    assert_eq!([2, 3, 4, 5].map(state), [Post::Uncertain; 4]);
    let said = |number: u32| found.letter(number).unwrap().details.clone().unwrap().to_string();
    assert!(said(0).contains("550") && said(0).contains("nobody here"), "{}", said(0));
    assert!(said(5).contains("nothing for 1 seconds"), "{}", said(5));
    browser.get(&page).shows("4 uncertain").shows("2 refused").shows("nobody here");
    // Nobody is written to again before a person has said so: of the four, one was lost.
    post(&mut browser, &page, &format!("{page}/3/decide"), &[("received", "no")]);
    for number in [2, 4, 5] {
        post(&mut browser, &page, &format!("{page}/{number}/decide"), &[("received", "yes")]);
    }
    post(&mut browser, &page, &format!("{page}/retry"), &[]);
    until("all but the one that does not exist", || mailing(&store, id).0.sent == 11);
    let counts = received(&mailbox);
    assert!(counts.len() == 11 && counts.values().all(|count| *count == 1), "{counts:?}");
    let repeated: Vec<Value> = mailbox.mails().into_iter().filter(|mail| mail["to"][0] == "g3@b.example").collect();
    assert!(repeated[0]["id"].as_str().unwrap().contains(&format!(".{id}.3@b.example")), "{repeated:?}");
    let _ = process.terminate();
}

#[test]
fn a_server_that_refuses_all_or_is_away_holds_everything_up_and_fails_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = url(folder.path());
    let template = party(&store, 30);
    let secret = add_session(&store, Role::Staff);
    let mailbox = Mailbox::start();
    let process = Process::start_with(folder.path(), &store, &variables(&mailbox));
    let mut browser = Browser::at(process.address, Some(secret));
    mailbox.misbehave(&json!([{"at": "mail", "say": "530 who are you"}]));
    let id = start(&mut browser, template);
    let page = format!("/mail/{id}");
    until("what the server says", || browser.get(&page).text.contains("who are you"));
    let found = mailing(&store, id).0;
    assert!(found.sent == 0 && in_state(&found, Post::Failed(None)) == 0 && in_state(&found, Post::Uncertain) == 0);
    // A stopped batch sends nothing more, also when the server is back; another one does.
    mailbox.misbehave(&json!([]));
    post(&mut browser, &page, &format!("{page}/stop"), &[]);
    let second = start(&mut browser, template);
    until("the second batch", || mailing(&store, second).0.is_over());
    assert_eq!((mailing(&store, second).0.sent, mailing(&store, id).0.sent, mailbox.mails().len()), (30, 0, 30));
    drop(mailbox);
    let third = start(&mut browser, template);
    until("the pause", || browser.get(&format!("/mail/{third}")).text.contains("Sending is on hold"));
    assert_eq!(in_state(&mailing(&store, third).0, Post::Waiting), 30);
    let _ = process.terminate();
}

fn checks(folder: &Path, variables: &[(&str, String)], arguments: &[&str]) -> (bool, String) {
    let run = tafel().args(["mail", "check"]).args(arguments).envs(variables.iter().cloned()).current_dir(folder).output().unwrap();
    (run.status.success(), format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr)))
}

/// A certificate of our own for this machine.
fn certificate(folder: &TempDir) -> (std::path::PathBuf, std::path::PathBuf) {
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = Run::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

#[test]
fn the_settings_are_checked_with_encryption_and_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (ok, said) = checks(folder.path(), &[], &[]);
    assert!(!ok && said.contains("no section mail"), "{said}");
    let (certificate, key) = certificate(&folder);
    let mailbox = Mailbox::start_with(Some((&certificate, &key)));
    let set = |name: &'static str, value: &str, all: &mut Vec<(&'static str, String)>| {
        all.retain(|(known, _)| *known != name);
        all.push((name, value.to_owned()));
    };
    let mut usual = variables(&mailbox);
    set("TAFEL_MAIL_HOST", "localhost", &mut usual);
    // In the clear it takes nothing; with a certificate that nobody knows it is not believed.
    let (ok, said) = checks(folder.path(), &usual, &["--to", "me@b.example"]);
    assert!(!ok && said.contains("STARTTLS"), "{said}");
    set("TAFEL_MAIL_TLS", "starttls", &mut usual);
    let (ok, said) = checks(folder.path(), &usual, &[]);
    assert!(!ok && said.contains("encrypting"), "{said}");
    set("TAFEL_MAIL_CA", certificate.to_str().unwrap(), &mut usual);
    let (ok, said) = checks(folder.path(), &usual, &["--to", "me@b.example"]);
    assert!(ok && said.contains("lets us in") && said.contains("taken"), "{said}");
    assert_eq!(mailbox.mails().len(), 1);
    set("TAFEL_MAIL_FROM", "nobody", &mut usual);
    let (ok, said) = checks(folder.path(), &usual, &[]);
    assert!(!ok && said.contains("mail.from"), "{said}");
    drop(mailbox);
    set("TAFEL_MAIL_FROM", "a@b.example", &mut usual);
    let (ok, said) = checks(folder.path(), &usual, &[]);
    assert!(!ok && said.contains("connecting to localhost"), "{said}");
}
