//! Puts the built app inside the program, if it is there: `THROUGHLINE_DIST`, or `dist` at the root of
//! the repository.

use std::{env, fmt::Write, fs, path::Path};

fn main() {
    let dist = env::var("THROUGHLINE_DIST").unwrap_or_else(|_| "../../dist".to_owned());
    let dist = Path::new(&dist);
    println!("cargo::rerun-if-env-changed=THROUGHLINE_DIST");
    println!("cargo::rerun-if-changed=build.rs");
    // A folder that is not there counts as changed: worth it only for the program that people get.
    if dist.exists() || env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    let mut files = Vec::new();
    collect(dist, "", &mut files);
    files.sort();
    let mut list = String::from("&[\n");
    for (name, path) in files {
        writeln!(list, "    ({name:?}, include_bytes!({path:?}).as_slice()),").expect("a string takes all");
    }
    list.push(']');
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("assets.rs"), list).expect("OUT_DIR can be written");
}

/// Gathers every file below `folder`, with its path there.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else {
            let path = path.canonicalize().expect("a listed file has a path");
            files.push((name, path.to_string_lossy().into_owned()));
        }
    }
}
