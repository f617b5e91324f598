<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Installation;
use Cartwright\Link\Keys;
use Cartwright\Module;
use Cartwright\Sessions\Session;

/**
 * Finds orders that changed without a word: PHP was killed before it could write one, another program changed the order, or
 * the connection was cut for a while.
 */
final class Sweep implements Module
{
    /** Option that holds the moment up to which all orders have been looked at. */
    public const OPTION = 'cartwright_swept';
    /** Seconds that are looked at again: requests take their time. */
    private const OVERLAP = 180;
    /** Orders that are read at a time; a sweep reads on where they were all changed in one second. */
    private const LIMIT = 100;

    public function register(): void
    {
        add_action(Installation::MINUTELY, [self::class, 'sweep'], 5);
        add_action('cartwright/paired', [self::class, 'begin']);
        add_action('cartwright/other_server', [self::class, 'beginAnew']);
    }

    /** Paired: from now on. After a cut it goes on where it was. */
    public static function begin(): void
    {
        add_option(self::OPTION, (string) time(), '', false);
    }

    /** Another server: what was before it is not its concern. */
    public static function beginAnew(): void
    {
        delete_option(self::OPTION);
    }

    /** Announces orders that have changed since the last sweep and have not been announced since. */
    public static function sweep(): void
    {
        if (!Keys::paired()) {
            return;
        }
        self::begin();
        $since = (int) get_option(self::OPTION) - self::OVERLAP;
        $now = time();
        $passed = 0;
        $first = null;
        do {
            $orders = self::page($since, $passed);
            foreach ($orders as $order) {
                $modified = $order->get_date_modified()?->getTimestamp() ?? 0;
                $first ??= $modified;
                self::tell($order, $modified);
            }
            $passed += count($orders);
            $full = count($orders) === self::LIMIT;
            // Many were changed in one second: there is no going on behind it before all of them are looked at.
        } while ($full && $modified === $first);
        // A full page: the next sweep goes on behind it, or would never get further than the overlap.
        update_option(self::OPTION, (string) ($full ? max($modified + self::OVERLAP, $since + self::OVERLAP + 1) : $now), false);
    }

    /**
     * Orders in the order in which they were changed, each at one place only.
     *
     * @return list<\WC_Order>
     */
    private static function page(int $since, int $passed): array
    {
        if ($passed > 0) {
            // Every order that was looked at is kept in memory until then.
            wp_cache_flush_runtime();
        }
        $orders = wc_get_orders([
            'type' => 'shop_order',
            'date_modified' => '>=' . $since,
            'orderby' => 'modified ID',
            'order' => 'ASC',
            'limit' => self::LIMIT,
            'offset' => $passed,
        ]);
        return is_array($orders) ? array_values($orders) : [];
    }

    private static function tell(\WC_Order $order, int $modified): void
    {
        $subject = 'order:' . $order->get_id();
        $isOrder = !$order->has_status(['checkout-draft', 'auto-draft']) && !Session::is($order);
        if ($isOrder && !Queue::knows($subject, $modified)) {
            Queue::add('order', $subject, $order->get_id(), ['hook' => 'found']);
        }
    }
}
