<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Host\Amount;
use Cartwright\Host\Host;

final class RefundsTest extends Stage
{
    protected function tearDown(): void
    {
        \WC_Order::$kept = [];
    }

    /**
     * Refunds lines of one order: each `[total, tax, taxes of the order's line by rate]`. Gives what WooCommerce was told.
     *
     * @param list<array{string, string, array<int, mixed>}> $lines
     * @return array<string, mixed>
     */
    private static function refunded(array $lines, string $left = '9999999999999.99'): array
    {
        $items = [];
        $wanted = [];
        foreach ($lines as $index => [$total, $tax, $taxes]) {
            $items[$index + 1] = new \WC_Order_Item_Product();
            $items[$index + 1]->set = ['quantity' => 1, 'taxes' => ['total' => $taxes]];
            $wanted[] = ['item_id' => $index + 1, 'quantity' => 1, 'total' => $total, 'tax' => $tax];
        }
        \WC_Order::$kept = [7 => ['status' => 'processing', 'items' => $items, 'remaining_refund_amount' => $left]];
        Host::perform('refund', ['key' => 'k', 'order_id' => 7, 'lines' => $wanted]);
        return \WC_Order::$kept[7]['refund'];
    }

    /**
     * @dataProvider taxes
     *
     * @param array<int, mixed> $taxes
     * @param array<int, string> $shares
     */
    public function testTheTaxIsDividedExactly(string $tax, array $taxes, array $shares): void
    {
        $given = self::refunded([['1', $tax, $taxes]])['line_items'][1]['refund_tax'];
        self::assertSame($shares, $given);
        self::assertSame(Amount::decimal($shares === [] ? '0' : $tax), Amount::sum(array_values($given)));
    }

    /**
     * @return array<string, array{string, array<int, mixed>, array<int, string>}>
     */
    public static function taxes(): array
    {
        return [
            'one rate' => ['1.2', [3 => '2.4'], [3 => '1.2']],
            'as they were' => ['1.5', [3 => '2', 4 => '1'], [3 => '1', 4 => '0.5']],
            'thirds' => ['1', [3 => '1', 4 => '1', 5 => '1'], [3 => '0.3333', 4 => '0.3333', 5 => '0.3334']],
            'as WooCommerce has calculated' => ['0.3', [3 => 0.1, 4 => 0.2], [3 => '0.1', 4 => '0.2']],
            'a rate of nothing' => ['0.5', [3 => '', 4 => '1', 5 => '0'], [3 => '0', 4 => '0.5', 5 => '0']],
            'all eight digits' => ['0.00012345', [3 => '1', 4 => '1'], [3 => '0.0001', 4 => '0.00002345']],
            'never below nothing' => ['0.0003', [1 => '1', 2 => '1', 3 => '1', 4 => '1', 5 => '1'],
                [1 => '0.0001', 2 => '0.0001', 3 => '0.0001', 4 => '0', 5 => '0']],
            'large' => ['70368744177.66512345', [3 => '35184372088.8325', 4 => '35184372088.8325'],
                [3 => '35184372088.8326', 4 => '35184372088.83252345']],
            'larger' => ['999999999999.9999', [3 => '30000000000.1', 4 => '60000000000.2'],
                [3 => '333333333333.3333', 4 => '666666666666.6666']],
            'no tax' => ['0', [3 => '1'], []],
            'none on the line' => ['1', [], []],
        ];
    }

    public function testWithoutAnAmountItIsWhatTheLinesComeTo(): void
    {
        $refund = self::refunded([['10.005', '0.2', [3 => '1', 4 => '1']], ['0.1', '0.2', [3 => '1']]]);
        self::assertSame('10.51', $refund['amount']);
        self::assertSame('k', $refund['meta']['_cartwright_key']);
        self::assertSame('70368744177.67', self::refunded([['70368744177.665', '0', []]])['amount']);
        self::assertSame('140737488355.54', self::refunded([['140737488355.14499999', '0.4', [3 => '1']]])['amount'], 'to the last digit');
    }

    public function testNoMoreIsRefundedThanIsLeft(): void
    {
        self::assertSame('10.50', self::refunded([['10.1', '0.4', [3 => '1']]], '10.50')['amount']);
        $more = static fn () => self::refunded([['10.1', '0.41', [3 => '1']]], '10.50');
        self::assertSame('rest_invalid_param', self::refusedWith($more));
    }
}
