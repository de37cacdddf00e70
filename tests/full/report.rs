//! The end-of-day report against a real SSH server and a real S3 implementation: once, whole, by one, whoever is killed.

use super::disk::{Small, fill};
use super::night::{GUESTS, Night, days_ago, done, is_done, party, settings, until};
use crate::harness::authority::{Authority, Bucket, Mood};
use crate::harness::postgres::{Cluster, shared};
use crate::harness::process::{Process, tafel, url};
use crate::harness::server::{Browser, add_session};
use crate::harness::told::{Mailbox, Webhook};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tafel::plan::command::Role;

#[test]
fn a_night_as_it_should_be() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let night = Night::new("usual", &authority, &bucket);
    let process = night.start(0);
    let client = night.client(&process);
    done(&night, &client);
    let report = night.is_right(&client, &bucket);
    let events = report["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap());
    // What it says of how long it took depends on the time of the day.
    assert_eq!(events.filter(|kind| !kind.contains("alert")).count(), 10, "{report}");
    assert_eq!((&report["state"], &report["rows"]), (&json!("archived"), &json!(GUESTS)));
    assert_eq!(report["steps"].as_array().unwrap().len(), 3);
    let first = std::fs::read_to_string(night.inbox.join(format!("tafel-{}.csv", days_ago(1)))).unwrap();
    let mut lines = first.split("\r\n");
    assert_eq!(
        lines.next().unwrap(),
        "business_date,room,spot,table,table_name,guest_id,employee_no,last_name,first_name,company,vip,wheelchair,diet,arrived_at"
    );
    let row = lines.next().unwrap();
    assert!(row.starts_with(&format!("{},,,T000,'=cmd|' /C calc'!A0,", days_ago(1))), "{row}");
    assert!(row.contains(r#"Müller ""the 0th"", 席""#) && row.ends_with(",'-1,,,,"), "{row}");
    // Once is once.
    client.post(&format!("/api/v1/reports/{}", days_ago(1)), &json!({})).problem(409, "report_exists");
    client.post(&format!("/api/v1/reports/{}", days_ago(0)), &json!({})).problem(409, "report_not_due");
    let draft = client.get(&format!("/api/v1/reports/{}/file", days_ago(0)));
    assert!(draft.header("content-disposition").unwrap().contains("draft"));
    let mut browser = Browser::at(process.address, Some(add_session(&night.store, Role::Viewer)));
    browser.get("/reports").shows("Duration of each step").shows(&format!("/reports/{}", days_ago(1)));
    let page = browser.get(&format!("/reports/{}", days_ago(1)));
    page.shows("✓ archiving").shows(report["sha256"].as_str().unwrap()).shows("s3://archive/usual");
    assert!(!page.text.contains("<form method=\"post\" action=\"/reports"), "a viewer has no buttons");
    browser.get(&format!("/reports/{}", days_ago(0))).shows("The day is not over yet").shows("Download a draft");
    let metrics = client.get("/metrics");
    assert!(metrics.body.as_str().unwrap().contains("tafel_report_step_seconds"), "{:?}", metrics.body);
}

/// Kills whoever works at each of these places, and lets another finish.
#[test]
fn whoever_is_killed_wherever_another_finishes() {
    const PLACES: [&str; 16] = [
        "started",
        "claimed",
        "rows_written",
        "file_kept",
        "rows_before_event",
        "rows_created",
        "connected",
        "half_uploaded",
        "uploaded",
        "announced",
        "renamed",
        "submitted_before_event",
        "submitted",
        "put",
        "archived_before_event",
        "archived",
    ];
    let (authority, bucket) = (Authority::start(), Bucket::start());
    std::thread::scope(|scope| {
        for place in PLACES {
            let (authority, bucket) = (&authority, &bucket);
            scope.spawn(move || {
                let night = Night::new(place, authority, bucket);
                let ended = tafel()
                    .args(["--listen", "127.0.0.1:0", "--store", &night.store])
                    .current_dir(night.folders[0].path())
                    .env("TAFEL_REPORT_STOP_AT", format!("{place}=abort"))
                    .stdout(std::process::Stdio::null())
                    .stderr(std::fs::File::create(night.folders[0].path().join("tafel.log")).unwrap())
                    .status()
                    .unwrap();
                assert!(!ended.success(), "{place}: it was to be killed");
                let process = night.start(0);
                let client = night.client(&process);
                done(&night, &client);
                night.is_right(&client, bucket);
            });
        }
    });
}

/// Whoever was held up beyond the end of his claim does no harm when he wakes up.
#[test]
fn whoever_wakes_up_too_late_does_nothing_more() {
    const PLACES: [&str; 6] = ["rows_before_event", "half_uploaded", "uploaded", "announced", "submitted_before_event", "put"];
    let (authority, bucket) = (Authority::start(), Bucket::start());
    std::thread::scope(|scope| {
        for place in PLACES {
            let (authority, bucket) = (&authority, &bucket);
            scope.spawn(move || {
                let store = shared().database();
                party(&store);
                let folders = vec![tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
                let night = Night::on(&format!("late-{place}"), folders, store, authority, bucket, days_ago(1));
                let variables = [("TAFEL_REPORT_STOP_AT", format!("{place}=hold"))];
                let held = Process::start_with(night.folders[0].path(), &night.store, &variables);
                until(place, || night.log(0).contains("held up by a test").then_some(()));
                held.pause();
                let other = night.start(1);
                let client = night.client(&other);
                done(&night, &client);
                night.is_right(&client, bucket);
                held.wake();
                until(place, || night.log(0).contains("somebody else goes on").then_some(()));
                std::thread::sleep(Duration::from_secs(1));
                let report = night.is_right(&client, bucket);
                // A slow machine renews its claim: what counts is who had one, in which order.
                let claims = report["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "report_claimed");
                let mut runners: Vec<&Value> = claims.map(|event| &event["payload"]["runner"]).collect();
                runners.dedup();
                assert_eq!(runners.len(), 2, "{place}: {runners:?}");
            });
        }
    });
}

/// Fifty nights that nobody was there for, and three instances at the same second.
#[test]
fn three_instances_make_fifty_missed_reports_once_each_and_in_order() {
    const NIGHTS: i32 = 50;
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let store = shared().database();
    party(&store);
    let folders = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let night = Night::on("race", folders, store, &authority, &bucket, days_ago(NIGHTS));
    let processes: Vec<Process> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3)
            .map(|number| {
                scope.spawn({
                    let night = &night;
                    move || night.start(number)
                })
            })
            .collect();
        starting.into_iter().map(|starting| starting.join().unwrap()).collect()
    });
    let client = night.client(&processes[0]);
    let reports = until("all of them", || {
        let reports = client.get("/api/v1/reports").expect(200);
        let reports = reports.as_array().unwrap().clone();
        (reports.len() == usize::try_from(NIGHTS).unwrap() && reports.iter().all(|report| report["done"] == true)).then_some(reports)
    });
    assert_eq!(night.files().0.len(), reports.len());
    assert_eq!(bucket.objects("race").len(), reports.len());
    let (mut started, mut after, mut runners) = (Vec::new(), 0, std::collections::BTreeSet::new());
    let mut submitted = 0;
    loop {
        let page = client.get(&format!("/api/v1/events?after={after}&limit=10000")).expect(200);
        let events = page["events"].as_array().unwrap();
        let Some(last) = events.last() else { break };
        after = last["position"].as_u64().unwrap();
        for event in events {
            match event["kind"].as_str().unwrap() {
                "report_started" => started.push(event["payload"]["date"].as_str().unwrap().to_owned()),
                "report_claimed" => drop(runners.insert(event["payload"]["runner"].as_str().unwrap().to_owned())),
                "report_submitted" => submitted += 1,
                _ => {}
            }
        }
    }
    assert_eq!(submitted, NIGHTS);
    assert!(started.is_sorted(), "the oldest first: {started:?}");
    println!("{} of 3 instances had a share in {NIGHTS} reports", runners.len());
}

/// The renaming was announced, the answer is missing, and the authority has fetched the file: only a person can know.
#[test]
fn what_nobody_can_know_is_asked_and_never_guessed() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    std::thread::scope(|scope| {
        for was_received in [true, false] {
            let (authority, bucket) = (&authority, &bucket);
            scope.spawn(move || {
                let night = Night::new(&format!("uncertain-{was_received}"), authority, bucket);
                let date = days_ago(1);
                let ended = tafel()
                    .args(["--listen", "127.0.0.1:0", "--store", &night.store])
                    .current_dir(night.folders[0].path())
                    .env("TAFEL_REPORT_STOP_AT", "renamed=abort")
                    .stdout(std::process::Stdio::null())
                    .stderr(std::process::Stdio::null())
                    .status();
                assert!(!ended.unwrap().success());
                let file = night.inbox.join(format!("tafel-{date}.csv"));
                let fetched = std::fs::read(&file).unwrap();
                std::fs::remove_file(&file).unwrap();
                let process = night.start(0);
                let client = night.client(&process);
                let path = format!("/api/v1/reports/{date}");
                until("uncertain", || {
                    let answer = client.get(&path);
                    (answer.status == 200 && answer.body["failed"]["uncertain"] == true).then_some(())
                });
                client.post(&format!("{path}/retry"), &json!({})).problem(409, "nothing_to_retry");
                std::thread::sleep(Duration::from_secs(3));
                assert_eq!(night.files().0, Vec::<String>::new(), "nothing is sent again by itself");
                client.post(&format!("{path}/decide"), &json!({"received": was_received, "attempt": 9})).problem(409, "not_uncertain");
                let mut browser = Browser::at(process.address, Some(add_session(&night.store, Role::Admin)));
                let page = browser.get(&format!("/reports/{date}"));
                page.shows("File received").shows("Not received: send again");
                let fields = ["view", "revision", "attempt"].map(|name| (name, page.field(name)));
                let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                fields.push(("received", if was_received { "yes" } else { "no" }));
                assert_eq!(browser.post(&format!("/reports/{date}/decide"), &fields).status, 303);
                let report = done(&night, &client);
                let kinds: Vec<&str> = report["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
                if was_received {
                    assert_eq!(night.files(), (Vec::new(), Vec::new()), "it is not sent again");
                    assert!(!kinds.contains(&"report_submitted"));
                } else {
                    assert!(std::fs::read(&file).unwrap() == fetched, "the same bytes again");
                }
                assert_eq!(bucket.objects(&night.name).len(), 1);
            });
        }
    });
}

#[test]
fn a_server_that_is_somebody_else_is_refused_and_told_of() {
    let (mut authority, bucket) = (Authority::start(), Bucket::start());
    let night = Night::new("stranger", &authority, &bucket);
    authority.change_host_key();
    let process = night.start(0);
    let client = night.client(&process);
    let path = format!("/api/v1/reports/{}", days_ago(1));
    let failed = until("refused", || {
        let answer = client.get(&path);
        (answer.status == 200 && !answer.body["failed"].is_null()).then(|| answer.body["failed"].clone())
    });
    assert!(failed["failure_details"].as_str().unwrap().contains("Somebody may be in between"), "{failed}");
    assert_eq!(failed["retry_at"], Value::Null, "no second try before a person has seen to it");
    assert_eq!(night.files(), (Vec::new(), Vec::new()));
    drop(process);
    let checked = tafel().args(["report", "check"]).current_dir(night.folders[0].path()).output().unwrap();
    let words = String::from_utf8(checked.stdout).unwrap();
    assert!(!checked.status.success() && words.contains("FAILED  sftp") && words.contains("ok      archive"), "{words}");
    // The new key is put into the settings, and somebody presses the button.
    let rest = format!("{}{}", authority.settings(&night.inbox), bucket.settings(&night.name));
    night.set(&settings(days_ago(1), &rest, ""));
    let checked = tafel().args(["report", "check"]).current_dir(night.folders[0].path()).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    let process = night.start(0);
    let client = night.client(&process);
    client.post(&format!("{path}/retry"), &json!({})).expect(202);
    done(&night, &client);
    night.is_right(&client, &bucket);
}

#[test]
fn outages_are_outlasted_and_nothing_is_done_twice() {
    let (mut authority, bucket) = (Authority::start(), Bucket::start());
    let night = Night::new("outage", &authority, &bucket);
    authority.stop();
    bucket.set(Mood::Busy);
    let process = night.start(0);
    let client = night.client(&process);
    let path = format!("/api/v1/reports/{}", days_ago(1));
    let failed = |step: &str| {
        until(step, || {
            let answer = client.get(&path);
            (answer.status == 200 && answer.body["failed"]["step"] == step).then(|| answer.body.clone())
        })
    };
    let report = failed("submit");
    assert!(report["failed"]["failure_details"].as_str().unwrap().to_lowercase().contains("refused"), "{report}");
    assert_ne!(report["failed"]["retry_at"], Value::Null);
    authority.go_on();
    client.post(&format!("{path}/retry"), &json!({})).expect(202);
    let report = failed("archive");
    assert!(report["failed"]["failure_details"].as_str().unwrap().contains("503"), "{report}");
    assert_eq!(report["state"], "submitted");
    // It does what it is asked, and nobody hears of it.
    bucket.set(Mood::Silent);
    client.post(&format!("{path}/retry"), &json!({})).expect(202);
    until("written", || (!bucket.objects("outage").is_empty()).then_some(()));
    bucket.set(Mood::Well);
    let began = Instant::now();
    until("done", || {
        if began.elapsed() > Duration::from_secs(15) {
            client.post(&format!("{path}/retry"), &json!({}));
        }
        is_done(&client, days_ago(1))
    });
    night.is_right(&client, &bucket);
}

#[test]
fn what_is_there_already_counts_if_it_is_the_same_and_stops_everything_if_not() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let first = Night::new("there-1", &authority, &bucket);
    let process = first.start(0);
    done(&first, &first.client(&process));
    drop(process);
    let date = days_ago(1);
    let name = format!("tafel-{date}.csv");
    let bytes = std::fs::read(first.inbox.join(&name)).unwrap();
    // Another store, the same plan: the same bytes.
    let same = Night::new("there-2", &authority, &bucket);
    std::fs::write(same.inbox.join(&name), &bytes).unwrap();
    let archived = format!("{}/{name}", date.strftime("%Y/%m/%d"));
    bucket.place(&format!("there-2/{archived}"), &bytes);
    let process = same.start(0);
    let client = same.client(&process);
    done(&same, &client);
    same.is_right(&client, &bucket);
    drop(process);
    // The archive takes what is not there only, and what was there first stays.
    let archive = Night::new("there-4", &authority, &bucket);
    bucket.place(&format!("there-4/{archived}"), b"something else");
    let process = archive.start(0);
    let client = archive.client(&process);
    let failed = until("refused", || {
        let answer = client.get(&format!("/api/v1/reports/{date}"));
        (answer.status == 200 && !answer.body["failed"].is_null()).then(|| answer.body["failed"].clone())
    });
    assert!(failed["failure_details"].as_str().unwrap().contains("another file is archived"), "{failed}");
    assert_eq!(failed["retry_at"], Value::Null);
    assert_eq!(bucket.objects("there-4"), [(archived, b"something else".to_vec())]);
    drop(process);
    let other = Night::new("there-3", &authority, &bucket);
    std::fs::write(other.inbox.join(&name), bytes.iter().rev().copied().collect::<Vec<u8>>()).unwrap();
    let process = other.start(0);
    let client = other.client(&process);
    let failed = until("refused", || {
        let answer = client.get(&format!("/api/v1/reports/{date}"));
        (answer.status == 200 && !answer.body["failed"].is_null()).then(|| answer.body["failed"].clone())
    });
    assert!(failed["failure_details"].as_str().unwrap().contains("other bytes"), "{failed}");
    assert_eq!((&failed["retry_at"], &failed["uncertain"]), (&Value::Null, &json!(false)));
}

