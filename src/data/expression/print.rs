//! An expression as text, which reads as the same expression again.

use super::{Expression, Function, Node, Operator, Whose, lex};
use std::fmt;

/// How tightly a part holds together: a part inside a tighter one goes in parentheses.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Rank {
    Sum,
    Product,
    Signed,
    Power,
    Atom,
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write(f, &self.root, Rank::Sum)
    }
}

fn rank(node: &Node) -> Rank {
    match node {
        Node::Binary(Operator::Add | Operator::Subtract, ..) => Rank::Sum,
        Node::Binary(Operator::Multiply | Operator::Divide | Operator::Modulo, ..) => Rank::Product,
        Node::Binary(Operator::Power, ..) => Rank::Power,
        Node::Negate(_) => Rank::Signed,
        Node::Number(_) | Node::Metric(_) | Node::Param(_) | Node::Call(..) | Node::Of(..) => Rank::Atom,
    }
}

/// Writes `node` where something of rank `least` at least must stand.
fn write(f: &mut fmt::Formatter, node: &Node, least: Rank) -> fmt::Result {
    if rank(node) < least {
        f.write_str("(")?;
        write(f, node, Rank::Sum)?;
        return f.write_str(")");
    }
    match node {
        Node::Number(number) => write!(f, "{number}"),
        Node::Metric(name) => write_name(f, "", name),
        Node::Param(name) => write_name(f, "params.", name),
        Node::Negate(inner) => {
            f.write_str("-")?;
            write(f, inner, Rank::Signed)
        }
        Node::Binary(operator, left, right) => {
            let (least_left, least_right) = match operator {
                Operator::Add | Operator::Subtract => (Rank::Sum, Rank::Product),
                Operator::Multiply | Operator::Divide | Operator::Modulo => (Rank::Product, Rank::Signed),
                Operator::Power => (Rank::Atom, Rank::Signed),
            };
            write(f, left, least_left)?;
            write!(f, " {} ", operator.sign())?;
            write(f, right, least_right)
        }
        Node::Call(function, inputs) => write_call(f, function, inputs),
        Node::Of(Whose::Named(run), inner) => {
            write!(f, "run(\"{}\", ", run.replace('"', "\"\""))?;
            write(f, inner, Rank::Sum)?;
            f.write_str(")")
        }
        // The run's own are written bare: nothing is made of this.
        Node::Of(Whose::Baseline | Whose::Own, inner) => {
            f.write_str("baseline(")?;
            write(f, inner, Rank::Sum)?;
            f.write_str(")")
        }
    }
}

fn write_call(f: &mut fmt::Formatter, function: &Function, inputs: &[Node]) -> fmt::Result {
    write!(f, "{}(", function.name())?;
    for (at, input) in inputs.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        write(f, input, Rank::Sum)?;
    }
    f.write_str(")")
}

/// Writes a name bare if it reads as that again, else in backquotes.
fn write_name(f: &mut fmt::Formatter, prefix: &str, name: &str) -> fmt::Result {
    let bare = format!("{prefix}{name}");
    let starts_well = !prefix.is_empty() || !(name.starts_with("params.") || name.starts_with("metrics."));
    let is_bare = lex::tokens(&bare).is_ok_and(
        |tokens| matches!(&tokens[..], [lex::Token { kind: lex::Kind::Name(read), .. }, _] if *read == bare),
    );
    if starts_well && is_bare {
        return f.write_str(&bare);
    }
    write!(f, "{prefix}`{}`", name.replace('`', "``"))
}
