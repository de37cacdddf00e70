//! The deployment's script: a good build takes over, a broken one is sent back, and nothing is lost either way.

use crate::harness::process::{tafel, url};
use crate::harness::server::{Client, add_tokens};
use serde_json::json;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tafel::plan::command::Role;
use tempfile::TempDir;

/// A machine with a place for releases, and a way to start and stop what is current.
struct Machine {
    folder: TempDir,
    address: String,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        fs::create_dir(folder.path().join("releases")).unwrap();
        Self { folder, address }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Deploys the build; answers whether it went well, and what was said.
    fn deploy(&self, build: &Path) -> (bool, String) {
        let home = self.folder.path().display();
        let start = self.program(
            "start",
            &format!("#!/bin/sh\nsetsid {home}/current/tafel serve >>{home}/log 2>&1 </dev/null &\necho $! >{home}/pid\n"),
        );
        let stop = self.program(
            "stop",
            &format!("#!/bin/sh\ntest -f {home}/pid || exit 0\nkill -TERM $(cat {home}/pid) 2>/dev/null\nwhile kill -0 $(cat {home}/pid) 2>/dev/null; do sleep 0.05; done\nrm {home}/pid\n"),
        );
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/deploy.sh");
        let output = Command::new("bash")
            .arg(script)
            .arg(build)
            .env("TAFEL_HOME", self.folder.path())
            .env("TAFEL_START", &start)
            .env("TAFEL_STOP", &stop)
            .env("TAFEL_URL", format!("http://{}", self.address))
            .env("TAFEL_LISTEN", &self.address)
            .env("TAFEL_STORE", url(self.folder.path()))
            .env("TAFEL_READY_WITHIN", "5")
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    fn current(&self) -> String {
        fs::read_link(self.path("current")).unwrap().file_name().unwrap().to_string_lossy().into_owned()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Ok(id) = fs::read_to_string(self.path("pid")) {
            let _ = Command::new("kill").args(["-KILL", id.trim()]).status();
        }
    }
}

#[test]
fn a_good_build_takes_over_and_a_broken_one_is_sent_back() {
    let machine = Machine::new();
    let good = PathBuf::from(tafel().get_program());
    let tokens = add_tokens(&url(machine.folder.path()));
    let token = tokens.iter().find(|(role, _)| *role == Role::Staff).map(|(_, token)| token.clone());
    let client = Client::new(machine.address.parse().unwrap(), token);

    let (done, said) = machine.deploy(&good);
    assert!(done && machine.current() == "1", "{said}");
    client.command(json!({"type": "add_table", "number": "T1"})).expect(200);

    let (done, said) = machine.deploy(&good);
    assert!(done && machine.current() == "2" && said.contains("no gap") && said.contains("is ready after"), "{said}");
    client.command(json!({"type": "add_table", "number": "T2"})).expect(200);

    // One that cannot read the log never takes over: the old one is not even stopped.
    let blind = machine.program("blind", "#!/bin/sh\necho I cannot read >&2\nexit 1\n");
    let id = fs::read_to_string(machine.path("pid")).unwrap();
    let (done, said) = machine.deploy(&blind);
    assert!(!done && machine.current() == "2" && said.contains("nothing was changed"), "{said}");
    assert_eq!(fs::read_to_string(machine.path("pid")).unwrap(), id, "the old one serves on");

    // One that reads, and then does not start: the old one comes back.
    let broken = machine.program("broken", &format!("#!/bin/sh\ntest \"$1\" = log && exec {} \"$@\"\nexit 1\n", good.display()));
    let (done, said) = machine.deploy(&broken);
    assert!(!done && machine.current() == "2" && said.contains("2 is back, and ready"), "{said}");
    client.command(json!({"type": "add_table", "number": "T3"})).expect(200);
    assert_eq!(client.plan()["tables"].as_array().unwrap().len(), 3);
}
