//! Compiles a rule's syntax tree into tests of a document's columns, its scope and clauses as one tree.
//!
//! Everything that does not mention the document stays an expression of the policy engine ([`Known`]), evaluated once a person is known.
//! Whatever mentions it in a way that no column can be tested for is [`Node::Opaque`].

use std::str::FromStr as _;

use cedar_policy::{
    Expression, PolicySet,
    pst::{BinaryOp, Clause, Effect, EntityType, Expr, Literal, Policy, UnaryOp, Var},
};
mod columns;
mod scope;

pub(super) use columns::{Column, Test};

/// A rule, prepared.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) permits: bool,
    pub(super) condition: Node,
}

/// A boolean expression about the document.
#[derive(Debug)]
pub(super) enum Node {
    Constant(bool),
    Known(Known),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    /// Both are true or both are false.
    Same(Box<Node>, Box<Node>),
    Test(Test),
    /// What cannot be translated for a database, in the words of the rule.
    Opaque(String),
}

/// An expression without the document in it. Compared by nobody, printed nowhere but in error messages.
#[derive(Debug)]
pub(super) struct Known(pub(super) Expression);

/// The rules of a set, sorted by id.
pub(super) fn rules(set: &PolicySet) -> Result<Vec<Rule>, String> {
    let rules = set.policies().map(|policy| policy.to_pst().map_err(|e| e.to_string()));
    let mut rules = rules.map(|policy| rule(&policy?)).collect::<Result<Vec<_>, String>>()?;
    rules.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(rules)
}

fn rule(policy: &Policy) -> Result<Rule, String> {
    let Policy::Static(policy) = policy else {
        return Err("a rule is linked to a template".to_owned());
    };
    let body = policy.body();
    let scope = scope::of(body)?;
    let clauses = body.clauses().iter().map(|clause| match clause {
        Clause::When(condition) => Node::of(condition),
        Clause::Unless(condition) => Node::of(condition).map(|node| Node::Not(Box::new(node))),
    });
    // Scope first, then clauses in their order: what comes first decides whether what follows can fail.
    let mut condition = Node::Constant(true);
    for part in scope.iter().map(Node::of).chain(clauses) {
        condition = Node::And(Box::new(condition), Box::new(part?));
    }
    Ok(Rule {
        id: policy.id().to_string(),
        permits: body.effect == Effect::Permit,
        condition,
    })
}

impl Known {
    /// The expression, if the document does not occur in it.
    fn of(expression: &Expr) -> Result<Option<Self>, String> {
        if mentions_document(expression) {
            return Ok(None);
        }
        let parsed = Expression::from_str(&expression.to_string());
        parsed
            .map(|parsed| Some(Self(parsed)))
            .map_err(|error| error.to_string())
    }
}

/// Whether the document occurs in it. What is not known to be free of it counts as mentioning it.
fn mentions_document(expression: &Expr) -> bool {
    match expression {
        Expr::Literal(_) => false,
        Expr::Var(var) => *var == Var::Resource,
        Expr::UnaryOp { expr, .. }
        | Expr::GetAttr { expr, .. }
        | Expr::HasAttr { expr, .. }
        | Expr::Like { expr, .. } => mentions_document(expr),
        Expr::BinaryOp { left, right, .. } => mentions_document(left) || mentions_document(right),
        Expr::Is { expr, in_expr, .. } => {
            mentions_document(expr) || in_expr.as_ref().is_some_and(|within| mentions_document(within))
        }
        Expr::IfThenElse {
            cond,
            then_expr,
            else_expr,
        } => [cond, then_expr, else_expr]
            .into_iter()
            .any(|part| mentions_document(part)),
        Expr::Set(parts) => parts.iter().any(|part| mentions_document(part)),
        Expr::Record(parts) => parts.values().any(|part| mentions_document(part)),
        _ => true,
    }
}

