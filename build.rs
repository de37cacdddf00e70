//! Makes typed functions of the messages in `locales/`, and names the build by what it is made of.

use fluent_typed::{BuildOptions, FtlOutputOptions, LintLevel, try_build_from_locales_folder};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    make_messages();
    let mut files = Vec::new();
    for folder in ["src", "templates", "static", "migrations", "locales"] {
        println!("cargo::rerun-if-changed={folder}");
        gather(Path::new(folder), &mut files);
    }
    println!("cargo::rerun-if-changed=Cargo.lock");
    files.push(PathBuf::from("Cargo.lock"));
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo::rustc-env=TAFEL_BUILD={:016x}", hasher.finish());
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { gather(&path, files) } else { files.push(path) }
    }
}

/// A message that one language lacks, or that takes something else there, fails the build.
fn make_messages() {
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    let options = BuildOptions::default()
        .with_output_file_path(&format!("{out}/messages.rs"))
        .with_ftl_output(FtlOutputOptions::single_file(&format!("{out}/messages.ftl")))
        .with_lint_level(LintLevel::Deny)
        .with_prefix("")
        .without_bidi_isolation()
        .without_format();
    if let Err(error) = try_build_from_locales_folder(options) {
        println!("cargo::error={error}");
    }
}
