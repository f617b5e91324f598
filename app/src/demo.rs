//! The demo's shop: the whole program on a simulated clock, opened and ready to be played.

use std::sync::{Arc, OnceLock};

use db::Durability;
use kernel::{Fault, Moment};
use runtime::Actor;
use sim::{Mailbox, SeededEntropy, SimulatedClock, World};
use system::SystemEntropy;

use crate::configuration::Configuration;
use crate::first_start;
use crate::wiring::Application;

/// Name of the play's own password for the administrator's account.
const PROGRAM: &str = "demo";

/// A shop that is about to be played.
pub struct Stage {
    /// The program.
    pub application: Application,
    /// The shop as the shoppers and staff of the play know it.
    pub world: World,
    password_id: String,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Stage({:?})", self.world)
    }
}

/// Makes the shop in an empty database: tables, administrator, catalogue, funnels, coupon, sequence.
pub async fn open(configuration: Configuration, start: Moment, seed: u64) -> Result<Stage, Fault> {
    // What a seed gives can be guessed; the key must outlast the play.
    first_start::secret_key(&configuration, &SystemEntropy)?;
    let clock = SimulatedClock::at(start);
    let kept: Arc<OnceLock<Arc<Mailbox>>> = Arc::default();
    let slot = Arc::clone(&kept);
    let application =
        Application::assemble_with(configuration, clock.clone(), SeededEntropy::new(seed), move |mailer| {
            slot.get_or_init(|| Mailbox::before(mailer)).clone()
        })?;
    let mailbox = kept.get().cloned().ok_or_else(|| Fault::bug("the demo has no mailbox"))?;
    // Nothing is lost with a play that breaks off half way.
    application.engine.db().set_durability(Durability::Relaxed);
    application.migrate().await?;
    application.engine.install_schedules().await?;
    first_start::administrator(&application).await?;
    let login = application.configuration.admin_user.clone();
    let (staff_password, password_id) = password(&application, &login).await?;
    catalogue(&application).await?;
    let world = World {
        engine: application.engine.clone(),
        router: application.router()?,
        clock,
        mailbox,
        staff_login: login,
        staff_password,
    };
    sim::opening::open(&world).await?;
    Ok(Stage { application, world, password_id })
}

/// An application password of an account, and its id.
pub async fn password(application: &Application, login: &str) -> Result<(String, String), Fault> {
    let login = login.to_owned();
    let unit = move |tx: &mut runtime::Tx| {
        let user = accounts::users::queries::find(tx, &login)?;
        accounts::application_passwords::commands::create(tx, user.id, PROGRAM)
    };
    application.engine.write(Actor::cli(), unit).await
}

/// The same imports as on the command line.
async fn catalogue(application: &Application) -> Result<(), Fault> {
    let problems = application
        .engine
        .write(Actor::cli(), |tx| {
            let decimals = runtime::settings::shop::currency(tx)?.exponent();
            let products =
                shop::products::commands::import(tx, sim::catalogue::PRODUCTS.as_bytes(), decimals)?;
            let rates = shop::taxes::commands::import(tx, sim::catalogue::TAX_RATES.as_bytes())?;
            let of_products = products.problems.iter().map(|problem| format!("{problem:?}"));
            Ok(of_products
                .chain(rates.problems.iter().map(|problem| format!("{problem:?}")))
                .collect::<Vec<_>>())
        })
        .await?;
    match problems.first() {
        None => Ok(()),
        Some(problem) => Err(Fault::bug(format!("the demo's catalogue does not import: {problem}"))),
    }
}

impl Stage {
    /// Ends the play: takes back what was made of the seed and could be guessed, and closes the database for good.
    pub async fn close(self) -> Result<Configuration, Fault> {
        let (login, id) = (self.world.staff_login, self.password_id);
        let engine = &self.application.engine;
        engine.db().set_durability(Durability::Full);
        engine
            .write(Actor::cli(), move |tx| {
                let user = accounts::users::queries::find(tx, &login)?;
                accounts::application_passwords::commands::revoke(tx, user.id, &id)
            })
            .await?;
        engine.db().close().await;
        Ok(self.application.configuration)
    }
}
