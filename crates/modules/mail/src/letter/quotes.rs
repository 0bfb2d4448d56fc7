//! What of a mail is new, and what it only repeats.

use std::sync::LazyLock;

use regex::Regex;

/// A line that says: from here on an earlier mail.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^\s*-{2,}\s*(Original Message|Forwarded message|原始邮件|原始郵件|原邮件|原郵件|转发邮件|轉寄郵件|转发的邮件|邮件原文|回复的原邮件|",
        r"Original|Ursprüngliche Nachricht|Message d'origine)[^-]{0,40}-{2,}\s*$|^\s*-{2,}\s*回复的原邮件\s*-{2,}",
    ))
    .expect("a fixed pattern")
});
/// `On … wrote:`, `在…写道：`, the last words of what a mailer puts above a quote.
static WROTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^.{0,300}(\bwrote|\bschrieb.{0,80}|\ba écrit|写道|寫道|写信|來信說|の書き込み)\s*[:：]\s*$")
        .expect("a fixed pattern")
});
/// The first line of an earlier mail's header, as Outlook and others write it.
static FROM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\s*>]*(From|发件人|寄件者|寄件人|發件人|差出人)\s*\*?\s*[:：]").expect("a fixed pattern")
});
/// What must follow soon, so that a person's own `From:` is none.
static SENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\s*>]*(Sent|Date|To|Subject|发送时间|日期|時間|时间|寄件日期|傳送時間|收件人|收件者|主题|主題|主旨)\s*\*?\s*[:：]")
        .expect("a fixed pattern")
});

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with(['>', '＞'])
}

/// The text without the earlier mails below, above and around it. One that only repeats is answered whole.
pub(crate) fn fresh(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len()).find(|at| is_history(&lines, *at)).unwrap_or(lines.len());
    let mut kept: Vec<&str> = Vec::with_capacity(end);
    let mut at = 0;
    while at < end {
        // `On … wrote:` above a quote goes with it; what is said below the quote stays.
        let above_quote = WROTE.is_match(lines[at])
            && lines[at + 1..end].iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_quoted(line));
        if !above_quote {
            kept.push(lines[at]);
        }
        at += 1;
    }
    // Quotes between one's own words are what they answer; at the ends they are only history.
    let own = |line: &&str| !line.trim().is_empty() && !is_quoted(line);
    let (first, last) = (kept.iter().position(own), kept.iter().rposition(own));
    match (first, last) {
        (Some(first), Some(last)) => kept[first..=last].join("\n").trim().to_owned(),
        _ => text.trim().to_owned(),
    }
}

/// Whether all from this line on is an earlier mail that is not marked line by line.
fn is_history(lines: &[&str], at: usize) -> bool {
    let line = lines[at];
    if at > 0 && HEAD.is_match(line) {
        return true;
    }
    if at > 0 && FROM.is_match(line) {
        return lines[at + 1..].iter().take(5).filter(|line| SENT.is_match(line)).count() >= 2;
    }
    if at > 0 && WROTE.is_match(line) {
        // Not marked: then nothing tells where it ends.
        return lines[at + 1..].iter().find(|line| !line.trim().is_empty()).is_some_and(|line| !is_quoted(line));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_mailers_put_below_is_folded_away() {
        for quoted in [
            "------------------ 原始邮件 ------------------\n发件人: \"客服\" <a@b.c>;\n您好",
            "-----Original Message-----\nFrom: A\nhi",
            "On Mon, Nov 23, 2026 at 9:01 AM Desk <a@b.c> wrote:\n> hi\n> there",
            "在 2026年11月23日，客服 <a@b.c> 写道：\n> 您好",
            "于 2026-11-23 09:01:02，\"客服\" <a@b.c> 写道：\n您好\n再见",
            "发件人： 客服\n发送时间： 2026年11月23日\n收件人： 我\n主题： 回复\n\n您好",
            "From: Desk\nSent: Monday\nTo: me\nSubject: x\n\nhi",
            "> 旧的\n> 更旧的",
        ] {
            assert_eq!(fresh(&format!("订单还没到\n请查一下\n\n{quoted}")), "订单还没到\n请查一下", "{quoted}");
        }
    }

    #[test]
    fn words_below_and_between_quotes_stay() {
        assert_eq!(fresh("On Monday A wrote:\n> where?\n\nHere."), "Here.");
        assert_eq!(fresh("Hi\n> where?\nHere.\n> when?\nNow."), "Hi\n> where?\nHere.\n> when?\nNow.");
        assert_eq!(fresh("From: Berlin I come\nand stay"), "From: Berlin I come\nand stay");
        assert_eq!(fresh("> only a quote"), "> only a quote");
    }

    proptest! {
        #[test]
        fn nothing_is_invented_and_something_is_left(text in "((>|From:|To:|x wrote:|写道：|--- 原始邮件 ---| |a){1,4}\n){0,12}") {
            let new = fresh(&text);
            let all: Vec<&str> = text.lines().map(str::trim).collect();
            prop_assert!(new.lines().all(|line| all.contains(&line.trim())));
            prop_assert_eq!(new.is_empty(), text.trim().is_empty());
        }
    }
}
