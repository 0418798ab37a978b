//! The format of what is sealed into a session's row: a byte with the version of the format, then the value as `MessagePack` with
//! named fields, so that a field can be added without a new version. Rows of before that hold JSON, which is still read and written
//! anew with the next change of the session. A row of a version that is not known, by a newer replica, is not a session here.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::seal::SealError;

/// The version that is written.
const MESSAGE_PACK: u8 = 1;
/// How a row of before versions begins: its JSON is an object.
const JSON: u8 = b'{';

/// `value` in the format of today.
pub(crate) fn encode(value: &impl Serialize) -> Result<Vec<u8>, SealError> {
    let mut bytes = vec![MESSAGE_PACK];
    let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
    value.serialize(&mut serializer).map_err(|_| SealError)?;
    Ok(bytes)
}

/// What [`encode`] made, here or in an earlier version.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SealError> {
    match bytes.split_first() {
        Some((&MESSAGE_PACK, value)) => rmp_serde::from_slice(value).map_err(|_| SealError),
        Some((&JSON, _)) => serde_json::from_slice(bytes).map_err(|_| SealError),
        _ => Err(SealError),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn any_claims_decode_from_the_format_of_today_and_of_before() {
        let claims = json!({
            "sub": "a", "n": 1, "big": u64::MAX, "low": i64::MIN, "half": 0.5, "none": null, "on": true,
            "groups": ["x", { "y": [] }], "": {},
        });
        let encoded = encode(&claims).unwrap();
        assert_eq!(decode::<Value>(&encoded), Ok(claims.clone()));
        assert!(encoded.len() < claims.to_string().len(), "smaller than JSON");
        assert_eq!(decode::<Value>(claims.to_string().as_bytes()), Ok(claims));
    }

    #[test]
    fn an_unknown_version_is_refused() {
        let mut encoded = encode(&json!({})).unwrap();
        encoded[0] = 2;
        assert_eq!(decode::<Value>(&encoded), Err(SealError));
        assert_eq!(decode::<Value>(b""), Err(SealError));
        assert_eq!(decode::<Value>(b"[]"), Err(SealError));
    }
}
