//! A customer's message reaches an agent and comes back answered, whatever dies meanwhile.
//!
//! `ZHIKE_PROOF_SECONDS` makes it go on for so long, with one plan after another; `ZHIKE_PROOF_SEED`
//! repeats the plan of a seed.

use std::{path::PathBuf, str::FromStr};

use kernel::{Clock, Rng};
use server::compose;
use testkit::proof::{Binary, Plan, Scene, prove};

/// How long things break in one plan: in `cargo test`, and in the long form.
const SHORT_MS: u64 = 9_000;
const LONG_MS: u64 = 40_000;

fn setting<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

fn binary() -> Binary {
    let modules = compose::modules("data".as_ref()).expect("the product");
    Binary {
        path: env!("CARGO_BIN_EXE_zhike").into(),
        migrations: http::schema(&modules),
        permissions: modules.iter().flat_map(|module| module.permissions).copied().collect(),
        web_chat: |tx| channels::api::default_web_chat(tx).map(|channel| channel.public_key),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_once_in_one_order_and_told_to_everybody() {
    let (binary, clock, seconds) = (binary(), Clock::system(), setting::<i64>("ZHIKE_PROOF_SECONDS"));
    let only = setting::<u64>("ZHIKE_PROOF_SEED");
    let until = clock.now().plus_seconds(seconds.unwrap_or(0));
    let millis = if seconds.is_some() { LONG_MS } else { SHORT_MS };
    let mut failures = Vec::new();
    loop {
        let seed = only.unwrap_or_else(|| Rng::system().below(1_000_000));
        for scene in [Scene::Single, Scene::Pair] {
            let plan = Plan::new(seed, scene, millis);
            if let Some(failure) = tried(&binary, &plan).await {
                failures.push(failure);
            }
        }
        if clock.now() >= until {
            break;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Lets one plan happen; answers what to say when something was wrong. Then everything is kept.
async fn tried(binary: &Binary, plan: &Plan) -> Option<String> {
    let name = format!("{:?}-{}", plan.scene, plan.seed).to_lowercase();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("proof").join(&name);
    // What an earlier run of the same plan left.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let Some(findings) = prove(binary, plan, &folder).await else {
        let _ = std::fs::remove_dir_all(&folder);
        return None;
    };
    println!("{name}: {}", findings.figures);
    if findings.wrong.is_empty() {
        let _ = std::fs::remove_dir_all(&folder);
        return None;
    }
    let wrong = findings.wrong.join("\n  ");
    let again =
        format!("ZHIKE_PROOF_SEED={} repeats it; its plan, logs and data are in {}", plan.seed, folder.display());
    let text = format!("{name}: {again}\n{}\n  {wrong}\n", findings.figures);
    std::fs::write(folder.join("plan.txt"), format!("{text}\n{plan:#?}\n")).expect("the plan is kept");
    Some(text)
}
