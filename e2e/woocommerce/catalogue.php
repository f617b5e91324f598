<?php

/** The goods of the test store. Mug, tray and tee are those that the conformance suite sells. */

declare(strict_types=1);

function product_named(string $sku): ?WC_Product
{
    $id = wc_get_product_id_by_sku($sku);
    return $id > 0 ? wc_get_product($id) : null;
}

function category_named(string $name): int
{
    $found = get_term_by('name', $name, 'product_cat');
    return $found instanceof WP_Term ? $found->term_id : (int) wp_insert_term($name, 'product_cat')['term_id'];
}

/**
 * @param array{sku: string, name: string, price: string, sale?: string, stock?: int, category: string, virtual?: bool} $row
 */
function make_simple(array $row): void
{
    $product = new WC_Product_Simple();
    $product->set_sku($row['sku']);
    $product->set_name($row['name']);
    $product->set_regular_price($row['price']);
    $product->set_sale_price($row['sale'] ?? '');
    $product->set_manage_stock(isset($row['stock']));
    $product->set_stock_quantity($row['stock'] ?? null);
    $product->set_virtual($row['virtual'] ?? false);
    $product->set_downloadable($row['virtual'] ?? false);
    $product->set_category_ids([category_named($row['category'])]);
    $product->set_reviews_allowed(true);
    $product->set_short_description('<p>A good ' . strtolower($row['name']) . '.</p>');
    $product->save();
}

function make_tee(): void
{
    $size = new WC_Product_Attribute();
    $size->set_name('Size');
    $size->set_options(['S', 'M']);
    $size->set_visible(true);
    $size->set_variation(true);
    $tee = new WC_Product_Variable();
    $tee->set_sku('tee');
    $tee->set_name('Tee');
    $tee->set_attributes([$size]);
    $tee->set_category_ids([category_named('Clothing')]);
    $tee->save();
    foreach (['S' => 1, 'M' => null] as $value => $stock) {
        $variation = new WC_Product_Variation();
        $variation->set_parent_id($tee->get_id());
        $variation->set_attributes(['size' => $value]);
        $variation->set_sku('tee-' . strtolower($value));
        $variation->set_regular_price('20.00');
        $variation->set_manage_stock($stock !== null);
        $variation->set_stock_quantity($stock);
        $variation->save();
    }
    WC_Product_Variable::sync($tee->get_id());
}

function make_catalogue(): void
{
    make_simple(['sku' => 'mug', 'name' => 'Mug', 'price' => '12.00', 'stock' => 3, 'category' => 'Kitchen']);
    make_simple(['sku' => 'tray', 'name' => 'Tray', 'price' => '30.00', 'sale' => '25.50', 'category' => 'Kitchen']);
    make_simple(['sku' => 'journal', 'name' => 'Journal', 'price' => '18.00', 'category' => 'Paper']);
    make_simple(['sku' => 'print', 'name' => 'Print', 'price' => '45.00', 'category' => 'Paper']);
    make_simple(['sku' => 'guide', 'name' => 'Guide', 'price' => '9.00', 'category' => 'Paper', 'virtual' => true]);
    make_simple(['sku' => 'gift', 'name' => 'Gift', 'price' => '0', 'category' => 'Paper', 'virtual' => true]);
    make_tee();
    $coupon = new WC_Coupon();
    $coupon->set_code('ten');
    $coupon->set_discount_type('percent');
    $coupon->set_amount('10');
    $coupon->save();
}

function reset_stock(): void
{
    foreach (['mug' => 3, 'tee-s' => 1] as $sku => $stock) {
        $product = product_named($sku);
        if ($product !== null) {
            $product->set_stock_quantity($stock);
            $product->set_stock_status('instock');
            $product->save();
        }
    }
}
