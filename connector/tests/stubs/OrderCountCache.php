<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Automattic\WooCommerce\Caches;

/** As in the first versions of WooCommerce that have it: it counts nothing up or down. */
class OrderCountCache
{
}
