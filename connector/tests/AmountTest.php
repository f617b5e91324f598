<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Host\Amount;
use Cartwright\Host\Arguments;

final class AmountTest extends Stage
{
    /**
     * @dataProvider decimals
     */
    public function testDecimalsAreExact(mixed $value, string $expected): void
    {
        self::assertSame($expected, Amount::decimal($value));
    }

    /**
     * @return list<array{mixed, string}>
     */
    public static function decimals(): array
    {
        return [
            ['12.50', '12.5'], ['12', '12'], ['0', '0'], ['-0', '0'], ['-0.00', '0'], ['-3.10', '-3.1'], ['007.5', '7.5'],
            ['', '0'], [null, '0'], ['abc', '0'], [12, '12'], [0.1 + 0.2, '0.3'], [25.5, '25.5'], [1e-9, '0'],
            ['1.123456789', '1.12345679'], [-1.5, '-1.5'], ['1e3', '1000'], ['99999999.12345678', '99999999.12345678'],
        ];
    }

    /**
     * @dataProvider moneys
     */
    public function testMoneyIsWholeMinorUnits(mixed $value, string $currency, int $expected): void
    {
        self::assertSame(['minor' => $expected, 'currency' => $currency], Amount::money($value, $currency));
    }

    /**
     * @return list<array{mixed, string, int}>
     */
    public static function moneys(): array
    {
        return [
            ['12.50', 'USD', 1250], ['12.345', 'USD', 1235], ['12.344', 'USD', 1234], ['-12.345', 'USD', -1235],
            ['0.005', 'USD', 1], [59.94, 'EUR', 5994], ['1200', 'JPY', 1200], ['1200.5', 'JPY', 1201], ['1.2345', 'KWD', 1235],
            ['', 'USD', 0], [19.99 * 3, 'USD', 5997],
        ];
    }

    public function testMinorUnitsAreReadBack(): void
    {
        self::assertSame('12.50', Amount::major(1250, 'USD'));
        self::assertSame('0.05', Amount::major(5, 'USD'));
        self::assertSame('-0.05', Amount::major(-5, 'USD'));
        self::assertSame('1250', Amount::major(1250, 'JPY'));
        self::assertSame('1.250', Amount::major(1250, 'KWD'));
        self::assertSame('12.50', Amount::read(['minor' => 1250, 'currency' => 'USD'], 'amount', 'USD'));
        $foreign = static fn () => Amount::read(['minor' => 1250, 'currency' => 'EUR'], 'amount', 'USD');
        self::assertSame('rest_invalid_param', self::refusedWith($foreign));
    }

    public function testArgumentsAreReadWithTheirTypes(): void
    {
        $arguments = new Arguments([
            'id' => 5, 'text' => 'a', 'price' => '12.50', 'at' => '2026-05-07T14:42:00Z', 'pairs' => [['a', 'b']],
            'within' => ['id' => 'x'], 'list' => [['id' => 1], ['id' => -1]],
        ]);
        self::assertSame(5, $arguments->id('id'));
        self::assertSame('12.5', $arguments->amount('price'));
        self::assertSame(1778164920, $arguments->moment('at'));
        self::assertSame([['a', 'b']], $arguments->pairs('pairs'));
        self::assertSame(1, $arguments->objects('list')[0]->id('id'));
        self::assertSame([], $arguments->objects('none'));
    }

    /**
     * @dataProvider wrong
     */
    public function testAWrongArgumentIsNamed(callable $read, string $field): void
    {
        $arguments = new Arguments(['id' => '5', 'text' => 5, 'price' => '-1', 'at' => 'now', 'pairs' => [['a']], 'object' => [
            'id' => 1.5,
        ], 'list' => ['a' => 1]]);
        try {
            $read($arguments);
            self::fail('it was taken');
        } catch (\Cartwright\Failure $failure) {
            self::assertSame([400, [$field]], [$failure->status, array_keys($failure->data['params'])]);
        }
    }

    /**
     * @return list<array{callable, string}>
     */
    public static function wrong(): array
    {
        return [
            [static fn (Arguments $all) => $all->id('id'), 'id'],
            [static fn (Arguments $all) => $all->id('missing'), 'missing'],
            [static fn (Arguments $all) => $all->text('text'), 'text'],
            [static fn (Arguments $all) => $all->amount('price'), 'price'],
            [static fn (Arguments $all) => $all->moment('at'), 'at'],
            [static fn (Arguments $all) => $all->pairs('pairs'), 'pairs'],
            [static fn (Arguments $all) => $all->object('object')->id('id'), 'object.id'],
            [static fn (Arguments $all) => $all->objects('list'), 'list'],
            [static fn (Arguments $all) => $all->object('text'), 'text'],
        ];
    }
}
