//! Cache: a plan is made once for a person, and again when something changes that a rule can read.

use std::sync::Arc;

use domain::{Access, Action, Group, GroupMatch, Groups, Person};

use super::world::{SHIPPED, checked, id, member};

#[test]
fn a_plan_is_made_once_and_anew_when_the_person_changed() {
    let policy = checked(SHIPPED).unwrap();
    let ann = member("ann", &["sales"]);
    let first = policy.plan(&ann, Action::View);
    assert!(Arc::ptr_eq(&first, &policy.plan(&ann.clone(), Action::View)));
    let changes: [fn(&mut Person); 8] = [
        |p| p.groups = Groups::Known(vec![Group::new("berlin")]),
        |p| p.groups = Groups::Unknown,
        |p| p.groups = Groups::Known(Vec::new()),
        |p| p.group_match = GroupMatch::Name,
        |p| p.job_title = Some("CEO".to_owned()),
        |p| p.roles.push("Admin".to_owned()),
        |p| p.name.push('x'),
        |p| p.reporting_line.manager = Some(id("boss")),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut other_ann = ann.clone();
        change(&mut other_ann);
        let other = policy.plan(&other_ann, Action::View);
        assert!(!Arc::ptr_eq(&first, &other), "change {number}");
        // And back again: what was true before is true again.
        assert_eq!(first, policy.plan(&ann, Action::View));
    }
}

#[test]
fn nobody_is_given_the_plan_of_another() {
    let policy = checked(SHIPPED).unwrap();
    let mut carol = member("carol", &[]);
    carol.job_title = Some("CEO".to_owned());
    assert_eq!(policy.plan(&carol, Action::View).access, Access::All);
    assert_ne!(policy.plan(&member("dave", &[]), Action::View).access, Access::All);
}
