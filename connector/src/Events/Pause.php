<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

/** How long to wait after so many failures: five seconds, then twice as long each time, a quarter of an hour at most. */
final class Pause
{
    private const FIRST = 5;
    private const LONGEST = 900;

    /** Seconds to wait after the given number of failures, which is one at least. */
    public static function after(int $failures): int
    {
        $doublings = min(max($failures, 1) - 1, 10);
        return min(self::LONGEST, self::FIRST * 2 ** $doublings);
    }
}
