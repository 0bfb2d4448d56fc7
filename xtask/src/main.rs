//! `cargo xtask …`: the house's own tools.

use std::process::ExitCode;

use zhike_xtask::{
    licences,
    new_module::{self, Wish},
    tidy, tree,
};

const USAGE: &str = "\
cargo xtask new-module NAME [--noun NOUN] [--after OTHER]   an empty slice that passes everything
cargo xtask licences                                        check what we ship against deny.toml
cargo xtask tidy                                            check the rules no compiler checks";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = tree::root();
    let findings = match arguments.as_slice() {
        ["new-module", module, options @ ..] => match wish(module, options) {
            Some(wish) => return told(new_module::create(&root, wish)),
            None => return misused(),
        },
        ["licences"] => match licences::check(&root) {
            Ok(findings) => findings,
            Err(problem) => return told(Err(problem)),
        },
        ["tidy"] => tidy::all(&root),
        _ => return misused(),
    };
    for finding in &findings {
        eprintln!("{finding}");
    }
    println!("{}: {} found", arguments[0], findings.len());
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn wish<'a>(module: &'a str, options: &[&'a str]) -> Option<Wish<'a>> {
    let mut wish = Wish { module, ..Wish::default() };
    for option in options.chunks(2) {
        match option {
            ["--noun", noun] => wish.noun = Some(*noun),
            ["--after", other] => wish.after = Some(*other),
            _ => return None,
        }
    }
    Some(wish)
}

fn misused() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

fn told(outcome: Result<String, String>) -> ExitCode {
    match outcome {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