impl Node {
    /// Compiles a boolean expression.
    fn of(expression: &Expr) -> Result<Self, String> {
        if let Some(known) = Known::of(expression)? {
            return Ok(Self::Known(known));
        }
        let node = match expression {
            Expr::GetAttr { .. } if Column::of(expression) == Some(Column::Private) => Some(Self::Test(Test::Private)),
            Expr::UnaryOp { op: UnaryOp::Not, expr } => Some(Self::Not(Box::new(Self::of(expr)?))),
            Expr::UnaryOp {
                op: UnaryOp::IsEmpty,
                expr,
            } if Column::of(expr) == Some(Column::Groups) => Some(Self::Test(Test::NoGroups)),
            Expr::IfThenElse {
                cond,
                then_expr,
                else_expr,
            } => {
                let (then, otherwise) = (Self::of(then_expr)?, Self::of(else_expr)?);
                Some(Self::If(Box::new(Self::of(cond)?), Box::new(then), Box::new(otherwise)))
            }
            Expr::HasAttr { expr, attrs } if Column::of(expr) == Some(Column::Itself) && attrs.len() == 1 => {
                Some(Self::Constant(Column::named(attrs.first()).is_some()))
            }
            Expr::Is {
                expr,
                entity_type,
                in_expr,
            } => Self::of_type(expr, entity_type, in_expr.as_deref())?,
            Expr::Like { expr, pattern } => match Column::of(expr) {
                Some(Column::Text(field)) => Some(Self::Test(Test::Like(field, columns::pattern(pattern)))),
                _ => None,
            },
            Expr::BinaryOp { op, left, right } => Self::binary(*op, left, right)?,
            _ => None,
        };
        Ok(node.unwrap_or_else(|| Self::Opaque(expression.to_string())))
    }

    fn of_type(what: &Expr, entity_type: &EntityType, within: Option<&Expr>) -> Result<Option<Self>, String> {
        let Some(name) = Column::of(what).and_then(Column::entity_type) else {
            return Ok(None);
        };
        let is = Self::Constant(entity_type.to_string() == name);
        let Some(within) = within else { return Ok(Some(is)) };
        let within = Self::binary(BinaryOp::In, what, within)?;
        Ok(within.map(|within| Self::And(Box::new(is), Box::new(within))))
    }

    fn binary(op: BinaryOp, left: &Expr, right: &Expr) -> Result<Option<Self>, String> {
        let both = |left: &Expr, right: &Expr| -> Result<_, String> {
            Ok((Box::new(Self::of(left)?), Box::new(Self::of(right)?)))
        };
        Ok(match op {
            BinaryOp::And => Some(both(left, right)?).map(|(left, right)| Self::And(left, right)),
            BinaryOp::Or => Some(both(left, right)?).map(|(left, right)| Self::Or(left, right)),
            BinaryOp::Eq => Self::equality(left, right)?,
            BinaryOp::NotEq => Self::equality(left, right)?.map(|node| Self::Not(Box::new(node))),
            _ => Test::binary(op, left, right)?.map(Self::Test),
        })
    }

    fn equality(left: &Expr, right: &Expr) -> Result<Option<Self>, String> {
        for (one, other) in [(left, right), (right, left)] {
            let column = Column::of(one);
            if let (Some(Column::Private), Expr::Literal(Literal::Bool(value))) = (column, other) {
                let private = Self::Test(Test::Private);
                return Ok(Some(if *value { private } else { Self::Not(Box::new(private)) }));
            }
            if let (Some(column), Some(known)) = (column, Known::of(other)?) {
                return Ok(Some(Self::Test(Test::Equals(column, known))));
            }
        }
        // Two comparisons compared with each other, or one with a truth.
        if [left, right].into_iter().any(is_boolean) {
            return Ok(Some(Self::Same(Box::new(Self::of(left)?), Box::new(Self::of(right)?))));
        }
        Ok(None)
    }
}

/// Whether it follows from the form of the expression alone that it is true or false.
fn is_boolean(expression: &Expr) -> bool {
    match expression {
        Expr::Literal(Literal::Bool(_)) | Expr::HasAttr { .. } | Expr::Like { .. } | Expr::Is { .. } => true,
        Expr::UnaryOp { op, .. } => matches!(op, UnaryOp::Not | UnaryOp::IsEmpty),
        Expr::BinaryOp { op, .. } => matches!(
            op,
            BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Eq
                | BinaryOp::NotEq
                | BinaryOp::In
                | BinaryOp::Contains
                | BinaryOp::ContainsAll
                | BinaryOp::ContainsAny
                | BinaryOp::Less
                | BinaryOp::LessEq
                | BinaryOp::Greater
                | BinaryOp::GreaterEq
        ),
        Expr::GetAttr { .. } => Column::of(expression) == Some(Column::Private),
        _ => false,
    }
}
