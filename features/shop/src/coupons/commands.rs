//! Coupons that the program itself makes, once for a key.

use kernel::ports::SMALL;
use kernel::{Decimal, Fault};
use runtime::Tx;
use runtime::ports::{MadeCoupon, NewCoupon};

use super::model::Coupon;
use super::normal_code;
use super::store::{self, StoredCoupon};
use crate::totals::DiscountKind;

const CODE_LENGTH: usize = 16;
/// More than any shop sells, and what the column of every database holds.
const MOST_USES: u32 = 1_000_000_000;

/// Makes a coupon. The same key gives the same coupon, also one that was deleted since; a code that is taken is a 409.
pub(crate) fn create(tx: &mut Tx, key: &str, wanted: &NewCoupon) -> Result<MadeCoupon, Fault> {
    let key = kernel::hash::sha256(key);
    if let Some(made) = store::by_key(tx, &key)? {
        return Ok(made);
    }
    let mut stored = filled(tx, wanted)?;
    if store::by_code(tx, &stored.coupon.code)?.is_some() {
        // It may have been made under this key since that was looked for.
        return store::by_key(tx, &key)?.ok_or_else(|| {
            Fault::conflict("duplicate", "There is such a coupon already. Use another code.")
        });
    }
    if store::write(tx, &mut stored)? {
        let made = MadeCoupon { id: stored.coupon.id, code: stored.coupon.code };
        if store::keep_key(tx, &key, &made)? {
            return Ok(made);
        }
    }
    // Another has just made it, under this key or with this code: the unit runs again, and finds which.
    tx.run_again();
    Err(Fault::unavailable("The coupon is being made at this very moment. Try again."))
}

/// How often it can be used, 0 being without end.
fn limit(field: &str, times: i64) -> Result<Option<u32>, Fault> {
    let times = u32::try_from(times).ok().filter(|times| *times <= MOST_USES).ok_or_else(|| {
        Fault::invalid(field, format!("Use a whole number from 0, which is no limit, to {MOST_USES}."))
    })?;
    Ok((times > 0).then_some(times))
}

fn filled(tx: &Tx, wanted: &NewCoupon) -> Result<StoredCoupon, Fault> {
    let kind = store::kind_of(&wanted.discount_type).ok_or_else(|| {
        Fault::invalid("coupon.discount_type", "Use one of: percent, fixed_cart, fixed_product.")
    })?;
    let most = (kind == DiscountKind::Percent).then(|| Decimal::whole(100));
    if wanted.amount.is_negative() || most.is_some_and(|most| wanted.amount > most) {
        return Err(Fault::invalid(
            "coupon.amount",
            "Use an amount of at least 0, a percentage of at most 100.",
        ));
    }
    let code = normal_code(&wanted.code);
    if wanted.minimum_amount.is_some_and(Decimal::is_negative) {
        return Err(Fault::invalid("coupon.minimum_amount", "Use an amount of at least 0, such as 50."));
    }
    let code = if code.is_empty() {
        tx.entropy().code(SMALL, CODE_LENGTH)
    } else {
        kernel::text::line("coupon.code", &code, 100)?
    };
    Ok(StoredCoupon {
        coupon: Coupon {
            id: 0,
            code,
            kind,
            amount: wanted.amount,
            individual_use: wanted.individual_use,
            free_shipping: wanted.free_shipping,
            exclude_sale_items: wanted.exclude_sale_items,
            product_ids: wanted.product_ids.iter().map(|id| id.0).collect(),
            excluded_product_ids: Vec::new(),
            category_ids: wanted.category_ids.clone(),
            excluded_category_ids: Vec::new(),
            minimum: wanted.minimum_amount,
            maximum: None,
            usage_limit: limit("coupon.usage_limit", wanted.usage_limit)?,
            usage_limit_per_user: limit("coupon.usage_limit_per_user", wanted.usage_limit_per_user)?,
            item_limit: None,
            usage_count: 0,
            expires: wanted.expires_at,
            emails: wanted.emails.clone(),
        },
        description: kernel::text::optional_line("coupon.description", &wanted.description, 1_000)?,
        created_at: tx.now(),
        updated_at: tx.now(),
        meta: Vec::new(),
    })
}
