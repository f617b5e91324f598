<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

/** How the last deliveries went. It is written when that changes, not with each delivery. */
final class Delivery
{
    /** Option that holds it. */
    public const OPTION = 'cartwright_delivery';

    /** May the server be asked now, or is it given time to recover? */
    public static function open(): bool
    {
        return self::stored()['until'] <= time();
    }

    /** A delivery failed: the next one waits, longer each time. */
    public static function failed(string $error): void
    {
        $failures = self::stored()['failures'] + 1;
        $state = [
            'failures' => $failures,
            'until' => time() + Pause::after($failures),
            'error' => mb_substr($error, 0, 250),
            'at' => time(),
        ];
        update_option(self::OPTION, $state, true);
    }

    /** A delivery went well. */
    public static function succeeded(): void
    {
        if (self::stored()['failures'] > 0) {
            delete_option(self::OPTION);
        }
    }

    /** The server is another, or the connection was made anew. */
    public static function forget(): void
    {
        delete_option(self::OPTION);
    }

    /** Somebody wants to see whether it works again. */
    public static function retryNow(): void
    {
        $state = self::stored();
        $state['until'] = 0;
        update_option(self::OPTION, $state, true);
    }

    /** What went wrong last; empty when the last delivery went well. */
    public static function error(): string
    {
        return self::stored()['error'];
    }

    /** When it went wrong, in seconds since 1970. */
    public static function failedAt(): int
    {
        return self::stored()['at'];
    }

    /**
     * @return array{failures: int, until: int, error: string, at: int}
     */
    private static function stored(): array
    {
        $stored = get_option(self::OPTION);
        $stored = is_array($stored) ? $stored : [];
        return [
            'failures' => (int) ($stored['failures'] ?? 0),
            'until' => (int) ($stored['until'] ?? 0),
            'error' => (string) ($stored['error'] ?? ''),
            'at' => (int) ($stored['at'] ?? 0),
        ];
    }
}
