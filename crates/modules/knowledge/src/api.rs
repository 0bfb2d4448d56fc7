//! What other modules call.

use crate::reading;

/// How a name is typed by who knows its sound: the initials of its readings, and its readings in pinyin without
/// tones, each apart by blanks.
pub fn readings(name: &str) -> (String, String) {
    (reading::initials(name), reading::pinyin(name))
}
