//! 《顾客投诉登记表》 and 《投诉记录表》: the paper form, filled in as far as things have gone (R066).

use documents::{Cell, Grid, Hand, Part, Picture, Row, Value};
use forms::FormEntry;
use kernel::Money;
use store::text_enum;

use crate::model::{Compensating, Complaint, ComplaintWay, Directive, RevisitOutcome, SignOffKind};

text_enum! {
    /// A form a complaint is printed on.
    pub enum ComplaintForm {
        /// 《顾客投诉登记表》: the form itself, what is not done yet left to be written by hand.
        Intake = "intake",
        /// 《投诉记录表》: the form, and everything that happened.
        Record = "record",
    }
}

/// A complaint and what stands beside it on the form.
pub(crate) struct Filled<'a> {
    pub complaint: &'a Complaint,
    /// The complainant's number, masked or not; empty while unknown.
    pub phone: String,
    /// The picture of their name.
    pub signature: Option<Picture>,
    /// Of which currency its amounts are.
    pub currency: &'a str,
    /// What was filled in of the form's own fields.
    pub own: &'a [FormEntry],
}

/// As wide as on paper: the band of the section, then three times a name and what it names.
const COLUMNS: [f32; 7] = [1.7, 3.3, 7.6, 3.3, 7.6, 3.3, 7.0];

const WAYS: [ComplaintWay; 5] =
    [ComplaintWay::Conversation, ComplaintWay::Phone, ComplaintWay::Counter, ComplaintWay::Mail, ComplaintWay::Other];
const SIGNS: [SignOffKind; 6] = [
    SignOffKind::Screen,
    SignOffKind::Paper,
    SignOffKind::Oral,
    SignOffKind::Refused,
    SignOffKind::Unreachable,
    SignOffKind::Anonymous,
];
const OUTCOMES: [RevisitOutcome; 5] = [
    RevisitOutcome::Content,
    RevisitOutcome::Middling,
    RevisitOutcome::Discontent,
    RevisitOutcome::Unreachable,
    RevisitOutcome::Anonymous,
];

/// The letter of an option, counted from 0.
fn letter(option: i64) -> String {
    u8::try_from(option).ok().filter(|at| *at < 26).map_or_else(String::new, |at| char::from(b'A' + at).to_string())
}

/// The form.
pub(crate) fn form(hand: &Hand, filled: &Filled<'_>) -> Part {
    let sheet = Sheet { hand, one: filled.complaint, filled };
    let sections = [
        ("intake", [sheet.intake(), forms::api::rows(filled.own, hand.locale)].concat()),
        ("judgement", sheet.judgement()),
        ("investigation", sheet.investigation()),
        ("solution", sheet.solution()),
        ("implementation", sheet.implementation()),
        ("summary", sheet.summary()),
        ("revisit", sheet.revisit()),
    ];
    Part::Grid(Grid { columns: COLUMNS.into(), heads: 0, rows: hand.banded(sections) })
}

struct Sheet<'a> {
    hand: &'a Hand,
    one: &'a Complaint,
    filled: &'a Filled<'a>,
}

