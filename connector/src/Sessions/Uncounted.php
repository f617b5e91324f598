<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Sessions;

use Cartwright\Link\Link;
use Cartwright\Module;

/** Sessions stand among the orders and are none: they are in no list that does not ask for them, and in no report. */
final class Uncounted implements Module
{
    /** What WooCommerce's Analytics calls to take an order over. */
    private const IMPORT = 'wc-admin_import_orders';

    public function register(): void
    {
        Session::forget();
        add_filter('woocommerce_order_query_args', [self::class, 'leaveOut']);
        add_filter('woocommerce_analytics_excluded_order_statuses', [self::class, 'exclude']);
        add_filter('woocommerce_analytics_is_test_order', [self::class, 'isNoSale'], 10, 2);
        add_filter('pre_as_schedule_single_action', [self::class, 'keepFromAnalytics'], 10, 4);
        add_filter('woocommerce_reports_order_statuses', [self::class, 'reported']);
        add_filter('rest_request_after_callbacks', [self::class, 'total'], 10, 3);
    }

    /**
     * Whoever asks for orders of any status, or names no status, means orders: accounts, exports, customers' past orders.
     * Sessions are given to those who name one of their statuses or their origin. What is no order (a subscription, a refund)
     * has statuses of its own, and such a query stays as it is.
     *
     * @param mixed $query
     * @return mixed
     */
    public static function leaveOut($query)
    {
        if (!is_array($query) || Session::isAskedFor($query['created_via'] ?? '') || !self::isAboutOrders($query)) {
            return $query;
        }
        // The older name wins where both are there, as in WooCommerce.
        $field = isset($query['post_status']) ? 'post_status' : 'status';
        $all = array_keys(wc_get_order_statuses());
        // Among posts "any" is whatever is registered: with subscriptions in the same list, theirs as well.
        $any = Link::hasOrderTables() ? $all : array_values(get_post_stati());
        $asked = array_filter((array) ($query[$field] ?? []), 'is_string');
        $named = array_map(static fn (string $status): string => self::prefixed($status, $all), $asked);
        if (in_array('any', $asked, true)) {
            $hidden = get_post_stati(['exclude_from_search' => true]);
            $query[$field] = array_values(array_diff($any, $hidden, Statuses::prefixed()));
        } elseif (array_diff($all, $named) === []) {
            $query[$field] = array_values(array_diff($named, Statuses::prefixed()));
        } elseif (array_intersect($named, Statuses::prefixed()) !== []) {
            $query[$field] = Statuses::withCutOff($named);
        }
        return $query;
    }

    /**
     * @param mixed $statuses
     * @return list<string>
     */
    public static function exclude($statuses): array
    {
        $ours = array_map(static fn (string $status): string => substr($status, 3), Statuses::prefixed());
        return array_values(array_unique([...(is_array($statuses) ? $statuses : []), ...$ours]));
    }

    /**
     * Analytics takes no note of it, nor of the shopper.
     *
     * @param mixed $isTest
     * @param mixed $order
     */
    public static function isNoSale($isTest, $order): bool
    {
        return (bool) $isTest || Session::is($order);
    }

    /**
     * As above, in the versions of WooCommerce that do not ask.
     *
     * @param mixed $instead
     * @param mixed $moment
     * @param mixed $hook
     * @param mixed $arguments
     * @return mixed
     */
    public static function keepFromAnalytics($instead, $moment, $hook, $arguments)
    {
        $id = $hook === self::IMPORT && is_array($arguments) ? ($arguments[0] ?? 0) : 0;
        return is_numeric($id) && Session::isNumber((int) $id) ? 0 : $instead;
    }

    /**
     * @param mixed $statuses
     * @return mixed
     */
    public static function reported($statuses)
    {
        $isOrders = static fn ($status): bool => !is_string($status) || Statuses::stored($status) === null;
        return is_array($statuses) ? array_values(array_filter($statuses, $isOrders)) : $statuses;
    }

    /**
     * WooCommerce's REST counts orders by status; sessions are left out of that.
     *
     * @param mixed $response
     * @param mixed $handler
     * @param mixed $request
     * @return mixed
     */
    public static function total($response, $handler, $request)
    {
        $counts = $request instanceof \WP_REST_Request && preg_match('#^/wc/v\d/reports/orders/totals$#', $request->get_route()) === 1;
        if ($counts && $response instanceof \WP_REST_Response && is_array($response->data)) {
            $isOrders = static fn ($row): bool => Statuses::stored((string) ($row['slug'] ?? '')) === null;
            $response->data = array_values(array_filter($response->data, $isOrders));
        }
        return $response;
    }

    /**
     * Does a query ask for orders, alone or among others?
     *
     * @param array<mixed> $query
     */
    private static function isAboutOrders(array $query): bool
    {
        $types = array_filter((array) ($query['post_type'] ?? $query['type'] ?? []));
        return $types === [] || array_intersect(['shop_order', 'any'], $types) !== [];
    }

    /**
     * A status as it is stored, however it was written.
     *
     * @param list<string> $all
     */
    private static function prefixed(string $status, array $all): string
    {
        $stored = Statuses::stored($status);
        if ($stored !== null) {
            return "wc-$stored";
        }
        return in_array("wc-$status", $all, true) ? "wc-$status" : $status;
    }
}