/// A corrected report leaves out what was taken back since; the first one stays.
#[test]
fn a_corrected_report_is_a_second_revision() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let night = Night::new("revision", &authority, &bucket);
    let process = night.start(0);
    let client = night.client(&process);
    done(&night, &client);
    let date = days_ago(1);
    let first = std::fs::read_to_string(night.inbox.join(format!("tafel-{date}.csv"))).unwrap();
    // All sat down in one batch; it is the newest before the report.
    let batches = client.get("/api/v1/batches").expect(200);
    let seated = batches.as_array().unwrap().iter().find(|batch| batch["actor"] == "berta").unwrap();
    let retract = json!({"id": uuid::Uuid::now_v7(), "reason": "The wrong draw"});
    client.post(&format!("/api/v1/batches/{}/retract", seated["batch"].as_str().unwrap()), &retract).expect(200);
    let path = format!("/api/v1/reports/{date}");
    assert_eq!(client.get(&format!("{path}/file")).expect_text(200), first, "what was reported stays what it was");
    client.post(&path, &json!({"reason": "The wrong draw"})).expect(202);
    let report = until("corrected", || {
        let answer = client.get(&path);
        (answer.body["revision"] == 2 && answer.body["done"] == true).then_some(answer.body)
    });
    assert_eq!((&report["rows"], &report["reason"]), (&json!(0), &json!("The wrong draw")));
    assert_eq!(night.files().0, [format!("tafel-{date}-r2.csv"), format!("tafel-{date}.csv")]);
    assert_eq!(std::fs::read_to_string(night.inbox.join(format!("tafel-{date}.csv"))).unwrap(), first);
    assert_eq!(bucket.objects("revision").len(), 2);
    assert_eq!(client.get(&format!("{path}/file?revision=1")).expect_text(200), first);
}

