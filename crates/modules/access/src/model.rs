//! Accounts, roles, tokens.

use kernel::{Error, Id, Noun, Permit, Result, Timestamp, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

impl Noun for Role {
    const PREFIX: &'static str = "rol";
}
impl Noun for ApiToken {
    const PREFIX: &'static str = "tok";
}

text_enum! {
    /// Whether an account may sign in.
    pub enum UserState {
        /// It may.
        Active = "active",
        /// It may not; everything it did stays.
        Suspended = "suspended",
    }
}

text_enum! {
    /// A language of the user interface.
    pub enum Locale {
        /// Simplified Chinese.
        ZhCn = "zh-CN",
        /// Traditional Chinese.
        ZhTw = "zh-TW",
        /// English.
        En = "en",
    }
}

text_enum! {
    /// What a role is to the product.
    pub enum RoleKind {
        /// Every permission, also those of modules yet to come. Cannot be changed.
        Administrator = "administrator",
        /// What its grants say.
        Ordinary = "ordinary",
    }
}

store::record! {
    /// A person who signs in.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct User {
        /// Their id.
        pub id: UserId,
        /// The name they sign in with: lower case, unique.
        pub login: String,
        /// The name colleagues see.
        pub name: String,
        /// What they may do.
        pub role_id: Id<Role>,
        /// The language they see.
        pub locale: Locale,
        /// Whether they may sign in.
        pub state: UserState,
        /// Argon2id, in the PHC spelling; never leaves the server.
        #[serde(skip)]
        #[schema(ignore)]
        pub password_hash: String,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

store::record! {
    /// What a group of people may do.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct Role {
        /// Its id.
        pub id: Id<Role>,
        /// Its name, unique.
        pub name: String,
        /// What it is to the product.
        pub kind: RoleKind,
        /// Since when.
        pub created_at: Timestamp,
        /// As which of the first roles it was made: it gets what later releases give that one.
        #[serde(skip)]
        #[schema(ignore)]
        pub begun_as: Option<String>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// A key for programs that act as a person.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct ApiToken {
        /// Its id.
        pub id: Id<ApiToken>,
        /// As whom it acts.
        pub user_id: UserId,
        /// What it is for.
        pub name: String,
        /// SHA-256 of its secret; never leaves the server.
        #[serde(skip)]
        #[schema(ignore)]
        pub secret_hash: String,
        /// Since when.
        pub created_at: Timestamp,
        /// Until when; for ever without.
        pub expires_at: Option<Timestamp>,
        /// Since when it is no good.
        pub revoked_at: Option<Timestamp>,
    }
}

impl User {
    /// Suspends or resumes the account. The permit says that it may be done; nobody does it to themselves.
    pub(crate) fn with_state(mut self, permit: &Permit, by: Option<UserId>, state: UserState) -> Result<Self> {
        debug_assert_eq!(permit.permission(), crate::policy::MANAGE);
        if by == Some(self.id) {
            return Err(codes::NOT_YOUR_OWN.conflict());
        }
        self.state = state;
        self.version += 1;
        Ok(self)
    }

    /// Whether the account may sign in.
    pub fn is_active(&self) -> bool {
        self.state == UserState::Active
    }
}

/// A login as it is kept: trimmed and in lower case, 2 to 64 letters, digits, `.`, `-`, `_`, `@`.
pub fn login(text: &str) -> Result<String> {
    let login = text.trim().to_lowercase();
    let fine =
        login.chars().all(|c| c.is_alphanumeric() || ".-_@".contains(c)) && (2..=64).contains(&login.chars().count());
    if fine { Ok(login) } else { Err(Error::field("login", "malformed")) }
}
