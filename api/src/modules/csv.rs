// SPDX-License-Identifier: Apache-2.0
//! A table as CSV: RFC 4180 in UTF-8, behind a byte order mark, without which spreadsheets in Chinese read it
//! as GBK. No cell is ever taken for a formula.

use super::Row;
use crate::http::language::Language;

/// Its media type.
pub(crate) const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The whole table, its header first.
pub(crate) fn table<R: Row>(rows: &[R], language: Language) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    let names = R::COLUMNS.iter().map(|(zh, en)| language.pick(zh, en));
    line(&mut text, names);
    for row in rows {
        let cells = row.cells(language);
        line(&mut text, cells.iter().map(String::as_str));
    }
    text
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&quoted(&harmless(cell)));
    }
    text.push_str("\r\n");
}

/// Spreadsheets calculate what begins so; an apostrophe in front makes it a text.
fn harmless(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

fn quoted(cell: &str) -> String {
    match cell.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two(&'static str, &'static str);

    impl Row for Two {
        const COLUMNS: &'static [(&'static str, &'static str)] =
            &[("姓名", "driverName"), ("备注", "remark")];

        fn cells(&self, _: Language) -> Vec<String> {
            vec![self.0.to_owned(), self.1.to_owned()]
        }
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says_and_none_is_a_formula() {
        let rows = [
            Two("马云海(测)", ""),
            Two("a,b", "say \"yes\""),
            Two("two\r\nlines", "x"),
            Two("=HYPERLINK(\"http://evil.example\")", "+86"),
            Two("-1", "@SUM(A1)"),
            Two("\t=1", "＝1"),
            Two("a=1", "1-2"),
        ];
        let expected = "\u{feff}driverName,remark\r\n马云海(测),\r\n\"a,b\",\"say \"\"yes\"\"\"\r\n\
                        \"two\r\nlines\",x\r\n\"'=HYPERLINK(\"\"http://evil.example\"\")\",'+86\r\n\
                        '-1,'@SUM(A1)\r\n'\t=1,'＝1\r\na=1,1-2\r\n";
        assert_eq!(table(&rows, Language::En), expected);
        assert!(table(&rows[..0], Language::Zh) == "\u{feff}姓名,备注\r\n");
    }
}