#[test]
fn the_command_line_makes_a_report_beside_a_server_and_says_how_far_it_is() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let night = Night::new("by-hand", &authority, &bucket);
    let rest = format!("{}{}", authority.settings(&night.inbox), bucket.settings(&night.name));
    night.set(&settings(days_ago(0), &rest, ""));
    let process = night.start(0);
    let run = |arguments: &[&str]| {
        let output = tafel().args(arguments).args(["--store", &night.store]).current_dir(night.folders[0].path()).output().unwrap();
        let shown = if output.status.success() { &output.stdout } else { &output.stderr };
        (output.status.success(), String::from_utf8_lossy(shown).into_owned())
    };
    let date = days_ago(1).to_string();
    assert_eq!(run(&["report", "status", &date]), (true, format!("{date}: not started\n")));
    let (is_made, words) = run(&["report", "run", &date]);
    assert!(is_made && words.contains("archived"), "{words}");
    let client = night.client(&process);
    done(&night, &client);
    night.is_right(&client, &bucket);
    let (_, words) = run(&["report", "status", &date]);
    assert!(words.contains("the stream gives the same bytes again"), "{words}");
    let (_, words) = run(&["report", "status"]);
    assert!(words.contains(&format!("{date}: archived")), "{words}");
    let (is_made, words) = run(&["report", "run", &days_ago(0).to_string()]);
    assert!(!is_made && words.contains("is not due"), "{words}");
}

