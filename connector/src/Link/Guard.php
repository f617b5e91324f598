<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Failure;

/** Lets in what the server has signed, and nothing else. */
final class Guard
{
    /**
     * Checks a call.
     *
     * @param array<string, string> $headers Lower-case names without `X-Cartwright-`: key, site, time, nonce, signature.
     *
     * @throws Failure with the reason, when the call is refused.
     */
    public static function check(string $method, string $path, array $headers, string $body): Key
    {
        if (strlen($body) > Signature::LARGEST) {
            throw new Failure('cartwright_too_large', 'The body has more than 1 MiB.', 413);
        }
        $nonce = $headers['nonce'] ?? '';
        $time = $headers['time'] ?? '';
        $signature = $headers['signature'] ?? '';
        if (
            preg_match('/^[0-9a-f]{32}$/D', $nonce) !== 1
            || preg_match('/^[0-9]{1,12}$/D', $time) !== 1
            || preg_match('/^[0-9a-f]{64}$/D', $signature) !== 1
        ) {
            throw self::refusal('signature', 'The call is not signed.');
        }
        $key = Keys::find($headers['key'] ?? '');
        if ($key === null) {
            throw self::refusal('key', 'The key is not known here, or was revoked. Pair the store anew.');
        }
        $site = Site::id();
        if ($site === '' || !hash_equals($site, $headers['site'] ?? '')) {
            throw self::refusal('site', 'The call is meant for another store than this.');
        }
        if (abs(time() - (int) $time) > Signature::WINDOW) {
            throw self::refusal('clock', 'The clocks of store and server differ by more than five minutes.');
        }
        $expected = Signature::of($key->secret, $method, $path, (int) $time, $nonce, $site, $body);
        if (!hash_equals($expected, $signature)) {
            throw self::refusal('signature', 'The signature does not fit the call.');
        }
        // Only now, so that nobody without a key fills the table.
        if (!Nonces::use($nonce)) {
            throw self::refusal('replayed', 'This call was made before.');
        }
        return $key;
    }

    private static function refusal(string $reason, string $message): Failure
    {
        return new Failure('cartwright_' . $reason, $message, 401);
    }
}
