//! What a text may say: merge fields, conditions, and a loop over whoever gets the mail. Anything that could grow is no text.

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The list that a text may go through: everybody who gets the mail.
pub(super) const GUESTS: &str = "guests";
/// The columns that the plan keeps of guests beside its own.
pub(super) const EXTRA: &str = "extra";

const FILTERS: [&str; 10] = ["upper", "lower", "capitalize", "title", "trim", "default", "d", "length", "first", "last"];
const TESTS: [&str; 4] = ["defined", "undefined", "none", "true"];

/// Why a text is none, and in which of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub line: u32,
    pub what: Flaw,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// As the parser says it.
    NotUnderstood(String),
    /// A part of the language that texts have no use for.
    NotPossible(String),
    /// There is no such field.
    UnknownField(String),
    /// A subject without a body, or a body without a subject.
    Half,
    /// It becomes too long, or takes too long.
    TooMuch,
}

/// The fields that a text speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    /// Printed as they are, so that there is a gap where one is empty.
    pub printed: BTreeSet<String>,
    /// Asked for in a condition, or with something else in their place.
    pub asked: BTreeSet<String>,
}

pub(super) fn syntax() -> SyntaxConfig {
    // A line with nothing but a condition on it is no line of the mail.
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default()
}

/// Reads a text, and finds out of which fields it speaks.
///
/// # Errors
/// It is no text.
pub(super) fn check(text: &str, is_field: &dyn Fn(&str) -> bool) -> Result<Used, Broken> {
    let parsed = parse(text, "text", syntax()).map_err(|error| broken(&error))?;
    let mut reader = Reader { is_field, used: Used::default(), guest: None, guarded: Vec::new(), depth: Rc::new(()) };
    reader.statement(&parsed)?;
    Ok(reader.used)
}

pub(super) fn broken(error: &minijinja::Error) -> Broken {
    let line = error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
    let what = match error.kind() {
        minijinja::ErrorKind::OutOfFuel | minijinja::ErrorKind::WriteFailure => Flaw::TooMuch,
        kind => Flaw::NotUnderstood(error.detail().map_or_else(|| kind.to_string(), ToOwned::to_owned)),
    };
    Broken { line, what }
}

struct Reader<'a> {
    is_field: &'a dyn Fn(&str) -> bool,
    used: Used,
    /// What a guest is called within the loop.
    guest: Option<String>,
    /// The fields that conditions around have asked for.
    guarded: Vec<String>,
    /// How many expressions are within one another.
    depth: Rc<()>,
}

/// Nobody writes a field with so many filters and conditions around it.
const DEEPEST: usize = 40;

fn not_possible(line: u32, what: &str) -> Broken {
    Broken { line, what: Flaw::NotPossible(what.to_owned()) }
}