/// Two instances see the same failure; a webhook and a mailbox are told of it once each, also across a restart.
#[test]
fn what_needs_a_person_is_told_once() {
    let (mut authority, bucket) = (Authority::start(), Bucket::start());
    let (webhook, mailbox) = (Webhook::start(), Mailbox::start());
    let store = shared().database();
    party(&store);
    let folders = vec![tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let night = Night::on("told", folders, store, &authority, &bucket, days_ago(1));
    let rest = format!("{}{}", authority.settings(&night.inbox), bucket.settings("told"));
    let alerts = format!(
        "webhook = \"{}\"\nwebhook_secret = \"hook secret\"\nsmtp = \"smtp://127.0.0.1:{}\"\nmail_from = \"Tafel <tafel@party.example>\"\n\
         mail_to = [\"night@party.example\", \"boss@party.example\"]",
        webhook.url, mailbox.port
    );
    night.set(&settings(days_ago(1), &rest, &alerts));
    let checked = tafel().args(["report", "check"]).current_dir(night.folders[0].path()).output().unwrap();
    assert!(checked.status.success() && String::from_utf8_lossy(&checked.stdout).contains("ok      mail"), "{checked:?}");
    authority.change_host_key();
    let processes = [night.start(0), night.start(1)];
    let key = format!("failed/{}/1/1/submit", days_ago(1));
    let posted = until("the webhook", || {
        let posted = webhook.about("failed/");
        (!posted.is_empty() && mailbox.mails().iter().any(|mail| mail["subject"].as_str().unwrap().contains("has failed")))
            .then_some(posted)
    });
    let body: Value = serde_json::from_str(&posted[0].body).unwrap();
    assert_eq!((&body["key"], &body["date"], &body["revision"]), (&json!(key), &json!(days_ago(1).to_string()), &json!(1)));
    assert!(body["message"].as_str().unwrap().contains("Somebody may be in between"), "{body}");
    let mut mac = <hmac::Hmac<sha2::Sha256> as hmac::KeyInit>::new_from_slice(b"hook secret").unwrap();
    hmac::Mac::update(&mut mac, posted[0].body.as_bytes());
    let signature = format!("sha256={}", data_encoding::HEXLOWER.encode(&hmac::Mac::finalize(mac).into_bytes()));
    assert_eq!(posted[0].signature, signature);
    drop(processes);
    let process = night.start(0);
    std::thread::sleep(Duration::from_secs(3));
    drop(process);
    assert_eq!(webhook.about("failed/").len(), 1);
    let mails: Vec<Value> = mailbox.mails().into_iter().filter(|mail| mail["subject"].as_str().unwrap().contains("has failed")).collect();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["to"], json!(["night@party.example", "boss@party.example"]));
    assert!(mails[0]["body"].as_str().unwrap().contains("Somebody may be in between"), "{}", mails[0]);
}

