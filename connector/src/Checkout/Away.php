<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Checkout;

use Cartwright\Failure;
use Cartwright\Link\Keys;
use Cartwright\Link\Server;

/** Questions to the server while a shopper waits: never for long, and not again at once when there was no answer. */
final class Away
{
    /**
     * Seconds that a shopper waits at most for what a page shows; after the payment `AfterPayment` has its own. WordPress
     * waits for no answer less than one second.
     */
    public const PATIENCE = 1.0;
    /** Seconds for which a server that did not answer is left alone. */
    private const REST = 20;
    private const MARK = 'cartwright_away';

    /** Is there a server that may be expected to answer? */
    public static function mayAsk(): bool
    {
        return Keys::paired() && get_transient(self::MARK) === false;
    }

    /**
     * The server's answer; null when it refuses or does not answer.
     *
     * @param array<string, mixed> $question
     * @return array<string, mixed>|null
     */
    public static function ask(string $route, array $question, float $patience = self::PATIENCE): ?array
    {
        if (!self::mayAsk()) {
            return null;
        }
        try {
            $asked = apply_filters('cartwright/patience', $patience, $route);
            return Server::post($route, $question, is_numeric($asked) ? (float) $asked : $patience);
        } catch (Failure $failure) {
            if ($failure->reason === 'cartwright_unreachable') {
                set_transient(self::MARK, '1', self::REST);
            }
            return null;
        }
    }
}
