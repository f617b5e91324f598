//! Coupons that the program itself makes, once for a key.

use kernel::{Decimal, Fault};
use runtime::Tx;
use runtime::ports::{MadeCoupon, NewCoupon};

use super::model::Coupon;
use super::normal_code;
use super::store::{self, StoredCoupon};
use crate::totals::DiscountKind;

/// Characters of a code that nobody mistakes for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const CODE_LENGTH: usize = 16;

/// Makes a coupon. The same key gives the same coupon, also one that was deleted since; a code that is taken is a 409.
pub(crate) fn create(tx: &mut Tx, key: &str, wanted: &NewCoupon) -> Result<MadeCoupon, Fault> {
    let key = kernel::hash::sha256(key);
    if let Some(made) = store::by_key(tx, &key)? {
        return Ok(made);
    }
    let mut stored = filled(tx, wanted)?;
    if store::by_code(tx, &stored.coupon.code)?.is_some() {
        return Err(Fault::conflict("duplicate", "There is such a coupon already. Use another code."));
    }
    store::put(tx, &mut stored)?;
    let made = MadeCoupon { id: stored.coupon.id, code: stored.coupon.code };
    if !store::keep_key(tx, &key, &made)? {
        tx.run_again();
        return Err(Fault::unavailable("The coupon is being made at this very moment. Try again."));
    }
    Ok(made)
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
    let code = if code.is_empty() { code_of(tx) } else { kernel::text::line("coupon.code", &code, 100)? };
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
            usage_limit: u32::try_from(wanted.usage_limit).ok().filter(|limit| *limit > 0),
            usage_limit_per_user: u32::try_from(wanted.usage_limit_per_user).ok().filter(|limit| *limit > 0),
            item_limit: None,
            usage_count: 0,
            expires: wanted.expires_at,
            emails: wanted.emails.clone(),
        },
        description: kernel::text::optional_line("coupon.description", &wanted.description, 1_000)?,
        created_at: tx.now(),
    })
}

fn code_of(tx: &Tx) -> String {
    let mut bytes = [0_u8; CODE_LENGTH];
    tx.entropy().fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}