/// With the database away a report is late, and nothing can be written down: somebody is told all the same.
#[test]
fn a_late_report_is_told_of_also_while_nothing_can_be_written() {
    let (mut authority, bucket) = (Authority::start(), Bucket::start());
    let webhook = Webhook::start();
    let mut cluster = Cluster::start("");
    let store = cluster.database();
    party(&store);
    let night = Night::on("away", vec![tempfile::tempdir().unwrap()], store, &authority, &bucket, days_ago(1));
    authority.stop();
    let rest = format!("{}{}", authority.settings(&night.inbox), bucket.settings("away"));
    let alerts = format!("webhook = \"{}\"\nwebhook_secret = \"hook secret\"", webhook.url);
    // The deadline is at the next full minute, or at the one after it.
    let deadline = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).checked_add(jiff::SignedDuration::from_secs(75)).unwrap();
    let set = settings(days_ago(1), &rest, &alerts).replace("23:59", &deadline.strftime("%H:%M").to_string());
    night.set(&set);
    let process = night.start(0);
    let client = night.client(&process);
    until("started", || (client.get(&format!("/api/v1/reports/{}", days_ago(1))).status == 200).then_some(()));
    cluster.stop();
    let posted = until("told", || webhook.about("late/").first().cloned());
    assert!(posted.body.contains("is not submitted"), "{posted:?}");
    cluster.go_on();
    authority.go_on();
    let path = format!("/api/v1/reports/{}", days_ago(1));
    until("done", || {
        client.post(&format!("{path}/retry"), &json!({}));
        is_done(&client, days_ago(1))
    });
    night.is_right(&client, &bucket);
    assert_eq!(webhook.about("late/").len(), 1, "not a second time once it can be written down");
}

