//! Directories (LDAP): where they are, what of theirs we read, and what becomes of whom they know.

pub(crate) mod admit;
pub(crate) mod ask;
mod kept;

use std::net::IpAddr;

use http::Demo;
use kernel::{Actor, Check, Error, Id, Noun, Owned, Permit, Result, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use store::{Tx, text_enum};
use utoipa::ToSchema;

pub(crate) use self::kept::{
    Relation, active, all, check_of, count, delete, find, governs, insert, people, relation, save, save_check,
    save_password,
};
use crate::{identity::ProviderState, ldap::filter, model::Role};

/// Groups that roles follow, at most: each is asked for at each sign-in.
const GROUPS: usize = 20;

impl Noun for Directory {
    const PREFIX: &'static str = "dir";
}

text_enum! {
    /// How a connection to a directory is kept secret.
    pub enum DirectorySecurity {
        /// From its first byte (LDAPS).
        Tls = "tls",
        /// Begun in clear, and secret before anything is said.
        Starttls = "starttls",
        /// It is not: for a directory on this very machine.
        Plain = "plain",
    }
}

text_enum! {
    /// As whom the directory is asked.
    pub enum Binding {
        /// As an account of our own, which looks for who signs in.
        Service = "service",
        /// As who signs in, by a name made of their login.
        Direct = "direct",
    }
}

text_enum! {
    /// When an account's role follows the groups of its person.
    pub enum RolesAt {
        /// When it is made.
        First = "first",
        /// At each sign-in.
        Each = "each",
    }
}

/// Who is in this group has this role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRole {
    /// The group's name in the directory.
    pub group: String,
    /// The role.
    pub role_id: Id<Role>,
}

/// Groups and their roles, kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct GroupRoles(pub(crate) Vec<GroupRole>);

store::kept_as_json!(GroupRoles);

store::record! {
    /// A directory of the organisation (LDAP): whoever it knows signs in with its password.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Directory {
        /// Its id.
        pub id: Id<Directory>,
        /// What people call it.
        pub name: String,
        /// Where it is.
        pub host: String,
        /// At which port.
        pub port: i64,
        /// How the connection is kept secret.
        pub security: DirectorySecurity,
        /// Whether it may lie in a private network or on this machine.
        pub inside: bool,
        /// Certificates (PEM) that are believed besides those this computer believes.
        pub certificate: Option<String>,
        /// As whom it is asked.
        pub binding: Binding,
        /// The account's name, or what the name of who signs in is made of: `{login}` stands in it.
        pub bind_name: String,
        /// Below which name people are looked for.
        pub base: String,
        /// Which of its entries somebody is: `{login}` stands in it.
        pub filter: String,
        /// Which attribute never changes.
        pub id_attribute: String,
        /// Which is the login of an account that is made.
        pub login_attribute: String,
        /// Which is the name colleagues see.
        pub name_attribute: String,
        /// Which is the mail address.
        pub mail_attribute: String,
        /// Which names the unit an account that is made is placed in; empty: none.
        pub department_attribute: String,
        /// The group one must be in; empty: none.
        pub required_group: String,
        /// Who is in a group has its role; the first that fits.
        #[schema(value_type = Vec<GroupRole>)]
        pub(crate) group_roles: GroupRoles,
        /// When roles follow groups.
        pub roles_at: RolesAt,
        /// Whether an account is made for somebody who has none.
        pub creates: bool,
        /// With which role, where no group says one.
        pub role_id: Option<Id<Role>>,
        /// In which unit, where no department says one.
        pub unit_id: Option<UnitId>,
        /// Whether accounts of who left are suspended; their sessions end either way.
        pub suspends: bool,
        /// Whether people sign in by it.
        pub state: ProviderState,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

store::record! {
    /// How looking for who left went last.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct DirectoryCheck {
        #[serde(skip)]
        #[schema(ignore)]
        pub(crate) directory_id: Id<Directory>,
        /// When.
        pub checked_at: Timestamp,
        /// What stood in the way; none: nothing.
        pub trouble: Option<String>,
        /// More of it.
        pub detail: String,
        /// How many it was asked for.
        pub asked: i64,
        /// How many of them it does not let in any more.
        pub gone: i64,
    }
}

