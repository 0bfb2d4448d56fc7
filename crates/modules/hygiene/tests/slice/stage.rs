//! A department with customers, and what happens to mails and text messages.

use http::AllTies;
use kernel::{CustomerId, Id, Money};
use mail::{Direction, Kind, Listed, Mail, MailState, Mailer, events::MailBounced, events::MailChanged};
use serde_json::{Value, json};
use sms::{Purpose, Sms, SmsState, events::SmsChanged};
use store::{Fact, Record, params, sql};
use testkit::{Person, TestApp, TestDb};

pub(crate) const DAY: i64 = 86_400_000;

sql! {
    INSERT_MAIL(Mail) = "INSERT INTO mails ({cols}) VALUES ({vals})";
    INSERT_SMS(Sms) = "INSERT INTO sms_messages ({cols}) VALUES ({vals})";
    NO_LIMITS = "DELETE FROM authority_limits";
    INSERT_ORDER(orders::Order) = "INSERT INTO orders ({cols}) VALUES ({vals})";
    KEPT = "SELECT (SELECT count(*) FROM contact_points WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))
        + (SELECT count(*) FROM contact_signals) + (SELECT count(*) FROM flagged_customers)";
}

pub(crate) fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        approvals::module(),
        people::module(),
        customers::module(),
        privacy::module(),
        channels::module(),
        conversations::module(),
        inquiries::module(),
        promises::module(),
        mail::module(),
        delivery::module(vec![sms::carrier()]),
        openchannel::module(),
        sms::module(),
        orders::module(),
        hygiene::module(),
    ]
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}")).to_owned()
}

pub(crate) fn items(list: &Value) -> &Vec<Value> {
    list.as_array().unwrap()
}

/// A department of a head and two agents, and an administrator. Heads and administrators may agree to a thousand removals.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) admin: Person,
    pub(crate) head: Person,
    pub(crate) agent: Person,
    pub(crate) other: Person,
    mailbox: String,
}

impl Stage {
    pub(crate) async fn set(db: TestDb) -> Self {
        let app = TestApp::start(db, modules()).await;
        let (admin, head) = (app.person("administrator").await, app.person("head").await);
        let (agent, other) = (app.person("agent").await, app.person("agent").await);
        admin.unit(("department", "客服"), None, None, &[&head, &agent, &other]).await;
        let roles = admin.get("/roles").await.ok();
        let limits: Vec<_> = items(&roles)
            .iter()
            .filter(|role| ["head", "administrator"].contains(&role["name"].as_str().unwrap()))
            .map(|role| json!({"role_id": role["id"], "kind": "purge", "currency": null, "amount": 1_000}))
            .collect();
        admin.put("/authority-limits", json!({"version": 0, "limits": limits, "two_person": []})).await.ok();
        let mailbox = json!({"name": "售后", "address": "us@example.com", "state": "paused", "imap_host": "mail.example.com",
            "imap_user": "service", "imap_password": "secret", "smtp_host": "mail.example.com"});
        let mailbox = text(&admin.post("/mailboxes", mailbox).await.ok()["id"]);
        Self { app, admin, head, agent, other, mailbox }
    }

    pub(crate) fn now(&self) -> i64 {
        self.app.app.clock().now().millis()
    }

    /// A customer whom this agent looks after.
    pub(crate) async fn customer(&self, name: &str, phone: &str, owner: &Person) -> String {
        let mut body = json!({"name": name});
        if !phone.is_empty() {
            body["phone"] = json!(phone);
        }
        let made = owner.post("/customers", body).await.ok();
        self.app.settle().await;
        text(&made["id"])
    }

    /// Gives a customer an address.
    pub(crate) async fn address(&self, id: &str, email: &str) {
        let version = self.admin.get(&format!("/customers/{id}")).await.ok()["version"].clone();
        self.admin.patch(&format!("/customers/{id}"), json!({"version": version, "email": email})).await.ok();
        self.app.settle().await;
    }

    /// Whom the first agent finds on the list, for this reason.
    pub(crate) async fn flagged(&self, reason: &str) -> Vec<String> {
        let list = self.agent.get(&format!("/flagged-customers?reason={reason}")).await.ok();
        items(&list["items"]).iter().map(|one| text(&one["customer_id"])).collect()
    }

    /// The names of those somebody finds on the list, in order.
    pub(crate) async fn names(&self, of: &Person) -> Vec<String> {
        let list = of.get("/flagged-customers").await.ok();
        let mut names: Vec<_> = items(&list["items"]).iter().map(|one| text(&one["customer"]["name"])).collect();
        names.sort_by_key(|name| name != "久无音讯");
        names
    }

    /// What the schedule does at night, done now.
    pub(crate) async fn look(&self) {
        let (app, system) = (&self.app.app, self.app.system());
        hygiene::api::look(app.db(), &system, &app.part::<AllTies>()).await.unwrap();
    }

    /// As if nobody had ever set limits.
    pub(crate) async fn forget_limits(&self) {
        self.app.app.db().write(&self.app.system(), |tx| tx.exec(&NO_LIMITS, &[]).map(drop)).await.unwrap();
    }

