//! Reading members.

use kernel::ids::{MemberId, UserId};
use kernel::{Fault, Page, Paging};
use runtime::Tx;

use super::model::{Member, MemberFilter};
use super::store;

/// Columns a list may be ordered by.
pub const ORDER_COLUMNS: [&str; 5] = ["id", "points_balance", "lifetime_earned", "enrolled_at", "email"];

/// A member, or 404.
pub fn get(tx: &mut Tx, id: MemberId) -> Result<Member, Fault> {
    store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("member"))
}

/// A member whose row is held until the transaction ends, or 404: what is read stays true.
pub(crate) fn held(tx: &mut Tx, id: MemberId) -> Result<Member, Fault> {
    store::hold(tx, id)?.ok_or_else(|| Fault::not_found("member"))
}

/// The member of an account, if enrolled.
pub fn of_user(tx: &mut Tx, user: UserId) -> Result<Option<Member>, Fault> {
    store::by_user(tx, user)
}

/// A page of members.
pub fn list(tx: &mut Tx, paging: &Paging, filter: &MemberFilter) -> Result<Page<Member>, Fault> {
    store::list(tx, paging, filter)
}