/// What somebody wants it to be; none: as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DirectoryDetails)]
pub(crate) struct Details {
    /// What people call it: 1 to 60 characters.
    name: Option<String>,
    /// Where it is: a name or an address.
    host: Option<String>,
    /// At which port; 636 unless told.
    port: Option<i64>,
    /// How the connection is kept secret; `tls` unless told. `plain` only to this machine.
    security: Option<DirectorySecurity>,
    /// Whether it may lie in a private network or on this machine.
    inside: Option<bool>,
    /// Certificates (PEM) that are believed besides those this computer believes; empty takes them away.
    certificate: Option<String>,
    /// As whom it is asked; `service` unless told.
    binding: Option<Binding>,
    /// The account's name, or what the name of who signs in is made of: `{login}` stands in it.
    bind_name: Option<String>,
    /// The account's password; never given back. Whoever names another host, port or account says it anew.
    password: Option<String>,
    /// Below which name people are looked for.
    base: Option<String>,
    /// Which of its entries somebody is: `{login}` stands in it; `(uid={login})` unless told.
    filter: Option<String>,
    /// Which attribute never changes; `entryUUID` unless told.
    id_attribute: Option<String>,
    /// Which is the login of an account that is made; `uid` unless told.
    login_attribute: Option<String>,
    /// Which is the name colleagues see; `cn` unless told.
    name_attribute: Option<String>,
    /// Which is the mail address; `mail` unless told.
    mail_attribute: Option<String>,
    /// Which names the unit an account that is made is placed in; empty: none.
    department_attribute: Option<String>,
    /// The group one must be in; empty: none.
    required_group: Option<String>,
    /// Who is in a group has its role, the first that fits: 20 at most, none of them the administrator's.
    group_roles: Option<Vec<GroupRole>>,
    /// When roles follow groups; `first` unless told.
    roles_at: Option<RolesAt>,
    /// Whether an account is made for somebody who has none.
    creates: Option<bool>,
    /// With which role, where no group says one; empty takes it away. Not the administrator's.
    #[schema(value_type = Option<String>)]
    role_id: Option<String>,
    /// In which unit, where no department says one; empty takes it away.
    #[schema(value_type = Option<String>)]
    unit_id: Option<String>,
    /// Whether accounts of who left are suspended; their sessions end either way.
    suspends: Option<bool>,
    /// Whether people sign in by it.
    state: Option<ProviderState>,
}

impl Details {
    pub(crate) fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Of the demo story: paused, so that nobody is asked.
    fn of_the_story() -> Self {
        let text = |text: &str| Some(text.to_owned());
        Self {
            name: text("青禾员工目录"),
            host: text("ldap.qinghe.example"),
            bind_name: text("cn=zhike,ou=services,dc=qinghe,dc=example"),
            base: text("ou=people,dc=qinghe,dc=example"),
            department_attribute: text("ou"),
            required_group: text("cn=service-desk,ou=groups,dc=qinghe,dc=example"),
            state: Some(ProviderState::Paused),
            ..Self::default()
        }
    }
}

impl Directory {
    /// One that is nothing yet.
    pub(crate) fn blank(id: Id<Self>, now: Timestamp) -> Self {
        Self {
            id,
            name: String::new(),
            host: String::new(),
            port: 636,
            security: DirectorySecurity::Tls,
            inside: false,
            certificate: None,
            binding: Binding::Service,
            bind_name: String::new(),
            base: String::new(),
            filter: "(uid={login})".into(),
            id_attribute: "entryUUID".into(),
            login_attribute: "uid".into(),
            name_attribute: "cn".into(),
            mail_attribute: "mail".into(),
            department_attribute: String::new(),
            required_group: String::new(),
            group_roles: GroupRoles::default(),
            roles_at: RolesAt::First,
            creates: false,
            role_id: None,
            unit_id: None,
            suspends: false,
            state: ProviderState::Active,
            created_at: now,
            version: 1,
        }
    }

