//! The expressions of `search` and `filter`: comparisons joined by `and` and `or`, with parentheses, as in SCIM
//! (RFC 7644, section 3.4.2.2).

use super::errors;
use crate::Answer;

/// How deeply parentheses may nest.
const DEEPEST: usize = 32;

/// An expression, read.
#[derive(Debug, PartialEq)]
pub(super) enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Comparison(Comparison),
}

/// `profile.login sw "amber"`.
#[derive(Debug, PartialEq)]
pub(super) struct Comparison {
    pub(super) attribute: String,
    pub(super) operator: Operator,
    pub(super) value: String,
}

/// What the two sides must be to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    StartsWith,
    EndsWith,
    Contains,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Present,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

impl Expression {
    /// Reads an expression over attributes that `known` takes.
    ///
    /// # Errors
    ///
    /// E0000031 with what is wrong.
    pub(super) fn read(text: &str, known: fn(&str) -> bool) -> Result<Self, Answer> {
        let refuse = |problem: String| errors::bad_search(&problem);
        let tokens = tokens(text).map_err(refuse)?;
        let mut parser = Parser {
            tokens,
            at: 0,
            known,
        };
        let expression = parser.either(0).map_err(refuse)?;
        match parser.next() {
            None => Ok(expression),
            Some(token) => Err(refuse(format!("{token:?} stands behind the end"))),
        }
    }

    /// Whether a row fits, by the values of its attributes.
    pub(super) fn holds(&self, value: &dyn Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::And(one, other) => one.holds(value) && other.holds(value),
            Self::Or(one, other) => one.holds(value) || other.holds(value),
            Self::Comparison(comparison) => comparison.holds(value(&comparison.attribute)),
        }
    }

    /// The value that an attribute must equal for any row to fit, when there is such a value.
    pub(super) fn pinned(&self, attribute: &str) -> Option<&str> {
        match self {
            Self::And(one, other) => one.pinned(attribute).or_else(|| other.pinned(attribute)),
            Self::Or(..) => None,
            Self::Comparison(comparison) => (comparison.operator == Operator::Equal
                && comparison.attribute == attribute)
                .then_some(&comparison.value),
        }
    }
}

impl Comparison {
    fn holds(&self, found: Option<String>) -> bool {
        let Some(found) = found else {
            return self.operator == Operator::NotEqual;
        };
        // Times compare as text since all of them have the same form, and names without regard to case.
        let (found, value) = (found.to_lowercase(), self.value.to_lowercase());
        match self.operator {
            Operator::Equal => found == value,
            Operator::NotEqual => found != value,
            Operator::StartsWith => found.starts_with(&value),
            Operator::EndsWith => found.ends_with(&value),
            Operator::Contains => found.contains(&value),
            Operator::Less => found < value,
            Operator::LessOrEqual => found <= value,
            Operator::Greater => found > value,
            Operator::GreaterOrEqual => found >= value,
            Operator::Present => true,
        }
    }
}

impl Operator {
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "sw" => Self::StartsWith,
            "ew" => Self::EndsWith,
            "co" => Self::Contains,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "pr" => Self::Present,
            _ => return None,
        })
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    known: fn(&str) -> bool,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn either(&mut self, depth: usize) -> Result<Expression, String> {
        let mut one = self.both(depth)?;
        while self.word("or") {
            one = Expression::Or(Box::new(one), Box::new(self.both(depth)?));
        }
        Ok(one)
    }

    fn both(&mut self, depth: usize) -> Result<Expression, String> {
        let mut one = self.single(depth)?;
        while self.word("and") {
            one = Expression::And(Box::new(one), Box::new(self.single(depth)?));
        }
        Ok(one)
    }

    fn single(&mut self, depth: usize) -> Result<Expression, String> {
        match self.next() {
            Some(Token::Open) if depth == DEEPEST => {
                Err("the parentheses nest too deeply".to_owned())
            }
            Some(Token::Open) => {
                let inside = self.either(depth + 1)?;
                match self.next() {
                    Some(Token::Close) => Ok(inside),
                    _ => Err("a parenthesis is not closed".to_owned()),
                }
            }
            Some(Token::Word(attribute)) => self.comparison(attribute),
            Some(token) => Err(format!("{token:?} stands where an attribute is expected")),
            None => Err("it ends where an attribute is expected".to_owned()),
        }
    }

    fn comparison(&mut self, attribute: String) -> Result<Expression, String> {
        if !(self.known)(&attribute) {
            return Err(format!("{attribute} is not searchable here"));
        }
        let operator = match self.next() {
            Some(Token::Word(word)) => Operator::read(&word),
            _ => None,
        };
        let operator = operator.ok_or_else(|| format!("{attribute} has no operator behind it"))?;
        let value = match operator {
            Operator::Present => String::new(),
            _ => match self.next() {
                Some(Token::Text(value) | Token::Word(value)) => value,
                _ => return Err(format!("{attribute} is compared with nothing")),
            },
        };
        Ok(Expression::Comparison(Comparison {
            attribute,
            operator,
            value,
        }))
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            '"' => {
                let mut value = String::new();
                loop {
                    match rest.next() {
                        Some('"') => break,
                        Some('\\') => value.extend(rest.next()),
                        Some(other) => value.push(other),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
                tokens.push(Token::Text(value));
            }
            first if first.is_whitespace() => {}
            first => {
                let mut word = String::from(first);
                let inside =
                    |next: &char| !next.is_whitespace() && !matches!(next, '(' | ')' | '"');
                while let Some(next) = rest.next_if(inside) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::Expression;
    use proptest::prelude::*;

    fn holds(text: &str, row: &[(&str, &str)]) -> Option<bool> {
        let expression = Expression::read(text, |_| true).ok()?;
        let value = |name: &str| {
            let found = row.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Some(expression.holds(&value))
    }

    #[test]
    fn and_binds_closer_than_or() {
        let row = [("a", "1"), ("b", "2")];
        assert_eq!(
            holds(r#"a eq "1" or a eq "9" and b eq "9""#, &row),
            Some(true)
        );
        assert_eq!(
            holds(r#"(a eq "1" or a eq "9") and b eq "9""#, &row),
            Some(false)
        );
    }

    #[test]
    fn operators_mean_what_they_say() {
        let row = [
            ("login", "Amber@example.com"),
            ("at", "2026-01-02T00:00:00.000Z"),
        ];
        for (text, expected) in [
            (r#"login sw "amber""#, true),
            (r#"login ew ".com""#, true),
            (r#"login co "bridge""#, false),
            (r#"at gt "2026-01-01T00:00:00.000Z""#, true),
            (r#"at le "2026-01-01T00:00:00.000Z""#, false),
            ("login pr", true),
            ("nick pr", false),
            (r#"nick ne "x""#, true),
        ] {
            assert_eq!(holds(text, &row), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "",
            "a",
            "a eq",
            "a is 1",
            "(a pr",
            "a pr b pr",
            "a eq \"1",
            "eq eq eq eq",
            ")",
        ] {
            assert!(Expression::read(text, |_| true).is_err(), "{text}");
        }
        assert!(Expression::read("a pr", |_| false).is_err());
        assert!(Expression::read(&"(".repeat(100_000), |_| true).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z ()\"\\\\]{0,60}") {
            let _ = holds(&text, &[]);
        }

        #[test]
        fn quoted_values_come_back(value in "[^\"\\\\]{0,20}") {
            let text = format!("a eq \"{value}\"");
            prop_assert_eq!(holds(&text, &[("a", &value)]), Some(true));
        }
    }
}
