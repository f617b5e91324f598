<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

/** How things stand with what has not been sent. */
final class Waiting
{
    /**
     * @param int    $count How many wait.
     * @param int    $since The oldest one's moment, in seconds since 1970; 0 when none waits.
     * @param string $error What the server said to the first that it refused; empty when it refused none.
     */
    public function __construct(
        public readonly int $count,
        public readonly int $since,
        public readonly string $error
    ) {
    }
}
