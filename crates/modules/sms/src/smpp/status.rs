//! What the numbers in answers mean. Pure.

/// All is well.
pub(crate) const OK: u32 = 0;
/// A piece whose length is wrong.
pub(crate) const BAD_LENGTH: u32 = 0x02;
/// A piece of a kind we do not speak.
pub(crate) const BAD_COMMAND: u32 = 0x03;
/// We are signed in already.
pub(crate) const ALREADY_BOUND: u32 = 0x05;
/// Too much at once: later.
pub(crate) const THROTTLED: u32 = 0x58;
/// Trouble on our side: later.
pub(crate) const LATER: u32 = 0x64;
/// It will never be taken.
pub(crate) const NEVER: u32 = 0x65;

/// How something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too much at once: the line rests for a while.
    Slower,
    /// It may be taken later.
    Later,
    /// The number is none.
    Number,
    /// It will not be.
    Never,
}

/// What a refusal of a message means.
pub(crate) const fn refusal(status: u32) -> Refusal {
    match status {
        0x14 | THROTTLED => Refusal::Slower,
        0x08 | 0x45 | LATER | 0xff => Refusal::Later,
        0x0b | 0x34 | 0x50 | 0x51 => Refusal::Number,
        _ => Refusal::Never,
    }
}

/// The protocol's name of a number, for whoever looks it up.
pub(crate) fn name(status: u32) -> String {
    let known = match status {
        0x01 => "ESME_RINVMSGLEN",
        0x02 => "ESME_RINVCMDLEN",
        0x03 => "ESME_RINVCMDID",
        0x04 => "ESME_RINVBNDSTS",
        0x05 => "ESME_RALYBND",
        0x08 => "ESME_RSYSERR",
        0x0a => "ESME_RINVSRCADR",
        0x0b => "ESME_RINVDSTADR",
        0x0d => "ESME_RBINDFAIL",
        0x0e => "ESME_RINVPASWD",
        0x0f => "ESME_RINVSYSID",
        0x14 => "ESME_RMSGQFUL",
        0x43 => "ESME_RINVESMCLASS",
        0x45 => "ESME_RSUBMITFAIL",
        0x53 => "ESME_RINVSYSTYP",
        0x58 => "ESME_RTHROTTLED",
        _ => "",
    };
    format!("0x{status:08X} {known}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_not() {
        assert_eq!([0x14, 0x58].map(refusal), [Refusal::Slower; 2]);
        assert_eq!([0x08, 0x45, 0xff].map(refusal), [Refusal::Later; 3]);
        assert_eq!(refusal(0x0b), Refusal::Number);
        assert_eq!([0x0a, 0x43, 0x400].map(refusal), [Refusal::Never; 3]);
        assert_eq!((name(0x58).as_str(), name(0x400).as_str()), ("0x00000058 ESME_RTHROTTLED", "0x00000400"));
    }
}
