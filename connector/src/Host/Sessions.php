<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;
use Cartwright\Sessions\QuietOrder;
use Cartwright\Sessions\Session;
use Cartwright\Sessions\SessionOrders;
use Cartwright\Sessions\Statuses;

/** Sessions of abandoned carts, as orders that count for nothing. The server's word is what they are. */
final class Sessions
{
    /** Metadata: which state of the session this is. */
    public const VERSION = '_cartbay_version';
    /** Metadata: what the lines were made from. */
    private const LINES = '_cartwright_session_lines';

    /** Writes a session, or changes it. An older state than the one that is there is left out, and so is one that was withdrawn. */
    public static function put(Arguments $arguments): void
    {
        $session = $arguments->object('session');
        $id = $session->id('session_id');
        Lock::holding(["session:$id"], static function () use ($session, $id): void {
            if (SessionOrders::isWithdrawn($id)) {
                return;
            }
            $order = SessionOrders::find($id) ?? SessionOrders::takeOver($id, $session->moment('created_at'));
            if ($order === null) {
                Transaction::of(static fn () => self::write(self::begin($session, $id), $session));
            } elseif (!$order->has_status('trash') && self::versionOf($order) < $session->number('version')) {
                Transaction::of(static fn () => self::write($order, $session));
            }
        });
    }

    /**
     * Takes a session away. Nothing happens when there is none. One that was never told since the store was paired anew was
     * written by a former pairing.
     */
    public static function remove(Arguments $arguments): void
    {
        $id = $arguments->id('session_id');
        Lock::holding(["session:$id"], static function () use ($id): void {
            $order = SessionOrders::find($id);
            if ($order === null && !SessionOrders::isWithdrawn($id)) {
                $order = SessionOrders::ofFormerPairings($id)[0] ?? null;
            }
            $order?->delete(true);
            SessionOrders::withdraw($id);
        });
    }

    private static function versionOf(QuietOrder $order): int
    {
        return (int) $order->get_meta(self::VERSION);
    }

    /** Neither customer nor machine: the address is all that the shopper has left. */
    private static function begin(Arguments $session, int $id): QuietOrder
    {
        $order = new QuietOrder();
        $order->set_created_via(Session::CREATED_VIA);
        $order->set_prices_include_tax(wc_prices_include_tax());
        $order->set_date_created($session->moment('created_at'));
        $order->update_meta_data(Keyed::META, SessionOrders::key($id));
        return $order;
    }

    private static function write(QuietOrder $order, Arguments $session): void
    {
        $status = Statuses::stored($session->text('status'));
        if ($status === null) {
            throw Failure::invalid('session.status', 'Use captured, abandoned, recovered, expired or suppressed.');
        }
        $total = $session->raw('total');
        $currency = is_array($total) && is_string($total['currency'] ?? null) ? $total['currency'] : get_woocommerce_currency();
        $email = sanitize_email($session->text('email'));
        $order->set_currency($currency);
        $order->set_billing_email(is_email($email) ? $email : '');
        $order->set_total(Amount::read($total, 'session.total', $currency));
        self::putLines($order, $session);
        self::putMeta($order, $session);
        $order->set_status($status);
        $order->set_date_modified($session->moment('updated_at'));
        $order->save();
    }

    /** Lines are made anew where they have changed; most changes are of the status. */
    private static function putLines(QuietOrder $order, Arguments $session): void
    {
        $digest = hash('sha256', (string) wp_json_encode($session->raw('lines')));
        if ((string) $order->get_meta(self::LINES) === $digest) {
            return;
        }
        if ($order->get_id() > 0) {
            $order->remove_order_items('line_item');
        }
        foreach ($session->objects('lines') as $line) {
            $order->add_item(self::item($line));
        }
        $order->update_meta_data(self::LINES, $digest);
    }

    private static function item(Arguments $line): \WC_Order_Item_Product
    {
        $item = new \WC_Order_Item_Product();
        $item->set_name($line->text('name'));
        // What is no longer sold keeps its name alone.
        if (get_post_type($line->id('product_id')) === 'product') {
            $item->set_product_id($line->id('product_id'));
        }
        if ($line->id('variation_id') > 0 && get_post_type($line->id('variation_id')) === 'product_variation') {
            $item->set_variation_id($line->id('variation_id'));
        }
        $item->set_quantity($line->number('quantity'));
        $item->set_subtotal($line->amount('subtotal'));
        $item->set_total($line->amount('total'));
        // WooCommerce adds a line's tax up from its rates; which they were does not matter here.
        $item->set_taxes(['total' => [0 => $line->amount('total_tax')], 'subtotal' => [0 => $line->amount('total_tax')]]);
        foreach ($line->pairs('variation') as [$name, $value]) {
            $item->update_meta_data((string) preg_replace('/^attribute_/', '', $name), $value);
        }
        return $item;
    }

    /** `_cartbay_*` is what the session carries, and nothing that it carried once. */
    private static function putMeta(QuietOrder $order, Arguments $session): void
    {
        $given = [SessionOrders::NUMBER => (string) $session->id('session_id')];
        foreach ($session->pairs('meta') as [$name, $value]) {
            $given[$name] = $value;
        }
        $given[self::VERSION] = (string) $session->number('version');
        foreach ($order->get_meta_data() as $meta) {
            $name = (string) $meta->get_data()['key'];
            if (str_starts_with($name, '_cartbay_') && !isset($given[$name])) {
                $order->delete_meta_data($name);
            }
        }
        foreach ($given as $name => $value) {
            $order->update_meta_data($name, $value);
        }
    }
}
