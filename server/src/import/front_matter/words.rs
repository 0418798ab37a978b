//! The vocabulary of other programs for access and drafts. In any spelling of case, hyphens and underscores.
//! Where they stand is in [`super::access`] and [`super::drafts`].

use domain::text::base_letters;

/// What a word of another program is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// `private` itself.
    Private,
    /// Restricted if it is true: `confidential`.
    Restricted,
    /// For whom it is: `audience`.
    ForWhom,
    /// Open to everybody if it is so: `public`.
    Open,
    /// Not finished if it is so: `draft`.
    Draft,
    /// Not finished if it is not so: `published`.
    Published,
    /// How far it is: `status`.
    Status,
    /// From when it may be read: `publishDate`.
    From,
    /// Until when it may be read: `expiryDate`.
    Until,
    /// Words that describe it: `tags`.
    Labels,
}

const RESTRICTED: &str = "confidential restricted hidden hide secret topsecret internal protected password passwd passphrase sensitive classified \
    encrypted locked login signin auth authentication authenticated authenticate loginrequired nda embargoed personal \
    vertraulich intern geheim privat privado prive interno interne confidentiel confidentielle confidencial confidenziale riservato unshared \
    notpublic nonpublic nopublic частныи приватно приватныи конфиденциально секретно 非公開 非公开 私有 プライベート 機密 机密 社外秘 비공개";
const FOR_WHOM: &str = "permission visibility access acl role team audience classification sensitivity member reader viewer share sharing shared \
    sharedwith allow allowed allowlist whitelist deny denied denylist blocklist authorized authorised authorization subscriber privacy \
    clearance confidentiality secrecy tlp entitlement grant rbac abac user usergroup userrole visibleto visiblefor \
    restriction securitylevel privacylevel accesslevel onlyfor groupaccess useraccess teamaccess memberaccess readaccess viewaccess dataaccess";
const OPEN: &str = "public visible publicread publiclyvisible offentlich oeffentlich publico publica publique pubblico публично 公開 公开";
const DRAFT: &str = "draft wip unfinished unlisted headless unpublished donotpublish dontpublish nopublish notpublished excludefrompublish \
    entwurf brouillon borrador bozza rascunho utkast черновик 下書き 草稿 초안";
const PUBLISHED: &str = "publish published dgpublish publishable listed";
const FROM: &str = "date publishdate publishedat publisheddate publishat publishon pubdate publicationdate releasedate releaseat embargo embargodate \
    embargountil embargoeduntil scheduled scheduledat scheduledfor scheduledate golive visiblefrom availablefrom validfrom publishfrom publishafter \
    notbefore availableat";
const UNTIL: &str = "expirydate expires expiresat expireson expiry expire expiration expirationdate expiredate unpublishdate unpublishat unpublishon \
    publishuntil visibleuntil availableuntil validuntil validto notafter publishto";
const LABELS: &str = "tag tags category categories label labels keyword keywords flag flags";

/// Prefixes that do not change the meaning of a word.
const BEFORE: [&str; 20] = [
    "is", "isa", "make", "mark", "page", "document", "doc", "post", "content", "article", "file", "note", "requires",
    "require", "needs", "need", "site", "wp", "viewing", "view",
];
/// Suffixes that do not change the meaning of a word.
const BEHIND: [&str; 24] = [
    "only", "level", "page", "post", "document", "doc", "content", "article", "note", "control", "list", "groups",
    "group", "users", "user", "roles", "teams", "members", "to", "for", "required", "settings", "mode", "by",
];
/// Words that are about access wherever they stand in a key.
const INSIDE: [&str; 15] = [
    "classification",
    "confidential",
    "restricted",
    "permission",
    "visibility",
    "password",
    "accesscontrol",
    "whocan",
    "canread",
    "canview",
    "readableby",
    "viewableby",
    "visibleto",
    "sharedwith",
    "allowedto",
];

