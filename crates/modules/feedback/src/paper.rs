//! 《意见、建议、表扬记录单》 and the list of some days, as they look on paper (R062, R066).

use std::sync::LazyLock;

use documents::{Cell, Document, Grid, Hand, Part, Row};
use forms::FormEntry;
use http::Languages;
use kernel::Result;
use store::Tx;

use crate::model::{AnswerWay, FeedbackItem, FeedbackKind, FeedbackMove, FeedbackWay};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// As wide as on paper: the band of the section, then three times a name and what it names.
const COLUMNS: [f32; 7] = [1.7, 3.3, 7.6, 3.3, 7.6, 3.3, 7.0];
const KINDS: [FeedbackKind; 3] = [FeedbackKind::Suggestion, FeedbackKind::Opinion, FeedbackKind::Praise];
const WAYS: [FeedbackWay; 5] =
    [FeedbackWay::Conversation, FeedbackWay::Phone, FeedbackWay::Counter, FeedbackWay::Mail, FeedbackWay::Form];
const ANSWERS: [AnswerWay; 6] = [
    AnswerWay::Conversation,
    AnswerWay::Sms,
    AnswerWay::Phone,
    AnswerWay::Counter,
    AnswerWay::Mail,
    AnswerWay::Unreachable,
];

/// As the organisation writes of feedback.
pub(crate) fn hand(tx: &mut Tx<'_>) -> Result<Hand> {
    complaints::api::hand(tx, &TEXTS)
}

fn sender(hand: &Hand, one: &FeedbackItem) -> String {
    match one.customer_id {
        Some(_) => one.customer_name.clone(),
        None => hand.word("anonymous").to_owned(),
    }
}

