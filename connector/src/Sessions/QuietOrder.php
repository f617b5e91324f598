<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Sessions;

use Automattic\WooCommerce\Caches\OrderCountCache;

/**
 * An order whose status changes without a word: nobody is told, nothing is noted, nothing is sent.
 */
final class QuietOrder extends \WC_Order
{
    protected function status_transition(): void
    {
        $transition = $this->status_transition;
        $this->status_transition = false;
        // WooCommerce's counts by status go by that word; they are put right here, in versions that
        // count so. A new order is counted when it is made.
        if (is_array($transition) && $transition['from'] !== 'pending' && method_exists(OrderCountCache::class, 'decrement')) {
            $counts = new OrderCountCache();
            $counts->decrement('shop_order', 'wc-' . $transition['from']);
            $counts->increment('shop_order', 'wc-' . $transition['to']);
        }
    }
}
