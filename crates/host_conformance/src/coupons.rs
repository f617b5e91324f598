//! Coupons that the program makes.

use kernel::Decimal;
use kernel::ids::UserId;
use runtime::ports::NewCoupon;

use crate::site::Site;

/// One key, one coupon; a code is given once.
pub async fn a_coupon_is_made_once_for_a_key(site: &dyn Site) {
    let host = site.host();
    // A cart's token is of this run alone, and so is the key.
    let key = host.open_cart(UserId(0)).await.unwrap().token;
    let coupon = NewCoupon {
        amount: Decimal::whole(15),
        discount_type: "percent".to_owned(),
        usage_limit: 1,
        emails: vec!["ada@example.com".to_owned()],
        meta: vec![("_ocart_sequence_id".to_owned(), "4".to_owned())],
        ..NewCoupon::default()
    };
    let made = host.create_coupon(&key, &coupon).await.unwrap();
    assert!(made.id > 0 && made.code.len() >= 8, "{made:?}");
    assert_eq!(host.create_coupon(&key, &coupon).await.unwrap(), made);
    let taken = NewCoupon { code: made.code, ..coupon.clone() };
    let refused = host.create_coupon(&format!("{key}-2"), &taken).await.unwrap_err();
    assert_eq!((refused.status(), refused.code), (409, "duplicate"));
    let much = NewCoupon { amount: Decimal::whole(150), ..coupon };
    assert_eq!(host.create_coupon(&format!("{key}-3"), &much).await.unwrap_err().status(), 400);
}
