//! Is a token that was made for this exchange good now? The moments in it, with leeway for clocks that differ.

use time::Duration;

use super::jws::Compact;

/// An ID token or logout token that was issued longer ago was not issued for this exchange.
const MAX_AGE: Duration = Duration::hours(1);

/// `exp` and `iat`: both there, the one not over, the other neither in the future nor long ago; and `nbf` not to come.
pub(super) fn good_now(token: &Compact<'_>, now: i64, leeway: i64) -> Result<(i64, i64), &'static str> {
    let exp = token.seconds("exp").ok_or("`exp` is missing")?;
    good_until(exp, token, now, leeway)
}

/// The same for a token without `exp`: it ends `life` seconds after it was issued.
pub(super) fn good_without_end(
    token: &Compact<'_>,
    life: i64,
    now: i64,
    leeway: i64,
) -> Result<(i64, i64), &'static str> {
    let iat = token.seconds("iat").ok_or("`iat` is missing")?;
    good_until(iat.saturating_add(life), token, now, leeway)
}

fn good_until(exp: i64, token: &Compact<'_>, now: i64, leeway: i64) -> Result<(i64, i64), &'static str> {
    let iat = token.seconds("iat").ok_or("`iat` is missing")?;
    if exp.saturating_add(leeway) <= now {
        return Err("it has expired");
    }
    if token.seconds("nbf").is_some_and(|nbf| nbf > now.saturating_add(leeway)) {
        return Err("it is not valid yet");
    }
    check_age(iat, now, leeway)?;
    Ok((exp, iat))
}

fn check_age(issued: i64, now: i64, leeway: i64) -> Result<(), &'static str> {
    if issued > now.saturating_add(leeway) {
        return Err("`iat` is in the future");
    }
    if issued < now.saturating_sub(leeway).saturating_sub(MAX_AGE.whole_seconds()) {
        return Err("`iat` is too long ago");
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
        assert!(check_age(now + 61, now, 60).is_err());
        assert!(check_age(now - 7 * 24 * 3600, now, 60).is_err() && check_age(i64::MIN, now, 60).is_err());
    }
}
