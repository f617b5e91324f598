<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Failure;

/** A new key takes the place of the present one, without a moment in which neither is good; or all are revoked. */
final class Rotation
{
    /**
     * The server rotates or revokes.
     *
     * @param array<mixed> $body
     * @return array<string, mixed>
     */
    public static function answer(array $body, string $signedWith): array
    {
        if (Keys::fixed()) {
            throw Failure::conflict('cartwright_fixed', 'The key is set in wp-config.php and can only be changed there.');
        }
        if (($body['revoke'] ?? null) === true) {
            Keys::forget();
            do_action('cartwright/disconnected');
            return ['revoked' => true];
        }
        $id = is_string($body['key'] ?? null) ? $body['key'] : '';
        $nonce = is_string($body['nonce'] ?? null) ? $body['nonce'] : '';
        if (preg_match('/^[0-9a-f]{16}$/D', $id) !== 1) {
            throw Failure::invalid('key', 'Use 16 hexadecimal digits.');
        }
        if (preg_match('/^[0-9a-f]{32}$/D', $nonce) !== 1) {
            throw Failure::invalid('nonce', 'Use 32 hexadecimal digits.');
        }
        $from = Keys::find($signedWith);
        $present = Keys::present();
        if ($from !== null && $present !== null && hash_equals($from->next($id, $nonce)->secret, $present->secret)) {
            // The answer to the same call was lost.
            return ['key' => $id];
        }
        if ($from === null || $present === null || $from->id !== $present->id || Keys::find($id) !== null) {
            throw Failure::conflict('cartwright_key', 'Only the present key can be rotated, to one that is new.');
        }
        if (Keys::pending() !== null) {
            throw Failure::conflict('cartwright_rotating', 'The store is rotating its key itself. Try again later.');
        }
        Keys::rotate($from->next($id, $nonce));
        return ['key' => $id];
    }

    /** The store rotates. */
    public static function begin(): void
    {
        if (Keys::fixed()) {
            $message = __('The connection is set in wp-config.php and can only be changed there.', 'cartwright');
            throw new Failure('cartwright_fixed', $message, 409);
        }
        self::settle();
        $present = Keys::present();
        if ($present === null) {
            throw new Failure('cartwright_unpaired', __('The store is not connected with a server.', 'cartwright'), 409);
        }
        $id = bin2hex(random_bytes(8));
        $nonce = bin2hex(random_bytes(16));
        $next = $present->next($id, $nonce);
        Keys::announce($next);
        try {
            Server::post('/keys', ['key' => $id, 'nonce' => $nonce]);
        } catch (Failure $failure) {
            // Without an answer nobody knows whether the server has the key by now: it is kept, and the first call that
            // bears it, or is refused without it, settles that.
            if ($failure->status < 500) {
                Keys::dropPending();
            }
            throw $failure;
        }
        Keys::rotate($next);
    }

    /** A rotation had no answer: now the server says whether it has the key. */
    public static function settle(): void
    {
        $pending = Keys::pending();
        $taken = $pending === null || !Keys::paired() ? null : Server::takes($pending);
        if ($pending !== null && $taken === true) {
            Keys::rotate($pending);
        } elseif ($taken === false) {
            Keys::dropPending();
        }
    }

    /** The server has signed with this key: if it is the one that was waiting, then it is the present one now. */
    public static function used(Key $key): void
    {
        $pending = Keys::pending();
        if ($pending !== null && hash_equals($pending->id, $key->id)) {
            Keys::rotate($pending);
        }
    }

    /** The store disconnects: tells the server, and forgets the keys whether it has heard or not. */
    public static function revoke(): void
    {
        if (Keys::fixed()) {
            $message = __('The connection is set in wp-config.php and can only be changed there.', 'cartwright');
            throw new Failure('cartwright_fixed', $message, 409);
        }
        try {
            Server::post('/keys', ['revoke' => true], 5.0);
        } catch (Failure) {
            // It finds out when its next call is refused.
        } finally {
            Keys::forget();
            do_action('cartwright/disconnected');
        }
    }
}
