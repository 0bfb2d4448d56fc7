//! What a receipt of an SMPP line says became of a message. Pure.

use delivery::DeliveryState;

use super::pdu::Sm;

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// By the name the other side gave it when it took it.
    pub id: String,
    /// How far it got; none while it is still on its way.
    pub state: Option<DeliveryState>,
    /// In the other side's words.
    pub detail: String,
}

/// Reads a receipt; none where it names no message.
pub(crate) fn read(sm: &Sm) -> Option<Receipt> {
    let text: String = sm.octets.iter().map(|octet| char::from(*octet)).filter(char::is_ascii).collect();
    let id = sm.receipted.clone().or_else(|| field(&text, "id:"))?;
    let id: String = id.trim().chars().take(64).collect();
    let stat = field(&text, "stat:").unwrap_or_default().to_ascii_uppercase();
    let state = match (sm.message_state, stat.as_str()) {
        (Some(2), _) | (None, "DELIVRD") => Some(DeliveryState::Delivered),
        (Some(3..=5 | 8), _) | (None, "EXPIRED" | "DELETED" | "UNDELIV" | "REJECTD") => Some(DeliveryState::Failed),
        _ => None,
    };
    let detail = [stat, field(&text, "err:").unwrap_or_default()].join(" ").trim().to_owned();
    (!id.is_empty()).then_some(Receipt { id, state, detail })
}

/// The word after a name, which others write in capitals too.
fn field(text: &str, name: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find(name)?;
    let word = text.get(at + name.len()..)?.split_whitespace().next()?;
    Some(word.chars().take(64).collect())
}

/// The names under which a message may have been taken: some write in one number system what they say in another.
pub(crate) fn names(id: &str) -> Vec<String> {
    let mut names = vec![id.to_owned()];
    if let Ok(number) = id.parse::<u64>() {
        names.extend([format!("{number:x}"), format!("{number:X}"), format!("{number:08x}"), format!("{number:08X}")]);
    }
    if let Ok(number) = u64::from_str_radix(id, 16) {
        names.extend([number.to_string(), format!("{number:010}")]);
    }
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Option<Receipt> {
        read(&Sm { octets: text.as_bytes().to_vec(), ..Sm::default() })
    }

    #[test]
    fn a_receipt_is_read_in_words_and_in_numbers() {
        let usual =
            "id:0123abc sub:001 dlvrd:001 submit date:2611260900 done date:2611260901 stat:DELIVRD err:000 text:hi";
        let Receipt { id, state, .. } = told(usual).unwrap();
        assert_eq!((id.as_str(), state), ("0123abc", Some(DeliveryState::Delivered)));
        let lost = told("ID:7 Stat:UNDELIV Err:001").unwrap();
        assert_eq!(
            (lost.id.as_str(), lost.state, lost.detail.as_str()),
            ("7", Some(DeliveryState::Failed), "UNDELIV 001")
        );
        assert_eq!(told("id:7 stat:ENROUTE").unwrap().state, None);
        assert_eq!(told("stat:DELIVRD"), None);
        let numbers = Sm { receipted: Some("x".into()), message_state: Some(5), ..Sm::default() };
        assert_eq!(read(&numbers).unwrap().state, Some(DeliveryState::Failed));
    }

    #[test]
    fn one_name_in_two_number_systems_is_one_name() {
        assert!(names("255").contains(&"ff".to_owned()));
        assert!(names("FF").contains(&"255".to_owned()));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read(octets: Vec<u8>) {
            let _ = read(&Sm { octets, ..Sm::default() });
        }
    }
}