fn about(one: &FeedbackItem) -> String {
    let about = [one.about_name.as_str(), one.about_unit_name.as_str()];
    about.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Whether it is adopted, and why; nothing before it is decided, and never of anything but a suggestion.
fn adoption(hand: &Hand, one: &FeedbackItem) -> String {
    let Some(adopted) = one.adopted else { return String::new() };
    let reason = one.adoption_reason.clone().unwrap_or_default();
    format!("{}　{reason}", hand.word(if adopted { "adopted" } else { "not_adopted" })).trim().to_owned()
}

/// What stands beside an item on its form: the number of whoever said it, and what its own fields say.
pub(crate) type Beside<'a> = (&'a str, &'a [FormEntry]);

/// One item on its form, what is not done yet left to be written by hand; and what happened to it.
pub(crate) fn record(hand: &Hand, one: &FeedbackItem, moves: &[FeedbackMove], beside: Beside<'_>) -> Document {
    let (phone, own) = beside;
    let sections = [
        ("taken", [taken(hand, one, phone), forms::api::rows(own, hand.locale)].concat()),
        ("answered", answered(hand, one)),
    ];
    let mut rows = vec![hand.heads(&["number", "at", "happening", "said", "person"])];
    for step in moves {
        let happened = hand.word(&format!("move_{}", step.kind.text())).to_owned();
        let by = step.by_name.clone().unwrap_or_else(|| hand.word("system").into());
        let cells = [step.number.to_string(), hand.at(step.at), happened, step.words.clone(), by];
        rows.push(Row::of(cells.map(Cell::text)));
    }
    let parts = vec![
        Part::Grid(Grid { columns: COLUMNS.into(), heads: 0, rows: hand.banded(sections) }),
        Part::Heading(hand.word("course").into()),
        Part::Grid(Grid { columns: vec![1.1, 2.9, 2.8, 9.0, 2.4], heads: 1, rows }),
    ];
    let as_of = hand.said("as_of", &[("n", &one.version.to_string())]);
    hand.document(hand.word("title_record").to_owned(), as_of, Some(one.number.clone()), parts)
}

fn taken(hand: &Hand, one: &FeedbackItem, phone: &str) -> Vec<Row> {
    let kinds = hand.ticks(&KINDS, |kind| format!("kind_{}", kind.text()), Some(one.kind));
    let ways = hand.ticks(&WAYS, |way| format!("way_{}", way.text()), Some(one.way));
    let below = hand.said("taker", &[("name", &one.registered_by_name)]);
    vec![
        hand.wide("kind", Cell::text(kinds)),
        hand.three([
            ("sender", sender(hand, one)),
            ("phone", phone.to_owned()),
            ("registered", hand.at(one.registered_at)),
        ]),
        hand.two("way", Cell::text(ways), "goods", Cell::text(one.goods.clone().unwrap_or_default())),
        hand.two("what", Cell::text(&one.title), "about", Cell::text(about(one))),
        hand.wide("content", Cell::text(&one.content).signed(below)).least(40.0),
    ]
}

fn answered(hand: &Hand, one: &FeedbackItem) -> Vec<Row> {
    let by = match one.answered_at {
        Some(at) => hand.said("signed", &[("name", &one.answered_by_name), ("at", &hand.at(at))]),
        None => hand.word("sign_line").to_owned(),
    };
    let ways = hand.ticks(&ANSWERS, |way| format!("answer_{}", way.text()), one.answer_way);
    let mut rows = vec![
        hand.three([
            ("owner", one.owner_name.clone()),
            ("due", one.due_at.map(|at| hand.at(at)).unwrap_or_default()),
            ("state", hand.word(&format!("state_{}", one.state.text())).to_owned()),
        ]),
        hand.wide("answer", Cell::text(one.answer.clone().unwrap_or_default()).signed(by)).least(34.0),
        hand.wide("answer_way", Cell::text(ways)),
    ];
    if one.kind == FeedbackKind::Suggestion {
        let ticks =
            [hand.tick("adopted", one.adopted == Some(true)), hand.tick("not_adopted", one.adopted == Some(false))];
        let reason = Cell::text(one.adoption_reason.clone().unwrap_or_default());
        rows.push(hand.two("reason", reason, "adoption", Cell::text(ticks.join("　"))));
        let award = one.award.as_ref();
        let words = Cell::text(award.map(|award| award.words.clone()).unwrap_or_default());
        let sum = award.map(|award| hand.money(award.amount, &award.currency)).unwrap_or_default();
        rows.push(hand.two("award", words, "amount", Cell::text(sum)));
    }
    let closed = one.closed_at.map(|at| hand.at(at)).unwrap_or_default();
    let complaint = one.complaint_number.clone().unwrap_or_default();
    rows.push(hand.two("closed", Cell::text(closed), "complaint", Cell::text(complaint)));
    rows
}

/// What came on some days, one a line, the latest first.
pub(crate) fn list(hand: &Hand, days: String, items: &[(FeedbackItem, String)]) -> Document {
    let heads = ["number_of", "registered", "kind", "sender", "about", "content", "state", "answer", "adoption", "own"];
    let mut rows = vec![hand.heads(&heads)];
    for (one, own) in items {
        let answer = one.answer.as_ref().map(|answer| {
            let at = one.answered_at.map(|at| hand.at(at)).unwrap_or_default();
            format!("{answer}\n{} {at}", one.answered_by_name)
        });
        let cells = [
            one.number.clone(),
            hand.at(one.registered_at),
            hand.word(&format!("kind_{}", one.kind.text())).to_owned(),
            sender(hand, one),
            about(one),
            one.content.clone(),
            hand.word(&format!("state_{}", one.state.text())).to_owned(),
            answer.unwrap_or_default(),
            adoption(hand, one),
            own.clone(),
        ];
        rows.push(Row::of(cells.map(Cell::text)));
    }
    let counts = KINDS.map(|kind| {
        let n = items.iter().filter(|(one, _)| one.kind == kind).count();
        format!("{} {n}", hand.word(&format!("kind_{}", kind.text())))
    });
    let parts = vec![
        Part::Words(counts.join("　")),
        Part::Grid(Grid { columns: vec![3.3, 3.2, 1.6, 2.2, 2.6, 6.4, 1.8, 5.0, 3.0, 3.0], heads: 1, rows }),
    ];
    Document { landscape: true, ..hand.document(hand.word("title_list").to_owned(), days, None, parts) }
}
