//! The program itself as a process, to be killed.

use super::server::{Client, add_tokens};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tafel::plan::command::Role;

pub struct Process {
    child: Child,
    pub address: SocketAddr,
    pub log: PathBuf,
}

/// Tokens for a store that no server has opened yet.
pub fn prepare(folder: &Path) -> Vec<(Role, String)> {
    add_tokens(&url(folder))
}

pub fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("tafel.db").display())
}

pub fn tafel() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tafel"));
    command.env_remove("TAFEL_STORE").env_remove("TAFEL_LISTEN").env_remove("TAFEL_LOG");
    command
}

impl Process {
    /// Starts a server on the folder's store; its log lines go to a file there.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_on(folder, &url(folder), arguments)
    }

    /// Starts a server on the store.
    pub fn start_on(folder: &Path, store: &str, arguments: &[&str]) -> Self {
        Self::start_as(folder, store, arguments, &[])
    }

    /// Starts a server on the store, with some environment.
    pub fn start_with(folder: &Path, store: &str, variables: &[(&str, String)]) -> Self {
        Self::start_as(folder, store, &[], variables)
    }

    fn start_as(folder: &Path, store: &str, arguments: &[&str], variables: &[(&str, String)]) -> Self {
        let log = folder.join("tafel.log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let mut child = tafel()
            .args(["--listen", "127.0.0.1:0", "--store", store])
            .args(arguments)
            .envs(variables.iter().cloned())
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let address = stdout.lines().map_while(Result::ok).find_map(|line| line.rsplit_once("http://")?.1.trim().parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address; the log says: {}", std::fs::read_to_string(&log).unwrap_or_default()));
        Self { child, address, log }
    }

    /// Stops the process where it is; it goes on with [`Self::wake`].
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn wake(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    pub fn client(&self, tokens: &[(Role, String)], role: Role) -> Client {
        Client::new(self.address, tokens.iter().find(|(of, _)| *of == role).map(|(_, token)| token.clone()))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; answers how long the end took.
    pub fn terminate(mut self) -> Duration {
        let began = Instant::now();
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        began.elapsed()
    }

    /// A line of `/proc/PID/status`, in KiB.
    pub fn memory_kib(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let value = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':')).unwrap();
        value.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, or left over by a test that failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
