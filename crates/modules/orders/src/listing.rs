//! Orders from lists: a row is an order, or one line of one.

use std::collections::HashMap;

use customers::Taken as ListTaken;
use imports::{Target, TargetField, TargetListing, TargetRow, api::moment};
use kernel::{FieldError, Money, Params, Result};
use store::Tx;

use crate::{
    model::{OrderLine, OrderState},
    policy,
    taking::{self, NewOrder, OrderCustomer, Taken},
};

/// The source of rows that name none.
const SOURCE: &str = "list";

const fn field(name: &'static str, words: &'static [&'static str]) -> TargetField {
    TargetField { name, words }
}

/// What lists of orders are to `imports`.
pub fn target() -> Target {
    const FIELDS: &[TargetField] = &[
        field(
            "number",
            &[
                "订单号",
                "订单编号",
                "单号",
                "訂單號",
                "訂單編號",
                "單號",
                "order number",
                "order no",
                "order id",
                "order",
            ],
        ),
        field("refunded", &["退款金额", "已退", "退款金額", "refund"]),
        field("total", &["实付", "金额", "总价", "合计", "實付", "金額", "總價", "合計", "total", "amount", "paid"]),
        field(
            "placed_at",
            &[
                "下单时间",
                "下单日期",
                "购买",
                "日期",
                "时间",
                "下單時間",
                "下單日期",
                "購買",
                "時間",
                "date",
                "placed",
                "time",
            ],
        ),
        field("state", &["状态", "狀態", "status", "state"]),
        field("currency", &["币种", "货币", "幣種", "貨幣", "currency"]),
        field("email", &["邮箱", "邮件", "郵箱", "郵件", "email", "e-mail", "mail"]),
        field("phone", &["手机", "电话", "手機", "電話", "phone", "mobile", "tel"]),
        field(
            "external_id",
            &["会员号", "客户编号", "用户编号", "會員號", "客戶編號", "用戶編號", "customer id", "user id", "member"],
        ),
        field("quantity", &["数量", "件数", "數量", "件數", "quantity", "qty"]),
        field("code", &["货号", "编码", "貨號", "編碼", "sku", "code"]),
        field("what", &["商品", "品名", "服务", "项目", "服務", "項目", "product", "item", "service", "goods"]),
        field("source", &["来源", "店铺", "平台", "來源", "店鋪", "source", "shop", "store"]),
    ];
    Target {
        name: "orders",
        fields: FIELDS,
        needed: &[&["number"], &["placed_at"], &["total"], &["phone", "email", "external_id"]],
        key: "number",
        permission: policy::ENTER,
        take,
    }
}

fn take(tx: &mut Tx<'_>, listing: &TargetListing, rows: &[TargetRow]) -> Result<Vec<ListTaken>> {
    let mut answers: Vec<Option<ListTaken>> = rows.iter().map(|_| None).collect();
    let mut by_source: HashMap<&str, Vec<(usize, NewOrder)>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        match read(row, listing) {
            Ok(order) => {
                by_source.entry(row.get("source").map_or(SOURCE, String::as_str)).or_default().push((at, order));
            }
            Err(why) => answers[at] = Some(ListTaken::Refused(vec![why])),
        }
    }
    for (source, orders) in by_source {
        let (places, orders): (Vec<_>, Vec<_>) = orders.into_iter().unzip();
        if source.chars().count() > 40 {
            places.iter().for_each(|at| answers[*at] = Some(ListTaken::Refused(vec![bad("source", "too_long")])));
            continue;
        }
        for (at, taken) in places.into_iter().zip(taking::take_in(tx, source, &orders, listing.rehearsal)?) {
            answers[at] = Some(match taken {
                Taken::Created => ListTaken::Created,
                Taken::Changed => ListTaken::Changed,
                Taken::Same => ListTaken::Same,
                Taken::Refused(why) => ListTaken::Refused(why),
            });
        }
    }
    Ok(answers.into_iter().map(|answer| answer.unwrap_or(ListTaken::Same)).collect())
}

