//! What a module is made of.

use std::{any::Any, sync::Arc};

use kernel::Reach;
use store::Migration;
use utoipa_axum::router::OpenApiRouter;

use crate::App;

/// A permission a role may grant, and what the roles of a new installation grant of it.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// `module.verb`: `tasks.close`.
    pub name: &'static str,
    /// Whether it reaches own, team, department or all; one that does not is all or nothing.
    pub reaches: bool,
    /// What an agent gets at first.
    pub agent: Option<Reach>,
    /// What a supervisor gets at first.
    pub supervisor: Option<Reach>,
    /// What a department head gets at first. An administrator has every permission.
    pub head: Option<Reach>,
}

impl Permission {
    /// One that goes as far as the role says. At first: own for agents, team for supervisors,
    /// department for heads.
    pub const fn reaching(name: &'static str) -> Self {
        let (agent, supervisor, head) = (Some(Reach::Own), Some(Reach::Team), Some(Reach::Department));
        Self { name, reaches: true, agent, supervisor, head }
    }

    /// One that concerns the whole installation. At first only administrators have it.
    pub const fn whole(name: &'static str) -> Self {
        Self { name, reaches: false, agent: None, supervisor: None, head: None }
    }

    /// With these first grants for agents, supervisors and heads instead.
    #[must_use]
    pub const fn at_first(mut self, agent: Option<Reach>, supervisor: Option<Reach>, head: Option<Reach>) -> Self {
        (self.agent, self.supervisor, self.head) = (agent, supervisor, head);
        self
    }
}

/// Every permission of the composed product: a part of the app.
#[derive(Clone, Debug)]
pub struct Catalogue(pub Vec<Permission>);

/// A module's texts, one JSON catalogue a locale: `(locale, text)`.
pub type Locales = &'static [(&'static str, &'static str)];

/// One vertical slice, as `compose.rs` puts it into the product.
#[must_use]
pub struct Module {
    /// Its name: the crate's, the first part of its permissions and codes.
    pub name: &'static str,
    /// Its operations, under `/api/v1`.
    pub routes: OpenApiRouter<App>,
    /// The steps of its schema.
    pub migrations: &'static [Migration],
    /// What its roles may grant.
    pub permissions: &'static [Permission],
    /// Its texts.
    pub locales: Locales,
    /// What its handlers share: see [`App::part`].
    pub parts: Vec<Arc<dyn Any + Send + Sync>>,
}

impl Module {
    /// A module that does nothing yet.
    pub fn new(name: &'static str) -> Self {
        Self { name, routes: OpenApiRouter::new(), migrations: &[], permissions: &[], locales: &[], parts: Vec::new() }
    }

    /// With these operations.
    pub fn routes(mut self, routes: OpenApiRouter<App>) -> Self {
        self.routes = routes;
        self
    }

    /// With these steps of its schema.
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Self {
        self.migrations = migrations;
        self
    }

    /// With these permissions.
    pub fn permissions(mut self, permissions: &'static [Permission]) -> Self {
        self.permissions = permissions;
        self
    }

    /// With these texts.
    pub fn locales(mut self, locales: Locales) -> Self {
        self.locales = locales;
        self
    }

    /// With this part for its handlers.
    pub fn part<T: Send + Sync + 'static>(mut self, part: T) -> Self {
        self.parts.push(Arc::new(part));
        self
    }
}
