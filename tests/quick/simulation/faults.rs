//! What goes wrong: instances are paused, killed and cut off, answers get lost, clocks jump, and a backup is put back.

use super::World;
use super::database::Line;
use super::instance::Instance;
use fastrand::Rng;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::sleep;

/// Which kinds of faults there are in a run.
#[derive(Debug, Clone, Copy)]
pub struct Kinds {
    pub has_pauses: bool,
    pub has_kills: bool,
    pub has_cuts: bool,
    pub has_jumps: bool,
    pub has_restore: bool,
}

impl Kinds {
    pub fn of(rng: &mut Rng, is_local: bool) -> Self {
        let mut is = |of_ten: u8| rng.u8(..10) < of_ten;
        Self { has_pauses: is(7), has_kills: is(6), has_cuts: is(7), has_jumps: is(5), has_restore: is(3) && !is_local }
    }
}

/// Does one thing after the other to the instances for so long; then all is well again.
pub async fn trouble(world: Arc<World>, kinds: Kinds, lasting: Duration, mut rng: Rng) {
    let mut restores_left = u8::from(kinds.has_restore);
    while world.truth.elapsed() < lasting {
        sleep(Duration::from_millis(rng.u64(200..2_500))).await;
        let instance = world.instances[rng.usize(..world.instances.len())].clone();
        let length = Duration::from_millis(rng.u64(100..6_000));
        match rng.u8(..14) {
            0..3 if kinds.has_pauses => pause(instance, length),
            3..5 if kinds.has_kills => kill(instance, length / 4),
            5..7 if kinds.has_cuts => worsen(instance, length, Line { is_cut: true, ..Line::default() }),
            7..9 if kinds.has_cuts => {
                worsen(instance, length, Line { loses_answers: rng.u8(10..60), is_late: rng.u8(0..40), is_cut: false });
            }
            9 if kinds.has_cuts => take_away(world.clone(), length / 2),
            10 | 11 if kinds.has_jumps => jump(instance, length, step(&mut rng)),
            12 if kinds.has_jumps && kinds.has_kills => start_with_a_wrong_clock(instance, length, step(&mut rng)),
            13 if restores_left > 0 && world.truth.elapsed() > lasting / 3 => {
                restores_left -= 1;
                // Who sleeps meanwhile may wake up when the stream is as long as it was.
                pause(instance, length / 2);
                restore(&world, &mut rng);
            }
            _ => {}
        }
    }
    // What was begun has ended by then.
    sleep(Duration::from_secs(8)).await;
}

fn pause(instance: Instance, length: Duration) {
    instance.set_paused(true);
    tokio::spawn(async move {
        sleep(length).await;
        instance.set_paused(false);
    });
}

fn kill(instance: Instance, length: Duration) {
    instance.kill();
    tokio::spawn(async move {
        sleep(length).await;
        instance.start_unless_it_runs().await;
    });
}

fn worsen(instance: Instance, length: Duration, line: Line) {
    *instance.line.lock() = line;
    tokio::spawn(async move {
        sleep(length).await;
        *instance.line.lock() = Line::default();
    });
}

fn take_away(world: Arc<World>, length: Duration) {
    world.database.is_up.store(false, Ordering::Relaxed);
    tokio::spawn(async move {
        sleep(length).await;
        world.database.is_up.store(true, Ordering::Relaxed);
    });
}

/// From some seconds to three days, mostly forward.
fn step(rng: &mut Rng) -> i64 {
    let seconds = match rng.u8(..4) {
        0 => rng.i64(3..15),
        1 => rng.i64(60..900),
        2 => 3 * 86_400,
        _ => -rng.i64(3..600),
    };
    seconds * 1_000_000
}

fn jump(instance: Instance, length: Duration, step_us: i64) {
    instance.offset_us.store(step_us, Ordering::Relaxed);
    tokio::spawn(async move {
        sleep(length).await;
        instance.offset_us.store(0, Ordering::Relaxed);
    });
}

fn start_with_a_wrong_clock(instance: Instance, length: Duration, step_us: i64) {
    instance.kill();
    jump(instance.clone(), length, step_us);
    tokio::spawn(async move { instance.start_unless_it_runs().await });
}

/// Some of the newest events are gone, and the stream goes on otherwise.
fn restore(world: &World, rng: &mut Rng) {
    let mut content = world.database.content.lock();
    let newest = content.records.len();
    let kept = newest.saturating_sub(rng.usize(1..8)).max(world.prepared);
    content.restore(kept, rng.bool());
    world.restored(kept as u64);
}
