//! Reading the stream from PostgreSQL: page by page on a connection of the pool, or all at once on one of its own.

use super::open::Server;
use super::stream::{COLUMNS, raw};
use super::{ANSWERS_WITHIN, Fault, connection, unavailable};
use crate::store::pages::{BOX_ROWS, Boxes, Limit, Pages, next_row};
use crate::store::{Rows, Sink, StoreError, bound};
use deadpool_postgres::{Object, Pool};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, RowStream};

/// Whoever wants more than this is worth a connection.
pub(super) const WHOLE_EVENTS: i64 = 65_536;

fn sql(pages: Pages) -> String {
    let rest = match pages {
        Pages::Forward { .. } => "position > $1 AND position <= $2 ORDER BY position",
        Pages::Back { .. } => "position < $1 AND position <= $2 ORDER BY position DESC",
        Pages::Validity { .. } => "kind IN ('batch_retracted', 'batch_reinstated') AND position > $1 AND position <= $2 ORDER BY position",
    };
    format!("{COLUMNS} WHERE {rest} LIMIT $3")
}

/// Sends the pages in boxes, until there is no more or nobody takes them.
pub(super) async fn read(pool: Pool, mut pages: Pages, boxes: &Boxes) -> Result<(), Fault> {
    let client = connection(&pool).await?;
    let mut limit = Limit::first(pages);
    loop {
        match read_page(&client, pages, limit.0, boxes).await {
            Ok(Read::UpTo(last)) => pages.go_on_from(last),
            Ok(Read::All) => return Ok(()),
            // Rows may still be on their way.
            Ok(Read::Unwanted) => {
                drop(Object::take(client));
                return Ok(());
            }
            Err(fault) => {
                drop(Object::take(client));
                return Err(fault);
            }
        }
        limit.grow();
    }
}

/// What became of a page.
enum Read {
    /// There may be more behind this position.
    UpTo(i64),
    All,
    Unwanted,
}

async fn read_page(client: &Object, pages: Pages, limit: i64, boxes: &Boxes) -> Result<Read, Fault> {
    let (from, until) = pages.bounds();
    let parameters: [&(dyn ToSql + Sync); 3] = [&from, &until, &limit];
    let asking = async { client.query_raw(&client.prepare_cached(&sql(pages)).await?, parameters).await };
    let mut rows = std::pin::pin!(in_time(asking).await?);
    let (mut count, mut last) = (0, from);
    loop {
        let mut filling = Rows::default();
        while filling.len() < BOX_ROWS {
            let Some(row) = next(&mut rows).await? else { break };
            let raw = raw(&row).map_err(Fault::Database)?;
            (count, last) = (count + 1, bound(raw.position));
            filling.push(raw);
        }
        let is_end = filling.len() < BOX_ROWS;
        if !filling.is_empty() && !boxes.hand_over(filling) {
            return Ok(Read::Unwanted);
        }
        if is_end {
            return Ok(if count == limit { Read::UpTo(last) } else { Read::All });
        }
    }
}

/// A page may take longer than a small question.
const PAGE_WITHIN: Duration = Duration::from_secs(4 * ANSWERS_WITHIN.as_secs());

async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
    tokio::time::timeout(PAGE_WITHIN, work).await.map_err(|_| Fault::TooSlow(PAGE_WITHIN))?.map_err(Fault::Database)
}

async fn next(rows: &mut Pin<&mut RowStream>) -> Result<Option<Row>, Fault> {
    next_row(rows, PAGE_WITHIN).await.map_err(|_| Fault::TooSlow(PAGE_WITHIN))?.map_err(Fault::Database)
}

/// Reads the events after `after`, up to and with `until`, in one go, on a connection and a runtime of this thread's own: rows go
/// to the sink as they come, and nothing else waits for it.
pub(super) fn whole(server: &Server, after: i64, until: i64, sink: Sink<'_>) -> Result<(), StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| StoreError::Unavailable(Arc::new(error)))?;
    runtime.block_on(read_whole(server, after, until, sink)).map_err(unavailable)
}

async fn read_whole(server: &Server, after: i64, until: i64, sink: Sink<'_>) -> Result<(), Fault> {
    let (client, connection) = in_time(server.connect()).await?;
    // Ends with the client.
    tokio::spawn(connection);
    let sql = format!("{COLUMNS} WHERE position > $1 AND position <= $2 ORDER BY position");
    let mut rows = std::pin::pin!(in_time(client.query_raw(&sql, [after, until])).await?);
    while let Some(row) = next(&mut rows).await? {
        if sink(raw(&row).map_err(Fault::Database)?).is_break() {
            break;
        }
    }
    Ok(())
}
