use std::io::{Cursor, Write as _};

use encoding_rs::{BIG5, GBK};
use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

fn all(bytes: &[u8], how: &Reading) -> Result<Vec<(i64, Vec<String>)>, Unreadable> {
    let (format, _) = look(bytes)?;
    let mut lines = Vec::new();
    read(bytes, format, how, &mut |line| {
        lines.push((line.number, line.cells));
        ControlFlow::Continue(())
    })?;
    Ok(lines)
}

fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    all(bytes, &Reading::default()).unwrap().into_iter().map(|(_, cells)| cells).collect()
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of one sheet with these rows of XML.
fn workbook(sheet: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    let root = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let links = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{office}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let styles = format!(
        "<styleSheet xmlns=\"{main}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\">{sheet}</worksheet>");
    archive(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

const TABLE: &str = "姓名,手机,备注\n王小明,13812345678,\"说\"\"好\"\",\n再来\"\n\n李红,13912345678,\n";

#[test]
fn a_text_is_read_in_every_encoding_of_the_country_and_its_lines_are_numbered_as_in_the_file() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(TABLE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = [b"\xef\xbb\xbf", TABLE.as_bytes()].concat();
    for bytes in [TABLE.as_bytes(), &marked, &GBK.encode(TABLE).0, &utf16] {
        let lines = all(bytes, &Reading::default()).unwrap();
        assert_eq!(lines[0], (1, vec!["姓名".into(), "手机".into(), "备注".into()]));
        assert_eq!(lines[1].1, ["王小明", "13812345678", "说\"好\",\n再来"]);
        assert_eq!(lines[2], (4, vec!["李红".into(), "13912345678".into()]));
    }
    let traditional = "姓名,電話\n陳大文,0912345678\n";
    let big5 = Reading { encoding: Some("big5".into()), ..Reading::default() };
    assert_eq!(all(&BIG5.encode(traditional).0, &big5).unwrap()[1].1[0], "陳大文");
}

#[test]
fn the_sign_between_cells_is_found_out_or_given() {
    for sign in [",", ";", "\t", "|"] {
        let text = format!("客户名单\n姓名{sign}手机\n\"王{sign}小明\"{sign}13812345678\n");
        assert_eq!(cells(text.as_bytes())[2], [format!("王{sign}小明"), "13812345678".into()], "{sign:?}");
    }
    let given = Reading { delimiter: Some(";".into()), ..Reading::default() };
    assert_eq!(all(b"a,b;c\n", &given).unwrap()[0].1, ["a,b", "c"]);
    let wrong = Reading { delimiter: Some("ab".into()), ..Reading::default() };
    assert_eq!(all(b"a,b\n", &wrong), Err(Unreadable("delimiter", "unknown")));
    let unfit = Reading { encoding: Some("utf-8".into()), ..Reading::default() };
    assert_eq!(all(&GBK.encode(TABLE).0, &unfit), Err(Unreadable("encoding", "does_not_fit")));
}

#[test]
fn a_workbook_gives_numbers_without_exponents_days_as_days_and_merged_cells_in_every_line() {
    let book = workbook(
        "<sheetData>\
         <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>手机</t></is></c></row>\
         <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>沈青</t></is></c><c r=\"B3\"><v>1.3812345678E10</v></c><c r=\"C3\" s=\"1\"><v>46329</v></c></row>\
         <row r=\"4\"><c r=\"B4\"><v>13912345678</v></c><c r=\"C4\" t=\"b\"><v>1</v></c></row>\
         </sheetData><mergeCells count=\"1\"><mergeCell ref=\"A3:A4\"/></mergeCells>",
    );
    assert_eq!(look(&book).unwrap(), (ImportFormat::Workbook, vec!["名单".to_owned()]));
    let lines = all(&book, &Reading::default()).unwrap();
    assert_eq!(lines.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(lines[1].1, ["沈青", "13812345678", "2026-11-03 00:00:00"]);
    assert_eq!(lines[2].1, ["沈青", "13912345678", "true"]);
    let other = Reading { sheet: Some("没有".into()), ..Reading::default() };
    assert_eq!(all(&book, &other), Err(Unreadable("sheet", "unknown")));
}

#[test]
fn a_far_corner_costs_nothing_and_a_bomb_is_refused_before_it_goes_off() {
    let far = workbook(
        "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row></sheetData>",
    );
    assert_eq!(cells(&far), [["1"]]);
    let zeros = vec![b'0'; 210 * 1024 * 1024];
    let bomb = archive(&[("xl/workbook.xml", &zeros)]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(look(&bomb), Err(Unreadable("file", "too_large")));
    assert_eq!(look(b"PK\x03\x04 and nothing more"), Err(Unreadable("file", "unreadable")));
    assert_eq!(look(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1]), Err(Unreadable("file", "old_workbook")));
}

#[test]
fn cards_of_every_version_are_read() {
    let cards = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=B0=8F=E6=98=8E;;;\r\n\
        TEL;WORK:021-58888888\r\nTEL;CELL:13812345678\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nFN:李红\r\nitem1.TEL;TYPE=\"cell\":tel:+86-139-1234-5678\r\nEMAIL:li@exam\r\n ple.com\r\nNOTE:一\\n二\r\nEND:VCARD\r\n";
    assert_eq!(look(cards.as_bytes()).unwrap().0, ImportFormat::Cards);
    let lines = cells(cards.as_bytes());
    assert_eq!(lines[0], ["王小明", "13812345678"]);
    assert_eq!(lines[1], ["李红", "+86-139-1234-5678", "li@example.com", "一\n二"]);
}

#[test]
fn more_lines_than_fit_are_refused_as_a_whole() {
    let text = "1\n".repeat(usize::try_from(MOST_LINES).unwrap() + 1);
    assert_eq!(all(text.as_bytes(), &Reading::default()), Err(Unreadable("file", "too_many_lines")));
}

#[test]
fn what_kept_a_cell_from_being_a_formula_is_not_part_of_it() {
    assert_eq!(cells("'+8613812345678,'90后,=1+1\n".as_bytes())[0], ["+8613812345678", "'90后", "=1+1"]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..4u8) {
        let start: &[u8] = match kind { 0 => b"", 1 => b"PK\x03\x04", 2 => b"BEGIN:VCARD\n", _ => b"\xff\xfe" };
        drop(all(&[start, &bytes].concat(), &Reading::default()));
    }
}