/// What is wrong over there is said in words, and tried again when that makes sense.
#[test]
fn troubles_over_there_are_said_in_words() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let read_only = Authority::start_with("internal-sftp -R");
    let hanging = Bucket::start();
    hanging.set(Mood::Hanging);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_port = format!("port = {}", silent.local_addr().unwrap().port());
    let known_hosts = tempfile::NamedTempFile::new().unwrap();
    let port = format!("port = {}", authority.port);
    let host_key = |settings: &str| settings.lines().find(|line| line.starts_with("host_key")).unwrap().to_owned();
    let cases: [(&str, &Authority, &dyn Fn(String) -> String, &str, bool); 7] = [
        ("missing", &authority, &|settings| settings.replace("/inbox/trouble-missing", "/nowhere"), "no such file", true),
        ("read-only", &read_only, &|settings| settings, "permission denied", true),
        ("silent", &authority, &|settings| settings.replace(&port, &silent_port), "no answer within", true),
        ("stranger", &authority, &|settings| settings.replace("user = \"", "user = \"no-"), "does not let", true),
        (
            "unknown",
            &authority,
            &|settings| settings.replace(&host_key(&settings), &format!("known_hosts = \"{}\"", known_hosts.path().display())),
            "is not in",
            false,
        ),
        (
            "hanging",
            &authority,
            &|settings| settings.replace(&format!("127.0.0.1:{}\"", bucket.port), &format!("127.0.0.1:{}\"", hanging.port)),
            "no answer within",
            true,
        ),
        ("forged", &authority, &|settings| settings.replace("archive secret", "another word"), "signature", true),
    ];
    let nights: Vec<_> = cases
        .into_iter()
        .map(|(name, authority, spoil, words, is_retried)| {
            let night = Night::new(&format!("trouble-{name}"), authority, &bucket);
            let rest = spoil(format!("{}{}", authority.settings(&night.inbox), bucket.settings(&night.name)));
            night.set(&settings(days_ago(1), &rest, ""));
            let process = night.start(0);
            (night, process, words, is_retried)
        })
        .collect();
    for (night, process, words, is_retried) in nights {
        let client = night.client(&process);
        let failed = until(&night.name, || {
            let answer = client.get(&format!("/api/v1/reports/{}", days_ago(1)));
            (answer.status == 200 && !answer.body["failed"].is_null()).then(|| answer.body["failed"].clone())
        });
        let details = failed["failure_details"].as_str().unwrap();
        assert!(details.to_lowercase().contains(words) && !details.contains("secret"), "{}: {failed}", night.name);
        assert_eq!(!failed["retry_at"].is_null(), is_retried, "{}: {failed}", night.name);
        assert!(!night.log(0).contains("open sesame") && !night.log(0).contains("archive secret"), "{}", night.name);
    }
    // And once the file of known hosts has the server, it is known.
    authority.known_hosts(known_hosts.path());
    let night = Night::new("trouble-known", &authority, &bucket);
    let rest = format!("{}{}", authority.settings(&night.inbox), bucket.settings(&night.name));
    let rest = rest.replace(&host_key(&rest), &format!("known_hosts = \"{}\"", known_hosts.path().display()));
    night.set(&settings(days_ago(1), &rest, ""));
    let process = night.start(0);
    let client = night.client(&process);
    done(&night, &client);
    night.is_right(&client, &bucket);
}