/// Letters and digits of a word, in lower case, without accents, with look-alikes folded: `Privé` is `prive`.
pub(super) fn plain(word: &str) -> String {
    base_letters(word)
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a key is about, if it is one of these.
pub(super) fn about(key: &str) -> Option<Word> {
    let key = plain(key);
    whole(&key)
        .or_else(|| key.ends_with("status").then_some(Word::Status))
        .or_else(|| stripped(&key))
        .or_else(|| {
            INSIDE
                .into_iter()
                .find(|word| key.contains(word))
                .and_then(whole_or_for_whom)
        })
        .or_else(|| misspelt(&key))
}

/// The same for a key that steps into others: `params.private`, `access/level`.
pub(super) fn about_path(key: &str) -> Option<Word> {
    let mut parts = key.split(['.', '/', ':']).filter(|part| !part.trim().is_empty());
    about(key).or_else(|| parts.find_map(about))
}

fn whole(key: &str) -> Option<Word> {
    let holds = |list: &str, key: &str| list.split_whitespace().any(|word| word == key);
    let one = key.strip_suffix('s').unwrap_or(key);
    let lists = [
        (RESTRICTED, Word::Restricted),
        (FOR_WHOM, Word::ForWhom),
        (OPEN, Word::Open),
        (DRAFT, Word::Draft),
        (PUBLISHED, Word::Published),
        (FROM, Word::From),
        (UNTIL, Word::Until),
        (LABELS, Word::Labels),
    ];
    match key {
        "private" => Some(Word::Private),
        "status" | "state" | "stage" | "lifecycle" | "workflow" | "workflowstate" | "review" | "approval" => {
            Some(Word::Status)
        }
        _ => {
            let found = |key: &str| lists.iter().find(|(list, _)| holds(list, key)).map(|(_, word)| *word);
            found(key).or_else(|| found(one))
        }
    }
}

fn whole_or_for_whom(word: &str) -> Option<Word> {
    whole(word).or(Some(Word::ForWhom))
}

/// The word without its prefixes and suffixes; of access alone, since `post_date` is no plan and `page_state` none either.
fn stripped(key: &str) -> Option<Word> {
    let mut word = key;
    for _ in 0..4 {
        let shorter = BEFORE
            .iter()
            .find_map(|before| word.strip_prefix(before))
            .or_else(|| BEHIND.iter().find_map(|behind| word.strip_suffix(behind)))
            .filter(|shorter| shorter.len() >= 3)?;
        match whole(shorter) {
            Some(
                word @ (Word::Private | Word::Restricted | Word::ForWhom | Word::Open | Word::Draft | Word::Published),
            ) => return Some(word),
            _ => word = shorter,
        }
    }
    None
}

/// Long words with a letter wrong, missing, too many or swapped with the next.
fn misspelt(key: &str) -> Option<Word> {
    let known = "confidential restricted visibility classification sensitivity permission permissions protected password published";
    let near = |word: &&str| strsim::osa_distance(word, key) == 1;
    known.split_whitespace().find(near).and_then(whole)
}

/// Whether a value means yes.
pub(super) fn is_yes(value: &str) -> bool {
    matches!(
        plain(value).as_str(),
        "true"
            | "yes"
            | "y"
            | "t"
            | "on"
            | "1"
            | "ja"
            | "oui"
            | "si"
            | "sim"
            | "да"
            | "是"
            | "はい"
            | "vrai"
            | "wahr"
            | "verdadero"
            | "enabled"
    )
}

/// Whether a value means no.
pub(super) fn is_no(value: &str) -> bool {
    matches!(
        plain(value).as_str(),
        "false"
            | "no"
            | "n"
            | "f"
            | "off"
            | "0"
            | "never"
            | "nein"
            | "non"
            | "nao"
            | "нет"
            | "否"
            | "いいえ"
            | "disabled"
    )
}

/// Whether a value means that everybody may read.
pub(super) fn is_everybody(value: &str) -> bool {
    let words = "public everyone everybody all anyone anybody world open unrestricted unclassified visible";
    words.split_whitespace().any(|word| word == plain(value))
}

/// Whether a value by itself restricts readers: `private`.
pub(super) fn restricts(value: &str) -> bool {
    let words = "private confidential strictlyconfidential restricted topsecret internalonly membersonly companyconfidential donotshare donotdistribute \
        notpublic nonpublic eyesonly foreyesonly needtoknow vertraulich strengvertraulich geheim tlpred tlpamber tlpamberstrict 非公開 非公开";
    words
        .split_whitespace()
        .any(|word| word == plain(value.trim_start_matches('#')))
}

/// Whether a value marks a document as not finished, or not any more: `draft`.
pub(super) fn is_unfinished(value: &str) -> bool {
    let words = "draft drafted drafting wip workinprogress inprogress pending unpublished unlisted scheduled future trash trashed deleted removed \
        donotpublish dontpublish nopublish notpublished notready inreview underreview review entwurf brouillon borrador autodraft";
    words
        .split_whitespace()
        .any(|word| word == plain(value.trim_start_matches('#')))
}

/// Whether a status restricts readers: as a label of anything else these words are names.
pub(super) fn restricts_as_status(value: &str) -> bool {
    restricts(value)
        || matches!(
            plain(value).as_str(),
            "hidden" | "internal" | "secret" | "members" | "protected"
        )
}

/// Whether a word alone marks a document as not finished.
pub(super) fn is_unfinished_by_itself(value: &str) -> bool {
    let words = "draft drafts wip unpublished unfinished donotpublish dontpublish nopublish notpublished";
    words
        .split_whitespace()
        .any(|word| word == plain(value.trim_start_matches('#')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_every_spelling() {
        for (key, word) in [
            ("private", Word::Private),
            ("isPrivate", Word::Private),
            ("PRIVATE", Word::Private),
            ("Confidential", Word::Restricted),
            ("is-confidential", Word::Restricted),
            ("confidental", Word::Restricted),
            ("members_only", Word::ForWhom),
            ("membersOnly", Word::ForWhom),
            ("accessLevel", Word::ForWhom),
            ("access_control_list", Word::ForWhom),
            ("allowed-groups", Word::ForWhom),
            ("login_required", Word::Restricted),
            ("requiresLogin", Word::Restricted),
            ("post_password", Word::Restricted),
            ("visiblity", Word::ForWhom),
            ("role", Word::ForWhom),
            ("teams", Word::ForWhom),
            ("is_public", Word::Open),
            ("isDraft", Word::Draft),
            ("dg-publish", Word::Published),
            ("publish_date", Word::From),
            ("Expiry-Date", Word::Until),
            ("docStatus", Word::Status),
            ("Tags", Word::Labels),
            ("Priv\u{e9}", Word::Restricted),
            (
                "\u{ff50}\u{ff52}\u{ff49}\u{ff56}\u{ff41}\u{ff54}\u{ff45}",
                Word::Private,
            ),
            ("notPublic", Word::Restricted),
            ("\u{d6}ffentlich", Word::Open),
            ("dataClassification", Word::ForWhom),
        ] {
            assert_eq!(about(key), Some(word), "{key}");
        }
        let foreign = "title id order cover slug layout lang nav_order hide_title sidebar_label weight author description image toc footer props \
            primary provider parent site pagination_next hide_table_of_contents custom_edit_url last_update lastmod updated created type kind \
            post_date template aliases permalink math comments hidden_in_toc internal_links social_image og_image";
        for foreign in foreign.split_whitespace() {
            assert_eq!(about(foreign), None, "{foreign}");
        }
    }
}