impl Sheet<'_> {
    fn money(&self, sum: Money) -> String {
        self.hand.money(sum, self.filled.currency)
    }

    fn scores(&self, given: Option<i64>) -> String {
        let scores: Vec<_> = (1..=5).map(|n| format!("{}{n}", if given == Some(n) { '☒' } else { '☐' })).collect();
        scores.join(" ")
    }

    fn intake(&self) -> Vec<Row> {
        let (hand, one) = (self.hand, self.one);
        let severity = hand.word(&format!("severity_{}", one.severity.text()));
        let severity = if one.safety {
            format!("{severity} · {}", hand.word("safety"))
        } else {
            severity.to_owned()
        };
        let scope = [
            hand.word(&format!("impact_{}", one.impact.text())),
            hand.word(&format!("complexity_{}", one.complexity.text())),
        ];
        let mut below = vec![hand.said("taker", &[("name", &one.registered_by_name)])];
        below.extend(one.acknowledged_at.map(|at| hand.said("told_number", &[("at", &hand.at(at))])));
        below.extend(one.answer_by.map(|at| hand.said("promised", &[("at", &hand.at(at))])));
        vec![
            self.hand.three([
                (
                    "complainant",
                    format!("{}　{}", one.customer_name, hand.tick("anonymous", one.anonymous)).trim().into(),
                ),
                ("phone", self.filled.phone.clone()),
                ("severity", severity),
            ]),
            self.hand.three([
                ("happened", hand.at(one.happened_at)),
                ("registered", hand.at(one.registered_at)),
                ("risk", hand.word(&format!("risk_{}", one.brand_risk.text())).into()),
            ]),
            self.hand.three([
                ("goods", one.goods.clone().unwrap_or_default()),
                ("scope", scope.join(" · ")),
                ("category", one.category.clone().unwrap_or_default()),
            ]),
            self.hand
                .wide("way", Cell::text(self.hand.ticks(&WAYS, |way| format!("way_{}", way.text()), Some(one.way)))),
            self.hand.wide("content", Cell::text(&one.content).signed(below.join("　"))).least(22.0),
            self.hand.wide("remedy", Cell::text(&one.remedy)),
        ]
    }

    fn judgement(&self) -> Vec<Row> {
        let (hand, one) = (self.hand, self.one);
        let judged = one.judgement.as_ref();
        let verdict = [
            hand.tick("upheld", one.upheld == Some(true)),
            hand.tick("unfounded", one.upheld == Some(false)),
            hand.tick("grounds", judged.is_some_and(|one| one.grounds)),
            hand.tick("reasonable", judged.is_some_and(|one| one.reasonable)),
        ];
        let by = judged.map(|judged| format!("{} {}", judged.by.name, hand.at(judged.by.at))).unwrap_or_default();
        let unit = judged.map(|judged| judged.responsible_unit_name.clone()).unwrap_or_default();
        let why = judged.map(|judged| judged.words.clone()).unwrap_or_default();
        let why = [why, by].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("　");
        let mut rows = vec![
            self.hand.wide("verdict", Cell::text(verdict.join("　"))),
            self.hand.two("why", Cell::text(why), "unit", Cell::text(unit)),
        ];
        if let Some(judged) = judged.filter(|_| one.upheld == Some(false)) {
            let reason =
                judged.reason.map(|reason| hand.word(&format!("reason_{}", reason.text()))).unwrap_or_default();
            let took = judged.understanding.map(|one| hand.word(&format!("understanding_{}", one.text())));
            let reply = Cell::text(format!("{reason}：{}", judged.reply));
            let reply = match &judged.second_reader {
                Some(by) => reply.signed(hand.said("reader", &[("name", &by.name), ("at", &hand.at(by.at))])),
                None => reply,
            };
            rows.push(self.hand.two("reply", reply, "took", Cell::text(took.unwrap_or_default())));
        }
        rows
    }

    fn investigation(&self) -> Vec<Row> {
        let hand = self.hand;
        let found = self.one.investigation.as_ref();
        let late = found.is_some_and(|found| {
            let runs = self.one.runs.0.iter().rev();
            let mut runs = runs.filter(|run| run.step == crate::ComplaintStep::Investigation);
            runs.next().and_then(|run| run.due_at).is_some_and(|due| due < found.by.at)
        });
        let at = found.map(|found| hand.at(found.by.at)).unwrap_or_default();
        vec![
            self.hand.wide("cause", Cell::text(found.map(|one| one.cause.clone()).unwrap_or_default())).least(13.0),
            self.hand.three([
                ("responsible", found.map(|one| one.responsible.clone()).unwrap_or_default()),
                ("investigator", found.map(|one| one.by.name.clone()).unwrap_or_default()),
                ("done_at", if late { hand.said("late", &[("at", &at)]) } else { at }),
            ]),
        ]
    }

    fn solution(&self) -> Vec<Row> {
        let (hand, one) = (self.hand, self.one);
        let options = &one.options.0;
        let mut rows: Vec<Row> = (0..options.len().max(2))
            .map(|at| {
                let option = options.get(at);
                let name = hand.said("option", &[("letter", &letter(at as i64))]);
                let how = option.map(|one| format!("{}：{}　{}", one.title, one.how, one.takes)).unwrap_or_default();
                let cost = match option {
                    Some(one) => Cell::value(Value::Amount(one.cost)),
                    None => Cell::text(""),
                };
                Row::of([Cell::label(name), Cell::text(how.trim()).over(3), self.hand.label("cost"), cost])
            })
            .collect();
        let choices: Vec<_> = (0..options.len().max(2) as i64)
            .map(|at| format!("{}{}", if one.customer_choice == Some(at) { '☒' } else { '☐' }, letter(at)))
            .collect();
        let sent = one.submission.as_ref();
        let opinion = sent.map(|one| format!("{}　{} {}", one.discussed_with, one.by.name, hand.at(one.by.at)));
        let opinion = Cell::text(opinion.unwrap_or_default());
        rows.push(self.hand.two("opinion", opinion, "choice", Cell::text(choices.join("　"))));
        rows.push(self.hand.wide("directive", self.directive(one.directive.as_ref())).least(24.0));
        rows
    }

    fn directive(&self, directive: Option<&Directive>) -> Cell {
        let hand = self.hand;
        let Some(one) = directive else { return Cell::text("").signed(hand.word("sign_line")) };
        let mut lines = vec![one.words.clone()];
        let mut chosen = vec![hand.said("chosen", &[("letter", &letter(one.option))])];
        if one.chosen_by == crate::ChosenBy::Customer {
            chosen.push(hand.word("by_customer").into());
        }
        if one.compensating != Compensating::None {
            let options = &self.one.options.0;
            let option = usize::try_from(one.option).ok().and_then(|at| options.get(at));
            let sum = option.map(|option| self.money(option.compensation)).unwrap_or_default();
            let state = hand.word(&format!("compensating_{}", one.compensating.text()));
            chosen.push(hand.said("compensation", &[("sum", &sum), ("state", state)]));
        }
        lines.push(chosen.join("；"));
        lines.retain(|line| !line.is_empty());
        let signed = hand.said("signed", &[("name", &one.by.name), ("at", &hand.at(one.by.at))]);
        Cell::text(lines.join("\n")).signed(signed)
    }

    fn implementation(&self) -> Vec<Row> {
        let (hand, one) = (self.hand, self.one);
        let done = one.implementation.as_ref();
        let by = done.map(|done| format!("{} {}", done.by.name, hand.at(done.by.at))).unwrap_or_default();
        let told = Cell::text(done.map(|done| done.told.clone()).unwrap_or_default());
        let sign = one.sign_off.as_ref();
        let ticks = self.hand.ticks(&SIGNS, |kind| format!("sign_{}", kind.text()), sign.map(|one| one.kind));
        let mut words = vec![ticks];
        words.extend(sign.map(|one| one.words.clone()).filter(|words| !words.is_empty()));
        let reader = sign.and_then(|one| one.second_reader.as_ref());
        words.extend(reader.map(|by| hand.said("reader", &[("name", &by.name), ("at", &hand.at(by.at))])));
        let below = match sign {
            Some(sign) => format!("{} {}", sign.by.name, hand.at(sign.by.at)),
            None => hand.word("sign_line").into(),
        };
        let feedback = one.feedback.as_ref();
        let said = feedback.map(|one| one.words.clone()).unwrap_or_default();
        vec![
            self.hand.wide("what", Cell::text(done.map(|done| done.what.clone()).unwrap_or_default())),
            self.hand.two("told", told, "by", Cell::text(by)),
            self.hand
                .wide("sign_off", Cell::text(words.join("\n")).pictured(self.filled.signature.clone()).signed(below))
                .least(20.0),
            self.hand.two(
                "feedback",
                Cell::text(said),
                "score",
                Cell::text(self.scores(feedback.map(|one| one.score))),
            ),
        ]
    }

    fn summary(&self) -> Vec<Row> {
        let hand = self.hand;
        let summed = self.one.summary.as_ref();
        let signed = match summed {
            Some(one) => hand.said("supervisor", &[("name", &one.by.name), ("at", &hand.at(one.by.at))]),
            None => hand.word("supervisor_line").into(),
        };
        vec![
            self.hand
                .wide("summary", Cell::text(summed.map(|one| one.words.clone()).unwrap_or_default()).signed(signed))
                .least(24.0),
            self.hand
                .wide("countermeasures", Cell::text(summed.map(|one| one.countermeasures.clone()).unwrap_or_default()))
                .least(14.0),
        ]
    }

    fn revisit(&self) -> Vec<Row> {
        let (hand, one) = (self.hand, self.one);
        let asked = one.revisit.as_ref();
        let ticks = self.hand.ticks(&OUTCOMES, |one| format!("outcome_{}", one.text()), asked.map(|one| one.outcome));
        let ticks = format!("{ticks}\n{} {}", hand.word("score"), self.scores(asked.and_then(|one| one.score)));
        let by = asked.map(|one| format!("{} {}", one.by.name, hand.at(one.by.at))).unwrap_or_default();
        let closed = one.closed_at.map(|at| hand.at(at)).unwrap_or_default();
        let words = Cell::text(asked.map(|one| one.words.clone()).unwrap_or_default());
        vec![
            self.hand.two("revisit", Cell::text(ticks), "revisitor", Cell::text(by)),
            self.hand.two("words", words, "archived_at", Cell::text(closed)),
        ]
    }
}
