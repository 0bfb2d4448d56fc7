//! Demo data in one click, while nobody has an account.

use std::sync::{Mutex, PoisonError};

use http::{Answer, Cx, DemoPlan, DemoProgress, Json, fill};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use super::setup::only_once;

text_enum! {
    /// Where the filling with demo data stands.
    pub(crate) enum DemoState {
        /// Nobody asked for it here.
        Idle = "idle",
        /// It is under way.
        Running = "running",
        /// It is there.
        Done = "done",
        /// It did not come about; it may be asked for again.
        Failed = "failed",
    }
}

/// How far the demo data is, and how to sign in to it.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct DemoFilling {
    /// Where it stands.
    state: DemoState,
    /// How much is there, in thousandths.
    progress: u32,
    /// A supervisor to sign in as, once it is done.
    login: Option<String>,
    /// The password of everybody in the demo data: no secret.
    password: Option<String>,
}

/// What this node is filling: a part of the app.
#[derive(Default)]
pub(crate) struct Filling(Mutex<Option<(DemoState, DemoProgress, Option<String>)>>);

impl Filling {
    fn shown(&self) -> DemoFilling {
        let (state, progress, login) = self.lock().clone().unwrap_or((DemoState::Idle, DemoProgress::default(), None));
        let password = login.is_some().then(|| DemoPlan::PASSWORD.to_owned());
        DemoFilling { state, progress: progress.thousandths(), login, password }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(DemoState, DemoProgress, Option<String>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells how far the demo data is. Needs no sign-in.
#[utoipa::path(get, path = "/setup/demo", tag = "settings", responses((status = 200, body = DemoFilling)))]
pub(crate) async fn read(cx: Cx) -> Answer<DemoFilling> {
    Ok(Json(cx.app().part::<Filling>().shown()))
}

/// Begins to fill the installation with a demo department, in the background; asked again meanwhile,
/// goes on. Needs no sign-in, and works only while nobody has an account.
#[utoipa::path(put, path = "/setup/demo", tag = "settings", responses((status = 200, body = DemoFilling)))]
pub(crate) async fn begin(cx: Cx) -> Answer<DemoFilling> {
    let filling = cx.app().part::<Filling>();
    if filling.shown().state == DemoState::Running {
        return Ok(Json(filling.shown()));
    }
    cx.read(only_once).await?;
    let progress = DemoProgress::default();
    {
        let mut held = filling.lock();
        // Of two who ask at once, one begins.
        if held.as_ref().is_none_or(|(state, ..)| *state != DemoState::Running) {
            *held = Some((DemoState::Running, progress.clone(), None));
            let (app, filling) = (cx.app().clone(), filling.clone());
            tokio::spawn(async move {
                let told = fill(&app, DemoPlan::default(), &progress).await;
                let state = match told {
                    Ok(people) => {
                        let supervisor = people.into_iter().find(|person| person.role == "supervisor");
                        (DemoState::Done, progress, supervisor.map(|person| person.login))
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the demo data did not come about");
                        (DemoState::Failed, progress, None)
                    }
                };
                *filling.lock() = Some(state);
            });
        }
    }
    Ok(Json(filling.shown()))
}
