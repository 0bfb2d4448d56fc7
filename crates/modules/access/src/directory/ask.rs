//! Asking a directory: whether this is somebody's password, who they are, and whether they are still there.

use std::time::Duration;

use tokio::{sync::Semaphore, time::timeout};

use super::{Binding, Directory, Relation};
use crate::{
    ldap::{Bind, Entry, Line, Reach, Scope, filter},
    trouble::Trouble,
};

/// How long one person's sign-in may take.
const PATIENCE: Duration = Duration::from_secs(12);
/// Sign-ins that wait for directories at once; more are told to try later.
static AT_ONCE: Semaphore = Semaphore::const_new(16);

/// Somebody, as the directory knows them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Their name in the tree.
    pub(crate) name_there: String,
    /// What never changes of them.
    pub(crate) subject: String,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) mail: String,
    pub(crate) department: String,
    /// Those of the groups that mean something here which they are in.
    pub(crate) groups: Vec<String>,
    /// Whether they are closed off there.
    pub(crate) disabled: bool,
}

/// What came of asking for somebody with a password.
#[derive(Clone)]
pub(crate) enum Asked {
    /// It is theirs.
    Them(Box<Directory>, Box<Found>),
    /// It is not, or there is nobody.
    Nobody,
    /// It could not be found out: why, and by whom.
    Trouble(Box<Directory>, Trouble),
}

/// Asks one directory after another whether this is somebody's password.
pub(crate) async fn whose(relations: &[Relation], login: &str, password: &str) -> Asked {
    if password.is_empty() {
        return Asked::Nobody;
    }
    let mut outcome = Asked::Nobody;
    for relation in relations {
        match relation.sign_in(login, password).await {
            Ok(Some(found)) => return Asked::Them(Box::new(relation.directory.clone()), Box::new(found)),
            Ok(None) => {}
            Err(trouble) => outcome = Asked::Trouble(Box::new(relation.directory.clone()), trouble),
        }
    }
    outcome
}

impl Relation {
    /// Who this is, if that is their password.
    ///
    /// # Errors
    /// [`Trouble`] when it cannot be found out.
    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> Result<Option<Found>, Trouble> {
        if password.is_empty() {
            return Ok(None);
        }
        let slow = |_| Trouble::new("timeout", "");
        let _one = AT_ONCE.try_acquire().map_err(|_| Trouble::new("busy", ""))?;
        timeout(PATIENCE, self.shown(login, password)).await.map_err(slow)?
    }

    async fn shown(&self, login: &str, password: &str) -> Result<Option<Found>, Trouble> {
        let mut line = self.line().await?;
        let found = match self.directory.binding {
            Binding::Service => {
                self.as_service(&mut line).await?;
                self.find(&mut line, login).await?
            }
            Binding::Direct => {
                if let Bind::Refused(text) = line.bind(&self.directory.name_of(login), password).await? {
                    return refused(text);
                }
                let found = self.find(&mut line, login).await?;
                Some(found.ok_or_else(|| Trouble::new("not_found", login))?)
            }
        };
        // Whoever is not there takes as long as whoever is.
        let name = found
            .as_ref()
            .map_or_else(|| format!("cn=nobody,{}", self.directory.base), |found| found.name_there.clone());
        // Last of all, as exactly the one who was found: the filter may know more ways to call somebody than the name.
        match (line.bind(&name, password).await?, found) {
            (Bind::Good, Some(found)) => Ok(Some(found)),
            (Bind::Refused(text), Some(_)) => refused(text),
            (_, None) => Ok(None),
        }
    }

    /// Who this is, as our own account sees them.
    ///
    /// # Errors
    /// [`Trouble`] when it cannot be found out.
    pub(crate) async fn look(&self, login: &str) -> Result<Option<Found>, Trouble> {
        let slow = |_| Trouble::new("timeout", "");
        let looking = async {
            let mut line = self.line().await?;
            self.as_service(&mut line).await?;
            self.find(&mut line, login).await
        };
        timeout(PATIENCE, looking).await.map_err(slow)?
    }