#[test]
fn settings_that_cannot_be_right_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |settings: &str| {
        std::fs::write(folder.path().join("tafel.toml"), settings).unwrap();
        let output = tafel().args(["--listen", "127.0.0.1:0", "--store", &url(folder.path())]).current_dir(folder.path()).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let sftp = "[report.sftp]\nhost = \"h\"\nuser = \"u\"\npassword = \"p\"\nhost_key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ\"\n[report.archive]\nfolder = \"archive\"\n";
    for (settings, words) in [
        ("[report]\nzone = \"Europe/Berlinn\"\n", "Europe/Berlinn"),
        ("[report]\nzone = \"Europe/Berlin\"\ncut_off = \"22:30\"\ndeadline = \"22:30\"\n", "deadline"),
        ("[report]\nzone = \"Europe/Berlin\"\nclaim_s = 1\n", "claim_s"),
        ("[report]\nzone = \"Europe/Berlin\"\ndedline = \"05:00\"\n", "dedline"),
    ] {
        let said = refused(&format!("{settings}{sftp}"));
        assert!(said.contains(words), "{said}");
    }
    let zone = "[report]\nzone = \"Europe/Berlin\"\n";
    for (from, to, words) in [
        ("host = \"h\"", "host = \"\"", "sftp.host"),
        ("password = \"p\"\n", "", "a password or a key"),
        ("password = \"p\"", "key = \"no-such-key\"", "no-such-key"),
        ("ssh-ed25519 AAAA", "ssh-ed25519 BBBB", "host_key"),
        ("folder = \"archive\"", "", "a folder or a bucket"),
    ] {
        let said = refused(&format!("{zone}{}", sftp.replacen(from, to, 1)));
        assert!(said.contains(words), "{to}: {said}");
    }
    let said = refused(&format!("{zone}{sftp}[report.alerts]\nwebhook = \"alerts.example\"\nmail_to = [\"nobody\"]\n"));
    assert!(said.contains("webhook_secret") && said.contains("nobody") && said.contains("mail_from"), "{said}");
}

