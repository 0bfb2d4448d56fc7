//! A demo installation.

use clap::Args;
use http::{Catalogue, DemoPerson, DemoPlan, DemoProgress, Demos, fill};
use kernel::{Error, Result};
use server::{config::Config, serve};
use store::Db;

/// How much of a story, and whether customers go on writing.
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
}

/// Fills the empty installation and prints who can sign in.
pub(crate) async fn demo(options: &DemoOptions, config: &Config, db: Db) -> Result<()> {
    let clock = db.clock().clone();
    let began = clock.now();
    let house = serve::house(config, db)?;
    let plan = DemoPlan { seed: options.seed, customers: options.customers, days: options.days };
    let (demos, catalogue) = (house.app.part::<Demos>(), house.app.part::<Catalogue>());
    let people =
        fill(house.app.db(), &demos, &catalogue, plan, &DemoProgress::default()).await.map_err(
            |error| match error {
                Error::Conflict(..) => {
                    Error::internal("this installation is not empty: demo data goes into an empty one only")
                }
                other => other,
            },
        )?;
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