    /// Tries everything but a person: that it is there, takes our account, and has what was named.
    ///
    /// # Errors
    /// [`Trouble`] with the first thing that is not as it was said.
    pub(crate) async fn probe(&self) -> Result<(), Trouble> {
        let slow = |_| Trouble::new("timeout", "");
        let trying = async {
            let mut line = self.line().await?;
            if self.directory.binding == Binding::Direct {
                return Ok(());
            }
            self.as_service(&mut line).await?;
            let anything = filter::read("(objectClass=*)").unwrap_or_default();
            let found = line.search((&self.directory.base, Scope::Base), &anything, &["1.1"], 1).await?;
            if found.0.is_empty() {
                return Err(Trouble::new("no_base", &self.directory.base));
            }
            for group in self.directory.groups() {
                match line.search((group, Scope::Base), &anything, &["1.1"], 1).await {
                    Ok((found, _)) if !found.is_empty() => {}
                    Ok(_) => return Err(Trouble::new("no_group", group)),
                    Err(trouble) if trouble.code == "no_base" => return Err(Trouble::new("no_group", group)),
                    Err(trouble) => return Err(trouble),
                }
            }
            Ok(())
        };
        timeout(PATIENCE, trying).await.map_err(slow)?
    }

    /// A connection on which we are our own account, to ask for many.
    ///
    /// # Errors
    /// [`Trouble`] when there is none.
    pub(crate) async fn watch(&self) -> Result<Line, Trouble> {
        let mut line = self.line().await?;
        self.as_service(&mut line).await?;
        Ok(line)
    }

    /// Whether somebody of this subject is still there and may come in.
    ///
    /// # Errors
    /// [`Trouble`] when it cannot be found out.
    pub(crate) async fn still_knows(&self, line: &mut Line, subject: &str) -> Result<bool, Trouble> {
        let directory = &self.directory;
        let Some(id) = as_value(directory, subject) else { return Ok(false) };
        let anybody = directory.filter.replace("{login}", "*");
        let filter = filter::read(&format!("(&{anybody}({}={id}))", directory.id_attribute));
        let filter = filter.ok_or_else(|| Trouble::new("malformed_filter", &directory.filter))?;
        let Some(found) = self.one(line, &filter).await? else { return Ok(false) };
        if found.disabled {
            return Ok(false);
        }
        Ok(directory.required_group.is_empty() || found.groups.contains(&directory.required_group))
    }

    async fn line(&self) -> Result<Line, Trouble> {
        let directory = &self.directory;
        Line::open(&Reach {
            host: &directory.host,
            port: u16::try_from(directory.port).unwrap_or_default(),
            security: directory.security,
            inside: directory.inside,
            certificate: directory.certificate.as_deref(),
        })
        .await
    }

    async fn as_service(&self, line: &mut Line) -> Result<(), Trouble> {
        match line.bind(&self.directory.bind_name, &self.password).await? {
            Bind::Good => Ok(()),
            Bind::Refused(text) => Err(Trouble::new("service_refused", text)),
        }
    }

    async fn find(&self, line: &mut Line, login: &str) -> Result<Option<Found>, Trouble> {
        let filter = filter::read(&self.directory.filled(login));
        let filter = filter.ok_or_else(|| Trouble::new("malformed_filter", &self.directory.filter))?;
        self.one(line, &filter).await
    }

    async fn one(&self, line: &mut Line, filter: &[u8]) -> Result<Option<Found>, Trouble> {
        let directory = &self.directory;
        let ours = [
            &directory.id_attribute,
            &directory.login_attribute,
            &directory.name_attribute,
            &directory.mail_attribute,
            &directory.department_attribute,
        ];
        let theirs = ["memberOf", "userAccountControl", "nsAccountLock", "pwdAccountLockedTime"];
        let named = ours.into_iter().map(String::as_str).filter(|name| !name.is_empty());
        let wanted: Vec<_> = named.chain(theirs).collect();
        let (mut found, more) = line.search((&directory.base, Scope::Subtree), filter, &wanted, 2).await?;
        if more || found.len() > 1 {
            return Err(Trouble::new("ambiguous", ""));
        }
        let Some(entry) = found.pop() else { return Ok(None) };
        let text = |attribute: &str| entry.text(attribute).unwrap_or_default().trim().to_owned();
        let subject = entry.values(&directory.id_attribute).first().map(|value| as_subject(directory, value));
        let subject = subject.filter(|subject| !subject.is_empty() && subject.len() <= 200);
        let login = text(&directory.login_attribute);
        let groups = groups_of(line, directory, &entry, &login).await?;
        Ok(Some(Found {
            subject: subject.ok_or_else(|| Trouble::new("no_id", &directory.id_attribute))?,
            login,
            name: text(&directory.name_attribute),
            mail: text(&directory.mail_attribute),
            department: text(&directory.department_attribute),
            groups,
            disabled: is_disabled(&entry),
            name_there: entry.name,
        }))
    }
}

