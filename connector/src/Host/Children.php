<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** Accepted offers after the purchase, as child orders. */
final class Children
{
    /**
     * What a child order would come to, with the parent's address and the store's taxes. Nothing is written.
     *
     * @return array{subtotal: array<string, mixed>, total_tax: array<string, mixed>, total: array<string, mixed>}
     */
    public static function quote(Arguments $arguments): array
    {
        $child = $arguments->object('child');
        $parent = self::parent($child);
        $priced = self::priced($parent, $child);
        $currency = $parent->get_currency();
        $subtotal = Amount::minor($priced['net'], $currency);
        $tax = Amount::minor($priced['tax'], $currency);
        return [
            'subtotal' => ['minor' => $subtotal, 'currency' => $currency],
            'total_tax' => ['minor' => $tax, 'currency' => $currency],
            'total' => Amount::money($priced['net'] + $priced['tax'], $currency),
        ];
    }

    /**
     * Writes a child order, paid, or to be paid as its parent where no gateway charges that. The same key gives the same order.
     *
     * @return array<string, mixed>
     */
    public static function place(Arguments $arguments): array
    {
        $child = $arguments->object('child');
        $key = Keyed::of($child);
        $id = Lock::holding(["key:$key"], static function () use ($child, $key): int {
            $order = Keyed::order($key);
            if (!$order instanceof \WC_Order) {
                $parent = self::parent($child);
                $order = Transaction::of(static fn (): \WC_Order => self::write($parent, $child, $key));
                $parent->add_order_note(sprintf('Offer accepted: order #%s.', $order->get_order_number()));
            }
            $transaction = $child->text('transaction_id', '');
            if ($transaction === '' && Offline::is($order->get_payment_method())) {
                if ($order->has_status('pending')) {
                    $order->update_status(Offline::status($order));
                }
            } elseif (Orders::mayBePaid($order)) {
                $order->payment_complete($transaction);
            }
            return $order->get_id();
        });
        return OrderSnapshot::find($id) ?? throw Failure::notFound('order');
    }

    /**
     * Child orders of an order.
     *
     * @return list<array<string, mixed>>
     */
    public static function all(Arguments $arguments): array
    {
        $id = $arguments->id('id');
        $found = $id === 0 ? [] : wc_get_orders([
            'parent' => $id, 'type' => 'shop_order', 'limit' => -1, 'orderby' => 'id', 'order' => 'ASC', 'return' => 'ids',
        ]);
        $snapshots = array_map(static fn ($child): ?array => OrderSnapshot::find((int) $child), (array) $found);
        return array_values(array_filter($snapshots));
    }

    /**
     * An order's line for a product at a price, with taxes as the order's address has them.
     *
     * @return array{product: \WC_Product, net: float, tax: float, taxes: array<int, float>, quantity: int}
     */
    public static function priceLine(\WC_Order $order, Arguments $wanted, string $unitPrice): array
    {
        $product = self::product($wanted);
        $quantity = $wanted->number('quantity', 1);
        if ($quantity < 1) {
            throw Failure::invalid('quantity', 'Use a whole number of 1 or more.');
        }
        $options = ['qty' => $quantity, 'price' => $unitPrice, 'order' => $order];
        $net = (float) wc_get_price_excluding_tax($product, $options);
        $taxes = [];
        if (wc_tax_enabled() && $product->get_tax_status() === 'taxable') {
            $place = self::taxedPlace($order) + ['tax_class' => $product->get_tax_class()];
            $taxes = \WC_Tax::calc_tax($net, \WC_Tax::find_rates($place), false);
        }
        $round = get_option('woocommerce_tax_round_at_subtotal') !== 'yes';
        $rounded = $round ? array_map('wc_round_tax_total', $taxes) : $taxes;
        return [
            'product' => $product,
            'net' => (float) wc_format_decimal($net, wc_get_rounding_precision()),
            'tax' => (float) wc_round_tax_total(array_sum($rounded)),
            'taxes' => $taxes,
            'quantity' => $quantity,
        ];
    }

