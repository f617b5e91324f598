<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Host\CartTokens;
use Cartwright\Host\OrderSnapshot;
use Cartwright\Module;
use Cartwright\Sessions\Session;

/**
 * Announces that something happened to an order: that, not what it is worth. The first time in a request at once, so that
 * nothing is lost; whatever follows in the same request once more at its end.
 */
final class OrderWatch implements Module
{
    /**
     * Orders that this request has announced, and what happened to them since; empty for nothing.
     *
     * @var array<int, array<string, mixed>>
     */
    private static array $announced = [];
    /**
     * Orders of this request that are sessions of abandoned carts: nobody is told of them.
     *
     * @var array<int, true>
     */
    private static array $sessions = [];

    /**
     * Orders that this request has deleted.
     *
     * @var array<int, true>
     */
    private static array $deleted = [];

    public function register(): void
    {
        self::$deleted = [];
        add_action('woocommerce_new_order', [self::class, 'created'], 99, 2);
        add_action('woocommerce_checkout_order_processed', static fn ($id) => self::happened($id, 'processed'), 99);
        add_action('woocommerce_store_api_checkout_order_processed', [self::class, 'processed'], 99);
        add_action('woocommerce_payment_complete', static fn ($id) => self::happened($id, 'paid'), 99);
        add_action('woocommerce_order_status_changed', [self::class, 'changed'], 99, 4);
        add_action('woocommerce_order_refunded', [self::class, 'refunded'], 99, 2);
        add_action('woocommerce_refund_deleted', [self::class, 'refundDeleted'], 99, 2);
        add_filter('woocommerce_pre_delete_order_refund', [self::class, 'refundWillBeDeleted'], 99, 2);
        add_action('woocommerce_trash_order', static fn ($id) => self::happened($id, 'trashed'), 99);
        add_action('woocommerce_untrash_order', static fn ($id) => self::happened($id, 'restored'), 99);
        add_action('woocommerce_before_delete_order', [self::class, 'willBeDeleted'], 99, 2);
        add_action('woocommerce_delete_order', [self::class, 'deleted'], 99);
        add_action('woocommerce_saved_order_items', static fn ($id) => self::happened($id, 'edited'), 99);
        add_action('trashed_post', static fn ($id) => self::postHappened($id, 'trashed'), 99);
        add_action('untrashed_post', static fn ($id) => self::postHappened($id, 'restored'), 99);
        add_action('before_delete_post', [self::class, 'postWillBeDeleted'], 99);
        add_action('deleted_post', [self::class, 'postDeleted'], 99, 2);
        add_action('woocommerce_checkout_create_order', [self::class, 'mark'], 20);
        add_action('woocommerce_store_api_checkout_update_order_meta', [self::class, 'mark'], 20);
        add_action('shutdown', [self::class, 'finish'], 5);
    }

    /**
     * @param mixed $id
     * @param mixed $order
     */
    public static function created($id, $order = null): void
    {
        self::happened($id, 'created', [], $order);
    }

    /**
     * @param mixed $order
     */
    public static function processed($order): void
    {
        if ($order instanceof \WC_Order) {
            self::happened($order->get_id(), 'processed', [], $order);
        }
    }

    /**
     * @param mixed $id
     * @param mixed $from
     * @param mixed $to
     * @param mixed $order
     */
    public static function changed($id, $from, $to, $order = null): void
    {
        if ($to !== 'checkout-draft') {
            self::happened($id, (string) $to, ['from' => (string) $from], $order);
        }
    }

    /**
     * What it was cannot be seen afterwards.
     *
     * @param mixed $id
     * @param mixed $order
     */
    public static function willBeDeleted($id, $order = null): void
    {
        self::isSession(is_numeric($id) ? (int) $id : 0, $order);
    }

    /**
     * An order among posts that WordPress itself deletes, out of the bin: WooCommerce says nothing. It is still whole, and
     * afterwards nobody can tell a session.
     *
     * @param mixed $id
     */
    public static function postWillBeDeleted($id): void
    {
        if (is_numeric($id) && get_post_type((int) $id) === 'shop_order') {
            self::isSession((int) $id, null);
        }
    }

    /**
     * @param mixed $id
     * @param mixed $post
     */
    public static function postDeleted($id, $post = null): void
    {
        if (is_object($post) && ($post->post_type ?? '') === 'shop_order') {
            self::deleted($id);
        }
    }

    /**
     * Both may say so of one order.
     *
     * @param mixed $id
     */
    public static function deleted($id): void
    {
        $number = is_numeric($id) ? (int) $id : 0;
        if (!isset(self::$deleted[$number])) {
            self::$deleted[$number] = true;
            self::happened($id, 'deleted');
        }
    }

    /**
     * @param mixed $id
     * @param mixed $refund
     */
    public static function refunded($id, $refund): void
    {
        self::happened($id, 'refunded', ['refund_id' => (int) $refund]);
    }

    /**
     * @param mixed $refund
     * @param mixed $id
     */
    public static function refundDeleted($refund, $id): void
    {
        self::happened($id, 'refund_deleted', ['refund_id' => (int) $refund]);
    }

    /**
     * A refund that is deleted by code, not by hand, is announced by nobody else.
     *
     * @param mixed $instead
     * @param mixed $refund
     * @return mixed
     */
    public static function refundWillBeDeleted($instead, $refund)
    {
        if ($refund instanceof \WC_Order_Refund && $refund->get_parent_id() > 0) {
            // It is still there: the announcement that counts is the one at the end of the request.
            self::$announced[$refund->get_parent_id()] ??= [];
            self::happened($refund->get_parent_id(), 'refund_deleted', ['refund_id' => $refund->get_id()]);
        }
        return $instead;
    }

    /**
     * The order remembers the cart that it came from.
     *
     * @param mixed $order
     */
    public static function mark($order): void
    {
        $session = WC()->session;
        $token = $session === null ? '' : (string) $session->get(CartTokens::IN_SESSION, '');
        if ($token !== '' && $order instanceof \WC_Order) {
            $order->update_meta_data(OrderSnapshot::CART, $token);
        }
    }

    /** Announces what happened after an order's first announcement. */
    public static function finish(): void
    {
        foreach (self::$announced as $id => $data) {
            if ($data !== []) {
                self::$announced[$id] = [];
                Queue::add('order', "order:$id", $id, $data);
            }
        }
    }

    /**
     * Orders that are kept as posts.
     *
     * @param mixed $id
     */
    private static function postHappened($id, string $hook): void
    {
        if (is_numeric($id) && get_post_type((int) $id) === 'shop_order') {
            self::happened($id, $hook);
        }
    }

    /**
     * @param mixed $id
     * @param array<string, mixed> $more
     * @param mixed $order the order, from those who have it at hand
     */
    private static function happened($id, string $hook, array $more = [], $order = null): void
    {
        $id = is_numeric($id) ? (int) $id : 0;
        if ($id <= 0 || (!isset(self::$announced[$id]) && self::isSession($id, $order))) {
            return;
        }
        $data = ['hook' => $hook] + $more;
        if (isset(self::$announced[$id])) {
            self::$announced[$id] = $data;
            return;
        }
        self::$announced[$id] = [];
        Queue::add('order', "order:$id", $id, $data);
    }

    /**
     * @param mixed $order
     */
    private static function isSession(int $id, $order): bool
    {
        if (!isset(self::$sessions[$id]) && Session::is($order instanceof \WC_Order ? $order : wc_get_order($id))) {
            self::$sessions[$id] = true;
        }
        return isset(self::$sessions[$id]);
    }
}