/// A wrong password, or one that is right and still does not open.
fn refused(text: String) -> Result<Option<Found>, Trouble> {
    // Microsoft's directories say these only to whoever showed the right password.
    let code = ["data 532", "data 773"].iter().any(|said| text.contains(said)).then_some("password_expired");
    let closed = ["data 533", "data 701"].iter().any(|said| text.contains(said)).then_some("disabled");
    match code.or(closed) {
        Some(code) => Err(Trouble::new(code, text)),
        None => Ok(None),
    }
}

/// Which of the groups that mean something here somebody is in: by what their entry says, or the group's.
async fn groups_of(line: &mut Line, directory: &Directory, entry: &Entry, login: &str) -> Result<Vec<String>, Trouble> {
    let said: Vec<_> = entry.values("memberOf").iter().map(|value| plain(&String::from_utf8_lossy(value))).collect();
    let (name, login) = (filter::escaped(&entry.name), filter::escaped(login));
    let member = filter::read(&format!("(|(member={name})(uniqueMember={name})(memberUid={login}))"));
    let mut groups = Vec::new();
    for group in directory.groups() {
        let mut is_in = said.contains(&plain(group));
        if let (false, Some(member)) = (is_in, &member) {
            is_in = match line.search((group, Scope::Base), member, &["1.1"], 1).await {
                Ok((found, _)) => !found.is_empty(),
                Err(trouble) if trouble.code == "no_base" => false,
                Err(trouble) => return Err(trouble),
            };
        }
        if is_in && !groups.iter().any(|known| known == group) {
            groups.push(group.to_owned());
        }
    }
    Ok(groups)
}

/// A name of the tree as it is compared: however it is spaced and in whatever case.
fn plain(name: &str) -> String {
    let parts: Vec<_> = name.split(',').map(|part| part.trim().replace(" =", "=").replace("= ", "=")).collect();
    parts.join(",").to_lowercase()
}

/// What the directories at hand say of who may not come in: Microsoft's, 389 and FreeIPA, OpenLDAP.
fn is_disabled(entry: &Entry) -> bool {
    let control = entry.text("userAccountControl").and_then(|flags| flags.trim().parse::<i64>().ok());
    control.is_some_and(|flags| flags & 2 != 0)
        || entry.text("nsAccountLock").is_some_and(|locked| locked.eq_ignore_ascii_case("true"))
        || entry.text("pwdAccountLockedTime") == Some("000001010000Z")
}

/// Whether the attribute that never changes is bytes and no text.
fn is_bytes(directory: &Directory) -> bool {
    directory.id_attribute.eq_ignore_ascii_case("objectGUID")
}

fn as_subject(directory: &Directory, value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !is_bytes(directory) => text.trim().to_lowercase(),
        _ => kernel::hex(value),
    }
}

/// The same as it stands in a filter.
fn as_value(directory: &Directory, subject: &str) -> Option<String> {
    if !is_bytes(directory) {
        return Some(filter::escaped(subject));
    }
    let bytes = subject.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
    Some(filter::escaped_bytes(&bytes.collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_tree_are_compared_as_they_are_meant() {
        assert_eq!(plain("CN=Desk , OU = Groups,DC=a"), plain("cn=desk,ou=groups,dc=a"));
        assert_ne!(plain("cn=desk,dc=a"), plain("cn=desk,dc=b"));
    }

    #[test]
    fn what_a_right_password_does_not_open_is_told_apart_from_a_wrong_one() {
        let code = |text: &str| refused(text.to_owned()).err().map(|trouble| trouble.code);
        assert_eq!(
            code("80090308: LdapErr: DSID-0C090453, comment: AcceptSecurityContext error, data 533, v3839"),
            Some("disabled")
        );
        assert_eq!(code("AcceptSecurityContext error, data 773, v3839"), Some("password_expired"));
        assert_eq!(code("AcceptSecurityContext error, data 52e, v3839"), None);
    }
}
