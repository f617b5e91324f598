//! A coupon, the cart that it meets, and why it is refused.

use kernel::decimal::Decimal;
use kernel::ids::UserId;
use kernel::money::Currency;
use kernel::text;
use kernel::time::Moment;

use crate::totals::DiscountKind;

/// A coupon with everything that restricts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// Id in the shop.
    pub id: i64,
    /// In its normal form, lower case.
    pub code: String,
    /// How it takes its amount off.
    pub kind: DiscountKind,
    /// Percent or major units.
    pub amount: Decimal,
    /// Stands in the cart alone.
    pub individual_use: bool,
    /// Makes shipping free.
    pub free_shipping: bool,
    /// Not for what is on sale.
    pub exclude_sale_items: bool,
    /// Only for these products or variations; empty is all.
    pub product_ids: Vec<i64>,
    /// Not for these products or variations.
    pub excluded_product_ids: Vec<i64>,
    /// Only for products of these categories; empty is all.
    pub category_ids: Vec<i64>,
    /// Not for products of these categories.
    pub excluded_category_ids: Vec<i64>,
    /// Least subtotal, as the cart shows it; none and 0 are no limit.
    pub minimum: Option<Decimal>,
    /// Largest subtotal, as the cart shows it; none and 0 are no limit.
    pub maximum: Option<Decimal>,
    /// How often it can be used; none and 0 are no limit.
    pub usage_limit: Option<u32>,
    /// How often one customer can use it; none and 0 are no limit.
    pub usage_limit_per_user: Option<u32>,
    /// At most so many units are discounted; none and 0 are no limit.
    pub item_limit: Option<u32>,
    /// How often it has been used.
    pub usage_count: u32,
    /// After this it is no longer accepted.
    pub expires: Option<Moment>,
    /// Only for these addresses; `*` stands for anything. Empty is everyone.
    pub emails: Vec<String>,
}

/// One line of the cart as coupons see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketLine {
    /// The cart line's key.
    pub key: String,
    /// Product, or variation.
    pub product_id: i64,
    /// The variable product of a variation.
    pub parent_id: Option<i64>,
    /// What shoppers read.
    pub name: String,
    /// Categories with their ancestors, by id and name; of a variation those of its parent.
    pub categories: Vec<(i64, String)>,
    /// Sold at its sale price.
    pub on_sale: bool,
}

/// What is known about this customer's use of the coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomerUse {
    /// How often the customer has used it, uses held by unfinished orders included.
    pub uses: u32,
    /// How many of those are held by unfinished orders.
    pub held: u32,
    /// The customer has a failed or pending order.
    pub has_unfinished_order: bool,
}

/// Whose uses of a coupon are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CouponCustomer {
    /// The account, or 0.
    pub(crate) user: UserId,
    /// The address in its normal form, or empty.
    pub(crate) email: String,
}

impl CouponCustomer {
    /// An account, an address, or both.
    pub(crate) fn of(user: UserId, email: &str) -> Self {
        Self { user, email: text::normal_email(email) }
    }

    /// Nobody is known yet.
    pub(crate) const fn is_nobody(&self) -> bool {
        self.user.0 == 0 && self.email.is_empty()
    }

    /// What a use's row is written under: the account, else the address.
    pub(crate) fn key(&self) -> String {
        if self.user.0 > 0 { format!("user:{}", self.user) } else { self.email.clone() }
    }
}

/// The cart, the customer and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    /// Its lines.
    pub lines: Vec<BasketLine>,
    /// Items before coupons, with or without tax as the cart shows them.
    pub subtotal: Decimal,
    /// For messages.
    pub currency: Currency,
    /// Now.
    pub now: Moment,
    /// Uses held by unfinished orders, of all customers.
    pub held: u32,
    /// The signed-in customer; at checkout also the guest whose address is known.
    pub customer: Option<CustomerUse>,
    /// The account's address and the billing address, as far as they are known.
    pub emails: Vec<String>,
    /// The shopper has just handed in a billing address.
    pub at_checkout: bool,
}