/// A deploy at the worst moment: renamed, fetched at once, and the stream does not know of it yet.
#[test]
fn who_is_ended_behind_the_renaming_says_first_what_he_knows() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let night = Night::new("ended", &authority, &bucket);
    let held = Process::start_with(night.folders[0].path(), &night.store, &[("TAFEL_REPORT_STOP_AT", "renamed=hold".to_owned())]);
    until("renamed", || night.log(0).contains("held up by a test").then_some(()));
    std::fs::remove_file(night.inbox.join(format!("tafel-{}.csv", days_ago(1)))).unwrap();
    assert!(held.terminate() < Duration::from_secs(10));
    let process = night.start(0);
    let client = night.client(&process);
    let report = done(&night, &client);
    let kinds: Vec<&str> = report["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    let given_back = kinds.iter().position(|kind| *kind == "report_released").unwrap();
    let claimed_again = kinds.iter().rposition(|kind| *kind == "report_claimed").unwrap();
    assert!(given_back < claimed_again, "nobody has waited for the claim's end: {kinds:?}");
    assert!(kinds.contains(&"report_submitted") && !kinds.contains(&"report_submission_failed"), "{kinds:?}");
    assert_eq!(night.files(), (Vec::new(), Vec::new()), "it is not sent again");
}

/// The authority's disk is full in the middle of the file, and has room again later.
#[test]
fn a_full_disk_over_there_leaves_nothing_half_done() {
    let (authority, bucket) = (Authority::start(), Bucket::start());
    let mut night = Night::new("full", &authority, &bucket);
    let small = Small::mount(&night.inbox);
    night.inbox.clone_from(&small.0);
    let rest = format!("{}{}", authority.settings(&night.inbox), bucket.settings("full"));
    night.set(&settings(days_ago(1), &rest, ""));
    let filler = small.0.join(".filler");
    fill(&filler);
    // Room for half of it.
    let file = std::fs::File::options().write(true).open(&filler).unwrap();
    file.set_len(file.metadata().unwrap().len() - 64 * 1_024).unwrap();
    let process = night.start(0);
    let client = night.client(&process);
    let path = format!("/api/v1/reports/{}", days_ago(1));
    let failed = until("full", || {
        let answer = client.get(&path);
        (answer.status == 200 && !answer.body["failed"].is_null()).then(|| answer.body["failed"].clone())
    });
    assert!(!failed["retry_at"].is_null(), "{failed}");
    assert_eq!(night.files().0, Vec::<String>::new(), "nothing has the final name");
    // While it is open its room is not free.
    drop(file);
    std::fs::remove_file(filler).unwrap();
    client.post(&format!("{path}/retry"), &json!({})).expect(202);
    done(&night, &client);
    night.is_right(&client, &bucket);
}
