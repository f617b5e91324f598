//! Broken files give problems, and their good rows.

use super::{list, read};

fn lines(text: &[u8]) -> (Vec<u64>, Vec<String>) {
    let sheet = read(text);
    let problems = sheet.problems.iter().map(ToString::to_string).collect();
    (sheet.rows.iter().map(|row| row.line).collect(), problems)
}

#[test]
fn rows_keep_their_lines() {
    let (rows, problems) = lines(b"\xEF\xBB\xBFa,b\n1,2\n\n\n\"3\n\n3\",4\r\n , \r\n5,6");
    assert_eq!(rows, [2, 5, 9]);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_header() {
    let sheet = read(&b"\xEF\xBB\xBF Name ,b\nx, y \n"[..]);
    assert_eq!(sheet.rows[0].cell(sheet.position("name")), "x");
    assert_eq!(sheet.rows[0].cell(sheet.position("b")), "y");
    assert_eq!(sheet.rows[0].cell(sheet.position("c")), "");
}

#[test]
fn broken_rows_are_told_and_the_others_kept() {
    let (rows, problems) = lines(b"a,b\n1\n1,2\n1,2,3\n\xFF,2\n3,4\n");
    assert_eq!(rows, [3, 6]);
    assert_eq!(
        problems,
        [
            "Line 2: The row has 1 cells, the header has 2.",
            "Line 4: The row has 3 cells, the header has 2.",
            "Line 5, a: The text is not valid UTF-8.",
        ]
    );
}

#[test]
fn an_unclosed_quote_costs_its_own_row_only() {
    let (rows, problems) = lines(b"a,b\n1,2\n\"3,4\n5,6\n\n7,8\n");
    assert_eq!(rows, [2, 4, 6]);
    assert_eq!(problems, ["Line 3: The row has 1 cells, the header has 2."]);
}

#[test]
fn an_empty_file_has_neither_header_nor_rows() {
    assert_eq!(read(&b""[..]), super::Sheet::default());
    assert_eq!(read(&b"\xEF\xBB\xBF\n\n"[..]), super::Sheet::default());
}

#[test]
fn a_list_may_hold_its_separator() {
    assert_eq!(list(r" Blue, Red\, dark ,,Green ", ','), ["Blue", "Red, dark", "Green"]);
    assert!(list("", ',').is_empty());
}
