//! `tafel log`: the stream as a file, from a file, and whether it is whole.

use super::StoreArgument;
use anyhow::{Context, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tafel::outbound::{self, Scheme};
use tafel::plan::Position;
use tafel::plan::document::DIGEST_VERSION;
use tafel::store::new_incarnation;
use tafel::transfer::{self, TransferError, Verified};

#[derive(Subcommand)]
pub(super) enum LogCommand {
    /// Write the stream as JSON lines, with checksums: a backup
    Export {
        /// The first event; without it, all
        #[arg(long, value_name = "POSITION", default_value_t = 1)]
        from: u64,
        /// The file; without it, standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        store: StoreArgument,
    },
    /// Append what an export holds to a store that is empty, or holds its beginning
    Import {
        file: PathBuf,
        #[command(flatten)]
        store: StoreArgument,
    },
    /// Say that the database was restored from a backup on purpose: the stream begins a new life, from its end as it is
    Restored(StoreArgument),
    /// Read the whole stream, fold it, and check what must hold; changes nothing
    Verify {
        /// Compare with what this running Tafel has; the token is read from TAFEL_TOKEN
        #[arg(long, value_name = "http://ADDRESS")]
        against: Option<String>,
        #[command(flatten)]
        store: StoreArgument,
    },
}

/// A bar on a terminal, and nothing elsewhere.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}% · {per_sec} · {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar) -> impl FnMut(u64, u64) {
    move |done, of| {
        if done.is_multiple_of(1_000) || done == of {
            bar.set_length(of);
            bar.set_position(done);
        }
    }
}

/// Writes the file beside the one that may be there, and puts it in its place once it is whole and on the disk.
fn whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<u64, TransferError>) -> anyhow::Result<u64> {
    // Where a link leads, and into a pipe or a device as it is.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.exists() && !path.is_file() {
        let out = File::options().write(true).open(path).with_context(|| format!("cannot write {}", path.display()))?;
        return Ok(write(&mut BufWriter::new(out))?);
    }
    let mut name = path.file_name().with_context(|| format!("{} is no name of a file", path.display()))?.to_owned();
    name.push(".part");
    let beside = path.with_file_name(name);
    let written = || -> anyhow::Result<u64> {
        let mut out = BufWriter::new(File::create(&beside)?);
        let count = write(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        std::fs::rename(&beside, path)?;
        Ok(count)
    };
    let written = written();
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

pub(super) fn run(command: LogCommand) -> anyhow::Result<()> {
    let bar = bar();
    match command {
        LogCommand::Export { from, output, store } => {
            let store = store.look()?;
            let export = |out: &mut dyn Write| transfer::export(&*store, Position(from), out, &mut show(&bar));
            let count = match &output {
                Some(path) => whole(path, export)?,
                None => export(&mut BufWriter::new(std::io::stdout().lock()))?,
            };
            bar.finish_and_clear();
            eprintln!("Exported {count} events.");
        }
        LogCommand::Import { file, store } => {
            let named = || format!("cannot import {}", file.display());
            let (appended, last) = transfer::import(&*store.open()?, &file, &mut show(&bar)).with_context(named)?;
            bar.finish_and_clear();
            println!("Imported {appended} events; the stream ends at {last}.");
        }
        LogCommand::Restored(store) => {
            let (store, id) = (store.open()?, new_incarnation());
            store.begin_incarnation(&id)?;
            println!("The stream begins its life {id}. Start the servers; consumers are told to compare what they have read.");
        }
        LogCommand::Verify { against, store } => {
            let verified = transfer::verify(&store.look()?)?;
            let Verified { position, hash, unchained, erased, guests, tables, void, sha256, broken } = &verified;
            println!("{position} events, no gap. {guests} guests, {tables} tables, {void} batches void.");
            println!("Digest {sha256}, version {DIGEST_VERSION}.");
            let chained = position.0 - unchained;
            if chained > 0 {
                println!("{chained} events are what was written, {erased} of them erased since. The chain ends with {hash}.");
            }
            if *unchained > 0 {
                println!(
                    "The last {unchained} events are of an older program and have no hash yet: `tafel serve` chains them when it starts, \
                     or as soon as it sees them."
                );
            }
            if !broken.is_empty() {
                bail!("what must hold does not: {}", broken.join("; "));
            }
            if let Some(base) = against {
                compare(&base, &verified)?;
            }
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Theirs {
    position: Position,
    sha256: String,
    version: u32,
}

fn compare(base: &str, ours: &Verified) -> anyhow::Result<()> {
    let token = std::env::var("TAFEL_TOKEN").context("TAFEL_TOKEN holds no token to ask with")?;
    let url = format!("{}/api/v1/plan/digest?at={}", base.trim_end_matches('/'), ours.position);
    let agent = outbound::agent(Duration::from_secs(30), Scheme::Any);
    let asked = agent.get(&url).header("Authorization", format!("Bearer {token}")).call();
    let mut answer = asked.with_context(|| format!("{base} does not say what it has"))?;
    if !answer.status().is_success() {
        bail!("{base} does not say what it has: it answers {}", answer.status());
    }
    let text = answer.body_mut().read_to_string()?;
    let theirs: Theirs = serde_json::from_str(&text).with_context(|| format!("{base} answered something else than a digest"))?;
    if theirs.version != DIGEST_VERSION {
        bail!("{base} has digests of version {}, this program of {DIGEST_VERSION}: they cannot be compared", theirs.version);
    }
    if (theirs.position, &theirs.sha256) != (ours.position, &ours.sha256) {
        bail!("{base} has another plan at {}: its digest is {}", theirs.position, theirs.sha256);
    }
    println!("{base} has the same plan.");
    Ok(())
}