    /// Whether heads may ask for removals.
    pub(crate) async fn head_may_purge(&self, may: bool) {
        let roles = self.admin.get("/roles").await.ok();
        let role = items(&roles).iter().find(|role| role["name"] == "head").unwrap().clone();
        let mut grants = role["grants"].clone();
        if may {
            grants["hygiene.purge"] = json!("department");
        } else {
            grants.as_object_mut().unwrap().remove("hygiene.purge");
        }
        let change = json!({"version": role["version"], "name": role["name"], "grants": grants});
        self.admin.patch(&format!("/roles/{}", text(&role["id"])), change).await.ok();
    }

    /// A customer bought something now.
    pub(crate) async fn ordered(&self, customer: &str) {
        let (system, customer) = (self.app.system(), customer.parse::<CustomerId>().unwrap());
        let write = self.app.app.db().write(&system, move |tx| {
            let order = orders::Order {
                id: tx.new_id(),
                source: "pos".into(),
                number: "A1".into(),
                customer_id: customer,
                state: orders::OrderState::Completed,
                currency: "CNY".into(),
                total: Money(100),
                refunded: Money(0),
                placed_at: tx.now(),
                lines: serde_json::from_str("[]").unwrap(),
                as_of: tx.now(),
                taken_by: None,
                taken_at: tx.now(),
                version: 1,
            };
            tx.exec(&INSERT_ORDER, &order.values())
        });
        write.await.unwrap();
    }

    /// A mail to this address came back for good.
    pub(crate) async fn mail_bounced(&self, customer: &str, address: &str) {
        self.mailed(customer, address, Direction::Out).await;
    }

    /// A mail came from this address.
    pub(crate) async fn mail_received(&self, customer: &str, address: &str) {
        self.mailed(customer, address, Direction::In).await;
    }

    async fn mailed(&self, customer: &str, address: &str, direction: Direction) {
        let customer = customer.parse::<CustomerId>().unwrap();
        let mailbox_id = self.mailbox.parse().unwrap();
        let theirs = Mailer { name: String::new(), address: address.to_owned() };
        let system = self.app.system();
        let write = self.app.app.db().write(&system, move |tx| {
            let id: Id<Mail> = tx.new_id();
            let ours = Mailer { name: String::new(), address: "us@example.com".into() };
            let comes = direction == Direction::In;
            let mail = Mail {
                id,
                mailbox_id,
                direction,
                kind: Kind::Mail,
                state: if comes { MailState::Received } else { MailState::Failed },
                message_id: id.to_string(),
                conversation_id: None,
                seq: None,
                last_seq: None,
                customer_id: Some(customer),
                sender: if comes { theirs.clone() } else { ours.clone() },
                recipients: Listed(vec![if comes { ours } else { theirs.clone() }]),
                cc: Listed::default(),
                bcc: Listed::default(),
                subject: String::new(),
                text: String::new(),
                html: None,
                remote_pictures: 0,
                attachments: Listed::default(),
                dropped: Listed::default(),
                quoted_id: None,
                why: String::new(),
                at: tx.now(),
                sent_at: None,
            };
            tx.exec(&INSERT_MAIL, &mail.values())?;
            if comes {
                let fact =
                    MailChanged { mail_id: id, mailbox_id: mail.mailbox_id, conversation_id: None, state: mail.state };
                tx.emit(Fact::new(MailChanged::KIND, id, &fact)?);
            } else {
                tx.emit(Fact::new(MailBounced::KIND, id, &MailBounced { mail_id: id })?);
            }
            Ok(())
        });
        write.await.unwrap();
        self.app.settle().await;
    }

    /// A text message to a customer ended so.
    pub(crate) async fn sms_ended(&self, customer: &str, state: SmsState, why: &'static str) {
        let customer = customer.parse::<CustomerId>().unwrap();
        let system = self.app.system();
        let write = self.app.app.db().write(&system, move |tx| {
            let sms = Sms {
                id: tx.new_id(),
                channel_id: tx.new_id(),
                customer_id: Some(customer),
                phone: String::new(),
                purpose: Purpose::Notice,
                reference: "test".into(),
                text: "您好".into(),
                state,
                why: Some(why.to_owned()).filter(|why| !why.is_empty()),
                attempts: 1,
                at: tx.now(),
                changed_at: tx.now(),
            };
            tx.exec(&INSERT_SMS, &sms.values())?;
            let fact = SmsChanged { sms_id: sms.id, channel_id: sms.channel_id, reference: "test".into(), state };
            tx.emit(Fact::new(SmsChanged::KIND, sms.id, &fact)?);
            Ok(())
        });
        write.await.unwrap();
        self.app.settle().await;
    }

    /// How much is kept of these.
    pub(crate) async fn kept(&self, of: Vec<CustomerId>) -> i64 {
        let system = self.app.system();
        let read = self.app.app.db().read(&system, move |tx| tx.one::<(i64,)>(&KEPT, params![json!(of).to_string()]));
        read.await.unwrap().0
    }
}
