<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Failure;
use Cartwright\Installation;

/** Nonces that were used, so that none is used twice. */
final class Nonces
{
    /** Uses a nonce. False when it was used before: the database itself says so, to two calls at one time as well. */
    public static function use(string $nonce): bool
    {
        global $wpdb;
        $sql = 'INSERT IGNORE INTO %i (nonce, seen) VALUES (%s, %d)';
        $written = $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_nonces'), $nonce, time()));
        if ($written === false) {
            throw new Failure('cartwright_storage', 'The store cannot write to its database.', 503);
        }
        return $written === 1;
    }

    /** Forgets those that no call can bear any more. */
    public static function clean(): void
    {
        global $wpdb;
        $sql = 'DELETE FROM %i WHERE seen < %d';
        $before = time() - 2 * Signature::REMEMBERED;
        $wpdb->query($wpdb->prepare($sql, Installation::table('cartwright_nonces'), $before));
    }
}
