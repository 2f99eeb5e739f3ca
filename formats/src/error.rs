// SPDX-License-Identifier: Apache-2.0
//! What can be wrong with a number or a field: a stable code each, and what to tell whoever typed it, in
//! Chinese and English. Never quotes what was typed: it may be personal.

use std::fmt;

/// A message in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Messages {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// Which rule a number or field breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// Too short or too long.
    Length,
    /// A symbol that the format does not have in that place.
    Alphabet,
    /// A lower-case letter where only the capital is kept.
    Case,
    /// The region was never allotted.
    Region,
    /// The first symbols name a kind that there is not.
    Kind,
    /// There is no such month.
    Month,
    /// The calendar has no such day.
    Day,
    /// The clock has no such time.
    Clock,
    /// The day lies ahead.
    Future,
    /// The check symbol is wrong.
    Check,
    /// The inner check symbol of the organisation code is wrong.
    InnerCheck,
    /// The colour does not belong to that kind of plate.
    Colour,
    /// An invented number in production.
    Synthetic,
    /// A number that may be real in the demo.
    NotSynthetic,
    /// A field that must be there is empty.
    Missing,
    /// The table has no such field.
    Unknown,
    /// The field is there twice.
    Twice,
    /// A word that is not on the list for that field.
    Word,
    /// The first day comes after the last, or a step before the one that it follows.
    Order,
    /// It is not what the identity number says.
    Disagrees,
}

use FormatError as E;

impl FormatError {
    /// Every one, in the order of the page of errors.
    pub const ALL: [Self; 20] = [
        E::Length,
        E::Alphabet,
        E::Case,
        E::Region,
        E::Kind,
        E::Month,
        E::Day,
        E::Clock,
        E::Future,
        E::Check,
        E::InnerCheck,
        E::Colour,
        E::Synthetic,
        E::NotSynthetic,
        E::Missing,
        E::Unknown,
        E::Twice,
        E::Word,
        E::Order,
        E::Disagrees,
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            E::Length => "wrong_length",
            E::Alphabet => "wrong_symbol",
            E::Case => "lower_case",
            E::Region => "unknown_region",
            E::Kind => "unknown_kind",
            E::Month => "no_such_month",
            E::Day => "no_such_day",
            E::Clock => "no_such_time",
            E::Future => "in_the_future",
            E::Check => "wrong_check",
            E::InnerCheck => "wrong_inner_check",
            E::Colour => "wrong_colour",
            E::Synthetic => "invented_number",
            E::NotSynthetic => "not_invented",
            E::Missing => "missing",
            E::Unknown => "unknown_field",
            E::Twice => "field_twice",
            E::Word => "unknown_word",
            E::Order => "wrong_order",
            E::Disagrees => "disagrees",
        }
    }

    /// What is wrong and what to do, in both languages.
    pub fn messages(self) -> Messages {
        let (zh, en) = self.pair();
        Messages { zh, en }
    }

    fn pair(self) -> (&'static str, &'static str) {
        match self {
            E::Length => ("长度不对,请核对位数", "wrong length: count its characters"),
            E::Alphabet => (
                "有不允许的字符,请检查字母 O、I 和大小写",
                "a symbol is not allowed where it stands: look for O, I and lower case",
            ),
            E::Case => ("字母必须大写", "a letter must be a capital"),
            E::Region => ("行政区划代码不存在", "the region was never allotted"),
            E::Kind => ("开头的类别代码不存在", "it begins with a kind that there is not"),
            E::Month => ("月份不存在", "there is no such month"),
            E::Day => ("日期不存在", "the calendar has no such day"),
            E::Clock => ("时间不存在", "the clock has no such time"),
            E::Future => ("日期晚于今天", "the day lies in the future"),
            E::Check => (
                "校验码不对,可能输错一位或颠倒两位",
                "the check symbol is wrong: a symbol was mistyped or two were swapped",
            ),
            E::InnerCheck => (
                "信用代码中的组织机构代码校验码不对",
                "the organisation code inside the credit code has a wrong check symbol",
            ),
            E::Colour => {
                ("车牌颜色与号牌种类不符", "the colour does not belong to the kind of plate")
            }
            E::Synthetic => {
                ("正式环境不接受虚构号码", "an invented number is not accepted in production")
            }
            E::NotSynthetic => (
                "演示环境只接受虚构号码(如地区 5399),请勿输入真实信息",
                "the demo accepts only invented numbers (such as region 5399): never type a real one",
            ),
            E::Missing => ("必填", "this must be filled in"),
            E::Unknown => ("没有这个字段", "there is no such field here"),
            E::Twice => ("字段重复", "the field is there twice"),
            E::Word => ("不在可选范围内", "this is none of the words that may stand here"),
            E::Order => ("先后次序不对", "it comes before what it must follow"),
            E::Disagrees => ("与身份证号码不一致", "it is not what the identity number says"),
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.messages().en)
    }
}

impl std::error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_code_of_its_own_and_a_message_in_both_languages() {
        let mut codes: Vec<_> = FormatError::ALL.iter().map(|error| error.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), FormatError::ALL.len());
        for error in FormatError::ALL {
            let Messages { zh, en } = error.messages();
            assert!(!zh.is_ascii() && en.is_ascii() && en.len() > 8, "{error:?}");
            assert_eq!(error.to_string(), en);
        }
    }
}
