<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Host\Host;

final class OrdersTest extends Stage
{
    protected function setUp(): void
    {
        parent::setUp();
        \WC_Order::$kept = [7 => ['status' => 'pending', 'order_key' => 'wc_order_7'], 8 => ['status' => 'processing']];
        \WC_Order::$told = [];
        \OrderDataStore::$done = [];
    }

    protected function tearDown(): void
    {
        \WC_Order::$kept = [];
    }

    public function testAFailedPaymentGivesBackWhatTheOrderHeld(): void
    {
        $failed = Host::perform('fail_payment', ['order_id' => 7, 'reason' => 'Declined.']);
        self::assertSame([7, 'failed', 'wc_order_7'], [$failed['id'], $failed['status'], $failed['order_key']]);
        self::assertSame(['stock of 7', 'coupons of 7', 'units of 7'], \OrderDataStore::$done);
        self::assertSame([[7, 'pending', 'failed']], \WC_Order::$told);
    }

    /**
     * @dataProvider calls
     *
     * @param array<string, string> $query
     * @param array<mixed> $body
     */
    public function testWhatIsDoneStandsInTheRoute(array $query, array $body): void
    {
        Host::routes();
        $route = \WordPress::$routes['/cartwright/v1/host/(?P<operation>[a-z_]+)'];
        $answer = $route['callback'](new \WP_REST_Request(['operation' => 'order'], $query, $body + ['id' => 8]));
        self::assertSame('processing', $answer->data['result']['status']);
        self::assertSame([], \OrderDataStore::$done);
    }

    /**
     * @return array<string, array{array<string, string>, array<mixed>}>
     */
    public static function calls(): array
    {
        return [
            'as the server calls' => [[], []],
            'an argument of the address' => [['operation' => 'fail_payment'], ['order_id' => 7]],
            'an argument of the body' => [[], ['operation' => 'fail_payment', 'order_id' => 7]],
        ];
    }

    public function testAPaidOrderIsLeftAlone(): void
    {
        self::assertSame('processing', Host::perform('fail_payment', ['order_id' => 8])['status']);
        self::assertSame([], \OrderDataStore::$done);
    }
}
