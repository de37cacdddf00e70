//! An attempt at a step: tried again and again while its claim lasts, with pauses that grow.

use backon::{BackoffBuilder as _, ExponentialBuilder};
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// Why something did not work, by what is to be done about it.
#[cfg_attr(not(feature = "sftp"), expect(dead_code, reason = "some only happen with SFTP"))]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It may work in a moment.
    Passing(String),
    /// It will not work before somebody over there has changed something; it is tried again later.
    Lasting(String),
    /// As lasting, but a few times only: whoever says no is not to be asked all night.
    Refused(String),
    /// It must not be tried again before a person has seen to it.
    Person(String),
    /// Nobody can tell whether it worked.
    Uncertain(String),
    /// Somebody else has taken over, or this instance ends: nothing more may be done.
    Over(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passing(words)
            | Self::Lasting(words)
            | Self::Refused(words)
            | Self::Person(words)
            | Self::Uncertain(words)
            | Self::Over(words) => f.write_str(words),
        }
    }
}

/// Tries until it works, until that makes no sense, or until `over`.
///
/// # Errors
/// The last trouble.
pub(super) async fn attempt<T>(over: Instant, step: &str, mut work: impl AsyncFnMut(u32) -> Result<T, Trouble>) -> Result<T, Trouble> {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(30))
        .with_jitter()
        .without_max_times()
        .build();
    let mut last = None;
    for (number, pause) in (1..).zip(pauses) {
        let trouble = match tokio::time::timeout_at(over, work(number)).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(Trouble::Passing(words))) => words,
            Ok(Err(other)) => return Err(other),
            Err(_) => break,
        };
        tracing::warn!(step, number, why = trouble, pause_ms = pause.as_millis(), "it did not work; it is tried again");
        last = Some(trouble);
        if Instant::now() + pause >= over {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    Err(Trouble::Passing(last.unwrap_or_else(|| "it took longer than the claim on it lasts".to_owned())))
}

/// The pauses between attempts. A night of ten hours has fewer than twenty attempts, of at most five events each.
const PAUSES: [Duration; 6] = [
    Duration::from_mins(1),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(10),
    Duration::from_mins(20),
    Duration::from_mins(30),
];

/// How long after its attempt with this number a step is tried again.
pub(crate) fn pause_after(attempt: u32) -> Duration {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
    PAUSES[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(work)
    }

    #[test]
    fn what_passes_is_tried_again_with_growing_pauses() {
        run(async {
            let (began, tries) = (Instant::now(), Cell::new(0));
            let done = attempt(began + Duration::from_mins(5), "submit", async |number| {
                tries.set(number);
                if number < 5 { Err(Trouble::Passing("refused".to_owned())) } else { Ok("done") }
            });
            assert_eq!(done.await, Ok("done"));
            // 1 + 2 + 4 + 8 seconds, and for each up to as much again.
            let took = began.elapsed();
            assert_eq!(tries.get(), 5);
            assert!(took >= Duration::from_secs(15) && took <= Duration::from_secs(31), "{took:?}");
        });
    }

    #[test]
    fn an_attempt_is_over_before_its_claim_is() {
        run(async {
            let began = Instant::now();
            let over = began + Duration::from_mins(4);
            let failed = attempt::<()>(over, "submit", async |_| Err(Trouble::Passing("refused".to_owned()))).await;
            assert_eq!(failed, Err(Trouble::Passing("refused".to_owned())));
            assert!(began.elapsed() < Duration::from_mins(4) && began.elapsed() > Duration::from_mins(2));
            let began = Instant::now();
            let hangs = attempt::<()>(began + Duration::from_mins(4), "submit", async |_| std::future::pending().await).await;
            assert!(matches!(hangs, Err(Trouble::Passing(_))), "{hangs:?}");
            assert_eq!(began.elapsed(), Duration::from_mins(4));
        });
    }

    #[test]
    fn what_needs_a_person_is_not_tried_again() {
        run(async {
            for trouble in [Trouble::Person(String::new()), Trouble::Uncertain(String::new()), Trouble::Lasting(String::new())] {
                let tries = Cell::new(0);
                let failed = attempt::<()>(Instant::now() + Duration::from_mins(4), "submit", async |number| {
                    tries.set(number);
                    Err(trouble.clone())
                });
                assert_eq!(failed.await, Err(trouble.clone()));
                assert_eq!(tries.get(), 1);
            }
        });
    }

    #[test]
    fn a_night_of_outage_is_few_events() {
        // Claims of five minutes, of which each attempt takes nearly all.
        let (mut minutes, mut attempts) = (0, 0);
        while minutes < 10 * 60 {
            attempts += 1;
            minutes += 4 + pause_after(attempts).as_secs() / 60;
        }
        // Claimed, step started, failed, released; and what was said before.
        assert!(attempts * 4 + 4 < 100, "{attempts} attempts");
    }
}
