<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;
use Cartwright\Installation;
use Cartwright\Link\Endpoint;
use Cartwright\Module;

/** What the server has done in this store: `host/{operation}`. */
final class Host implements Module
{
    /** Operations by name: what does them. */
    private const OPERATIONS = [
        'product' => [Products::class, 'find'],
        'find_products' => [Products::class, 'search'],
        'categories' => [Products::class, 'categories'],
        'open_cart' => [Carts::class, 'open'],
        'cart' => [Carts::class, 'find'],
        'add_to_cart' => [Carts::class, 'add'],
        'put_offer_line' => [Carts::class, 'putOfferLine'],
        'remove_offer_line' => [Carts::class, 'removeOfferLine'],
        'set_destination' => [Carts::class, 'setDestination'],
        'restore_cart' => [Carts::class, 'restore'],
        'place_order' => [Placing::class, 'place'],
        'complete_payment' => [Orders::class, 'completePayment'],
        'fail_payment' => [Orders::class, 'failPayment'],
        'quote_child_order' => [Children::class, 'quote'],
        'place_child_order' => [Children::class, 'place'],
        'order' => [Orders::class, 'find'],
        'order_state' => [Orders::class, 'state'],
        'child_orders' => [Children::class, 'all'],
        'add_note' => [Orders::class, 'addNote'],
        'set_order_meta' => [Orders::class, 'setMeta'],
        'has_ordered_since' => [Orders::class, 'hasOrderedSince'],
        'amend_order' => [Orders::class, 'amend'],
        'create_coupon' => [Coupons::class, 'create'],
        'refund' => [Refunds::class, 'write'],
        'customer' => [Customers::class, 'find'],
        'put_session_order' => [Sessions::class, 'put'],
        'remove_session_order' => [Sessions::class, 'remove'],
    ];

    public function register(): void
    {
        add_action('rest_api_init', [self::class, 'routes']);
        add_action(Installation::HOURLY, [CartTokens::class, 'clean']);
        add_action(Installation::HOURLY, [Lock::class, 'clean']);
    }

    /** Adds the route. */
    public static function routes(): void
    {
        Endpoint::signed('/host/(?P<operation>[a-z_]+)', static function (array $body, \WP_REST_Request $request): array {
            // As it stands in the route, which is signed: an argument of the same name, which is not, does not count.
            return ['result' => self::perform((string) ($request->get_url_params()['operation'] ?? ''), $body)];
        });
    }

    /**
     * Does one operation.
     *
     * @param array<mixed> $body
     * @return mixed
     */
    public static function perform(string $operation, array $body)
    {
        $perform = self::OPERATIONS[$operation] ?? null;
        if ($perform === null) {
            throw new Failure('rest_no_route', "This version of the plugin has no operation “{$operation}”.", 404);
        }
        return $perform(new Arguments($body));
    }
}
