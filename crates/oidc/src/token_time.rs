//! Validation of the times in a token: `exp`, `iat` and `nbf`, with leeway for clocks that differ.

use time::Duration;

use super::jws::Compact;

/// An ID token or logout token that was issued longer ago was not issued for this exchange.
const MAX_AGE: Duration = Duration::hours(1);

/// Why a token is not good now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// There is no `exp`.
    #[error("`exp` is missing")]
    ExpMissing,
    /// There is no `iat`.
    #[error("`iat` is missing")]
    IatMissing,
    /// `exp` is over.
    #[error("it has expired")]
    Expired,
    /// `nbf` is in the future.
    #[error("it is not valid yet")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("`iat` is in the future")]
    IatInFuture,
    /// `iat` is more than an hour ago.
    #[error("`iat` is too long ago")]
    IatTooOld,
}

crate::error::error_codes!(TimeError {
    Self::ExpMissing => "token_exp_missing",
    Self::IatMissing => "token_iat_missing",
    Self::Expired => "token_expired",
    Self::NotYetValid => "token_not_yet_valid",
    Self::IatInFuture => "token_iat_in_future",
    Self::IatTooOld => "token_iat_too_old",
});

/// `exp` and `iat`: both present, `exp` not passed, `iat` neither in the future nor long ago; `nbf` not in the future.
pub(super) fn validate_times(token: &Compact<'_>, now: i64, leeway: i64) -> Result<(i64, i64), TimeError> {
    let exp = token.seconds("exp").ok_or(TimeError::ExpMissing)?;
    validate_until(exp, token, now, leeway)
}

/// The same for a token without `exp`: it ends `life` seconds after it was issued.
pub(super) fn validate_times_without_exp(
    token: &Compact<'_>,
    life: i64,
    now: i64,
    leeway: i64,
) -> Result<(i64, i64), TimeError> {
    let iat = token.seconds("iat").ok_or(TimeError::IatMissing)?;
    validate_until(iat.saturating_add(life), token, now, leeway)
}

fn validate_until(exp: i64, token: &Compact<'_>, now: i64, leeway: i64) -> Result<(i64, i64), TimeError> {
    let iat = token.seconds("iat").ok_or(TimeError::IatMissing)?;
    if exp.saturating_add(leeway) <= now {
        return Err(TimeError::Expired);
    }
    if token.seconds("nbf").is_some_and(|nbf| nbf > now.saturating_add(leeway)) {
        return Err(TimeError::NotYetValid);
    }
    check_age(iat, now, leeway)?;
    Ok((exp, iat))
}

fn check_age(issued: i64, now: i64, leeway: i64) -> Result<(), TimeError> {
    if issued > now.saturating_add(leeway) {
        return Err(TimeError::IatInFuture);
    }
    if issued < now.saturating_sub(leeway).saturating_sub(MAX_AGE.whole_seconds()) {
        return Err(TimeError::IatTooOld);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_11_a_token_is_neither_from_the_future_nor_a_week_old() {
        let now = 1_900_000_000;
        assert!(check_age(now, now, 60).is_ok() && check_age(now + 60, now, 60).is_ok());
        assert_eq!(check_age(now + 61, now, 60), Err(TimeError::IatInFuture));
        for long_ago in [now - 7 * 24 * 3600, i64::MIN] {
            assert_eq!(check_age(long_ago, now, 60), Err(TimeError::IatTooOld));
        }
    }
}
