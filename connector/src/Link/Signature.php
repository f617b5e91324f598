<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

/** What is signed, and how. */
final class Signature
{
    /** A call may be this many seconds off the clock. */
    public const WINDOW = 300;
    /** A nonce is remembered for this many seconds: longer than any call that bears it is good. */
    public const REMEMBERED = 600;
    /** A body may have this many bytes. */
    public const LARGEST = 1048576;

    /** The signature of a call. `secret` is the key's 32 bytes. */
    public static function of(
        string $secret,
        string $method,
        string $path,
        int $time,
        string $nonce,
        string $site,
        string $body
    ): string {
        $lines = [strtoupper($method), $path, (string) $time, $nonce, $site, hash('sha256', $body)];
        return hash_hmac('sha256', implode("\n", $lines), $secret);
    }

    /**
     * The headers of a call that is made now.
     *
     * @return array<string, string>
     */
    public static function headers(Key $key, string $path, string $site, string $body): array
    {
        $time = time();
        $nonce = bin2hex(random_bytes(16));
        return [
            'X-Cartwright-Key' => $key->id,
            'X-Cartwright-Site' => $site,
            'X-Cartwright-Time' => (string) $time,
            'X-Cartwright-Nonce' => $nonce,
            'X-Cartwright-Signature' => self::of($key->secret, 'POST', $path, $time, $nonce, $site, $body),
        ];
    }
}
