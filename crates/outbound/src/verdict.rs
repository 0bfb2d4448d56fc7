//! What an answer means for whoever has something to hand over.

use std::time::Duration;

use crate::{Answer, Trouble};

/// Characters of an answer that are shown.
const SHOWN: usize = 200;

/// What became of handing something over.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The other side took it.
    Taken(Answer),
    /// It may later.
    Later {
        /// A stable name of what stands in the way: `timeout`, `unreachable`, `http`, …
        code: &'static str,
        /// What was said of it; of `http` it begins with the status.
        text: String,
        /// How long the other side asks to be left alone.
        wait: Option<Duration>,
    },
    /// It will not.
    Never {
        /// A stable name of what stands in the way: `refused`, `forbidden_address`.
        code: &'static str,
        /// What was said of it.
        text: String,
    },
}

/// Judges what came of a call: any 2xx takes it; what says that the thing itself cannot be taken is not
/// tried again; all else may be otherwise later.
pub fn judge(answered: Result<Answer, Trouble>) -> Verdict {
    let answer = match answered {
        Ok(answer) => answer,
        Err(trouble @ Trouble::ForbiddenAddress) => {
            return Verdict::Never { code: trouble.code(), text: String::new() };
        }
        Err(trouble) => return Verdict::Later { code: trouble.code(), text: trouble.text().to_owned(), wait: None },
    };
    if answer.is_good() {
        return Verdict::Taken(answer);
    }
    let said: String = String::from_utf8_lossy(&answer.body).chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    let text = format!("{} {said}", answer.status).trim_end().to_owned();
    match answer.status {
        300..=399 => Verdict::Later { code: "redirected", text, wait: None },
        400 | 410 | 413 | 415 | 422 => Verdict::Never { code: "refused", text },
        _ => Verdict::Later { code: "http", text, wait: answer.retry_after },
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(status: u16, body: &'static str) -> Result<Answer, Trouble> {
        let (content_type, disposition) = (String::new(), String::new());
        let (retry_after, body) = (Some(Duration::from_secs(9)), Bytes::from_static(body.as_bytes()));
        Ok(Answer { status, retry_after, content_type, disposition, body, cut: false })
    }

    #[test]
    fn what_may_be_mended_is_tried_again_and_what_is_refused_is_not() {
        assert!(matches!(judge(answer(204, "")), Verdict::Taken(_)));
        for status in [301, 401, 403, 404, 408, 429, 500, 503] {
            assert!(matches!(judge(answer(status, "")), Verdict::Later { .. }), "{status}");
        }
        assert!(matches!(judge(answer(503, "")), Verdict::Later { wait: Some(wait), .. } if wait.as_secs() == 9));
        for status in [400, 410, 413, 422] {
            assert!(
                matches!(judge(answer(status, "no\u{7}")), Verdict::Never { text, .. } if text.ends_with(" no")),
                "{status}"
            );
        }
        assert!(matches!(judge(Err(Trouble::ForbiddenAddress)), Verdict::Never { .. }));
        assert!(matches!(judge(Err(Trouble::Timeout)), Verdict::Later { .. }));
    }
}
