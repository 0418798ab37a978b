//! Scope of a rule: its constraints on principal, action and resource as expressions.

use cedar_policy::pst::{
    ActionConstraint, BinaryOp, EntityOrSlot, EntityType, EntityUID, Expr, Literal, PrincipalConstraint,
    ResourceConstraint, Template, Var,
};

/// The constraints that a rule has, in their order.
pub(super) fn of(rule: &Template) -> Result<Vec<Expr>, String> {
    let constraints = [
        principal(&rule.principal)?,
        action(&rule.action),
        resource(&rule.resource)?,
    ];
    Ok(constraints.into_iter().flatten().collect())
}

fn entity(entity: &EntityOrSlot) -> Result<Expr, String> {
    match entity {
        EntityOrSlot::Entity(uid) => Ok(literal(uid)),
        EntityOrSlot::Slot(slot) => Err(format!("a rule has the slot `{slot}`")),
    }
}

fn literal(uid: &EntityUID) -> Expr {
    Expr::Literal(Literal::EntityUID(uid.clone()))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::BinaryOp {
        op,
        left: left.into(),
        right: right.into(),
    }
}

fn is(what: Expr, entity_type: &EntityType, within: Option<Expr>) -> Expr {
    Expr::Is {
        expr: what.into(),
        entity_type: entity_type.clone(),
        in_expr: within.map(Into::into),
    }
}

fn principal(constraint: &PrincipalConstraint) -> Result<Option<Expr>, String> {
    let this = || Expr::Var(Var::Principal);
    Ok(match constraint {
        PrincipalConstraint::Any => None,
        PrincipalConstraint::Eq(uid) => Some(binary(BinaryOp::Eq, this(), entity(uid)?)),
        PrincipalConstraint::In(uid) => Some(binary(BinaryOp::In, this(), entity(uid)?)),
        PrincipalConstraint::Is(entity_type) => Some(is(this(), entity_type, None)),
        PrincipalConstraint::IsIn(entity_type, uid) => Some(is(this(), entity_type, Some(entity(uid)?))),
    })
}

fn action(constraint: &ActionConstraint) -> Option<Expr> {
    let this = Expr::Var(Var::Action);
    match constraint {
        ActionConstraint::Any => None,
        ActionConstraint::Eq(uid) => Some(binary(BinaryOp::Eq, this, literal(uid))),
        ActionConstraint::In(uids) => {
            let uids = uids.iter().map(|uid| literal(uid).into()).collect();
            Some(binary(BinaryOp::In, this, Expr::Set(uids)))
        }
    }
}

fn resource(constraint: &ResourceConstraint) -> Result<Option<Expr>, String> {
    let this = || Expr::Var(Var::Resource);
    Ok(match constraint {
        ResourceConstraint::Any => None,
        ResourceConstraint::Eq(uid) => Some(binary(BinaryOp::Eq, this(), entity(uid)?)),
        ResourceConstraint::In(uid) => Some(binary(BinaryOp::In, this(), entity(uid)?)),
        ResourceConstraint::Is(entity_type) => Some(is(this(), entity_type, None)),
        ResourceConstraint::IsIn(entity_type, uid) => Some(is(this(), entity_type, Some(entity(uid)?))),
    })
}
