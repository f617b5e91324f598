<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Sessions;

/** Which orders are sessions of abandoned carts and no orders at all. */
final class Session
{
    /** `created_via` of a session. */
    public const CREATED_VIA = 'cartbay';
    /** CartBay itself marks what it tries out with a name of its own. */
    private const KINDS = [self::CREATED_VIA, 'cartbay-test'];

    /**
     * Orders that this request has seen to be none: an order that is being placed is not read anew to be asked again.
     *
     * @var array<int, true>
     */
    private static array $orders = [];

    /**
     * Is this order a session?
     *
     * @param mixed $order
     */
    public static function is($order): bool
    {
        if (!$order instanceof \WC_Order) {
            return false;
        }
        $is = in_array($order->get_created_via(), self::KINDS, true);
        if ($is) {
            unset(self::$orders[$order->get_id()]);
        } else {
            self::$orders[$order->get_id()] = true;
        }
        return $is;
    }

    /** Is the order of this id one? */
    public static function isNumber(int $id): bool
    {
        return $id > 0 && !isset(self::$orders[$id]) && self::is(wc_get_order($id));
    }

    /** A request begins. */
    public static function forget(): void
    {
        self::$orders = [];
    }

    /**
     * Does a query ask for sessions by this origin?
     *
     * @param mixed $createdVia
     */
    public static function isAskedFor($createdVia): bool
    {
        return array_intersect(self::KINDS, (array) $createdVia) !== [];
    }
}
