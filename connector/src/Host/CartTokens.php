<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Installation;

/** Which token stands for which of WooCommerce's sessions. */
final class CartTokens
{
    /** Name within the session under which the token is kept. */
    public const IN_SESSION = 'cartwright_token';
    /** Days after which a token that nobody used is forgotten. */
    private const KEPT_DAYS = 90;

    /**
     * The session behind a token.
     *
     * @return array{session_key: string, customer_id: int, orders: int}|null
     */
    public static function find(string $token): ?array
    {
        global $wpdb;
        if (preg_match('/^[0-9a-f]{32}$/D', $token) !== 1) {
            return null;
        }
        $sql = 'SELECT session_key, customer_id, orders FROM %i WHERE token = %s';
        $row = $wpdb->get_row($wpdb->prepare($sql, Installation::table('cartwright_carts'), $token));
        if ($row === null) {
            return null;
        }
        return [
            'session_key' => (string) $row->session_key,
            'customer_id' => (int) $row->customer_id,
            'orders' => (int) $row->orders,
        ];
    }

    /**
     * The token of a session that has none yet. Requests of one session run side by side and the last one's session is kept
     * whole: so each comes to the same token by itself. It cannot be guessed from the session's key.
     */
    public static function of(string $sessionKey): string
    {
        return substr(hash_hmac('sha256', "cart\n$sessionKey", wp_salt('nonce')), 0, 32);
    }

    /** The token of a session, which stands for it from now on. */
    public static function make(string $sessionKey, int $customerId): string
    {
        $token = self::of($sessionKey);
        self::point($token, $sessionKey, $customerId);
        return $token;
    }

    /** The token now stands for this session. */
    public static function point(string $token, string $sessionKey, int $customerId): void
    {
        global $wpdb;
        $sql = 'INSERT INTO %i (token, session_key, customer_id, used) VALUES (%s, %s, %d, %d)
            ON DUPLICATE KEY UPDATE session_key = VALUES(session_key), customer_id = VALUES(customer_id), used = VALUES(used)';
        $table = Installation::table('cartwright_carts');
        $wpdb->query($wpdb->prepare($sql, $table, $token, $sessionKey, $customerId, time()));
    }

    /** The cart became an order: the same goods again are another cart. */
    public static function countOrder(string $token): void
    {
        global $wpdb;
        $sql = 'UPDATE %i SET orders = orders + 1 WHERE token = %s';
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_carts'), $token));
    }

    /** Forgets tokens that have not been used for long: their sessions are gone as well. */
    public static function clean(): void
    {
        global $wpdb;
        $sql = 'DELETE FROM %i WHERE used < %d';
        $before = time() - self::KEPT_DAYS * DAY_IN_SECONDS;
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_carts'), $before));
    }
}