/// A row as an order, or what is wrong with it.
fn read(row: &TargetRow, listing: &TargetListing) -> std::result::Result<NewOrder, FieldError> {
    let text = |name: &str| row.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let needed = |name: &'static str| text(name).ok_or(bad(name, "required"));
    let sum = |name: &'static str| match text(name) {
        Some(text) => money(&text).map(Some).ok_or(bad(name, "malformed")),
        None => Ok(None),
    };
    let total = money(&needed("total")?).ok_or(bad("total", "malformed"))?;
    let placed_at = moment(&needed("placed_at")?, &listing.zone).ok_or(bad("placed_at", "malformed"))?;
    let state = match text("state") {
        Some(text) => state(&text).ok_or(bad("state", "unknown"))?,
        None => OrderState::Completed,
    };
    let refunded = match (sum("refunded")?, state) {
        (Some(sum), _) => sum,
        (None, OrderState::Refunded) => total,
        (None, _) => 0,
    };
    let quantity = match text("quantity") {
        Some(text) => {
            text.parse::<f64>().ok().filter(|n| n.fract() == 0.0 && *n >= 1.0).ok_or(bad("quantity", "malformed"))?
        }
        None => 1.0,
    };
    let code = text("code");
    let what = text("what").or_else(|| code.clone());
    let line = |what: String| OrderLine { code, what, quantity: quantity as i64, amount: Money(total) };
    // The surest key of those that are there.
    let (external_id, phone, email) = (text("external_id"), text("phone"), text("email"));
    let customer = match (external_id, phone, email) {
        (Some(id), ..) => OrderCustomer { external_id: Some(id), ..OrderCustomer::default() },
        (_, Some(phone), _) => OrderCustomer { phone: Some(phone), ..OrderCustomer::default() },
        (.., email) => OrderCustomer { email, ..OrderCustomer::default() },
    };
    Ok(NewOrder {
        number: needed("number")?,
        customer,
        placed_at,
        total: Money(total),
        refunded: Money(refunded),
        currency: text("currency").map(|text| text.to_uppercase()),
        state: Some(state),
        lines: what.map(line).into_iter().collect(),
        as_of: Some(listing.as_of),
    })
}

/// `¥1,299.5`, `1299.50`: minor units, of a currency that has two digits of them.
fn money(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !"¥￥$€,，元".contains(*c)).collect();
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    // Spreadsheets write 0.1 + 0.2 as 0.30000000000000004; what lies beyond the cent is nothing.
    let part = format!("{:0<2}", part.get(..part.len().min(2))?);
    if whole.is_empty() || whole.len() > 11 || !digits(whole) || !digits(&part) {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 100 + part.parse::<i64>().ok()?)
}

fn state(text: &str) -> Option<OrderState> {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    // The narrower words first: a partial refund is a refund too.
    if has(&["部分退", "partly", "partial", "refunded_part"]) {
        Some(OrderState::RefundedPart)
    } else if has(&["退款", "已退", "refund"]) {
        Some(OrderState::Refunded)
    } else if has(&["取消", "关闭", "關閉", "cancel", "closed"]) {
        Some(OrderState::Cancelled)
    } else if has(&["完成", "成功", "签收", "簽收", "complete", "done", "delivered"]) {
        Some(OrderState::Completed)
    } else if has(&["下单", "付款", "发货", "下單", "發貨", "placed", "paid", "shipped", "open"]) {
        Some(OrderState::Placed)
    } else {
        None
    }
}

fn bad(field: &'static str, code: &'static str) -> FieldError {
    FieldError { field: field.into(), code, params: Params::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_to_the_cent_in_every_costume() {
        for (text, minor) in [
            ("29.33", 2_933),
            ("¥1,299.5", 129_950),
            ("1299", 129_900),
            ("0", 0),
            ("0.30000000000000004", 30),
            ("１", -1),
            ("-5", -1),
            ("1.2.3", -1),
            ("", -1),
            (".5", -1),
            ("999999999999", -1),
            ("NaN", -1),
        ] {
            assert_eq!(money(text).unwrap_or(-1), minor, "{text}");
        }
    }

    #[test]
    fn states_are_known_in_the_words_of_shops() {
        for (text, known) in [
            ("交易成功", Some(OrderState::Completed)),
            ("部分退款", Some(OrderState::RefundedPart)),
            ("已退款", Some(OrderState::Refunded)),
            ("交易关闭", Some(OrderState::Cancelled)),
            ("Shipped", Some(OrderState::Placed)),
            ("随便", None),
        ] {
            assert_eq!(state(text), known, "{text}");
        }
    }
}
