<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Sessions;

use Cartwright\Module;

/** A session cannot be paid and never becomes an order; nobody gets a mail about it, and no other program a word. */
final class Unsold implements Module
{
    public function register(): void
    {
        add_filter('woocommerce_valid_order_statuses_for_payment', [self::class, 'none'], 99, 2);
        add_filter('woocommerce_valid_order_statuses_for_payment_complete', [self::class, 'none'], 99, 2);
        add_filter('woocommerce_order_needs_payment', [self::class, 'no'], 99, 2);
        add_filter('woocommerce_order_is_paid', [self::class, 'no'], 99, 2);
        add_filter('woocommerce_can_reduce_order_stock', [self::class, 'no'], 99, 2);
        add_filter('woocommerce_email_classes', [self::class, 'silence'], 99);
        add_filter('woocommerce_webhook_should_deliver', [self::class, 'deliver'], 99, 3);
        add_filter('woocommerce_shortcode_order_tracking_order_id', [self::class, 'track'], 99);
        add_action('woocommerce_before_order_object_save', [self::class, 'stay'], 99);
    }

    /**
     * @param mixed $statuses
     * @param mixed $order
     * @return mixed
     */
    public static function none($statuses, $order)
    {
        return Session::is($order) ? [] : $statuses;
    }

    /**
     * @param mixed $yes
     * @param mixed $order
     * @return mixed
     */
    public static function no($yes, $order)
    {
        return Session::is($order) ? false : $yes;
    }

    /**
     * Whatever mail it is, those about a session go to nobody.
     *
     * @param mixed $emails
     * @return mixed
     */
    public static function silence($emails)
    {
        foreach (is_array($emails) ? $emails : [] as $email) {
            if (is_object($email) && is_string($email->id ?? null)) {
                add_filter('woocommerce_email_recipient_' . $email->id, [self::class, 'nobody'], 99, 2);
            }
        }
        return $emails;
    }

    /**
     * @param mixed $recipient
     * @param mixed $about
     * @return mixed
     */
    public static function nobody($recipient, $about)
    {
        return Session::is($about) ? '' : $recipient;
    }

    /**
     * @param mixed $should
     * @param mixed $webhook
     * @param mixed $subject
     * @return mixed
     */
    public static function deliver($should, $webhook, $subject)
    {
        if (!$should || !is_numeric($subject) || !is_object($webhook)) {
            return $should;
        }
        $aboutOrders = in_array($webhook->get_resource(), ['order', 'action'], true);
        return $aboutOrders && Session::isNumber((int) $subject) ? false : $should;
    }

    /**
     * @param mixed $id
     * @return mixed
     */
    public static function track($id)
    {
        return is_numeric($id) && Session::isNumber((int) $id) ? 0 : $id;
    }

    /**
     * Somebody gives a session the status of an order, by hand or with many others: it keeps its own.
     *
     * @param mixed $order
     */
    public static function stay($order): void
    {
        if (!Session::is($order) || $order->get_id() === 0 || !isset($order->get_changes()['status'])) {
            return;
        }
        $before = (string) ($order->get_data()['status'] ?? '');
        $wanted = $order->get_status('edit');
        if (Statuses::stored($before) !== null && $wanted !== 'trash' && Statuses::stored($wanted) === null) {
            $order->set_date_paid(null);
            $order->set_date_completed(null);
            $order->set_status($before);
        }
    }
}