/// Why a coupon is refused, with WooCommerce's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// 100: a filter has vetoed it.
    Vetoed,
    /// 101: it has become invalid and was taken off the order.
    Removed,
    /// 102: it is for other addresses.
    NotYours {
        /// The shopper has handed in an address already.
        at_checkout: bool,
    },
    /// 103: it is in the cart already.
    AlreadyApplied,
    /// 104: a coupon that stands alone is in the cart; the message names that one.
    IndividualUse,
    /// 105: there is none.
    Missing,
    /// 106: used up.
    UsedUp,
    /// 107: expired.
    Expired,
    /// 108: the cart is too small.
    BelowMinimum(String),
    /// 109: nothing in the cart is eligible.
    NotApplicable,
    /// 110: something in the cart is on sale.
    SaleItems,
    /// 111: no code was typed.
    NoCode,
    /// 112: the cart is too large.
    AboveMaximum(String),
    /// 113: names the excluded products in the cart.
    ExcludedProducts(Vec<String>),
    /// 114: names the excluded categories in the cart.
    ExcludedCategories(Vec<String>),
    /// 115: used up, perhaps by this customer's own unfinished order.
    Stuck,
    /// 116: used up, perhaps by this guest's own unfinished order.
    StuckGuest,
}

impl Refusal {
    /// WooCommerce's number.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Vetoed => 100,
            Self::Removed => 101,
            Self::NotYours { .. } => 102,
            Self::AlreadyApplied => 103,
            Self::IndividualUse => 104,
            Self::Missing => 105,
            Self::UsedUp => 106,
            Self::Expired => 107,
            Self::BelowMinimum(_) => 108,
            Self::NotApplicable => 109,
            Self::SaleItems => 110,
            Self::NoCode => 111,
            Self::AboveMaximum(_) => 112,
            Self::ExcludedProducts(_) => 113,
            Self::ExcludedCategories(_) => 114,
            Self::Stuck => 115,
            Self::StuckGuest => 116,
        }
    }

    /// What the shopper reads about the coupon `code`, as plain text.
    #[must_use]
    pub fn message(&self, code: &str) -> String {
        match self {
            Self::Vetoed => "Coupon is not valid.".to_owned(),
            Self::Removed => format!(
                "Sorry, it seems the coupon \"{code}\" is invalid - it has now been removed from your order."
            ),
            Self::NotYours { at_checkout: true } => {
                format!("Please enter a valid email to use coupon code \"{code}\".")
            }
            Self::NotYours { at_checkout: false } => {
                format!("Please enter a valid email at checkout to use coupon code \"{code}\".")
            }
            Self::AlreadyApplied => format!("Coupon code \"{code}\" already applied!"),
            Self::IndividualUse => format!(
                "Sorry, coupon \"{code}\" has already been applied and cannot be used in conjunction with other coupons."
            ),
            Self::Missing => format!("Coupon \"{code}\" cannot be applied because it does not exist."),
            Self::UsedUp => format!("Usage limit for coupon \"{code}\" has been reached."),
            Self::Expired => format!("Coupon \"{code}\" has expired."),
            Self::BelowMinimum(amount) => format!("The minimum spend for coupon \"{code}\" is {amount}."),
            Self::AboveMaximum(amount) => format!("The maximum spend for coupon \"{code}\" is {amount}."),
            Self::NotApplicable => {
                format!("Sorry, coupon \"{code}\" is not applicable to selected products.")
            }
            Self::SaleItems => format!("Sorry, coupon \"{code}\" is not valid for sale items."),
            Self::NoCode => "Please enter a coupon code.".to_owned(),
            Self::ExcludedProducts(names) => {
                format!("Sorry, coupon \"{code}\" is not applicable to the products: {}.", names.join(", "))
            }
            Self::ExcludedCategories(names) => {
                format!("Sorry, coupon \"{code}\" is not applicable to the categories: {}.", names.join(", "))
            }
            Self::Stuck => format!(
                "Usage limit for coupon \"{code}\" has been reached. If you were using this coupon just now but \
                 your order was not complete, you can retry or cancel the order by going to the my account page."
            ),
            Self::StuckGuest => format!(
                "Usage limit for coupon \"{code}\" has been reached. Please try again after some time, or contact us \
                 for help."
            ),
        }
    }
}
