//! Packs what the binary carries: the description of the API, and the addresses it is told at start where it lies.

use std::{env, error::Error, fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};

fn main() -> Result<(), Box<dyn Error>> {
    let text = fs::read("../../openapi.json")?;
    let packed = fs::File::create(Path::new(&env::var("OUT_DIR")?).join("openapi.json.gz"))?;
    let mut packing = GzEncoder::new(packed, Compression::best());
    packing.write_all(&text)?;
    packing.finish()?;
    println!("cargo:rerun-if-changed=../../openapi.json");
    // Relative relocations as bits of a map (DT_RELR; glibc from 2.36 on reads them) take 50 KB, not 3 MB.
    if env::var("CARGO_CFG_TARGET_OS")? == "linux" && env::var("CARGO_CFG_TARGET_ENV")? == "gnu" {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    Ok(())
}
