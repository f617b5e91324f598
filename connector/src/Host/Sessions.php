<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

/**
 * The server keeps the sessions of abandoned carts itself. In WooCommerce they would be orders that reports, stock and
 * other plugins take for real ones; so nothing is written here.
 */
final class Sessions
{
    public static function put(Arguments $arguments): void
    {
        $arguments->object('session')->id('session_id');
    }

    public static function remove(Arguments $arguments): void
    {
        $arguments->id('session_id');
    }
}
