//! The preview of a retraction, beside a full fold of the stream.

use crate::made::{append, open, stream};
use crate::{Line, median};
use std::time::Instant;
use tafel::ledger::{Ledger, fold};
use tafel::plan::{Plan, Position, apply, decide};

const ROUNDS: usize = 9;

pub fn run() -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    let mut cast = stream(folder.path(), 88_500);
    // One batch of 1,500 events, then 10,000 by others.
    let batch = append(folder.path(), &mut cast, 90_000, u64::MAX);
    append(folder.path(), &mut cast, 100_000, 1);
    let ledger = Ledger::start(open(folder.path()), decide).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mut previews, mut folds) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let preview = runtime.block_on(ledger.preview_retraction(batch)).unwrap();
        previews.push(began.elapsed().as_secs_f64() * 1e3);
        assert!(!preview.overtaken.is_empty());
        let began = Instant::now();
        let mut plan = Plan::default();
        fold(&**ledger.store(), Position(0), Position(100_000), |event| {
            apply(&mut plan, event);
        })
        .unwrap();
        folds.push(began.elapsed().as_secs_f64() * 1e3);
        assert_eq!(plan.position, ledger.snapshot().plan.position);
    }
    let (previews, folds) = (median(previews), median(folds));
    vec![Line {
        what: "preview of the retraction of 1,500 events, 10,000 events back in a stream of 100,000".into(),
        measured: format!("{previews:.1} ms"),
        baseline: format!("{folds:.1} ms (full fold)"),
        ratio: Some(previews / folds),
        to_reach: "at most 0.20",
    }]
}
