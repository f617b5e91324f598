<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Events\Queue;
use Cartwright\Events\Sweep;

final class SweepTest extends Stage
{
    /** A moment long ago, at which the tests' orders were changed. */
    private const MOMENT = 1_700_000_000;

    protected function setUp(): void
    {
        parent::setUp();
        \WC_Order::$kept = [];
        $this->paired();
        \WordPress::$options[Sweep::OPTION] = (string) (self::MOMENT + 180);
    }

    protected function tearDown(): void
    {
        \WC_Order::$kept = [];
    }

    /** Orders that were changed at one moment and said nothing. */
    private static function changed(int $from, int $to, int $moment): void
    {
        foreach (range($to, $from) as $id) {
            \WC_Order::$kept[$id] = ['status' => 'processing', 'created_via' => '', 'date_modified' => $moment];
        }
    }

    /**
     * Orders that were found.
     *
     * @return list<int>
     */
    private static function found(): array
    {
        return array_map(static fn (object $row): int => (int) $row->order_id, Queue::due(1000));
    }

    public function testManyThatWereChangedInOneSecondAreAllFound(): void
    {
        self::changed(1, 250, self::MOMENT);
        self::changed(251, 260, self::MOMENT + 1);
        Sweep::sweep();
        self::assertSame(range(1, 260), self::found());
        Sweep::sweep();
        self::assertCount(260, self::found(), 'once each');
    }

    public function testASecondThatEndsWithAPageIsNotTheEnd(): void
    {
        self::changed(1, 200, self::MOMENT);
        self::changed(201, 320, self::MOMENT + 7);
        Sweep::sweep();
        self::assertSame(range(1, 300), self::found());
        Sweep::sweep();
        self::assertSame(range(1, 320), self::found());
    }

    public function testASweepGoesOnWhereTheLastOneWas(): void
    {
        foreach (range(1, 250) as $id) {
            self::changed($id, $id, self::MOMENT + $id);
        }
        Sweep::sweep();
        self::assertSame(range(1, 100), self::found());
        Sweep::sweep();
        Sweep::sweep();
        self::assertSame(range(1, 250), self::found());
    }
}