    /// It, with these details; `keeps_password` says whether there is one that was said before.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(self, _permit: &Permit, details: Details, keeps_password: bool) -> Result<Self> {
        let text = |new: Option<String>, old: String| new.map_or(old, |new| new.trim().to_owned());
        let before = (self.host.clone(), self.port, self.bind_name.clone());
        let password = details.password.clone();
        let (role, bad_role) = chosen(details.role_id.as_deref(), self.role_id);
        let (unit, bad_unit) = chosen(details.unit_id.as_deref(), self.unit_id);
        let certificate = match details.certificate.as_deref().map(str::trim) {
            None => self.certificate,
            Some("") => None,
            Some(pem) => Some(pem.to_owned()),
        };
        let mut group_roles = details.group_roles.map_or(self.group_roles, GroupRoles);
        group_roles.0.iter_mut().for_each(|one| one.group = one.group.trim().to_owned());
        let after = Self {
            name: text(details.name, self.name),
            host: text(details.host, self.host).to_lowercase(),
            port: details.port.unwrap_or(self.port),
            security: details.security.unwrap_or(self.security),
            inside: details.inside.unwrap_or(self.inside),
            certificate,
            binding: details.binding.unwrap_or(self.binding),
            bind_name: text(details.bind_name, self.bind_name),
            base: text(details.base, self.base),
            filter: text(details.filter, self.filter),
            id_attribute: text(details.id_attribute, self.id_attribute),
            login_attribute: text(details.login_attribute, self.login_attribute),
            name_attribute: text(details.name_attribute, self.name_attribute),
            mail_attribute: text(details.mail_attribute, self.mail_attribute),
            department_attribute: text(details.department_attribute, self.department_attribute),
            required_group: text(details.required_group, self.required_group),
            group_roles,
            roles_at: details.roles_at.unwrap_or(self.roles_at),
            creates: details.creates.unwrap_or(self.creates),
            role_id: role,
            unit_id: unit,
            suspends: details.suspends.unwrap_or(self.suspends),
            state: details.state.unwrap_or(self.state),
            ..self
        };
        let is_host = |host: &str| {
            host.parse::<IpAddr>().is_ok()
                || host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        let attribute = |name: &str| name.is_empty() || filter::is_attribute(name);
        let service = after.binding == Binding::Service;
        let moved = before != (after.host.clone(), after.port, after.bind_name.clone());
        let secretless = service && password.as_deref().is_none_or(str::is_empty) && (moved || !keeps_password);
        let names_nobody = !service && !after.bind_name.is_empty() && !after.bind_name.contains("{login}");
        let asks_nobody = !after.filter.contains("{login}") || filter::read(&after.filled("x")).is_none();
        let group = |name: &str| name.chars().count() <= 500 && !name.chars().any(char::is_control);
        let groups_fit = after.group_roles.0.len() <= GROUPS
            && after.group_roles.0.iter().all(|one| !one.group.is_empty() && group(&one.group));
        let pem = after.certificate.as_deref();
        Check::new()
            .text("name", &after.name, 1..=60)
            .text("host", &after.host, 1..=255)
            .that(after.host.is_empty() || is_host(&after.host), "host", "malformed")
            .that((1..=65_535).contains(&after.port), "port", "malformed")
            .that(after.security != DirectorySecurity::Plain || is_here(&after.host), "security", "plain_elsewhere")
            .that(
                pem.is_none_or(|pem| pem.len() <= 20_000 && outbound::is_certificate(pem)),
                "certificate",
                "malformed",
            )
            .text("bind_name", &after.bind_name, 1..=500)
            .that(!names_nobody, "bind_name", "no_login")
            .that(!secretless, "password", "required")
            .maybe_text("password", password.as_deref(), 0..=1_000)
            .text("base", &after.base, 1..=500)
            .text("filter", &after.filter, 1..=1_000)
            .that(after.filter.is_empty() || !asks_nobody, "filter", "malformed_filter")
            .text("id_attribute", &after.id_attribute, 1..=100)
            .that(attribute(&after.id_attribute), "id_attribute", "malformed")
            .text("login_attribute", &after.login_attribute, 1..=100)
            .that(attribute(&after.login_attribute), "login_attribute", "malformed")
            .that(attribute(&after.name_attribute), "name_attribute", "malformed")
            .that(attribute(&after.mail_attribute), "mail_attribute", "malformed")
            .that(attribute(&after.department_attribute), "department_attribute", "malformed")
            .that(group(&after.required_group), "required_group", "malformed")
            .that(groups_fit, "group_roles", "malformed")
            .that(!bad_role, "role_id", "unknown")
            .that(!after.creates || after.role_id.is_some() || !after.group_roles.0.is_empty(), "role_id", "required")
            .that(!bad_unit, "unit_id", "unknown")
            .done()?;
        Ok(after)
    }

    /// The filter for this login, which stays a value in it.
    pub(crate) fn filled(&self, login: &str) -> String {
        self.filter.replace("{login}", &filter::escaped(login))
    }

    /// The name by which somebody is known who signs in directly.
    pub(crate) fn name_of(&self, login: &str) -> String {
        // `{login}@example.com` is no name of the tree: nothing is escaped there, and nothing could be.
        let tree = self.bind_name.contains('=');
        self.bind_name.replace("{login}", &if tree { filter::escaped_name(login) } else { login.to_owned() })
    }

    /// Every group that means something here.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &str> {
        let required = Some(self.required_group.as_str()).filter(|group| !group.is_empty());
        required.into_iter().chain(self.group_roles.0.iter().map(|one| one.group.as_str()))
    }

    /// The role of who is in these groups.
    pub(crate) fn role(&self, groups: &[String]) -> Option<Id<Role>> {
        let by_group = self.group_roles.0.iter().find(|one| groups.contains(&one.group)).map(|one| one.role_id);
        by_group.or(self.role_id)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state == ProviderState::Active
    }

    /// What its people are kept under.
    pub(crate) fn issuer(&self) -> String {
        self.id.to_string()
    }
}

/// Whether this names the very machine we run on.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// What an id of a request leads to, and whether it is none.
fn chosen<T: Noun>(text: Option<&str>, before: Option<Id<T>>) -> (Option<Id<T>>, bool) {
    match text.map(str::trim) {
        None => (before, false),
        Some("") => (None, false),
        Some(id) => id.parse().map_or((None, true), |id| (Some(id), false)),
    }
}

/// The directory of the demo story.
pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let system = || Actor::System("demo");
    tx.as_of(demo.since, system())?;
    let permit = system().permit(crate::policy::MANAGE, &Owned::NOBODY, tx.now())?;
    // An id of its own: one that is drawn would make another story of the same seed.
    let id = "dir_01jd3k5v2pf6z8q0w4x7y9abce".parse().map_err(|_| Error::NotFound)?;
    let details = Details { password: Some("geheim".into()), ..Details::of_the_story() };
    let directory = Directory::blank(id, tx.now()).with(&permit, details, false)?;
    insert(tx, &directory)?;
    tx.as_of(demo.now, system())
}
