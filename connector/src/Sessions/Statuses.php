<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Sessions;

use Cartwright\Module;

/**
 * CartBay's five statuses. WooCommerce keeps a status in a column of 20 characters and `wc-cartbay-suppressed` has 21: it is
 * stored as `wc-cartbay-suppress`, told to everybody else by its full name, and read however anybody has written it.
 */
final class Statuses implements Module
{
    /** Statuses by the name that everybody knows: the name that is stored; both without `wc-`. */
    private const STORED = [
        'cartbay-captured' => 'cartbay-captured',
        'cartbay-abandoned' => 'cartbay-abandoned',
        'cartbay-recovered' => 'cartbay-recovered',
        'cartbay-expired' => 'cartbay-expired',
        'cartbay-suppressed' => 'cartbay-suppress',
    ];
    /** What a database that cuts off what is too long has made of one. */
    private const CUT_OFF = ['cartbay-suppresse' => 'cartbay-suppressed'];

    public function register(): void
    {
        add_action('init', [self::class, 'add'], 9);
        add_filter('wc_order_statuses', [self::class, 'name']);
        add_filter('rest_pre_dispatch', [self::class, 'understand'], 10, 3);
        add_filter('woocommerce_rest_prepare_shop_order_object', [self::class, 'tell']);
    }

    /** Adds them to WordPress, in no list and no search. */
    public static function add(): void
    {
        foreach (self::labels() as $status => $label) {
            register_post_status($status, [
                'label' => $label,
                'public' => false,
                'exclude_from_search' => true,
                'show_in_admin_all_list' => false,
                'show_in_admin_status_list' => false,
            ]);
        }
    }

    /**
     * Adds them to those that WooCommerce knows: an order of another status would be taken for a pending one.
     *
     * @param mixed $statuses
     * @return array<string, string>
     */
    public static function name($statuses): array
    {
        return (is_array($statuses) ? $statuses : []) + self::labels();
    }

    /**
     * What is stored for a status, without `wc-`; null for one that is no session's.
     */
    public static function stored(string $status): ?string
    {
        return self::STORED[self::shown($status)] ?? null;
    }

    /** The name that everybody knows, without `wc-`; any other status as it is. */
    public static function shown(string $status): string
    {
        $bare = str_starts_with($status, 'wc-') ? substr($status, 3) : $status;
        $bare = self::CUT_OFF[$bare] ?? $bare;
        $known = array_search($bare, self::STORED, true);
        return is_string($known) ? $known : $bare;
    }

    /**
     * What stands in the database, the cut-off ones as well.
     *
     * @return list<string>
     */
    public static function prefixed(): array
    {
        $bare = [...array_values(self::STORED), ...array_keys(self::CUT_OFF)];
        return array_map(static fn (string $status): string => "wc-$status", $bare);
    }

    /**
     * Statuses as they are stored, with those that were cut off.
     *
     * @param list<string> $statuses
     * @return list<string>
     */
    public static function withCutOff(array $statuses): array
    {
        foreach (self::CUT_OFF as $cut => $full) {
            if (in_array('wc-' . self::STORED[$full], $statuses, true)) {
                $statuses[] = "wc-$cut";
            }
        }
        return array_values(array_unique($statuses));
    }

    /**
     * REST asks for orders of a status by the name that everybody knows.
     *
     * @param mixed $result
     * @param mixed $server
     * @param mixed $request
     * @return mixed
     */
    public static function understand($result, $server, $request)
    {
        if (!$request instanceof \WP_REST_Request || preg_match('#^/wc/v\d/orders#', $request->get_route()) !== 1) {
            return $result;
        }
        $asked = $request->get_param('status');
        if (is_string($asked) && str_contains($asked, 'cartbay-')) {
            $request->set_param('status', implode(',', array_map([self::class, 'inDatabase'], explode(',', $asked))));
        } elseif (is_array($asked)) {
            $request->set_param('status', array_map([self::class, 'inDatabase'], $asked));
        }
        return $result;
    }

    /**
     * REST shows it by that name.
     *
     * @param mixed $response
     * @return mixed
     */
    public static function tell($response)
    {
        if ($response instanceof \WP_REST_Response && is_string($response->data['status'] ?? null)) {
            $response->data['status'] = self::shown($response->data['status']);
        }
        return $response;
    }

    /**
     * @param mixed $status
     * @return mixed
     */
    private static function inDatabase($status)
    {
        return is_string($status) ? self::stored(trim($status)) ?? $status : $status;
    }

    /**
     * @return array<string, string>
     */
    private static function labels(): array
    {
        return [
            'wc-cartbay-captured' => __('CartBay: captured', 'cartwright'),
            'wc-cartbay-abandoned' => __('CartBay: abandoned', 'cartwright'),
            'wc-cartbay-recovered' => __('CartBay: recovered', 'cartwright'),
            'wc-cartbay-expired' => __('CartBay: expired', 'cartwright'),
            'wc-cartbay-suppress' => __('CartBay: suppressed', 'cartwright'),
        ];
    }
}
