<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

/** All of it or nothing of it is written. */
final class Transaction
{
    /**
     * Does `work` in one transaction of the database.
     *
     * @template T
     * @param callable(): T $work
     * @return T
     */
    public static function of(callable $work)
    {
        wc_transaction_query('start');
        try {
            $result = $work();
            wc_transaction_query('commit');
            return $result;
        } catch (\Throwable $trouble) {
            wc_transaction_query('rollback');
            // What was read or written in between must not be found in a cache.
            wp_cache_flush();
            throw $trouble;
        }
    }
}
