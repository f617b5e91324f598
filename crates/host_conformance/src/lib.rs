//! What every shop of record must do, as one text. Each case is a function on a [`Site`]: a shop with the catalogue, taxes and
//! shipping of the constants here. [`every_case!`] makes a test of each.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

pub mod carts;
pub mod coupons;
pub mod orders;
pub mod site;

pub use site::{ListedOrder, RefundLine, RefundOrder, Site};

/// What is sold, as WooCommerce's product CSV: `mug` has three in stock, `tee` in size S one.
pub const CATALOGUE: &str = "Type,SKU,Name,Published,Regular price,Sale price,Stock,In stock?,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global,Tax status,Categories\n\
simple,mug,Mug,1,12.00,,3,1,,,,,,taxable,Kitchen\n\
simple,tray,Tray,1,30.00,25.50,,1,,,,,,taxable,Kitchen\n\
variable,tee,Tee,1,,,,1,,Size,\"S, M\",1,0,taxable,Clothing\n\
variation,tee-s,Tee - S,1,20.00,,1,1,tee,Size,S,,0,taxable,\n\
variation,tee-m,Tee - M,1,20.00,,,1,tee,Size,M,,0,taxable,\n\
simple,,Broken,1,abc,,,1,,,,,,taxable,\n";

/// Tax within the United States: a tenth of goods and of shipping (a flat 4.99). Elsewhere there is none.
pub const RATES: &str = "Country Code,State Code,ZIP/Postcode,City,Rate %,Tax Name,Priority,Compound,Shipping,Tax Class\nUS,*,*,*,10.0000,US,1,0,1,\n";

/// Makes a test of every case: `every_case!(run)`, where `run(name, case)` makes a site and runs the case on it.
#[macro_export]
macro_rules! every_case {
    ($run:path) => {
        $crate::every_case!($run,
            carts: products_are_found_by_name_and_number
                a_cart_is_found_again_by_its_token
                taxes_follow_the_destination
                an_offers_line_is_one_line_at_the_servers_price
                a_product_that_is_withdrawn_while_it_is_offered_does_no_harm
                a_restored_cart_names_what_is_gone
                sessions_stand_among_the_orders
                sessions_are_orders_that_count_for_nothing
        );
        $crate::every_case!($run,
            orders: a_cart_becomes_one_paid_order_however_often_it_is_asked
                another_total_than_the_shopper_saw_is_refused
                the_last_one_is_sold_once
                parallel_checkouts_of_scarce_stock_never_oversell
                a_failed_payment_gives_the_stock_back_and_leaves_a_paid_order_alone
                refunds_add_up_and_stop_at_the_total
                a_child_order_is_written_once_with_the_parents_address
                a_child_order_by_transfer_waits_for_its_money
                notes_and_metadata_are_kept_with_the_order
        );
        $crate::every_case!($run,
            coupons: a_coupon_is_made_once_for_a_key
                one_key_and_one_code_at_once_give_one_coupon
                a_coupon_is_used_once_and_by_whom_it_is_for
                a_coupon_of_an_order_that_fails_is_free_until_it_is_paid_after_all
        );
    };
    ($run:path, $module:ident: $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                $run(stringify!($case), |site| Box::pin($crate::$module::$case(site))).await;
            }
        )*
    };
}
