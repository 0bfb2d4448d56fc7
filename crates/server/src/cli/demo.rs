//! A demo installation, and people who use it.

use std::{sync::Arc, time::Duration};

use clap::Args;
use files::Place;
use http::{DemoPerson, DemoPlan, DemoProgress, fill};
use kernel::{Error, Result, Rng};
use server::{
    config::Config,
    live::{self, Customer, Manner, Stage},
    serve,
};
use store::Db;
use tokio::{sync::watch, task::JoinSet, time::sleep};

/// How much of a story, and whether people go on with it.
#[derive(Args)]
pub(crate) struct DemoOptions {
    /// The same seed tells the same story.
    #[arg(long, default_value_t = DemoPlan::default().seed)]
    seed: u64,
    /// How many customers: 1 to 5,000.
    #[arg(long, default_value_t = DemoPlan::default().customers)]
    customers: usize,
    /// How many days of history: 1 to 730.
    #[arg(long, default_value_t = DemoPlan::default().days)]
    days: i64,
    /// Plays customers against a running server, which is filled first when it is empty.
    #[arg(long)]
    pub(crate) live: bool,
    /// Where the server is, for --live.
    #[arg(long, default_value = "http://127.0.0.1:8080", requires = "live")]
    url: String,
    /// With --live: people of the demo answer. Without it nobody speaks for the agents.
    #[arg(long, requires = "live")]
    agents: bool,
    /// With --live: how many customers at once: 1 to 500.
    #[arg(long, default_value_t = 6, requires = "live")]
    at_once: usize,
    /// With --live: how many times faster than life: 1 to 1,000.
    #[arg(long, default_value_t = 1, requires = "live")]
    speed: u32,
}

/// Fills the empty installation and prints who can sign in.
pub(crate) async fn demo(options: &DemoOptions, config: &Config, db: Db) -> Result<()> {
    if matches!(config.files, Place::Bucket(_)) {
        return Err(Error::internal("demo data keeps its pictures in the data folder: leave the bucket out"));
    }
    let clock = db.clock().clone();
    let began = clock.now();
    let house = serve::house(config, db)?;
    let plan = DemoPlan { seed: options.seed, customers: options.customers, days: options.days };
    let people = fill(&house.app, plan, &DemoProgress::default()).await.map_err(|error| match error {
        Error::Conflict(..) => Error::internal("this installation is not empty: demo data goes into an empty one only"),
        other => other,
    })?;
    let seconds = clock.now().since(began) as f64 / 1_000.0;
    println!("{} customers and {} days of history in {seconds:.1} s. Who can sign in:\n", plan.customers, plan.days);
    for DemoPerson { login, name, role, .. } in people {
        println!("  {login:<12} {role:<14} {name}");
    }
    println!(
        "\nThe password of all of them: {}\nIt is known to everybody: change it before others can reach this server.",
        DemoPlan::PASSWORD
    );
    Ok(())
}

/// Plays people until told to stop.
pub(crate) async fn live(options: &DemoOptions, stopped: impl Future<Output = ()>) -> Result<(), String> {
    let rng = Rng::system();
    let tell = |text: &str| println!("  {text}");
    let stage = Arc::new(Stage::new(&options.url, rng.clone(), options.speed.clamp(1, 1_000), Box::new(tell))?);
    live::fill_when_empty(&stage).await?;
    let (stop, stopping) = watch::channel(false);
    let mut people = JoinSet::new();
    if options.agents {
        let head = live::sign_in(&stage, live::HEAD, DemoPlan::PASSWORD).await?;
        for login in live::AGENTS {
            let agent = live::sign_in(&stage, login, DemoPlan::PASSWORD).await?;
            // In the story their hands are full with what they have.
            head.give_room(&stage, &agent, 5).await;
            println!("  {} is ready", agent.name);
            people.spawn(live::agent(stage.clone(), agent, stopping.clone()));
        }
    } else {
        println!("  Nobody answers but those who are signed in: make yourself ready in the console.");
    }
    let mut customers = JoinSet::new();
    tokio::pin!(stopped);
    loop {
        if customers.len() < options.at_once.clamp(1, 500) {
            let name = live::NAMES[rng.below(live::NAMES.len() as u64) as usize].to_owned();
            let manner = [Manner::Patient, Manner::Patient, Manner::Hasty, Manner::Fleeting][rng.below(4) as usize];
            let script = conversations::api::rehearsed(&rng, &name, "客服");
            customers.spawn(live::customer(stage.clone(), Customer { name, manner, script }));
        }
        let gap = (1_500 + rng.below(6_000)) / u64::from(options.speed.clamp(1, 1_000));
        tokio::select! {
            () = &mut stopped => break,
            () = sleep(Duration::from_millis(gap)) => {}
        }
        while customers.try_join_next().is_some() {}
    }
    let figures = stage.figures();
    println!(
        "\n{} customers came; {} of their messages were kept, our own agents gave {} answers, customers heard {}.",
        figures.conversations, figures.said, figures.answered, figures.heard
    );
    customers.abort_all();
    stop.send_replace(true);
    // Whoever is in the middle of a sentence need not be waited for long.
    let _ = tokio::time::timeout(Duration::from_secs(5), people.join_all()).await;
    Ok(())
}
