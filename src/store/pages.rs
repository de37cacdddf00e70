//! Reading a stream from a database server: page by page, on another thread, handed over in boxes.

use super::{Record, RecordSink, Rows, Sink, StoreError, bound};
use crate::plan::Position;
use futures_util::{FutureExt as _, TryStream, TryStreamExt as _};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

/// A reading begins with few rows, since many want no more, and goes on with many.
const FIRST: i64 = 256;
const MOST: i64 = 16_384;
/// Rows are handed over so many at a time.
pub(super) const BOX_ROWS: usize = 2_048;
/// Boxes that may wait for whoever reads.
const BOXES: usize = 4;

/// Which events are read, and from where on the next page is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pages {
    Forward { after: i64, until: i64 },
    Back { before: i64 },
    Validity { after: i64 },
}

impl Pages {
    /// The bounds of the next page: behind or before the first, and not beyond the second.
    pub(super) fn bounds(self) -> (i64, i64) {
        match self {
            Self::Forward { after, until } => (after, until),
            Self::Back { before } => (before, i64::MAX),
            Self::Validity { after } => (after, i64::MAX),
        }
    }

    pub(super) fn go_on_from(&mut self, position: i64) {
        match self {
            Self::Forward { after, .. } | Self::Validity { after } => *after = position,
            Self::Back { before } => *before = position,
        }
    }
}

/// How many rows the next page has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit(pub(super) i64);

impl Limit {
    /// Of the first page. A range that fits into one is read at once.
    pub(super) fn first(pages: Pages) -> Self {
        match pages {
            Pages::Forward { after, until } if until.saturating_sub(after) < MOST => Self(MOST - 1),
            _ => Self(FIRST),
        }
    }

    pub(super) fn grow(&mut self) {
        self.0 = self.0.saturating_mul(4).min(MOST);
    }
}

/// The next row of a query. Only waiting for the server takes time: rows that are there already do not, and whoever takes them may
/// take as long as they like.
pub(super) async fn next_row<S: TryStream + Unpin>(rows: &mut S, within: Duration) -> Result<Result<Option<S::Ok>, S::Error>, Elapsed> {
    // A clock for each row would cost as much as the row.
    match rows.try_next().now_or_never() {
        Some(next) => Ok(next),
        None => timeout(within, rows.try_next()).await,
    }
}

/// The end at which boxes are filled.
pub(super) struct Boxes(SyncSender<Result<Rows, StoreError>>);

impl Boxes {
    pub(super) fn new() -> (Self, Receiver<Result<Rows, StoreError>>) {
        let (boxes, filled) = sync_channel(BOXES);
        (Self(boxes), filled)
    }

    /// False where nobody wants it any more. Blocks its thread until there is room, and lets the runtime know.
    pub(super) fn hand_over(&self, rows: Rows) -> bool {
        tokio::task::block_in_place(|| self.0.send(Ok(rows)).is_ok())
    }

    pub(super) fn fail(&self, error: StoreError) {
        // Whoever does not listen any more does not mind.
        let _ = tokio::task::block_in_place(|| self.0.send(Err(error)));
    }
}

/// Shows what comes in boxes to the sink, row by row.
pub(super) fn drain(filled: Receiver<Result<Rows, StoreError>>, sink: Sink<'_>) -> Result<(), StoreError> {
    for rows in filled {
        for raw in rows?.iter() {
            if sink(raw).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Hands out what `page` reads behind one position, up to and with another, until there is no more or nobody wants it.
pub(super) fn read_records(
    after: Position,
    until: Position,
    sink: RecordSink<'_>,
    page: impl Fn(i64, i64) -> Result<Vec<Record>, StoreError>,
) -> Result<(), StoreError> {
    let mut after = bound(after);
    loop {
        let records = page(after, bound(until))?;
        let Some(last) = records.last() else { return Ok(()) };
        after = bound(last.event.position);
        if records.into_iter().try_for_each(&mut *sink).is_break() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    const WITHIN: Duration = Duration::from_secs(20);

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_takes_no_time_of_the_servers_and_a_slow_server_does() {
        let mut rows = stream::iter([Ok::<_, ()>(1), Ok(2), Ok(3)]);
        for expected in 1..=3 {
            assert_eq!(next_row(&mut rows, WITHIN).await.unwrap(), Ok(Some(expected)));
            // Longer than the server may take.
            tokio::time::sleep(3 * WITHIN).await;
        }
        assert_eq!(next_row(&mut rows, WITHIN).await.unwrap(), Ok(None));
        assert!(next_row(&mut stream::pending::<Result<(), ()>>(), WITHIN).await.is_err());
    }
}
