//! Whom a mail goes to, as somebody writes it down.

use std::net::IpAddr;

use kernel::{Check, Result};

use super::Listed;
use crate::letter::{Mailer, address};

/// Everybody one mail goes to at most.
const MOST: usize = 20;
/// Names of hosts that mean something inside a house only.
const INSIDE: &[&str] = &["localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"];

/// Whom a mail goes to besides its customer, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Addressees {
    pub to: Listed<Mailer>,
    pub cc: Listed<Mailer>,
    pub bcc: Listed<Mailer>,
}

impl Addressees {
    /// Reads what was written; `first` is whom the mail goes to anyhow, `ours` are the addresses of our mailboxes,
    /// which write no mails to each other.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] for what is no address, leads into a house or to ourselves, and for too many.
    pub(crate) fn read(
        first: Option<&Mailer>,
        ours: &[String],
        to: &[String],
        cc: &[String],
        bcc: &[String],
    ) -> Result<Self> {
        let mut check = Check::new();
        let mut known: Vec<String> = first.iter().map(|one| one.address.clone()).collect();
        let all: usize = known.len() + to.len() + cc.len() + bcc.len();
        check = check.that(all <= MOST, "to", "too_many").that(first.is_some() || !to.is_empty(), "to", "required");
        let mut read = Vec::new();
        for (field, given) in [("to", to), ("cc", cc), ("bcc", bcc)] {
            let mut list = Vec::new();
            for text in given.iter().take(MOST) {
                let Some(found) = outside(text) else {
                    check = check.that(false, field, "malformed");
                    continue;
                };
                check = check.that(!ours.contains(&found), field, "ours");
                if !known.contains(&found) {
                    known.push(found.clone());
                    list.push(Mailer { name: String::new(), address: found });
                }
            }
            read.push(Listed(list));
        }
        check.done()?;
        let [to, cc, bcc] = <[_; 3]>::try_from(read).unwrap_or_default();
        Ok(Self { to, cc, bcc })
    }
}

/// An address of the outside world, in its one spelling: no number of a computer, no name of a house.
pub(crate) fn outside(text: &str) -> Option<String> {
    let found = address(text)?;
    let (_, host) = found.rsplit_once('@')?;
    let last = host.rsplit('.').next().unwrap_or_default();
    let inside = INSIDE.contains(&last) || host.parse::<IpAddr>().is_ok() || last.chars().all(|c| c.is_ascii_digit());
    (!inside).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(to: &[&str], cc: &[&str]) -> Result<Addressees> {
        let own = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let first = Mailer { name: "王".into(), address: "wang@shop.test".into() };
        Addressees::read(Some(&first), &["desk@zhike.test".into()], &own(to), &own(cc), &[])
    }

    #[test]
    fn everybody_is_written_to_once_and_nobody_inside() {
        let read_twice =
            read(&["A@b.example", "a@b.example", "wang@shop.test"], &["c@d.example", "a@b.example"]).unwrap();
        assert_eq!((read_twice.to.0.len(), read_twice.cc.0.len()), (1, 1));
        for bad in [
            "desk@zhike.test",
            "x",
            "a@localhost",
            "root@printer.local",
            "a@127.0.0.1",
            "a@10.1.2.3",
            "a@b.c\r\nBcc: x@y.example",
            "a@b.c, d@e.f",
            "<a@b.c> d@e.f",
        ] {
            assert!(read(&[bad], &[]).is_err(), "{bad}");
            assert!(read(&[], &[bad]).is_err(), "{bad}");
        }
        let many: Vec<_> = (0..20).map(|n| format!("p{n}@b.example")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert!(read(&many[..19], &[]).is_ok());
        assert!(read(&many, &[]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_taken_is_one_address_on_one_line(text in ".{0,60}", head in "[a-z]{1,5}@[a-z]{1,5}\\.example") {
            for text in [text.clone(), format!("{head}{text}"), format!("{text}{head}")] {
                if let Some(found) = outside(&text) {
                    prop_assert!(!found.chars().any(|c| c.is_control() || c.is_whitespace() || ",;<>".contains(c)), "{found}");
                    prop_assert_eq!(outside(&found), Some(found));
                }
            }
        }
    }
}
