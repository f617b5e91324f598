<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Checkout\AfterPayment;
use Cartwright\Checkout\Away;
use Cartwright\Host\Offline;

final class AfterPaymentTest extends Stage
{
    private const THANKS = 'https://store.example/checkout/order-received/7/';
    private const OFFER = 'https://server.example/offer/x';

    protected function setUp(): void
    {
        parent::setUp();
        (new AfterPayment())->register();
        $GLOBALS['wp_current_filter'] = [];
        \WC_Order::$kept = [];
    }

    protected function tearDown(): void
    {
        unset($GLOBALS['wp_current_filter']);
        \WC_Order::$kept = [];
    }

    /** Where the buyer of an order goes that this request has placed. */
    private function goes(\WC_Order $order): mixed
    {
        do_action('woocommerce_checkout_order_processed', $order->get_id());
        return apply_filters('woocommerce_get_checkout_order_received_url', self::THANKS, $order);
    }

    private function offering(): void
    {
        $this->paired();
        $this->answering(static fn (): array => [200, ['url' => self::OFFER]]);
    }

    private static function order(string $status, string $method, bool $ofFunnel = true, int $id = 7): \WC_Order
    {
        \WC_Order::$kept[$id] = [
            'status' => $status,
            'payment_method' => $method,
            'order_key' => "wc_order_$id",
            'paid' => in_array($status, ['processing', 'completed'], true),
            'meta' => $ofFunnel ? ['_ocart_funnel_id' => '3'] : [],
        ];
        return new \WC_Order($id);
    }

    /**
     * @dataProvider orders
     */
    public function testWhoHasBoughtIsSentToTheOffer(string $status, string $method, bool $isSent): void
    {
        $this->offering();
        self::assertSame($isSent ? self::OFFER : self::THANKS, $this->goes(self::order($status, $method)));
        self::assertCount($isSent ? 1 : 0, $this->received);
    }

    /**
     * @return array<string, array{string, string, bool}>
     */
    public static function orders(): array
    {
        return [
            'paid by card' => ['processing', 'stripe', true],
            'nothing to pay' => ['completed', '', true],
            'on delivery' => ['processing', 'cod', true],
            'on delivery, with downloads' => ['on-hold', 'cod', true],
            'by transfer' => ['on-hold', 'bacs', true],
            'by cheque' => ['on-hold', 'cheque', true],
            'a card that is looked at' => ['on-hold', 'stripe', false],
            'a transfer not yet promised' => ['pending', 'bacs', false],
            'a card not yet charged' => ['pending', 'stripe', false],
            'failed' => ['failed', 'cheque', false],
            'cancelled' => ['cancelled', 'bacs', false],
        ];
    }

    public function testTheServerIsAskedOnceAndNotForEveryAddress(): void
    {
        $this->offering();
        $shown = self::order('processing', 'cod', true, 9);
        self::assertSame(self::THANKS, apply_filters('woocommerce_get_checkout_order_received_url', self::THANKS, $shown));
        $order = self::order('processing', 'cod');
        $this->goes($order);
        apply_filters('woocommerce_get_checkout_order_received_url', self::THANKS, $order);
        self::assertCount(1, $this->received);
        self::assertSame(['order_id' => 7, 'order_key' => 'wc_order_7'], $this->received[0]['body']);
        $other = self::order('processing', 'cod', true, 8);
        self::assertSame(self::THANKS, apply_filters('woocommerce_get_checkout_order_received_url', self::THANKS, $other));
        $GLOBALS['wp_current_filter'] = ['woocommerce_order_status_on-hold_notification'];
        self::assertSame(self::THANKS, apply_filters('woocommerce_get_checkout_order_received_url', self::THANKS, $order));
    }

    public function testAnOrderOfNoFunnelIsNotAskedAbout(): void
    {
        $this->offering();
        self::assertSame(self::THANKS, $this->goes(self::order('processing', 'cod', false)));
        self::assertSame([], $this->received);
    }

    public function testAServerThatDoesNotAnswerIsWaitedForOnce(): void
    {
        $this->paired();
        $waited = [];
        \WordPress::$remote = static function (string $url, array $request) use (&$waited): \WP_Error {
            $waited[] = $request['timeout'];
            return new \WP_Error('http', 'timed out');
        };
        self::assertSame(self::THANKS, $this->goes(self::order('processing', 'cod')));
        self::assertSame(self::THANKS, $this->goes(self::order('processing', 'cod')));
        Away::ask('/storefront/balance', []);
        self::assertSame([2.5], $waited, 'as docs/connector.md says, and then it is left alone');
        delete_transient('cartwright_away');
        Away::ask('/storefront/balance', []);
        self::assertSame([2.5, 1.0], $waited);
        add_filter('cartwright/patience', static fn (float $seconds, string $route): float
            => $route === '/storefront/balance' ? 3.0 : $seconds);
        delete_transient('cartwright_away');
        Away::ask('/storefront/balance', []);
        self::assertSame([2.5, 1.0, 3.0], $waited, 'a store on a slow machine may give more');
    }

    public function testAFreshOrderIsWhatItsMethodMakesOfIt(): void
    {
        $status = static function (string $method, bool $downloads = false): string {
            self::order('pending', $method);
            \WC_Order::$kept[7]['downloadable_item'] = $downloads;
            return Offline::status(new \WC_Order(7));
        };
        $made = [$status('cod'), $status('cod', true), $status('bacs'), $status('cheque')];
        self::assertSame(['processing', 'on-hold', 'on-hold', 'on-hold'], $made);
        add_filter('woocommerce_bacs_process_payment_order_status', static fn (): string => 'processing');
        self::assertSame('processing', $status('bacs'), 'a store may have its own');
    }
}