impl Reader<'_> {
    /// Holds a place among what is within one another.
    fn deeper(&self, line: u32) -> Result<Rc<()>, Broken> {
        if Rc::strong_count(&self.depth) > DEEPEST { Err(Broken { line, what: Flaw::TooMuch }) } else { Ok(self.depth.clone()) }
    }

    fn statements(&mut self, all: &[Stmt<'_>]) -> Result<(), Broken> {
        all.iter().try_for_each(|one| self.statement(one))
    }

    fn statement(&mut self, statement: &Stmt<'_>) -> Result<(), Broken> {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::EmitExpr(emit) => {
                let (printed, asked) = self.fields(&emit.expr)?;
                self.used.asked.extend(asked);
                for field in printed {
                    if self.guarded.contains(&field) {
                        self.used.asked.insert(field)
                    } else {
                        self.used.printed.insert(field)
                    };
                }
                Ok(())
            }
            Stmt::IfCond(condition) => {
                let (printed, asked) = self.fields(&condition.expr)?;
                let depth = self.guarded.len();
                self.guarded.extend(printed.into_iter().chain(asked));
                self.used.asked.extend(self.guarded[depth..].iter().cloned());
                self.statements(&condition.true_body)?;
                self.statements(&condition.false_body)?;
                self.guarded.truncate(depth);
                Ok(())
            }
            Stmt::ForLoop(over) => {
                let line = u32::from(over.span().start_line);
                let is_guests = matches!(&over.iter, Expr::Var(list) if list.id == GUESTS);
                let Expr::Var(name) = &over.target else { return Err(not_possible(line, "for")) };
                // One loop, and none within it: what a mail holds grows with its guests and no faster.
                let hides = (self.is_field)(name.id) || name.id == GUESTS || name.id == "loop";
                if !is_guests || hides || self.guest.is_some() || over.filter_expr.is_some() || over.recursive {
                    return Err(not_possible(line, "for"));
                }
                self.guest = Some(name.id.to_owned());
                let read = self.statements(&over.body).and_then(|()| self.statements(&over.else_body));
                self.guest = None;
                read
            }
            Stmt::WithBlock(one) => Err(not_possible(u32::from(one.span().start_line), "with")),
            Stmt::Set(one) => Err(not_possible(u32::from(one.span().start_line), "set")),
            Stmt::SetBlock(one) => Err(not_possible(u32::from(one.span().start_line), "set")),
            Stmt::AutoEscape(one) => Err(not_possible(u32::from(one.span().start_line), "autoescape")),
            Stmt::FilterBlock(one) => Err(not_possible(u32::from(one.span().start_line), "filter")),
            Stmt::Do(one) => Err(not_possible(u32::from(one.span().start_line), "do")),
        }
    }

    /// The fields that are printed where the expression is, and those that are only asked for.
    fn fields(&self, expression: &Expr<'_>) -> Result<(BTreeSet<String>, BTreeSet<String>), Broken> {
        let line = u32::from(expression.span().start_line);
        let _deeper = self.deeper(line)?;
        let one = |field: String| Ok((BTreeSet::from([field]), BTreeSet::new()));
        match expression {
            Expr::Const(_) => Ok(Default::default()),
            // `loop.last` and its like.
            Expr::GetAttr(attribute) if self.guest.is_some() && matches!(&attribute.expr, Expr::Var(of) if of.id == "loop") => {
                Ok(Default::default())
            }
            Expr::Var(variable) => one(self.known(line, variable.id.to_owned())?),
            Expr::GetAttr(attribute) => one(self.attribute(line, &attribute.expr, attribute.name)?),
            Expr::GetItem(item) => match &item.subscript_expr {
                Expr::Const(name) if let Some(name) = name.value.as_str() => one(self.attribute(line, &item.expr, name)?),
                _ => Err(not_possible(line, "[ ]")),
            },
            // How many they are, and nothing else of the whole list.
            Expr::Filter(filter) if filter.name == "length" && matches!(&filter.expr, Some(Expr::Var(list)) if list.id == GUESTS) => {
                Ok(Default::default())
            }
            Expr::Filter(filter) => {
                let Some(inner) = filter.expr.as_ref().filter(|_| FILTERS.contains(&filter.name)) else {
                    return Err(not_possible(line, filter.name));
                };
                let (mut printed, mut asked) = self.fields(inner)?;
                if matches!(filter.name, "default" | "d") {
                    asked.append(&mut printed);
                }
                for argument in &filter.args {
                    let CallArg::Pos(argument) = argument else { return Err(not_possible(line, filter.name)) };
                    let (mut more, mut also) = self.fields(argument)?;
                    printed.append(&mut more);
                    asked.append(&mut also);
                }
                Ok((printed, asked))
            }
            Expr::Test(test) if TESTS.contains(&test.name) && test.args.is_empty() => self.only_asked(&[&test.expr]),
            Expr::UnaryOp(not) => self.only_asked(&[&not.expr]),
            Expr::Compare(compare) => {
                let parts: Vec<&Expr<'_>> = std::iter::once(&compare.expr).chain(compare.ops.iter().map(|op| &op.expr)).collect();
                self.only_asked(&parts)
            }
            Expr::BinOp(binary) => match binary.op {
                BinOpKind::Eq
                | BinOpKind::Ne
                | BinOpKind::Lt
                | BinOpKind::Lte
                | BinOpKind::Gt
                | BinOpKind::Gte
                | BinOpKind::ScAnd
                | BinOpKind::ScOr
                | BinOpKind::In => self.only_asked(&[&binary.left, &binary.right]),
                // Two in a row are printed as one; joining them again and again would only cost.
                _ => Err(not_possible(line, "arithmetic")),
            },
            Expr::IfExpr(choice) => {
                let mut parts = vec![&choice.test_expr, &choice.true_expr];
                parts.extend(&choice.false_expr);
                self.only_asked(&parts)
            }
            Expr::Test(test) => Err(not_possible(line, test.name)),
            other => Err(not_possible(line, other.description())),
        }
    }

    fn only_asked(&self, parts: &[&Expr<'_>]) -> Result<(BTreeSet<String>, BTreeSet<String>), Broken> {
        let mut asked = BTreeSet::new();
        for part in parts {
            let (mut printed, mut also) = self.fields(part)?;
            asked.append(&mut printed);
            asked.append(&mut also);
        }
        Ok((BTreeSet::new(), asked))
    }

    fn attribute(&self, line: u32, of: &Expr<'_>, name: &str) -> Result<String, Broken> {
        let is_guest = |variable: &str| self.guest.as_deref() == Some(variable);
        match of {
            Expr::Var(variable) if variable.id == EXTRA => self.known(line, format!("{EXTRA}.{name}")),
            Expr::Var(variable) if is_guest(variable.id) => self.known(line, name.to_owned()),
            // A column of a guest's own, within the loop.
            Expr::GetAttr(inner) if inner.name == EXTRA && matches!(&inner.expr, Expr::Var(variable) if is_guest(variable.id)) => {
                self.known(line, format!("{EXTRA}.{name}"))
            }
            _ => Err(Broken { line, what: Flaw::UnknownField(name.to_owned()) }),
        }
    }

    fn known(&self, line: u32, field: String) -> Result<String, Broken> {
        if (self.is_field)(&field) { Ok(field) } else { Err(Broken { line, what: Flaw::UnknownField(field) }) }
    }
}
