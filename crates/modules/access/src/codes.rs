//! Refusals of this module.

use kernel::Code;

pub(crate) const LOGIN_TAKEN: Code = Code::new("access.login_taken");
pub(crate) const ROLE_NAME_TAKEN: Code = Code::new("access.role_name_taken");
pub(crate) const LAST_ADMINISTRATOR: Code = Code::new("access.last_administrator");
pub(crate) const BUILT_IN_ROLE: Code = Code::new("access.built_in_role");
pub(crate) const NOT_YOUR_OWN: Code = Code::new("access.not_your_own");
pub(crate) const STALE: Code = Code::new("access.stale");
pub(crate) const NOT_EMPTY: Code = Code::new("access.not_empty");
pub(crate) const SECOND_FACTOR_ON: Code = Code::new("access.second_factor_on");
pub(crate) const SECOND_FACTOR_OFF: Code = Code::new("access.second_factor_off");
pub(crate) const SECOND_FACTOR_REQUIRED: Code = Code::new("access.second_factor_required");
pub(crate) const OWN_SECOND_FACTOR: Code = Code::new("access.own_second_factor");
pub(crate) const PROVIDER_UNREACHABLE: Code = Code::new("access.provider_unreachable");
pub(crate) const LAST_WAY_IN: Code = Code::new("access.last_way_in");
pub(crate) const DIRECTORY_UNREACHABLE: Code = Code::new("access.directory_unreachable");
pub(crate) const DIRECTORY_UNKNOWN_PERSON: Code = Code::new("access.directory_unknown_person");
pub(crate) const DIRECTORY_NOT_IN_GROUP: Code = Code::new("access.directory_not_in_group");
pub(crate) const DIRECTORY_NO_ROLE: Code = Code::new("access.directory_no_role");
pub(crate) const DIRECTORY_NO_LOGIN: Code = Code::new("access.directory_no_login");
pub(crate) const DIRECTORY_LOGIN_TAKEN: Code = Code::new("access.directory_login_taken");
pub(crate) const DIRECTORY_DISABLED: Code = Code::new("access.directory_disabled");
pub(crate) const DIRECTORY_PASSWORD_EXPIRED: Code = Code::new("access.directory_password_expired");
pub(crate) const DIRECTORY_LINKED_ELSEWHERE: Code = Code::new("access.directory_linked_elsewhere");
