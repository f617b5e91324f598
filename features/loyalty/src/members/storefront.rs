//! A member's points on `/my-account`.

use kernel::Fault;
use kernel::ids::UserId;
use runtime::Tx;
use runtime::engine::Surroundings;
use web::feature::{Fragment, FragmentSlot};
use web::{Call, Template, context};

use super::queries;
use crate::ledger;
use crate::ledger::model::{grouped, signed};
use crate::tiers;
use crate::tiers::model::times;

/// Templates of the slice for shoppers.
pub const MY_ACCOUNT: Template = ("loyalty/my_account.html", include_str!("pages/my_account.html"));

/// Pieces of other features' pages.
pub const FRAGMENTS: &[FragmentSlot] =
    &[FragmentSlot { slot: "my_account", position: 10, render: my_account }];

/// Entries shown.
const LATEST: u32 = 8;

/// The subject is the account. Only the account itself sees its points.
fn my_account(call: &Call, tx: &mut Tx, subject: i64) -> Result<Option<Fragment>, Fault> {
    let user = UserId(subject);
    if call.caller.user.as_ref().is_none_or(|caller| caller.id != user) {
        return Ok(None);
    }
    let Some(member) = queries::of_user(tx, user)? else { return Ok(None) };
    let progress = tiers::queries::progress(tx, &member)?;
    let zone = tx.zone().to_owned();
    let entries: Vec<minijinja::Value> = ledger::queries::latest(tx, member.id, LATEST)?
        .iter()
        .map(|entry| {
            let at = entry.created_at.display(&zone);
            context! { title => entry.title(), points => signed(entry.points), at => at }
        })
        .collect();
    let next = progress.next.as_ref().map(|tier| {
        context! { name => tier.name, missing => grouped(progress.missing), percent => progress.percent,
        multiplier => times(tier.multiplier()) }
    });
    Ok(Some(Fragment {
        template: MY_ACCOUNT.0,
        context: context! {
            balance => grouped(member.points_balance), owes => member.points_balance < 0, tier => progress.tier.name,
            multiplier => times(progress.tier.multiplier()), next => next, shut_out => !member.is_active(),
            entries => entries,
        },
    }))
}