    /**
     * The line as WooCommerce keeps it.
     *
     * @param array{product: \WC_Product, net: float, tax: float, taxes: array<int, float>, quantity: int} $priced
     */
    public static function lineItem(array $priced, Arguments $wanted): \WC_Order_Item_Product
    {
        $item = new \WC_Order_Item_Product();
        $item->set_product($priced['product']);
        $item->set_quantity($priced['quantity']);
        $item->set_subtotal((string) $priced['net']);
        $item->set_total((string) $priced['net']);
        $item->set_taxes(['total' => $priced['taxes'], 'subtotal' => $priced['taxes']]);
        foreach ($wanted->pairs('variation') as [$name, $value]) {
            $item->update_meta_data((string) preg_replace('/^attribute_/', '', $name), $value);
        }
        return $item;
    }

    private static function parent(Arguments $child): \WC_Order
    {
        return OrderSnapshot::load($child->id('parent_id')) ?? throw Failure::notFound('order');
    }

    private static function product(Arguments $wanted): \WC_Product
    {
        $id = $wanted->id('variation_id') > 0 ? $wanted->id('variation_id') : $wanted->id('product_id');
        $product = wc_get_product($id);
        if (!$product instanceof \WC_Product || $product->get_status() === 'trash') {
            $message = 'There is no such product for sale. Choose another.';
            throw new Failure('woocommerce_rest_cart_invalid_product', $message, 400);
        }
        if ($product instanceof \WC_Product_Variable) {
            $message = 'Choose one of the variations of “' . Products::plain($product->get_name()) . '”.';
            throw new Failure('woocommerce_rest_variation_id_from_variation_data', $message, 400);
        }
        return $product;
    }

    /**
     * @return array{product: \WC_Product, net: float, tax: float, taxes: array<int, float>, quantity: int}
     */
    private static function priced(\WC_Order $parent, Arguments $child): array
    {
        return self::priceLine($parent, $child->object('product'), $child->amount('unit_price'));
    }

    /**
     * Where an order's taxes are.
     *
     * @return array{country: string, state: string, postcode: string, city: string}
     */
    private static function taxedPlace(\WC_Order $order): array
    {
        $shipped = (string) $order->get_shipping_country() !== '';
        $based = (string) get_option('woocommerce_tax_based_on');
        $based = $based === 'shipping' && !$shipped ? 'billing' : $based;
        $countries = WC()->countries;
        if ($based === 'base' || ($based === 'billing' && (string) $order->get_billing_country() === '')) {
            return [
                'country' => $countries->get_base_country(),
                'state' => $countries->get_base_state(),
                'postcode' => $countries->get_base_postcode(),
                'city' => $countries->get_base_city(),
            ];
        }
        $part = static fn (string $field): string => (string) $order->{"get_{$based}_{$field}"}();
        return [
            'country' => $part('country'),
            'state' => $part('state'),
            'postcode' => $part('postcode'),
            'city' => $part('city'),
        ];
    }

    private static function write(\WC_Order $parent, Arguments $child, string $key): \WC_Order
    {
        $priced = self::priced($parent, $child);
        $item = self::lineItem($priced, $child->object('product'));
        $item->update_meta_data(OfferLines::META, (string) $child->id('offer_id'));
        $order = new \WC_Order();
        $order->set_parent_id($parent->get_id());
        $order->set_created_via('ocart_upsell');
        $order->set_currency($parent->get_currency());
        $order->set_prices_include_tax(wc_prices_include_tax());
        $order->set_customer_id($parent->get_customer_id());
        $order->set_address($parent->get_address('billing'), 'billing');
        $order->set_address($parent->get_address('shipping'), 'shipping');
        $order->set_payment_method($parent->get_payment_method());
        $order->set_payment_method_title($parent->get_payment_method_title());
        $order->set_customer_ip_address($parent->get_customer_ip_address());
        $order->set_customer_user_agent($parent->get_customer_user_agent());
        $order->update_meta_data(OrderSnapshot::CART, (string) $parent->get_meta(OrderSnapshot::CART));
        foreach ($child->pairs('meta') as [$name, $value]) {
            $order->update_meta_data($name, $value);
        }
        $order->update_meta_data(Keyed::META, $key);
        $order->add_item($item);
        $order->update_taxes();
        $order->calculate_totals(false);
        return $order;
    }
}
