//! Keys that count only with a plain yes or no. `staff_only: true` restricts a document and `staff: [Alice]` does not;
//! `hugo_draft: true` and `ready: false` mark it as not finished. Words that count with any value are in [`super::words`].

use super::words;

/// Keys that restrict a document if they are true.
const RESTRICTED: &str = "staff staffonly employee employees employeesonly employeeonly admin adminonly adminsonly companyinternal companyonly teamonly \
    teamsonly owneronly onlyowner onlyowners onlyme meonly justme onlyteam onlystaff partnersonly customersonly authorsonly editorsonly \
    usersonly insidersonly insiders needtoknow eyesonly secure secured internaluse premium paid paidonly paywall paywalled lock donotshare dontshare noshare donotdistribute \
    dontdistribute donotforward nodistribution notfordistribution notforpublication notforpublic notforpublicrelease";
/// Keys that restrict it if they are false.
const OPEN: &str = "anonymous guest guests external";
/// Keys that mark a document as not finished, or withdrawn, if they are true.
const UNFINISHED: &str =
    "deleted trash trashed removed incomplete notready inprogress workinprogress eleventyexcludefromcollections";
/// Keys that mark it so if they are false.
const FINISHED: &str = "ready finished complete completed approved reviewed final finalized finalised render permalink";
/// First words of a key that is about other documents, or about the contrary.
const ABOUT_OTHERS: &str = "show hide include exclude display list allow enable disable with without no not non use";
/// Words next to `draft` by one letter.
const NOT_DRAFT: &str = "drift craft graft raft kraft drafty";

/// Whether a key with this value restricts the document.
pub(super) fn restricts_readers(key: &str, value: &str) -> bool {
    let plain = words::plain(key);
    words::is_no(value) && holds(OPEN, &plain)
        || words::is_yes(value) && (holds(RESTRICTED, &plain) || names(key, "private confidential"))
}

/// Whether a key with this value marks the document as not finished.
pub(super) fn marks_unfinished(key: &str, value: &str) -> bool {
    let plain = words::plain(key);
    if words::is_yes(value) {
        let is_slip = strsim::osa_distance("draft", &plain) == 1 && !holds(NOT_DRAFT, &plain);
        holds(UNFINISHED, &plain) || is_slip || names(key, "draft unlisted unpublished wip")
    } else {
        words::is_no(value) && holds(FINISHED, &plain)
    }
}

fn holds(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

/// Whether one of the words of a key is in the list: `set_private`, `hugoDraft`.
fn names(key: &str, list: &str) -> bool {
    // An address is none.
    if key.contains(['/', '?', '&']) {
        return false;
    }
    let words = words_of(key);
    let is_about_others = words.first().is_some_and(|first| holds(ABOUT_OTHERS, first));
    !is_about_others && words.iter().any(|word| holds(list, word))
}

/// The words of a key, in lower case, apart at capitals and at everything that is no letter.
fn words_of(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in key.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && was_small {
            words.push(String::new());
        }
        was_small = letter.is_lowercase();
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
