//! SQL Server: durable commands, beside a transaction for each. Where there is none, it says so.

use crate::commands::{ROUND, through};
use crate::made::{open, stream};
use crate::postgres::{copy, runtime};
use crate::sql_server::{OnServer, connect, server};
use crate::{Line, median};
use std::sync::Arc;
use std::time::Instant;
use tafel::ledger::Ledger;
use tafel::plan::decide;
use tafel::store::{self, Access};
use uuid::Uuid;

const ROUNDS: usize = 5;
const BARE: &str = "CREATE TABLE bare (position bigint PRIMARY KEY, recorded_at datetime2(6) NOT NULL, actor nvarchar(200) NOT NULL, batch uniqueidentifier NOT NULL, kind varchar(64) NOT NULL, payload nvarchar(max) NOT NULL)";
const INSERT: &str = "INSERT INTO bare (position, recorded_at, actor, batch, kind, payload) VALUES (@P1, SYSUTCDATETIME(), N'berta', @P2, 'guest_changed', N'{\"guest\":12,\"notes\":\"note\"}')";

/// Events per second of one connection with a transaction each.
async fn plain(database: &OnServer) -> f64 {
    let mut client = connect(&database.url().parse().unwrap()).await.unwrap();
    client.execute("DELETE FROM bare", &[]).await.unwrap();
    let (began, mut count) = (Instant::now(), 0_i64);
    while began.elapsed() < ROUND {
        count += 1;
        client.execute(INSERT, &[&count, &Uuid::now_v7()]).await.unwrap();
    }
    count as f64 / began.elapsed().as_secs_f64()
}

pub fn commands() -> Vec<Line> {
    let Some(server) = server() else {
        eprintln!("There is no SQL Server: set TAFEL_TEST_MSSQL, or start compose.yaml. NOTHING OF IT WAS MEASURED.");
        return Vec::new();
    };
    let (database, folder) = (OnServer::new(&server), tempfile::tempdir().unwrap());
    let cast = Arc::new(stream(folder.path(), 10_000));
    copy(&*open(folder.path()), &*store::open(&database.url(), Access::Beside).unwrap());
    let runtime = runtime();
    runtime.block_on(async { connect(&database.url().parse().unwrap()).await.unwrap().execute(BARE, &[]).await.unwrap() });
    let ledger = Ledger::start(store::open(&database.url(), Access::Serve).unwrap(), decide).unwrap();
    let (mut ours, mut one) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(runtime.block_on(plain(&database)));
        ours.push(through(&ledger, &cast));
    }
    runtime.block_on(ledger.stop());
    let (ours, one) = (median(ours), median(one));
    let name = if database.is_babelfish { "Babelfish" } else { "SQL Server" };
    vec![Line {
        what: format!("durable one-event commands, 64 client tasks, {name}"),
        measured: format!("{ours:.0}/s"),
        baseline: format!("{one:.0}/s (one transaction per event, one connection)"),
        ratio: Some(ours / one),
        to_reach: "4",
    }]
}
