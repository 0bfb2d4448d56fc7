//! Nothing is lost on the way to paper, and nothing stands beside it.

use kernel::Timestamp;

use super::*;
use crate::{Cell, DocumentFormat, Grid, Printer, Row, font::Face};

fn document(parts: Vec<Part>) -> Document {
    Document {
        title: "顾客投诉登记表".into(),
        house: ("皇家卫士汽车养护 · 客服中心".into(), "一式三份".into()),
        number: Some("TS20261118-0037".into()),
        foot: "打印 2026-11-21 12:36 何敏行".into(),
        pages: "第 {page} 页，共 {pages} 页".into(),
        locale: "zh-CN",
        at: Timestamp::from_millis(1_795_000_000_000),
        landscape: false,
        parts,
    }
}

fn form(long: usize) -> Document {
    let content = "镀晶才三天，一场雨机盖就发雾，还有一圈圈的印子。".repeat(long);
    let rows = vec![
        Row::of([
            Cell::section("一\n受理", 2),
            Cell::label("投诉人"),
            Cell::text("郑女士 ☐匿名"),
            Cell::label("电话"),
            Cell::text("138****2207"),
        ]),
        Row::of([Cell::label("投诉内容"), Cell::text(content).over(3).signed("受理人 林知夏")]).least(30.0),
        Row::of([Cell::section("二\n判断", 1), Cell::label("结论"), Cell::text("☒成立 ☐不成立").over(3)]),
    ];
    document(vec![Part::Grid(Grid { columns: vec![1.0, 2.0, 6.0, 2.0, 6.0], heads: 0, rows })])
}

fn said(document: &Document) -> (usize, String) {
    let face = Face::open(None, "zh-CN").expect("tests run where fonts-noto-cjk is installed");
    let measure = face.measure();
    let layout = lay(document, &measure);
    let mut all = String::new();
    for ink in layout.pages.iter().flatten() {
        if let Ink::Text { x, y, size, text, .. } = ink {
            let wide = measure.width(text, *size);
            assert!(*x >= 0.0 && x + wide <= layout.wide + 0.5 && *y <= layout.high, "{text}: {x} {y}");
            all.push_str(text);
        }
    }
    (layout.pages.len(), all)
}

#[test]
fn every_character_of_a_long_form_stands_on_some_page() {
    for long in [1, 40, 170] {
        let (pages, all) = said(&form(long));
        assert_eq!(all.matches("印子").count(), long, "{pages}");
        assert_eq!(pages, if long < 100 { 1 } else { 2 }, "{long}");
        assert!(all.contains(&format!("第 {pages} 页，共 {pages} 页")));
    }
}

#[test]
fn the_head_of_a_table_stands_on_every_page() {
    let mut rows = vec![Row::of([Cell::head("序号"), Cell::head("内容")])];
    rows.extend((0..200).map(|at| Row::of([Cell::value(crate::Value::Count(at)), Cell::text("问保养")])));
    let (pages, all) = said(&document(vec![
        Part::Heading("明细".into()),
        Part::Grid(Grid { columns: vec![1.0, 6.0], heads: 1, rows }),
    ]));
    assert!(pages >= 5, "{pages}");
    assert_eq!((all.matches("序号").count(), all.matches("问保养").count()), (pages, 200));
}

#[test]
fn r066_of_the_typeface_only_what_is_used_goes_into_the_file() {
    let bytes = Printer::default().print(&form(40), DocumentFormat::Pdf).unwrap();
    assert!(bytes.starts_with(b"%PDF-1."));
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    if let Ok(folder) = std::env::var("ZHIKE_SHOW") {
        std::fs::write(format!("{folder}/form.pdf"), bytes).unwrap();
    }
}

#[test]
fn whatever_somebody_writes_is_text_on_paper() {
    for text in [
        "",
        "\u{0}\u{7}",
        "=cmd|'/c calc'!A1",
        "😀🏴\u{200d}☠️",
        "مرحبا",
        "\u{10ffff}",
        "a".repeat(5_000).as_str(),
        "\n\n\n",
    ] {
        let cells = [Cell::label("内容"), Cell::text(text).signed(text)];
        let grid = Grid { columns: vec![1.0, 9.0], heads: 1, rows: vec![Row::of(cells)] };
        let document = Document {
            title: text.chars().take(60).collect(),
            ..document(vec![Part::Words(text.into()), Part::Grid(grid)])
        };
        for format in [DocumentFormat::Pdf, DocumentFormat::Xlsx] {
            Printer::default().print(&document, format).unwrap();
        }
    }
}
