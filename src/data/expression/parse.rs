//! From tokens to an expression.

use super::{
    DEEPEST, Expression, ExpressionError, Function, LONGEST, MOST_NODES, MOST_SERIES, Node, Operator, Whose,
    function::Takes,
    lex::{Kind, Token, tokens},
};

/// The widest window of a rolling function, in points.
const WIDEST_WINDOW: f64 = 10_001.0;

/// Reads `text` as an expression.
pub(super) fn expression(text: &str) -> Result<Expression, ExpressionError> {
    if text.len() > LONGEST {
        let message = format!("an expression has at most {LONGEST} bytes, and this has {}", text.len());
        return Err(ExpressionError::new(text, 0, message));
    }
    let mut parser = Parser { text, tokens: tokens(text)?, at: 0, nodes: 0, depth: 0 };
    let root = parser.sum()?;
    let end = parser.next();
    if end.kind != Kind::End {
        return Err(
            parser.error(&end, format!("found {} where an operator or the end was expected", end.kind.describe()))
        );
    }
    let expression = Expression { root };
    let needs = expression.needs();
    let series = needs.metrics.len();
    if series > MOST_SERIES {
        let message = format!("an expression is calculated from {MOST_SERIES} series at most, and this needs {series}");
        return Err(ExpressionError::new(text, 0, message));
    }
    if !needs.metrics.iter().any(|(whose, _)| *whose == Whose::Own) {
        return Err(ExpressionError::new(text, 0, "a metric of the run itself was expected, such as loss"));
    }
    Ok(expression)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    nodes: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &Kind<'a> {
        &self.tokens[self.at].kind
    }

    /// The next token; at the end, the end again and again.
    fn next(&mut self) -> Token<'a> {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn error(&self, at: &Token, message: impl Into<String>) -> ExpressionError {
        ExpressionError::new(self.text, at.at, message)
    }

    /// Counts `node`, which begins at `token`.
    fn counted(&mut self, token: &Token, node: Node) -> Result<Node, ExpressionError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            let message = format!("an expression has at most {MOST_NODES} numbers, names, operators and functions");
            return Err(self.error(token, message));
        }
        Ok(node)
    }

    /// What `inner` reads, one level deeper.
    fn deeper(&mut self, inner: fn(&mut Self) -> Result<Node, ExpressionError>) -> Result<Node, ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let token = self.next();
            return Err(self.error(&token, format!("this is nested more than {DEEPEST} deep")));
        }
        let node = inner(self)?;
        self.depth -= 1;
        Ok(node)
    }

    /// The operator that comes next, if it is one of these.
    fn operator(&self, operators: &[Operator]) -> Option<Operator> {
        let Kind::Sign(sign) = self.peek() else { return None };
        operators.iter().copied().find(|operator| operator.sign() == *sign)
    }

    fn sum(&mut self) -> Result<Node, ExpressionError> {
        self.chain(&[Operator::Add, Operator::Subtract], Parser::product)
    }

    fn product(&mut self) -> Result<Node, ExpressionError> {
        self.chain(&[Operator::Multiply, Operator::Divide, Operator::Modulo], Parser::signed)
    }

    /// Parts joined by operators of one rank, from left to right.
    fn chain(
        &mut self,
        operators: &[Operator],
        part: fn(&mut Self) -> Result<Node, ExpressionError>,
    ) -> Result<Node, ExpressionError> {
        let mut left = part(self)?;
        while let Some(operator) = self.operator(operators) {
            let sign = self.next();
            let right = part(self)?;
            left = self.counted(&sign, Node::Binary(operator, Box::new(left), Box::new(right)))?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Node, ExpressionError> {
        let Some(operator) = self.operator(&[Operator::Subtract, Operator::Add]) else { return self.power() };
        let sign = self.next();
        let inner = self.deeper(Parser::signed)?;
        if operator == Operator::Add {
            return Ok(inner);
        }
        self.counted(&sign, Node::Negate(Box::new(inner)))
    }

    fn power(&mut self) -> Result<Node, ExpressionError> {
        let base = self.atom()?;
        if self.operator(&[Operator::Power]).is_none() {
            return Ok(base);
        }
        let sign = self.next();
        let exponent = self.deeper(Parser::signed)?;
        self.counted(&sign, Node::Binary(Operator::Power, Box::new(base), Box::new(exponent)))
    }

    fn atom(&mut self) -> Result<Node, ExpressionError> {
        let token = self.next();
        let node = match &token.kind {
            Kind::Number(number) => Node::Number(*number),
            Kind::Quoted { name, param: true } => Node::Param(name.clone()),
            Kind::Quoted { name, param: false } => Node::Metric(name.clone()),
            Kind::Name(name) if *self.peek() == Kind::Sign("(") => return self.call(&token, name),
            Kind::Name(name) => named(name),
            Kind::Sign("(") => {
                let inner = self.deeper(Parser::sum)?;
                self.expect(")")?;
                return Ok(inner);
            }
            kind => {
                let message = format!("found {} where a metric, a number or a function was expected", kind.describe());
                return Err(self.error(&token, message));
            }
        };
        self.counted(&token, node)
    }

    fn expect(&mut self, sign: &str) -> Result<(), ExpressionError> {
        let token = self.next();
        match &token.kind {
            Kind::Sign(found) if *found == sign => Ok(()),
            kind => Err(self.error(&token, format!("found {} where '{sign}' was expected", kind.describe()))),
        }
    }

    /// The call of a function, of which `name` is read.
    fn call(&mut self, token: &Token, name: &str) -> Result<Node, ExpressionError> {
        self.expect("(")?;
        let node = match name {
            "baseline" => Node::Of(Whose::Baseline, Box::new(self.deeper(Parser::sum)?)),
            "run" => {
                let whose = Whose::Named(self.run_name()?);
                self.expect(",")?;
                Node::Of(whose, Box::new(self.deeper(Parser::sum)?))
            }
            _ => {
                let Some(function) = Function::of_name(name) else {
                    let known: Vec<&str> = Function::ALL.into_iter().map(Function::name).collect();
                    let message = format!("'{name}' is no function: there are {}, baseline and run", known.join(", "));
                    return Err(self.error(token, message));
                };
                Node::Call(function, self.inputs(token, function)?)
            }
        };
        self.expect(")")?;
        self.counted(token, node)
    }

    fn run_name(&mut self) -> Result<String, ExpressionError> {
        let token = self.next();
        match token.kind {
            Kind::Text(ref name) if !name.is_empty() => Ok(name.clone()),
            ref kind => {
                let message = format!("found {} where a run's id or name in quotes was expected", kind.describe());
                Err(self.error(&token, message))
            }
        }
    }

    /// What `function` takes.
    fn inputs(&mut self, token: &Token, function: Function) -> Result<Vec<Node>, ExpressionError> {
        let mut inputs = vec![self.deeper(Parser::sum)?];
        let takes = function.takes();
        while *self.peek() == Kind::Sign(",") {
            self.next();
            inputs.push(match takes {
                Takes::One | Takes::Several | Takes::Three => self.deeper(Parser::sum)?,
                Takes::Weight => self.written("a number in 0..1", |number| (0.0..1.0).contains(&number))?,
                Takes::Window => self.written("a whole number in 1..=10,001", |number| {
                    (1.0..=WIDEST_WINDOW).contains(&number) && number.fract() == 0.0
                })?,
            });
        }
        let (least, most) = match takes {
            Takes::One => (1, 1),
            Takes::Several => (2, MOST_NODES),
            Takes::Three => (3, 3),
            Takes::Weight | Takes::Window => (2, 2),
        };
        if !(least..=most).contains(&inputs.len()) {
            return Err(self.error(token, format!("{} was expected, not {} values", function.usage(), inputs.len())));
        }
        Ok(inputs)
    }

    /// A number that must be written out.
    fn written(&mut self, expected: &str, fits: impl Fn(f64) -> bool) -> Result<Node, ExpressionError> {
        let token = self.next();
        match token.kind {
            Kind::Number(number) if fits(number) => self.counted(&token, Node::Number(number)),
            ref kind => Err(self.error(&token, format!("found {} where {expected} was expected", kind.describe()))),
        }
    }
}

/// What a bare name means.
fn named(name: &str) -> Node {
    match (name.strip_prefix("params."), name.strip_prefix("metrics.")) {
        (Some(param), _) => Node::Param(param.to_owned()),
        (_, Some(metric)) => Node::Metric(metric.to_owned()),
        (None, None) => Node::Metric(name.to_owned()),
    }
}
